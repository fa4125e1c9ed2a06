import { randomUUID } from 'node:crypto';

import { DatabaseError, type Pool, type PoolClient } from 'pg';

import { refusesConnection } from '../../postgres/errors.js';
import { roleParameters, setLocal } from '../../postgres/setLocal.js';
import type { Claims } from '../../tokens.js';

export type Extension = 'broadcast' | 'presence';

export const EXTENSIONS: readonly Extension[] = ['broadcast', 'presence'];

/** Who asks, and for which topic. Policies see all of it as settings of the transaction. */
export interface AuthorizationContext {
  /** Without `realtime:`. */
  readonly topic: string;
  readonly claims: Claims;
  /** Of the request; of a handshake those that begin with `x-`. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The database refused to evaluate the policies: an unknown role, a policy that raises an error, a missing privilege. */
export class PolicyError extends Error {}

/** The database cancelled the statement, for its timeout or an administrator. */
export class QueryCanceled extends Error {}

/** There is no partition of `realtime.messages` for today. */
export class MissingPartition extends Error {}

/** The database can't be reached. */
export class DatabaseUnavailable extends Error {}

export type Permissions = Partial<Record<Extension, boolean>>;

const QUERY_CANCELED = '57014';
const INSUFFICIENT_PRIVILEGE = '42501';
const CHECK_VIOLATION = '23514';

/**
 * What a token may do on a private topic, by the policies of `realtime.messages`. Each check inserts rows that are rolled
 * back, as on the server. Throws PolicyError, QueryCanceled, MissingPartition or DatabaseUnavailable.
 */
export class Authorization {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Whether the policies let messages of these extensions be selected. */
  readable(context: AuthorizationContext, extensions: readonly Extension[]): Promise<Permissions> {
    return this.#attempt(async (client) => {
      const probes = extensions.map((extension) => ({ id: randomUUID(), extension }));
      for (const { id, extension } of probes) {
        const values = [id, context.topic, extension];
        await client.query('insert into realtime.messages (id, topic, extension) values ($1, $2, $3)', values);
      }
      await assumeRole(client, context);
      const { rows } = await client.query<{ id: string }>('select id from realtime.messages where id = any($1)', [
        probes.map(({ id }) => id),
      ]);
      const visible = new Set(rows.map(({ id }) => id));
      return Object.fromEntries(probes.map(({ id, extension }) => [extension, visible.has(id)]));
    });
  }

  /** Whether the policies let messages of each extension be inserted. */
  writable(context: AuthorizationContext): Promise<Permissions> {
    return this.#attempt(async (client) => {
      await assumeRole(client, context);
      const permissions: Permissions = {};
      for (const extension of EXTENSIONS) {
        await client.query('savepoint probe');
        permissions[extension] = await mayInsert(client, context.topic, extension);
        await client.query('rollback to savepoint probe');
      }
      return permissions;
    });
  }

  /** Runs the work in a transaction and rolls it back. */
  async #attempt<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect().catch((error: unknown) => {
      throw new DatabaseUnavailable('no connection', { cause: error });
    });
    try {
      await client.query('begin');
      return await work(client);
    } catch (error) {
      throw classify(error);
    } finally {
      await client.query('rollback').catch(() => undefined);
      client.release();
    }
  }
}

async function mayInsert(client: PoolClient, topic: string, extension: Extension): Promise<boolean> {
  try {
    await client.query('insert into realtime.messages (topic, extension) values ($1, $2)', [topic, extension]);
    return true;
  } catch (error) {
    if (error instanceof DatabaseError && error.code === INSUFFICIENT_PRIVILEGE) return false;
    throw error;
  }
}

async function assumeRole(client: PoolClient, { topic, claims, headers }: AuthorizationContext): Promise<void> {
  await setLocal(client, {
    ...roleParameters(claims),
    'realtime.topic': topic,
    'request.jwt.claim.sub': typeof claims.sub === 'string' ? claims.sub : '',
    'request.jwt.claim.role': claims.role,
    'request.headers': JSON.stringify(headers),
  });
}

function classify(error: unknown): Error {
  if (!(error instanceof DatabaseError) || refusesConnection(error)) {
    return new DatabaseUnavailable('the connection was lost', { cause: error });
  }
  const { message } = error;
  if (error.code === CHECK_VIOLATION && error.table === 'messages')
    return new MissingPartition(message, { cause: error });
  return error.code === QUERY_CANCELED
    ? new QueryCanceled(message, { cause: error })
    : new PolicyError(message, { cause: error });
}
