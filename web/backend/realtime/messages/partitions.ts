import type { Pool } from 'pg';

import { messageOf, type Log } from '../../log.js';

const DAY_MS = 86_400_000;
const DAYS_BEFORE = 1;
const DAYS_AHEAD = 3;
/** Messages are kept this long, by whole days. */
const KEPT_DAYS = 3;

/** Makes the day partitions of `realtime.messages` and drops old ones, at the start and once a day. */
export class Partitions {
  readonly #pool: Pool;
  readonly #log: Log;
  #timer: NodeJS.Timeout | null = null;

  constructor(pool: Pool, log: Log) {
    this.#pool = pool;
    this.#log = log;
  }

  async start(): Promise<void> {
    // A Supabase project looks after its own.
    const { rowCount } = await this.#pool.query(
      `select from pg_class where oid = 'realtime.messages'::regclass and obj_description(oid) like 'switchboard:%'`,
    );
    if (rowCount === 0) return;
    await this.#maintain(new Date());
    this.#timer = setInterval(() => {
      this.#maintain(new Date()).catch((error: unknown) => {
        this.#log('warn', `partitions of realtime.messages: ${messageOf(error)}`);
      });
    }, DAY_MS);
    this.#timer.unref();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  async #maintain(now: Date): Promise<void> {
    for (let day = -DAYS_BEFORE; day <= DAYS_AHEAD; day += 1) {
      const [from, to] = [dateAfter(now, day), dateAfter(now, day + 1)];
      await this.#pool.query(
        `create table if not exists realtime.${nameOf(from)} partition of realtime.messages for values from ('${from}') to ('${to}')`,
      );
    }
    const { rows } = await this.#pool.query<{ name: string }>(
      `select inhrelid::regclass::text as name from pg_inherits where inhparent = 'realtime.messages'::regclass`,
    );
    const oldest = `realtime.${nameOf(dateAfter(now, -KEPT_DAYS))}`;
    for (const { name } of rows) if (name < oldest) await this.#pool.query(`drop table if exists ${name}`);
  }
}

/** In UTC, such as 2026-11-27. */
function dateAfter(now: Date, days: number): string {
  return new Date(now.getTime() + days * DAY_MS).toISOString().slice(0, 10);
}

function nameOf(date: string): string {
  return `messages_${date.replaceAll('-', '_')}`;
}
