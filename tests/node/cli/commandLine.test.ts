import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../support/backendProcess.js';
import { PROGRAM } from '../support/listenProcess.js';
import { openLab, type Lab } from '../support/lab.js';

let lab: Lab;

beforeAll(async () => {
  lab = await openLab();
  await lab.db.query('create table refused (id int4 primary key)');
});

afterAll(() => lab.close());

const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  'listen --help': ['url', 'apikey', 'table', 'channel'],
  'send --help': ['url', 'apikey', 'channel', 'event', 'payload', 'stdin'],
  'doctor --help': ['db', 'tables', 'channel'],
};

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A line of the shell, with `$cli` for the command; `code` is that of the last program. */
async function shell(line: string, env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const surroundings = { PATH: process.env.PATH ?? '', cli: `${process.execPath} ${PROGRAM}`, ...env };
  const child = spawn('bash', ['-c', line], { stdio: ['ignore', 'pipe', 'pipe'], env: surroundings });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

function here(): Record<string, string> {
  return {
    SUPABASE_URL: lab.backend.url,
    SUPABASE_ANON_KEY: lab.backend.anonKey,
    DATABASE_URL: lab.backend.postgres,
  };
}

const COMMANDS = [
  '--help',
  '--version',
  'listen --help',
  'send --help',
  'doctor --help',
  'doctor --tables refused,clients --json',
];

describe('the output of every command', () => {
  it.each(COMMANDS)('%s: a reader who leaves at once is no error', async (command) => {
    const run = await shell(`$cli ${command} | true; echo "code \${PIPESTATUS[0]}"`, here());
    expect(run.stderr).toBe('');
    expect(run.stdout).toMatch(command.startsWith('doctor --tables') ? /^code 1\n$/u : /^code 0\n$/u);
  });

  it.each([...COMMANDS, 'listen --table clients'])('%s: one that can not be written is an error', async (command) => {
    const run = await shell(`$cli ${command} > /dev/full`, here());
    expect(run.stderr).toContain("switchboard-realtime: the output can't be written: ENOSPC");
    expect(run.stderr).not.toContain('    at ');
    expect(run.code).toBe(5);
  });

  it.each(['listen --tabel x', 'doctor --tables a,,b'])('%s: nobody reads standard error', async (command) => {
    const run = await shell(`$cli ${command} 2> >(true) ; echo "code $?"`, here());
    expect(run.stdout).toBe('code 2\n');
  });

  it.each([50, 60])('fits into %i columns, all but commands', async (columns) => {
    const helps = await Promise.all(
      ['', 'listen', 'send', 'doctor'].map((command) => shell(`$cli ${command} --help`, { COLUMNS: String(columns) })),
    );
    const lines = helps.flatMap(({ stdout }) => stdout.split('\n'));
    expect(lines.filter((line) => line.length > columns && !/^ *\$ |^ {6}--|^Usage:/u.test(line))).toEqual([]);
    expect(lines.length).toBeGreaterThan(100);
  });

  it('says at once that a key can be none', async () => {
    const run = await shell('$cli listen --url http://127.0.0.1:1 --apikey placeholder --table a --timeout 0.01');
    expect(run.stderr).toMatch(/^switchboard-realtime: the api key is neither a JWT .*\n/u);
  });

  it('fixes nothing once its reader has gone', async () => {
    const run = await shell(
      '$cli doctor --tables refused --fix --yes --access | true; echo "${PIPESTATUS[0]}"',
      here(),
    );
    expect(run.stdout).toBe('1\n');
    const { rows } = await lab.db.query("select from pg_publication_tables where tablename = 'refused'");
    expect(rows).toEqual([]);
  });

  it.each(['--help', 'listen --help', 'send --help', 'doctor --help'])(
    '%s fits into 80 columns and shows examples',
    async (command) => {
      const { stdout } = await shell(`$cli ${command}`);
      expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
      expect(stdout).toMatch(/Examples:\n {2}\$ switchboard-realtime /u);
      expect(stdout).toContain('130  interrupted');
      if (command === '--help') return;
      for (const option of REQUIRED[command] ?? []) {
        expect(stdout.replaceAll(/\s+/gu, ' ')).toMatch(
          new RegExp(`--${option} [^-]*\\(required(?: without --\\w+)?\\)`, 'u'),
        );
      }
    },
  );

  it.each(['-v', '--version'])('%s prints the version', async (option) => {
    expect((await shell(`$cli ${option}`)).stdout).toMatch(/^\d+\.\d+\.\d+\n$/u);
  });
});

describe('a signal', () => {
  let silent: Server;
  const sockets: Socket[] = [];

  beforeAll(async () => {
    silent = createServer((socket) => sockets.push(socket));
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
  });

  afterAll(() => {
    for (const socket of sockets) socket.destroy();
    silent.close();
  });

  const port = (): number => (silent.address() as AddressInfo).port;

  /** Of the command, once something has connected to the silent server. */
  async function interrupted(signal: NodeJS.Signals, args: readonly string[]): Promise<Ended> {
    const child = spawn(process.execPath, [PROGRAM, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH ?? '' },
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    await once(silent, 'connection');
    child.kill(signal);
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, stdout: '', stderr };
  }

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s ends a doctor that is waiting for the database', async (signal, code) => {
    const run = await interrupted(signal, ['doctor', '--db', `postgres://u:p@127.0.0.1:${port()}/x`, '--tables', 'a']);
    expect(run).toMatchObject({ code, stderr: '' });
  });

  it('ends a sender that waits for a handshake', async () => {
    const url = ['--url', `http://127.0.0.1:${port()}`, '--apikey', 'k'];
    const run = await interrupted('SIGINT', ['send', ...url, '--channel', 'a', '--event', 'e', '--payload', '{}']);
    expect(run.code).toBe(130);
  });

  it('ends a listener that waits for a handshake, and one whose hint waits for the database', async () => {
    const db = `postgres://u:p@127.0.0.1:${port()}/x`;
    const waiting = ['listen', '--url', `http://127.0.0.1:${port()}`, '--apikey', 'k', '--table', 'a'];
    expect((await interrupted('SIGINT', waiting)).code).toBe(130);
    const hinted = ['--url', lab.backend.url, '--apikey', lab.backend.anonKey, '--table', 'refused', '--db', db];
    expect((await interrupted('SIGINT', ['listen', ...hinted])).code).toBe(130);
  });
});

