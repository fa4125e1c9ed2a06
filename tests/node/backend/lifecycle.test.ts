import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import pg from 'pg';
import { startBackend, type Backend } from 'switchboard-backend';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ChannelClient } from './support/channelClient.js';

const program = fileURLToPath(new URL('../../../web/backend/dist/main.js', import.meta.url));
const usualTmpdir = process.env['TMPDIR'];

/** Everything the backend puts into temporary directories, and every process whose command line names it. */
let scratch: string;

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'lifecycle-'));
  chmodSync(scratch, 0o755);
  process.env['TMPDIR'] = scratch;
});

afterEach(() => {
  if (usualTmpdir === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = usualTmpdir;
  rmSync(scratch, { recursive: true, force: true });
});

function processes(): string[] {
  const all = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).split('\n');
  return all.filter((line) => line.includes(scratch));
}

async function untilNothingIsLeft(): Promise<void> {
  const deadline = Date.now() + 8000;
  while ((readdirSync(scratch).length > 0 || processes().length > 0) && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(processes()).toEqual([]);
  expect(readdirSync(scratch)).toEqual([]);
}

interface Ready {
  ready: boolean;
  url: string;
  realtime: string;
  rest: string;
  postgres: string;
  anonKey: string;
  serviceKey: string;
  jwtSecret: string;
}

class Program {
  readonly #child: ChildProcess;
  readonly errors: string[] = [];
  readonly exited: Promise<number | null>;
  readonly ready: Promise<Ready>;

  constructor(args: string[] = [], env: Record<string, string> = {}) {
    this.#child = spawn(process.execPath, [program, ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.exited = new Promise((resolve) => this.#child.once('exit', resolve));
    if (this.#child.stdout === null || this.#child.stderr === null) throw new Error('no pipes');
    this.#child.stderr.on('data', (chunk: Buffer) => this.errors.push(chunk.toString()));
    const lines = createInterface(this.#child.stdout);
    this.ready = new Promise((resolve) =>
      lines.once('line', (line) => {
        resolve(JSON.parse(line) as Ready);
      }),
    );
  }

  disconnect(): void {
    this.#child.disconnect();
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}

describe('the library', () => {
  it('leaves no process and no directory', async () => {
    const backend = await startBackend();
    expect(processes().length).toBeGreaterThan(0);
    expect(readdirSync(scratch).length).toBe(1);
    await backend.stop();
    expect(processes()).toEqual([]);
    expect(readdirSync(scratch)).toEqual([]);
  });

  it('stop may be called twice, and during a restart of PostgreSQL', async () => {
    const backend = await startBackend({ seed: false });
    const restarted = backend.faults.restartPostgres({ downMs: 50 });
    await Promise.all([backend.stop(), backend.stop()]);
    await restarted;
    expect(processes()).toEqual([]);
    expect(readdirSync(scratch)).toEqual([]);
  });

  it('a start that fails leaves nothing', async () => {
    const occupant = createServer();
    await new Promise<void>((resolve) => occupant.listen(0, '127.0.0.1', resolve));
    const { port } = occupant.address() as AddressInfo;
    await expect(startBackend({ port, seed: false })).rejects.toThrow(/EADDRINUSE/);
    await expect(startBackend({ postgresPort: port, seed: false })).rejects.toThrow(/EADDRINUSE/);
    await new Promise((resolve) => occupant.close(resolve));
    expect(processes()).toEqual([]);
    expect(readdirSync(scratch)).toEqual([]);
  });

  it('says why it cannot use a data directory of another version of PostgreSQL', async () => {
    const dataDir = join(scratch, 'old');
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, 'PG_VERSION'), '15\n');
    await expect(startBackend({ dataDir, seed: false })).rejects.toThrow(/made by PostgreSQL 15.*embedded one is/);
    expect(readdirSync(scratch)).toEqual(['old']);
  });

  it.each(['nonsense', 'http://localhost/postgres', 'localhost:5432', ''])(
    'says what a database url looks like when it is given "%s"',
    async (databaseUrl) => {
      await expect(startBackend({ databaseUrl })).rejects.toThrow('postgres://user:password@host:5432/database');
    },
  );

  it('starts PostgreSQL again when it dies, and says at which words it died', async () => {
    const lines: string[] = [];
    let revived = (): void => undefined;
    const backend = await startBackend({
      seed: false,
      log: (level, message) => {
        lines.push(`${level} ${message}`);
        if (message.includes('has been started again')) revived();
      },
    });
    for (const signal of ['SIGQUIT', 'SIGKILL'] as const) {
      const again = new Promise<void>((resolve) => (revived = resolve));
      process.kill(postmasterOf(scratch), signal);
      await again;
      expect(await countBookings(backend)).toBe(0);
    }
    const deaths = lines.filter((line) => line.startsWith('error PostgreSQL ended with'));
    expect(deaths[0]).toMatch(/ended with \d+: [\s\S]*immediate shutdown request/);
    expect(deaths.some((line) => line.includes('ended with SIGKILL'))).toBe(true);
    await backend.stop();
    expect(processes()).toEqual([]);
  });

  it('stops while PostgreSQL is dead', async () => {
    let died = (): void => undefined;
    const death = new Promise<void>((resolve) => (died = resolve));
    const backend = await startBackend({
      seed: false,
      log: (_level, message) => {
        if (message.startsWith('PostgreSQL ended')) died();
      },
    });
    process.kill(postmasterOf(scratch), 'SIGQUIT');
    await death;
    await backend.stop();
    await untilNothingIsLeft();
  });

  it('keeps a data directory that it was given, with its rows, and leaves it when it is done', async () => {
    const dataDir = join(scratch, 'kept');
    const first = await startBackend({ dataDir });
    const count = await countBookings(first);
    await insertBooking(first);
    await first.stop();
    expect(readdirSync(scratch)).toEqual(['kept']);
    const second = await startBackend({ dataDir });
    expect(await countBookings(second)).toBe(count + 1);
    await second.stop();
  });

  it('works on a PostgreSQL that runs already, and leaves no replication slot in it', async () => {
    const host = await startBackend({ seed: false });
    const guest = await startBackend({ databaseUrl: host.postgres, seed: false });
    const sql = new pg.Client(host.postgres);
    await sql.connect();
    const slots = async (): Promise<number> => (await sql.query('select from pg_replication_slots')).rowCount ?? 0;
    expect(await slots()).toBe(4);
    await guest.stop();
    while ((await slots()) > 2) await new Promise((resolve) => setTimeout(resolve, 10));
    await sql.end();
    await host.stop();
  });
});

describe('the program', () => {
  it('says when it is ready, and ends cleanly on SIGTERM', async () => {
    const started = new Program();
    const ready = await started.ready;
    expect(Object.keys(ready)).toEqual([
      'ready',
      'url',
      'realtime',
      'rest',
      'postgres',
      'anonKey',
      'serviceKey',
      'jwtSecret',
    ]);
    expect((await fetch(`${ready.url}/health`)).status).toBe(200);
    const rows = await fetch(`${ready.rest}/bookings?limit=1`, { headers: { apikey: ready.anonKey } });
    expect(await rows.json()).toHaveLength(1);
    started.kill('SIGTERM');
    expect(await started.exited).toBe(0);
    await untilNothingIsLeft();
  });

  it('a kill -9 leaves nothing either', async () => {
    const started = new Program(['--no-seed']);
    await started.ready;
    started.kill('SIGKILL');
    await started.exited;
    await untilNothingIsLeft();
  });

  it('ends with the parent that holds its IPC channel', async () => {
    const started = new Program(['--no-seed']);
    await started.ready;
    started.disconnect();
    expect(await started.exited).toBe(0);
    await untilNothingIsLeft();
  });

  it('a signal while it is still starting ends it as well', async () => {
    const started = new Program();
    while (readdirSync(scratch).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    started.kill('SIGINT');
    await started.exited;
    await untilNothingIsLeft();
  });

  it('refuses public channels with --private-only', async () => {
    const started = new Program(['--no-seed', '--private-only']);
    const client = await ChannelClient.connect(await started.ready);
    const reply = await client.reply(client.sendJoin('realtime:open', {}));
    expect(reply['response']).toEqual({ reason: 'PrivateOnly: This project only allows private channels' });
    await client.close();
    started.kill('SIGTERM');
    expect(await started.exited).toBe(0);
  });

  it('uses the given port and explains wrong options', async () => {
    const wrong = new Program(['--port', 'many']);
    expect(await wrong.exited).toBe(2);
    expect(wrong.errors.join('')).toMatch(/"many" is no port[\s\S]*usage:/);
    const unknown = new Program(['--fast']);
    expect(await unknown.exited).toBe(2);
  });

  it('shows its options when it is asked to, and starts nothing', () => {
    const shown = execFileSync(process.execPath, [program, '--help'], { encoding: 'utf8' });
    expect(shown).toMatch(/^usage: npm run backend[\s\S]*--pulse MS[\s\S]*SWITCHBOARD_JWT_SECRET/);
    expect(readdirSync(scratch)).toEqual([]);
  });
});

function postmasterOf(folder: string): number {
  const [name] = readdirSync(folder);
  return Number(readFileSync(join(folder, name ?? '', 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
}

async function withSql<T>(backend: Backend, work: (sql: pg.Client) => Promise<T>): Promise<T> {
  const sql = new pg.Client(backend.postgres);
  await sql.connect();
  try {
    return await work(sql);
  } finally {
    await sql.end();
  }
}

function countBookings(backend: Backend): Promise<number> {
  return withSql(backend, async (sql) => {
    const { rows } = await sql.query<{ count: number }>('select count(*)::int as count from bookings');
    return rows[0]?.count ?? 0;
  });
}

function insertBooking(backend: Backend): Promise<unknown> {
  return withSql(backend, (sql) =>
    sql.query(
      `insert into bookings (business_id, client_name, service, starts_at) values (gen_random_uuid(), 'x', 'Cut', now())`,
    ),
  );
}
