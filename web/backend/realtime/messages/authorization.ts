import type { Pool, PoolClient } from 'pg';

import type { Claims } from '../../tokens.js';

export type Extension = 'broadcast' | 'presence';

/** What a token with these claims may do on a private topic, by the policies of `realtime.messages`. */
export class Authorization {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** The extensions whose messages the policies allow to read. */
  readable(topic: string, claims: Claims): Promise<ReadonlySet<Extension>> {
    return this.#attempt(async (client) => {
      await client.query("select set_config('realtime.topic', $1, true)", [topic]);
      const { rows } = await client.query<{ id: string }>(
        `insert into realtime.messages (topic, extension, private)
         values ($1, 'broadcast', true), ($1, 'presence', true) returning id`,
        [topic],
      );
      await assumeRole(client, claims);
      const visible = await client.query<{ extension: Extension }>(
        'select extension from realtime.messages where id = any($1)',
        [rows.map(({ id }) => id)],
      );
      return new Set(visible.rows.map(({ extension }) => extension));
    });
  }

  async mayWrite(topic: string, claims: Claims, extension: Extension): Promise<boolean> {
    return this.#attempt(async (client) => {
      await client.query("select set_config('realtime.topic', $1, true)", [topic]);
      await assumeRole(client, claims);
      try {
        await client.query('insert into realtime.messages (topic, extension, private) values ($1, $2, true)', [
          topic,
          extension,
        ]);
        return true;
      } catch {
        return false;
      }
    });
  }

  /** Runs the work in a transaction and rolls it back. */
  async #attempt<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    try {
      await client.query('begin');
      return await work(client);
    } finally {
      await client.query('rollback').catch(() => undefined);
      client.release();
    }
  }
}

async function assumeRole(client: PoolClient, claims: Claims): Promise<void> {
  await client.query(
    `select set_config('role', $1, true), set_config('request.jwt.claims', $2, true),
            set_config('request.jwt.claim.sub', $3, true), set_config('request.jwt.claim.role', $1, true)`,
    [claims.role, JSON.stringify(claims), typeof claims.sub === 'string' ? claims.sub : ''],
  );
}
