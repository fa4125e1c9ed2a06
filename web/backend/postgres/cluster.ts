import { spawn, type ChildProcess } from 'node:child_process';
import { chown, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { freePort } from '../freePort.js';
import { messageOf, type Log } from '../log.js';
import { findBinaries, type Binaries } from './binaries.js';
import { Guard } from './guard.js';
import { serverUser, type ServerUser } from './serverUser.js';
import { exists, Template } from './template.js';

export interface ClusterOptions {
  port: number;
  dataDir: string | null;
  log: Log;
  /** On top of its own settings; null leaves one to PostgreSQL. */
  settings?: Readonly<Record<string, string | null>>;
}

const START_ATTEMPTS = 3;
const IMPATIENCE_MS = 5000;
const FIRST_REVIVAL_MS = 100;
const SLOWEST_REVIVAL_MS = 10_000;
const LAST_LINES = 8;

/** An embedded PostgreSQL server of our own: created, started, stopped and, unless it has a `dataDir`, removed. */
export class Cluster {
  readonly #binaries: Binaries;
  readonly #user: ServerUser | null;
  readonly #data: string;
  readonly #scratch: string | null;
  readonly #guard: Guard;
  readonly #log: Log;
  readonly #settings: Readonly<Record<string, string | null>>;
  #child: ChildProcess | null = null;
  #last: Promise<void> = Promise.resolve();
  #revival: NodeJS.Timeout | null = null;
  #isStopping = false;

  private constructor(
    binaries: Binaries,
    user: ServerUser | null,
    data: string,
    scratch: string | null,
    guard: Guard,
    log: Log,
    settings: Readonly<Record<string, string | null>>,
    public port: number,
  ) {
    this.#binaries = binaries;
    this.#user = user;
    this.#data = data;
    this.#scratch = scratch;
    this.#guard = guard;
    this.#log = log;
    this.#settings = settings;
  }

  static async create(options: ClusterOptions): Promise<Cluster> {
    const user = await serverUser();
    const scratch = await mkdtemp(join(tmpdir(), 'switchboard-backend-'));
    const data = options.dataDir ?? join(scratch, 'data');
    const guard = new Guard(join(data, 'postmaster.pid'), scratch);
    try {
      if (user !== null) await chown(scratch, user.uid, user.gid);
      const binaries = await findBinaries(user === null ? null : join(scratch, 'postgres'));
      const port = options.port === 0 ? await freePort('127.0.0.1') : options.port;
      const cluster = new Cluster(binaries, user, data, scratch, guard, options.log, options.settings ?? {}, port);
      if (await exists(join(data, 'PG_VERSION'))) await cluster.#checkVersion();
      else await cluster.#initialise();
      await cluster.#startOnAnyPort(options.port === 0);
      return cluster;
    } catch (error) {
      await rm(scratch, { recursive: true, force: true });
      await guard.release();
      throw error;
    }
  }

  get url(): string {
    return `postgres://postgres@127.0.0.1:${this.port}/postgres`;
  }

  /** Ends the server at once, without waiting for its clients, and starts it again after `downMs`. */
  restart(downMs: number): Promise<void> {
    return this.#inTurn(async () => {
      await this.#stopServer('SIGQUIT');
      await new Promise((resolve) => setTimeout(resolve, downMs));
      await this.#startServer();
    });
  }

  /** Ends the server and removes what was scratch. */
  stop(): Promise<void> {
    this.#isStopping = true;
    if (this.#revival !== null) clearTimeout(this.#revival);
    return this.#inTurn(async () => {
      await this.#stopServer('SIGINT');
      if (this.#scratch !== null) await rm(this.#scratch, { recursive: true, force: true });
      await this.#guard.release();
    });
  }

  #inTurn(task: () => Promise<void>): Promise<void> {
    const done = this.#last.then(task);
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** PostgreSQL can't read the files of another major version. */
  async #checkVersion(): Promise<void> {
    const made = (await readFile(join(this.#data, 'PG_VERSION'), 'utf8')).trim();
    const [own] = this.#binaries.version.split('.');
    if (made === own) return;
    throw new Error(
      `The database in ${this.#data} was made by PostgreSQL ${made}, and the embedded one is PostgreSQL ${String(own)}. ` +
        'Name another directory, or remove this one to begin with an empty database.',
    );
  }

  async #initialise(): Promise<void> {
    const args = [
      '--username=postgres',
      '--auth=trust',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--wal-segsize=4',
      '--no-sync',
      '--no-instructions',
    ];
    const key = [...args, this.#binaries.version, String(this.#user?.uid)];
    const template = new Template(this.#binaries.installation, key, this.#user);
    if (!(await exists(this.#data)) && (await template.copyTo(this.#data))) return;
    await mkdir(this.#data, { recursive: true, mode: 0o700 });
    if (this.#user !== null) await chown(this.#data, this.#user.uid, this.#user.gid);
    await this.#initdb(args);
    await template.keep(this.#data);
  }

  async #initdb(args: string[]): Promise<void> {
    const child = this.#spawn(this.#binaries.initdb, [`--pgdata=${this.#data}`, ...args]);
    let output = '';
    child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (code !== 0) throw new Error(`initdb ended with ${String(code)}: ${output.trim()}`);
  }

  async #startOnAnyPort(mayMove: boolean): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#startServer();
        return;
      } catch (error) {
        if (!mayMove || attempt === START_ATTEMPTS) throw error;
        this.port = await freePort('127.0.0.1');
      }
    }
  }

  async #startServer(): Promise<void> {
    const child = this.#spawn(this.#binaries.postgres, ['-D', this.#data, ...this.#configuration()]);
    this.#child = child;
    let output = '';
    let isReady = false;
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => {
        const wasOurs = this.#child === child;
        if (wasOurs) this.#child = null;
        const description = `PostgreSQL ended with ${String(code ?? signal)}: ${lastLines(output)}`;
        if (!isReady) reject(new Error(description));
        else if (wasOurs) this.#onDeath(description);
      });
      child.stderr?.on('data', (chunk: Buffer) => {
        const text = chunk.toString();
        this.#log('debug', `postgres: ${text.trimEnd()}`);
        output = lastLines(output + text);
        if (!text.includes('ready to accept connections')) return;
        isReady = true;
        resolve();
      });
    });
  }

  /** The server ended on its own. */
  #onDeath(description: string): void {
    this.#log('error', `${description}It will be started again.`);
    this.#scheduleRevival(FIRST_REVIVAL_MS);
  }

  #scheduleRevival(delayMs: number): void {
    if (this.#isStopping) return;
    this.#revival = setTimeout(() => {
      void this.#inTurn(async () => {
        if (this.#child !== null || this.#isStopping) return;
        try {
          await this.#startServer();
          this.#log('warn', 'PostgreSQL has been started again');
        } catch (error) {
          this.#log('error', messageOf(error));
          this.#scheduleRevival(Math.min(2 * delayMs, SLOWEST_REVIVAL_MS));
        }
      });
    }, delayMs);
  }

  #configuration(): string[] {
    const values: Record<string, string | null> = {
      port: String(this.port),
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      wal_level: 'logical',
      max_replication_slots: '16',
      max_wal_senders: '16',
      max_connections: '100',
      fsync: 'off',
      full_page_writes: 'off',
      shared_buffers: '32MB',
      logical_decoding_work_mem: '64MB',
      timezone: 'UTC',
      log_timezone: 'UTC',
      log_statement: 'none',
      logging_collector: 'off',
      log_min_messages: 'warning',
      ...this.#settings,
    };
    return Object.entries(values).flatMap(([name, value]) => (value === null ? [] : ['-c', `${name}=${value}`]));
  }

  async #stopServer(signal: 'SIGINT' | 'SIGQUIT'): Promise<void> {
    const child = this.#child;
    const hasEnded = child?.exitCode !== null || child.signalCode !== null;
    if (hasEnded) return;
    this.#child = null;
    const gone = new Promise<void>((resolve) =>
      child.once('close', () => {
        resolve();
      }),
    );
    child.kill(signal);
    const impatience = setTimeout(() => child.kill('SIGQUIT'), IMPATIENCE_MS);
    await gone;
    clearTimeout(impatience);
  }

  #spawn(program: string, args: string[]): ChildProcess {
    return spawn(program, args, {
      ...(this.#user ?? {}),
      // A signal meant for the terminal's foreground group must not reach the server before our own orderly stop.
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, LC_MESSAGES: 'C', TZ: 'UTC' },
    });
  }
}

function lastLines(text: string): string {
  return `${text.trimEnd().split('\n').slice(-LAST_LINES).join('\n')}\n`;
}
