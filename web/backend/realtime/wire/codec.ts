import { isObject } from './termJson.js';

/** References are echoed as they came, whatever JSON value they were. */
export type Ref = unknown;

/** The payload of a binary broadcast push (kind 3). */
export interface UserPayload {
  kind: 'user';
  event: string;
  encoding: 'json' | 'binary';
  data: Buffer;
  /** What the metadata says of keeping it; undefined for nothing. */
  persist?: unknown;
}

/** The payload of one of Phoenix's own binary pushes (kind 0). */
export interface BinaryPayload {
  kind: 'binary';
  data: Buffer;
}

/** The payload of a text frame. */
export interface JsonPayload {
  kind: 'json';
  value: unknown;
}

export interface Inbound {
  joinRef: Ref;
  ref: Ref;
  topic: string;
  event: string;
  payload: UserPayload | BinaryPayload | JsonPayload;
}

/** A broadcast to the subscribers of a topic. `metadata` is JSON text; `id` is that of a message with one. */
export type Broadcast =
  | { kind: 'json'; json: string; id?: string }
  | { kind: 'user'; event: string; encoding: 'json' | 'binary'; data: Buffer; metadata: string | null; id?: string }
  | { kind: 'binary'; data: Buffer };

export type Frame = string | Buffer;

/** One version of the wire format. `payload` and `response` are JSON texts. */
export interface Codec {
  /** It can't carry a broadcast whose payload is not a map. */
  readonly needsMaps: boolean;
  /** Null for a frame that the server ignores silently. */
  decode(data: Buffer, isBinary: boolean): Inbound | null;
  reply(joinRef: Ref, ref: Ref, topic: string, status: 'ok' | 'error', response: string): string;
  push(joinRef: Ref, ref: Ref, topic: string, event: string, payload: string): string;
  /** Null when this version cannot carry it. */
  broadcast(topic: string, broadcast: Broadcast): Frame | null;
}

export function codecFor(vsn: string | null): Codec | null {
  if (vsn === null || /^1\.0\.\d+$/.test(vsn)) return codecV1;
  return /^2\.0\.\d+$/.test(vsn) ? codecV2 : null;
}

function parse(data: Buffer): unknown {
  try {
    return JSON.parse(data.toString()) as unknown;
  } catch {
    return null;
  }
}

const codecV1: Codec = {
  needsMaps: false,
  decode(data, isBinary) {
    const frame = isBinary ? null : parse(data);
    if (!isObject(frame)) return null;
    const { topic, event, ref, join_ref: joinRef } = frame;
    if (typeof topic !== 'string' || typeof event !== 'string' || !('payload' in frame) || !('ref' in frame))
      return null;
    return { joinRef: joinRef ?? null, ref, topic, event, payload: { kind: 'json', value: frame.payload } };
  },
  reply(_joinRef, ref, topic, status, response) {
    return this.push(null, ref, topic, 'phx_reply', `{"status":"${status}","response":${response}}`);
  },
  push(_joinRef, ref, topic, event, payload) {
    return `{"ref":${JSON.stringify(ref)},"event":${JSON.stringify(event)},"topic":${JSON.stringify(topic)},"payload":${payload}}`;
  },
  broadcast(topic, broadcast) {
    switch (broadcast.kind) {
      case 'json':
        return this.push(null, null, topic, 'broadcast', broadcast.json);
      case 'binary':
        // The real server sends invalid JSON here, and clients have to cope with it.
        return this.push(null, null, topic, 'broadcast', '%{error: "unable to parse response"}');
      case 'user': {
        if (broadcast.encoding === 'binary') return null;
        const meta = broadcast.metadata === null ? '' : `"meta":${broadcast.metadata},`;
        const payload = `{"event":${JSON.stringify(broadcast.event)},${meta}"payload":${broadcast.data.toString()},"type":"broadcast"}`;
        return this.push(null, null, topic, 'broadcast', payload);
      }
    }
  },
};

const PUSH = 0;
const BROADCAST = 2;
const USER_PUSH = 3;
const USER_BROADCAST = 4;

const codecV2: Codec = {
  needsMaps: true,
  decode(data, isBinary) {
    if (isBinary) return decodeBinary(data);
    const frame = parse(data);
    if (!Array.isArray(frame) || frame.length < 5) return null;
    const [joinRef, ref, topic, event, value] = frame as unknown[];
    if (typeof topic !== 'string' || typeof event !== 'string') return null;
    return { joinRef, ref, topic, event, payload: { kind: 'json', value } };
  },
  reply(joinRef, ref, topic, status, response) {
    return this.push(joinRef, ref, topic, 'phx_reply', `{"status":"${status}","response":${response}}`);
  },
  push(joinRef, ref, topic, event, payload) {
    return `[${JSON.stringify(joinRef)},${JSON.stringify(ref)},${JSON.stringify(topic)},${JSON.stringify(event)},${payload}]`;
  },
  broadcast(topic, broadcast) {
    switch (broadcast.kind) {
      case 'json':
        return this.push(null, null, topic, 'broadcast', broadcast.json);
      case 'binary':
        return encodeBinary([BROADCAST], [topic, 'broadcast'], [], broadcast.data);
      case 'user': {
        const encoding = broadcast.encoding === 'json' ? 1 : 0;
        const parts = [topic, broadcast.event, broadcast.metadata ?? ''];
        return encodeBinary([USER_BROADCAST], parts, [encoding], broadcast.data);
      }
    }
  },
};

function encodeBinary(kind: number[], parts: string[], trailer: number[], data: Buffer): Buffer | null {
  const texts = parts.map((part) => Buffer.from(part));
  if (texts.some(({ length }) => length > 255)) return null;
  const header = Buffer.from([...kind, ...texts.map(({ length }) => length), ...trailer]);
  return Buffer.concat([header, ...texts, data]);
}

function decodeBinary(data: Buffer): Inbound | null {
  const kind = data[0];
  if (kind !== PUSH && kind !== USER_PUSH) return null;
  const sizes = [...data.subarray(1, kind === PUSH ? 5 : 6)];
  const encoding = kind === USER_PUSH ? data[6] : 0;
  if (sizes.length < (kind === PUSH ? 4 : 5) || encoding === undefined) return null;
  let at = kind === PUSH ? 5 : 7;
  const parts = sizes.map((size) => {
    at += size;
    return data.toString('utf8', at - size, at);
  });
  if (at > data.length) return null;
  const [joinRef = '', ref = '', topic = '', event = '', metadata = ''] = parts;
  const rest = data.subarray(at);
  const refs = { joinRef, ref, topic };
  if (kind === PUSH) return { ...refs, event, payload: { kind: 'binary', data: rest } };
  const meta = metadata === '' ? {} : parse(Buffer.from(metadata));
  if (meta === null && metadata.trim() !== 'null') return null;
  const payload: UserPayload = { kind: 'user', event, encoding: encoding === 0 ? 'binary' : 'json', data: rest };
  if (isObject(meta) && 'persist' in meta) payload.persist = meta.persist;
  return { ...refs, event: 'broadcast', payload };
}
