import type { Pool } from 'pg';

import type { RowChange } from '../../replication/rowChange.js';
import type { Broadcast } from '../wire/codec.js';
import { isObject, termJson } from '../wire/termJson.js';

export interface StoredMessage {
  topic: string;
  isPrivate: boolean;
  broadcast: Extract<Broadcast, { kind: 'user' }>;
}

export interface ReplayedMessage {
  id: string;
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
/** The years 0 and 9999, in Unix ms. */
const [FIRST_MS, LAST_MS] = [-62_167_219_200_000, 253_402_300_799_999];

export class ReplayParameterError extends Error {}

/** Messages that were sent from the database through `realtime.messages`. */
export class MessageStore {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** The newest messages of a private topic since a time, oldest first. */
  async replay(topic: string, parameters: unknown): Promise<ReplayedMessage[]> {
    // The server ignores what is not a map.
    if (!isObject(parameters)) return [];
    const since = parameters.since;
    const limit = parameters.limit ?? MAX_REPLAY;
    if (!isUnixTime(since) || !Number.isInteger(limit)) throw new ReplayParameterError();
    const count = Math.min(Math.max(Number(limit), 1), MAX_REPLAY);
    const { rows } = await this.#pool.query<Row>(
      `select id, event, payload, binary_payload from realtime.messages
        where topic = $1 and private and extension = 'broadcast'
          and inserted_at >= to_timestamp($2::float8 / 1000) at time zone 'utc'
          and inserted_at < now() at time zone 'utc' + interval '1 minute'
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
    return { id, json: null, broadcast: { kind: 'user', event, encoding: 'binary', data, metadata } };
  }
  const json = termJson({ event, meta, payload, type: 'broadcast' });
  return { id, json, broadcast: { kind: 'json', json } };
}

function isUnixTime(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= FIRST_MS && Number(value) <= LAST_MS;
}

/** Reads an insert into `realtime.messages` that is to be broadcast; null for any other change. */
export function readMessage({ type, relation, newValues }: RowChange): StoredMessage | null {
  if (
    type !== 'INSERT' ||
    relation.schema !== 'realtime' ||
    !relation.name.startsWith('messages') ||
    newValues === null
  )
    return null;
  const value = (name: string): string | null =>
    newValues[relation.columns.findIndex((column) => column.name === name)] ?? null;
  const topic = value('topic');
  const event = value('event');
  const json = value('payload');
  const binary = value('binary_payload');
  const id = value('id');
  const isPrivate = value('private');
  if (topic === null || event === null || id === null || isPrivate === null) return null;
  const broadcast = (encoding: 'json' | 'binary', data: Buffer): StoredMessage['broadcast'] => {
    return { kind: 'user', event, encoding, data, metadata: termJson({ id }), id };
  };
  if (binary !== null) {
    return { topic, isPrivate: isPrivate === 't', broadcast: broadcast('binary', Buffer.from(binary.slice(2), 'hex')) };
  }
  return json === null
    ? null
    : { topic, isPrivate: isPrivate === 't', broadcast: broadcast('json', Buffer.from(json)) };
}