describe('the environment', () => {
  it('serves the doctor as it serves listen', async () => {
    const run = await shell('$cli doctor --tables clients --json', { ...here(), SUPABASE_ANON_KEY: 'wrong' });
    expect(run.stdout).toContain('"check":"apikey"');
    const listen = await shell('$cli listen --table refused --table clients --timeout 20 --json', here());
    expect(listen.stdout).toContain('"type":"hint"');
    expect(listen.code).toBe(4);
  });

  it.each(['nonsense', 'postgres://', 'mysql://u:topsecret@h/d', 'postgres://u:top#secret@h/d'])(
    'DATABASE_URL=%s is refused in words, without its password',
    async (url) => {
      for (const command of ['doctor --tables a', 'listen --table a']) {
        const run = await shell(`$cli ${command}`, { ...here(), DATABASE_URL: url });
        expect(run.code).toBe(2);
        expect(run.stderr).toContain('DATABASE_URL) must be a url such as postgres://');
        expect(run.stderr).not.toContain('secret');
      }
    },
  );
});

describe('--color always', () => {
  it.each([
    ['listen', 'listen --table clients', '#1  public.clients'],
    ['doctor', 'doctor --tables refused', 'public.refused'],
  ])('gives the text of a terminal to a reader of %s, in colour', async (_command, line, words) => {
    const run = await shell(`$cli ${line} --color always | head -3`, here());
    expect(run.stdout).toContain('\u001b[');
    expect(run.stdout).toContain(words);
    expect(run.stdout).not.toContain('{"type"');
  });

  it('leaves the lines of --json as they are', async () => {
    const run = await shell('$cli listen --table clients --json --color always | head -1', here());
    expect(JSON.parse(run.stdout)).toMatchObject({ type: 'connection' });
  });
});

describe('the cause of a failed connection', () => {
  const listen = (url: string): Promise<Ended> =>
    shell(`$cli listen --url ${url} --apikey k --table t --timeout 4 --json`);

  it('is printed: a port where nobody listens, and a host that is not there', async () => {
    const closed = await listen(`http://127.0.0.1:${await freePort()}`);
    expect(closed.stdout).toContain('The server could not be reached: connect ECONNREFUSED 127.0.0.1:');
    expect(closed.stderr).toMatch(/no table was live within 4 s: .*ECONNREFUSED/u);
    expect(closed.code).toBe(3);
    expect((await listen('http://no-such-host.invalid')).stderr).toMatch(/ENOTFOUND|EAI_AGAIN/u);
  });

  it('is printed: an HTTP status, and why the next try is far off with a key of no known kind', async () => {
    const { port, close } = await answering(503);
    const run = await listen(`http://127.0.0.1:${port}`);
    expect(run.stderr).toContain('what is in front of it answers with HTTP 503');
    expect(run.stderr).toContain('the next tries are 15 s and more apart');
    expect(run.code).toBe(3);
    close();
  });

  it.each([401, 403])('ends with 4 when it is the key: HTTP %i', async (status) => {
    const { port, close } = await answering(status);
    const run = await listen(`http://127.0.0.1:${port}`);
    expect(run.stderr).toContain(`HTTP ${status}`);
    expect(run.code).toBe(4);
    close();
  });

  it('is printed: a server that speaks no TLS', async () => {
    const { port, close } = await answering(404);
    expect((await listen(`https://127.0.0.1:${port}`)).stderr).toMatch(/TLS: wrong version number \(EPROTO\)/u);
    close();
  });

  /** A server that answers every request so. */
  async function answering(status: number): Promise<{ port: number; close: () => void }> {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', () => socket.end(`HTTP/1.1 ${status} Some\r\nContent-Length: 0\r\n\r\n`));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return { port: (server.address() as AddressInfo).port, close: () => server.close() };
  }
});

describe('the command', () => {
  it('has the name of the package, and a short one inside it', async () => {
    const manifest = await readFile(new URL('../../../web/package.json', import.meta.url), 'utf8');
    const file = './bin/switchboard.js';
    expect((JSON.parse(manifest) as { bin: object }).bin).toEqual({ 'switchboard-realtime': file, switchboard: file });
  });
});
