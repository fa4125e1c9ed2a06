import { randomUUID } from 'node:crypto';

import type { Pool } from 'pg';

import type { Faults } from '../faults/faults.js';
import type { Reply } from '../http/respond.js';
import { messageOf } from '../log.js';
import { isObject } from '../realtime/wire/termJson.js';
import type { Tokens } from '../tokens.js';
import { burst } from './burst.js';
import { foreignTransaction } from './foreignTransaction.js';
import { trickle } from './trickle.js';

const DOWN_MS = 2500;
const TOKEN_S = 3600;
const MAX_CHANGES = 100_000;
const AWAY_MS = 5000;
/** Of a foreign transaction: each is inserted and deleted. */
const FOREIGN_ROWS = 20_000;
/** What happens meanwhile, so that there is something to lose or to wait for. */
const MEANWHILE = { changes: 20, everyMs: 250 };

/** The lab's commands by the last part of their path. Each affects the clients that are connected at that moment. */
const switches: Record<string, (lab: Parts, body: Record<string, unknown>) => unknown> = {
  cut: ({ faults }) => {
    faults.drop();
  },
  'half-open': ({ faults }) => {
    for (const connection of faults.connections()) faults.halfOpen({ connection });
  },
  restart: ({ faults }) => {
    // It takes a while; the answer does not.
    void faults.restart({ downMs: DOWN_MS });
    return { downMs: DOWN_MS };
  },
  'expire-token': ({ faults }) => {
    faults.expireTokens();
  },
  'lose-next': ({ faults }, { via }) => {
    if (via === 'broadcast') faults.loseMessages();
    else if (via === 'postgres_changes') faults.loseTransactions();
    else throw new Error('"via" must be broadcast or postgres_changes');
  },
  'replication-away': async ({ faults, pool }, { businessId }) => {
    faults.loseChanges({ ms: AWAY_MS });
    await trickle(pool, requiredId(businessId), MEANWHILE.changes, MEANWHILE.everyMs);
  },
  'large-transaction': async ({ pool }, { businessId }) => {
    await Promise.all([
      foreignTransaction(pool, FOREIGN_ROWS),
      trickle(pool, requiredId(businessId), MEANWHILE.changes, MEANWHILE.everyMs),
    ]);
  },
  burst: async ({ pool }, { businessId, changes }) => {
    if (typeof changes !== 'number' || !(changes > 0 && changes <= MAX_CHANGES))
      throw new Error(`"changes" must be a number up to ${MAX_CHANGES}`);
    return { changes: await burst(pool, requiredId(businessId), changes) };
  },
  token: async ({ tokens }) => {
    const now = Math.floor(Date.now() / 1000);
    return { token: await tokens.sign({ role: 'authenticated', iat: now, exp: now + TOKEN_S, jti: randomUUID() }) };
  },
};

function requiredId(businessId: unknown): string {
  if (typeof businessId !== 'string') throw new Error('"businessId" must be a string');
  return businessId;
}

interface Parts {
  faults: Faults;
  pool: Pool;
  tokens: Tokens;
}

/**
 * The demo dashboard's own API: a few fault switches, a burst of changes, and a signed-in user's token without a login. For a demonstration on one
 * machine and nothing else; the router refuses pages from elsewhere.
 */
export class Lab {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async handle(method: string, name: string, body: unknown): Promise<Reply> {
    if (method !== 'POST') return { status: 405, body: { error: 'use POST' } };
    const act = Object.hasOwn(switches, name) ? switches[name] : undefined;
    if (act === undefined) return { status: 404, body: { error: `unknown switch "${name}"` } };
    try {
      return { status: 200, body: (await act(this.#parts, isObject(body) ? body : {})) ?? {} };
    } catch (error) {
      return { status: 400, body: { error: messageOf(error) } };
    }
  }
}
