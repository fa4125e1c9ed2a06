import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

const RETRY_MS = 100;

/** Connections to the database that are had again after it was restarted. */
export class Database {
  readonly #pool: pg.Pool;

  constructor(connectionString: string) {
    this.#pool = new pg.Pool({ connectionString, max: 8, connectionTimeoutMillis: 5_000 });
    this.#pool.on('error', () => undefined); // an idle connection is gone: the next query takes another
    this.#pool.on('connect', (client) => client.on('error', () => undefined));
  }

  query<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<pg.QueryResult<Row>> {
    return this.#pool.query<Row>(text, values);
  }

  /** Commits what `work` does, or nothing. */
  async transaction(work: (client: pg.PoolClient) => Promise<void>): Promise<void> {
    const client = await this.#pool.connect();
    try {
      await client.query('begin');
      await work(client);
      await client.query('commit');
      client.release();
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  /** Whether transactions can only read, those of everybody. */
  async setReadOnly(isReadOnly: boolean): Promise<void> {
    await this.query(`alter system set default_transaction_read_only = ${isReadOnly ? 'on' : 'off'}`);
    await this.query('select pg_reload_conf()');
  }

  /** Resolves when it answers. */
  async ready(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.query('select 1');
        return;
      } catch (error) {
        if (attempt === 600) throw error;
        await sleep(RETRY_MS);
      }
    }
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}
