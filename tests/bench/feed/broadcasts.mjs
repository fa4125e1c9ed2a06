// @ts-check
// Broadcasts as the server writes them on version 2.0.0 of the protocol: binary frames, which name the topic and the event in a header.
import { bookingRow, smallRow } from './rows.mjs';

/** @typedef {'small' | 'large' | 'binary'} Content */
/**
 * @typedef {object} Broadcast
 * @property {string} topic
 * @property {unknown} payload what a callback has to get
 * @property {ArrayBuffer} frame
 */

export const EVENT = 'status-changed';
const USER_BROADCAST = 4;
const USER_BROADCAST_PUSH = 3;
const PUSH_HEADER_BYTES = 7;
const BINARY_BYTES = 1_000;
const EPOCH = Date.UTC(2026, 10, 22, 10);
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** @param {string} name */
export const topicOf = (name) => `realtime:${name}`;

/** What clients send each other: 0.2 kB of JSON. @param {number} revision */
export function smallPayload(revision) {
  return {
    ...smallRow.image(revision, revision % 100),
    sent_at: new Date(EPOCH + revision).toISOString(),
    text: 'On my way, ten minutes late because of the rain. Sorry!',
  };
}

/** What `realtime.broadcast_changes` sends of an UPDATE: 1.5 kB of JSON. @param {number} revision */
function largePayload(revision) {
  const note = 'Prefers the seat at the window, no music. Allergic to ammonia: patch test in March. '.repeat(3);
  const image = (/** @type {number} */ n) => ({ ...bookingRow.image(n, revision % 100), note });
  return {
    id: idOf(revision),
    table: bookingRow.table,
    schema: 'public',
    operation: 'UPDATE',
    record: image(revision),
    old_record: image(revision - 1),
  };
}

/** @param {number} revision */
function binaryPayload(revision) {
  const bytes = new Uint8Array(BINARY_BYTES).map((_, n) => (n * 31 + revision) & 0xff);
  new DataView(bytes.buffer).setUint32(0, revision);
  return bytes;
}

/** @param {number} revision */
const idOf = (revision) => `0196f2a0-7c3e-7000-8000-${String(revision).padStart(12, '0')}`;

/** @param {string} topic @param {string} event @param {string} metadata @param {Uint8Array} payload @param {boolean} isJson */
function frameOf(topic, event, metadata, payload, isJson) {
  const fields = [topic, event, metadata].map((text) => encoder.encode(text));
  const header = [USER_BROADCAST, ...fields.map(({ length }) => length), isJson ? 1 : 0];
  const parts = [header, ...fields, payload];
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes.buffer;
}

/**
 * @param {Content} content
 * @param {string} topic
 * @param {number} revision different for each
 * @returns {Broadcast}
 */
export function makeBroadcast(content, topic, revision) {
  if (content === 'binary') {
    const payload = binaryPayload(revision);
    return { topic, payload, frame: frameOf(topic, EVENT, '', payload, false) };
  }
  const isSmall = content === 'small';
  const payload = isSmall ? smallPayload(revision) : largePayload(revision);
  // Messages from the database have an id.
  const metadata = isSmall ? '' : JSON.stringify({ id: idOf(revision) });
  return { topic, payload, frame: frameOf(topic, EVENT, metadata, encoder.encode(JSON.stringify(payload)), true) };
}

/** What reading a payload adds up to; see `Ledger`. @type {Readonly<Record<Content, (sum: number, payload: any) => number>>} */
export const readers = {
  small: readRow,
  large: (sum, { record }) => readRow(sum, record),
  binary: (sum, bytes) => (Math.imul(sum, 31) + bytes[2] * 256 + bytes[3] + bytes[bytes.length - 1]) | 0,
};

/** @param {number} sum @param {any} row */
function readRow(sum, { revision, amount, client_name }) {
  return (Math.imul(sum, 31) + revision + amount * 100 + client_name.length) | 0;
}

/** A broadcast that a client has sent, out of its frame. @param {ArrayBuffer} frame */
export function readPush(frame) {
  const bytes = new Uint8Array(frame);
  if (bytes[0] !== USER_BROADCAST_PUSH) throw new Error(`no push of a broadcast: its kind is ${bytes[0] ?? 'missing'}`);
  let at = PUSH_HEADER_BYTES;
  const next = (/** @type {number} */ length) => decoder.decode(bytes.subarray(at, (at += length)));
  const [, , topic, event] = [1, 2, 3, 4].map((n) => next(bytes[n] ?? 0));
  at += bytes[5] ?? 0;
  return { topic, event, payload: /** @type {unknown} */ (JSON.parse(next(bytes.length - at))) };
}
