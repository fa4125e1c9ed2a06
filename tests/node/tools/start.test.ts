import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, rmdirSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startBackend } from 'switchboard-backend';
import { runDoctor } from '../support/doctorProcess.js';
import { ListenProcess } from '../support/listenProcess.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const readyLine = /^ready dashboard=(\S+) realtime=(\S+) rest=(\S+) postgres=(\S*) apikey=(\S+)$/m;

/** `npm start`, and what it printed. */
class Start {
  readonly process: ChildProcess;
  output = '';
  errors = '';

  constructor(scratch: string, env: Record<string, string> = {}, args: readonly string[] = []) {
    // Not to install packages: tests that run beside this one use those that are there.
    this.process = spawn('npm', ['start', '--', '--no-install', ...args], {
      cwd: root,
      env: { ...process.env, PORT: '', SUPABASE_URL: '', SUPABASE_ANON_KEY: '', TMPDIR: scratch, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process.stdout?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => (this.errors += text));
  }

  /** The values of the ready line, in its order. */
  async ready(): Promise<string[]> {
    for (;;) {
      const line = readyLine.exec(this.output);
      if (line !== null) return line.slice(1);
      const stdout = this.process.stdout;
      if (stdout === null || this.process.exitCode !== null) throw new Error(`npm start ended:\n${this.errors}`);
      await Promise.race([once(stdout, 'data'), once(this.process, 'close')]);
    }
  }

  async exitCode(): Promise<number | null> {
    if (this.process.exitCode === null && this.process.signalCode === null) await once(this.process, 'close');
    return this.process.exitCode;
  }
}

let scratch: string;
const started: Start[] = [];

function npmStart(env?: Record<string, string>, args?: readonly string[]): Start {
  const start = new Start(scratch, env, args);
  started.push(start);
  return start;
}

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'switchboard-start-'));
  chmodSync(scratch, 0o755);
});

afterEach(async () => {
  for (const start of started.splice(0)) {
    start.process.kill('SIGTERM');
    await start.exitCode();
  }
  rmdirSync(scratch);
});

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  );
}

// Set-up is part of it: nothing to do when the runner has just done it, but it looks.
describe('npm start', { timeout: 120_000 }, () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'says where everything is, and leaves nothing behind after %s',
    async (signal) => {
      const start = npmStart();
      const [dashboard = '', realtime = '', rest = '', postgres = '', apikey = ''] = await start.ready();
      expect(start.output.match(/^ready /gm)).toHaveLength(1);
      expect(await (await fetch(new URL('config.json', dashboard))).json()).toEqual({
        realtime,
        rest,
        apikey,
        lab: rest.replace('/rest/v1', '/lab'),
        via: 'broadcast',
      });
      const rows = await fetch(`${rest}/businesses`, { headers: { apikey } });
      expect(await rows.json()).toHaveLength(2);
      expect(postgres).toMatch(/^postgres:\/\/.+@127\.0\.0\.1:\d+\//);
      expect(readdirSync(scratch)).not.toEqual([]);
      expect(start.output).toContain(`Open ${dashboard} in a browser`);

      start.process.kill(signal);
      expect(await start.exitCode()).toBe(0);
      expect(readdirSync(scratch)).toEqual([]);
      expect(await answers(dashboard)).toBe(false);
      expect(await answers(rest)).toBe(false);
    },
  );

  it('prints commands that work as they are', async () => {
    const start = npmStart();
    await start.ready();
    const [listen = '', doctor = ''] = [...start.output.matchAll(/^ {2}npx (switchboard-realtime .+)$/gm)].map(
      ([, command = '']) => command,
    );
    const [, apikey = ''] = / --apikey (\S+)/.exec(listen) ?? [];
    expect(listen).toContain(`listen --url ws://127.0.0.1:`);
    const listening = new ListenProcess(listen.split(' ').slice(1));
    await listening.live();
    listening.kill('SIGINT');
    expect(await listening.exit).toEqual({ code: 130, signal: null });
    const run = await runDoctor([
      ...doctor.split(' ').slice(2),
      '--url',
      listen.split(' ')[3] ?? '',
      '--apikey',
      apikey,
    ]);
    expect(run).toMatchObject({ code: 0, stderr: '' });
  });

  it('ends with a message when the backend dies, and leaves nothing behind', async () => {
    const start = npmStart();
    const [dashboard = ''] = await start.ready();
    const child = /^ {2}process (\d+), log /m.exec(start.errors)?.[1];
    process.kill(Number(child), 'SIGKILL');
    expect(await start.exitCode()).toBe(1);
    expect(start.errors).toContain('the backend ended by itself (SIGKILL)');
    expect(readdirSync(scratch)).toEqual([]);
    expect(await answers(dashboard)).toBe(false);
  });

  it('serves the dashboard of a Supabase project when the environment names one, and starts no backend', async () => {
    const project = await startBackend({ seed: false });
    const start = npmStart({ SUPABASE_URL: project.url, SUPABASE_ANON_KEY: project.anonKey });
    const [dashboard = '', realtime, rest, postgres, apikey] = await start.ready();
    expect([realtime, rest, postgres, apikey]).toEqual([project.realtime, project.rest, '', project.anonKey]);
    expect(await answers(dashboard)).toBe(true);
    const config = (await (await fetch(new URL('config.json', dashboard))).json()) as object;
    expect(config).not.toHaveProperty('lab');
    expect(readdirSync(scratch)).toEqual([]);
    start.process.kill('SIGTERM');
    expect(await start.exitCode()).toBe(0);
    await project.stop();
  });

  it('says which part of a project does not answer', async () => {
    const project = await startBackend({ seed: false });
    const start = npmStart({ SUPABASE_URL: project.url, SUPABASE_ANON_KEY: 'no key of this project' });
    expect(await start.exitCode()).toBe(1);
    expect(start.errors).toMatch(/error: (realtime|rest) at \S+ does not answer: HTTP 401/);
    await project.stop();
  });

  it('takes the port it is given', async () => {
    const project = await startBackend({ seed: false });
    const env = { SUPABASE_URL: project.url, SUPABASE_ANON_KEY: project.anonKey };
    const first = npmStart(env);
    const [dashboard = ''] = await first.ready();
    const { port } = new URL(dashboard);
    const second = npmStart(env, ['--port', port]);
    expect(await second.exitCode()).toBe(1);
    expect(second.errors).toContain(`the dashboard cannot use port ${port}`);
    first.process.kill('SIGTERM');
    await first.exitCode();
    const third = npmStart({ ...env, PORT: port });
    expect(await third.ready()).toContain(dashboard);
    third.process.kill('SIGTERM');
    expect(await third.exitCode()).toBe(0);
    await project.stop();
  });

  it('says that its port is taken before it sets anything up', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const start = npmStart({}, ['--port', String(port)]);
    expect(await start.exitCode()).not.toBe(0);
    other.close();
    expect(start.errors).toContain(`the dashboard cannot use port ${String(port)}`);
    expect(start.output + start.errors).not.toMatch(/build|start the/);
  });

  it('refuses options that it does not know', async () => {
    const start = npmStart({}, ['--prot', '8080']);
    expect(await start.exitCode()).toBe(2);
    expect(start.errors).toContain("Unknown option '--prot'");
  });
});
