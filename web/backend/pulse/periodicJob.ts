import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Pool } from 'pg';

import { messageOf, type Log } from '../log.js';
import { packageRoot } from '../packageRoot.js';

/** What a job needs in the database, and what it does there. */
interface Work {
  /** In messages of the log. */
  name: string;
  /** Of the SQL that ships with the npm package. */
  file: string;
  statement: string;
}

const PULSE: Work = {
  name: 'the pulse',
  file: 'pulse.sql',
  statement: 'update public.switchboard_pulse set seq = seq + 1, beaten_at = clock_timestamp() where id = 1',
};

/** Runs a statement every period, as pg_cron does on a Supabase project: one at a time, and missed ones are not made up for. */
export class PeriodicJob {
  readonly #pool: Pool;
  readonly #periodMs: number;
  readonly #log: Log;
  readonly #work: Work;
  #timer: NodeJS.Timeout | null = null;
  #isRunning = false;
  #hasFailed = false;
  #pausedUntil = 0;

  private constructor(pool: Pool, periodMs: number, log: Log, work: Work) {
    this.#pool = pool;
    this.#periodMs = periodMs;
    this.#log = log;
    this.#work = work;
  }

  /** Increments the pulse's row. */
  static pulse(pool: Pool, periodMs: number, log: Log): PeriodicJob {
    return new PeriodicJob(pool, periodMs, log, PULSE);
  }

  /** The beat of numbered changes. */
  static beat(pool: Pool, periodMs: number, log: Log): PeriodicJob {
    return new PeriodicJob(pool, periodMs, log, {
      name: 'the beat of numbered changes',
      file: 'track.sql',
      statement: `select switchboard.beat(${String(Math.round(periodMs))})`,
    });
  }

  /** Installs what is missing, and begins. */
  async start(): Promise<void> {
    await this.#pool.query(await readFile(join(packageRoot(), '..', 'sql', this.#work.file), 'utf8'));
    this.#timer = setInterval(() => {
      if (!this.#isRunning && Date.now() >= this.#pausedUntil) void this.#run();
    }, this.#periodMs);
  }

  /** Does nothing for the next `ms`; 0 resumes at once. */
  pause(ms: number): void {
    this.#pausedUntil = Date.now() + ms;
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    try {
      await this.#pool.query(this.#work.statement);
      this.#hasFailed = false;
    } catch (error) {
      // Once for each outage of the database.
      if (!this.#hasFailed && this.#timer !== null)
        this.#log('warn', `${this.#work.name} does not beat: ${messageOf(error)}`);
      this.#hasFailed = true;
    } finally {
      this.#isRunning = false;
    }
  }
}
