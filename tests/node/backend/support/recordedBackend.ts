import { readFileSync } from 'node:fs';

import pg from 'pg';
import { fastTiming, startBackend, type Backend, type BackendOptions } from 'switchboard-backend';

import { ChannelClient } from './channelClient.js';

/** A backend with the tables of the recordings. */
export class RecordedBackend {
  readonly #marker: ChannelClient;
  #settled: Promise<void> = Promise.resolve();

  private constructor(
    readonly backend: Backend,
    readonly sql: pg.Client,
    marker: ChannelClient,
  ) {
    this.#marker = marker;
  }

  static async start(options: BackendOptions = {}): Promise<RecordedBackend> {
    const backend = await startBackend({ seed: false, ...options, timing: { ...fastTiming, ...options.timing } });
    const sql = new pg.Client(backend.postgres);
    sql.on('error', () => undefined);
    await sql.connect();
    await sql.query(readFileSync(new URL('recordedTables.sql', import.meta.url), 'utf8'));
    await sql.query('create table marker (id integer primary key)');
    await sql.query('alter publication supabase_realtime add table marker');
    const marker = await ChannelClient.connect(backend, backend.serviceKey);
    await marker.subscribe('realtime:marker', [{ event: '*', schema: 'public', table: 'marker' }]);
    return new RecordedBackend(backend, sql, marker);
  }

  get origin(): string {
    return this.backend.url.replace('http', 'ws');
  }

  /** Resolves when every change committed before has been delivered. */
  settle(): Promise<void> {
    this.#settled = this.#settled.then(async () => {
      await this.sql.query('insert into marker select coalesce(max(id), 0) + 1 from marker');
      await this.#marker.change();
    });
    return this.#settled;
  }

  async stop(): Promise<void> {
    await this.sql.end();
    await this.backend.stop();
  }
}
