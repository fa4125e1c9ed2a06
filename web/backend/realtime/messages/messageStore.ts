import type { Pool } from 'pg';

import type { RowChange } from '../../replication/rowChange.js';
import type { Broadcast } from '../wire/codec.js';
import { isObject, termJson } from '../wire/termJson.js';

export interface StoredMessage {
  topic: string;
  isPrivate: boolean;
  broadcast: Broadcast;
}

export interface ReplayedMessage {
  /** Null for a message with a binary payload. */
  json: string | null;
  broadcast: Broadcast;
}

interface Row {
  id: string;
  event: string;
  payload: unknown;
  binary_payload: Buffer | null;
}

const MAX_REPLAY = 25;

export class ReplayParameterError extends Error {}

/** Messages that were sent from the database through `realtime.messages`. */
export class MessageStore {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** The newest messages of a private topic since a time, oldest first. */
  async replay(topic: string, parameters: unknown): Promise<ReplayedMessage[]> {
    const { since, limit } = isObject(parameters) ? parameters : {};
    if (typeof since !== 'number' || (limit !== undefined && typeof limit !== 'number'))
      throw new ReplayParameterError();
    const count = Math.min(Math.max(Math.trunc(limit ?? MAX_REPLAY), 1), MAX_REPLAY);
    const { rows } = await this.#pool.query<Row>(
      `select id, event, payload, binary_payload from realtime.messages
        where topic = $1 and private and extension = 'broadcast' and inserted_at >= to_timestamp($2::float8 / 1000)
        order by inserted_at desc limit $3`,
      [topic, since, count],
    );
    return rows.reverse().map(replayed);
  }
}

function replayed({ id, event, payload, binary_payload: data }: Row): ReplayedMessage {
  const meta = { id, replayed: true };
  if (data !== null) {
    const metadata = termJson(meta);
    return { json: null, broadcast: { kind: 'user', event, encoding: 'binary', data, metadata } };
  }
  const json = termJson({ event, meta, payload, type: 'broadcast' });
  return { json, broadcast: { kind: 'json', json } };
}

/** Reads an insert into `realtime.messages`; null for any other change. */
export function readMessage({ relation, newValues }: RowChange): StoredMessage | null {
  if (relation.schema !== 'realtime' || !relation.name.startsWith('messages') || newValues === null) return null;
  const value = (name: string): string | null =>
    newValues[relation.columns.findIndex((column) => column.name === name)] ?? null;
  const topic = value('topic');
  const event = value('event');
  const json = value('payload');
  const binary = value('binary_payload');
  if (topic === null || event === null || value('extension') !== 'broadcast') return null;
  const data = binary === null ? Buffer.from(json ?? '{}') : Buffer.from(binary.slice(2), 'hex');
  const metadata = termJson({ id: value('id') });
  const encoding = binary === null ? 'json' : 'binary';
  return { topic, isPrivate: value('private') === 't', broadcast: { kind: 'user', event, encoding, data, metadata } };
}
