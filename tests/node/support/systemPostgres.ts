import { spawn, type ChildProcess } from 'node:child_process';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../web/backend/freePort.js';
import { findPostgres } from '../../../web/tools/setup/systemPackages.mjs';
import { serverUser } from '../../../web/backend/postgres/serverUser.js';

/** The PostgreSQL of the system, on Debian 12 version 15 as in most Supabase projects, as a user without rights. */
export class SystemPostgres {
  readonly url: string;
  readonly #server: ChildProcess;
  readonly #folder: string;

  private constructor(url: string, server: ChildProcess, folder: string) {
    this.url = url;
    this.#server = server;
    this.#folder = folder;
  }

  /** `further` are settings on top of its own. */
  static async start(further: Readonly<Record<string, string>> = {}): Promise<SystemPostgres> {
    const user = await serverUser();
    const folder = await mkdtemp(join(tmpdir(), 'switchboard-postgres-'));
    if (user !== null) await chown(folder, user.uid, user.gid);
    const data = join(folder, 'data');
    const run = (program: string, args: readonly string[]): ChildProcess =>
      spawn(join(findPostgres() ?? '', program), args, { ...user, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
    await seen(run('initdb', ['-D', data, '-U', 'postgres', '--auth=trust', '--no-sync', '--encoding=UTF8']), null);
    const port = await freePort('127.0.0.1');
    const settings = [
      'wal_level=logical',
      'fsync=off',
      `unix_socket_directories=`,
      'listen_addresses=127.0.0.1',
      ...Object.entries(further).map(([name, value]) => `${name}=${value}`),
    ];
    const server = run('postgres', ['-D', data, '-p', String(port), ...settings.flatMap((text) => ['-c', text])]);
    await seen(server, 'ready to accept connections');
    return new SystemPostgres(`postgres://postgres@127.0.0.1:${port}/postgres`, server, folder);
  }

  async stop(): Promise<void> {
    const gone = new Promise((resolve) => this.#server.once('close', resolve));
    this.#server.kill('SIGINT');
    await gone;
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Resolves when the program has written `text`; null: when it has ended well. */
function seen(child: ChildProcess, text: string | null): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (text !== null && output.includes(text)) resolve();
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (text === null && code === 0) resolve();
      else reject(new Error(`PostgreSQL ended with ${String(code)}: ${output}`));
    });
  });
}
