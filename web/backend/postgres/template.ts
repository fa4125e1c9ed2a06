import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { ServerUser } from './serverUser.js';

const run = promisify(execFile);

/**
 * A fresh data directory kept beside the installed packages, because copying one takes a tenth of the time that initdb
 * takes. Where there is no place for it, everything works without it.
 */
export class Template {
  readonly #user: ServerUser | null;
  readonly #directory: string;

  /**
   * `key` is all that the content depends on; `root` is the installation of PostgreSQL, inside some node_modules; `user` is who the server runs
   * as, null for this process's own.
   */
  constructor(root: string, key: readonly string[], user: ServerUser | null) {
    this.#user = user;
    const modules = root.slice(0, root.lastIndexOf('node_modules') + 'node_modules'.length);
    const name = createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 16);
    this.#directory = join(modules, '.cache', 'switchboard-backend', name);
  }

  /** Copies the template to `data`, which must not exist yet; false when there is none. */
  async copyTo(data: string): Promise<boolean> {
    if (process.platform === 'win32' || !(await exists(join(this.#directory, 'PG_VERSION')))) return false;
    try {
      await run('cp', ['-a', this.#directory, data]);
      // A checkout that was copied, or a cache that was restored, may belong to another user.
      if (this.#user !== null) await run('chown', ['-R', `${this.#user.uid}:${this.#user.gid}`, data]);
      await chmod(data, 0o700);
      return true;
    } catch {
      await rm(data, { recursive: true, force: true });
      return false;
    }
  }

  /** Keeps a copy of a data directory that no server has used yet. */
  async keep(data: string): Promise<void> {
    if (process.platform === 'win32') return;
    const unfinished = `${this.#directory}.${process.pid}`;
    try {
      await mkdir(dirname(this.#directory), { recursive: true });
      await run('cp', ['-a', data, unfinished]);
      await rename(unfinished, this.#directory);
    } catch {
      // Another start was faster, or there is no room; either way this one has what it needs.
      await rm(unfinished, { recursive: true, force: true }).catch(() => undefined);
    }
  }
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
