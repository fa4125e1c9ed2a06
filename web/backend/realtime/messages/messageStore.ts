import { randomUUID } from 'node:crypto';

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

/** What a client sends and wants to be kept. */
export interface KeptMessage {
  topic: string;
  event: string;
  encoding: 'json' | 'binary';
  data: Buffer;
  /** Null: as long as any. */
  ttlSeconds: number | null;
}

/** How long a message is to be kept, as clients say it: `true`, or `{ ttl }` in seconds. Null for anything else: it is not kept. */
export function readPersist(persist: unknown): Pick<KeptMessage, 'ttlSeconds'> | null {
  if (persist === true) return { ttlSeconds: null };
  if (!isObject(persist)) return null;
  const { ttl } = persist;
  if (ttl === undefined) return { ttlSeconds: null };
  return typeof ttl === 'number' && ttl > 0 ? { ttlSeconds: ttl } : null;
}

/** The messages in `realtime.messages`: sent from the database, or by clients that want them to be kept. */
export class MessageStore {
  readonly #pool: Pool;
  /** Ids of messages that were kept here and have not come through replication yet. */
  readonly #own = new Set<string>();
  /** When messages are to be dropped, Unix ms, by their ids. */
  readonly #ends = new Map<string, number>();

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Keeps a message of a private topic, and returns its id. Sending it is left to the caller. */
  async keep({ topic, event, encoding, data, ttlSeconds }: KeptMessage): Promise<string> {
    const id = randomUUID();
    const [json, bytes] = encoding === 'json' ? [data.toString(), null] : [null, data];
    this.#own.add(id);
    try {
      await this.#pool.query(
        `insert into realtime.messages (id, topic, event, payload, binary_payload, private, extension)
          values ($1, $2, $3, $4, $5, true, 'broadcast')`,
        [id, topic, event, json, bytes],
      );
    } catch (error) {
      this.#own.delete(id);
      throw error;
    }
    if (ttlSeconds !== null) this.#ends.set(id, Date.now() + ttlSeconds * 1000);
    return id;
  }

  /** Whether it comes through replication because it was kept here, so that it has been sent already. True only once. */
  isOwn(id: string): boolean {
    return this.#own.delete(id);
  }

  /** The newest messages of a private topic since a time, oldest first. */
  async replay(topic: string, parameters: unknown): Promise<ReplayedMessage[]> {
    // The server ignores what is not a map.
    if (!isObject(parameters)) return [];
    const since = parameters.since;
    const limit = parameters.limit ?? MAX_REPLAY;
    if (!isUnixTime(since) || !Number.isInteger(limit)) throw new ReplayParameterError();
    const count = Math.min(Math.max(Number(limit), 1), MAX_REPLAY);
    await this.#dropEnded();
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

  async #dropEnded(): Promise<void> {
    const now = Date.now();
    const ended = [...this.#ends].filter(([, end]) => end <= now).map(([id]) => id);
    if (ended.length === 0) return;
    await this.#pool.query('delete from realtime.messages where id = any($1)', [ended]);
    for (const id of ended) this.#ends.delete(id);
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
