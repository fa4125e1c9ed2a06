import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Pool } from 'pg';

import { messageOf, type Log } from '../log.js';
import { packageRoot } from '../packageRoot.js';

const BEAT = 'update public.switchboard_pulse set seq = seq + 1, beaten_at = clock_timestamp() where id = 1';

/** Increments the pulse's row every period, as pg_cron does on a Supabase project: one update at a time, and missed ones are not made up for. */
export class PulseJob {
  readonly #pool: Pool;
  readonly #periodMs: number;
  readonly #log: Log;
  #timer: NodeJS.Timeout | null = null;
  #isBeating = false;
  #hasFailed = false;
  #pausedUntil = 0;

  constructor(pool: Pool, periodMs: number, log: Log) {
    this.#pool = pool;
    this.#periodMs = periodMs;
    this.#log = log;
  }

  /** Creates the table if needed, with the SQL that ships with the npm package, and begins to beat. */
  async start(): Promise<void> {
    await this.#pool.query(await readFile(join(packageRoot(), '..', 'sql', 'pulse.sql'), 'utf8'));
    this.#timer = setInterval(() => {
      if (!this.#isBeating && Date.now() >= this.#pausedUntil) void this.#beat();
    }, this.#periodMs);
  }

  /** Does not beat for the next `ms`; 0 resumes at once. */
  pause(ms: number): void {
    this.#pausedUntil = Date.now() + ms;
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  async #beat(): Promise<void> {
    this.#isBeating = true;
    try {
      await this.#pool.query(BEAT);
      this.#hasFailed = false;
    } catch (error) {
      // Once for each outage of the database.
      if (!this.#hasFailed && this.#timer !== null) this.#log('warn', `the pulse does not beat: ${messageOf(error)}`);
      this.#hasFailed = true;
    } finally {
      this.#isBeating = false;
    }
  }
}
