import type { BroadcastOptions, ChannelOptions, SendOptions } from '../api/channel.js';
import { SwitchboardError } from '../api/errors.js';
import {
  describe,
  optionalFlag,
  optionalNumber,
  refuseUnknown,
  requireNumber,
  requireObject,
  requireText,
  typeOf,
  type Given,
} from '../base/validate.js';
import type { ChannelSpec, PushCommand } from '../engine/engine.js';
import { checkOwner, checkSignal } from './subscribeOptions.js';

const CHANNEL = ['private', 'self', 'ack', 'presence', 'replay', 'signal', 'owner'] satisfies (keyof ChannelOptions)[];
const SEND = ['ack', 'timeoutMs', 'latest', 'everyMs', 'persist'] satisfies (keyof SendOptions)[];
const BROADCAST = ['private', 'signal', 'timeoutMs'] satisfies (keyof BroadcastOptions)[];
const TIMEOUT_MS = { min: 100, max: 3_600_000 };
const EVERY_MS = { min: 10, max: 60_000 };
const REPLAY_LIMIT = { min: 1, max: 25 };
const TTL_SECONDS = { min: 1, max: 31_536_000 };
const DEFAULT_EVERY_MS = 50;
const DEFAULT_TIMEOUT_MS = 10_000;
const TOPIC_PREFIX = 'realtime:';
/** Frames state the length of a name in one byte. */
const MAX_NAME_BYTES = 255;
/** As in the core (`UserChannel::send`): the server's limit for a frame, less what is in it besides the payload. */
const MAX_PAYLOAD_BYTES = 4_995_000;
const LONE_SURROGATE = /\p{Surrogate}/u;
/** The same in what `JSON.stringify` writes, which escapes only those. Escaped backslashes come first, so that they are skipped. */
const ESCAPED_SURROGATE = /\\\\|(\\ud[89a-f])/gu;

/** A checked call of `channel`. */
export interface CheckedChannel {
  spec: ChannelSpec;
  ack: boolean;
  signal: AbortSignal | null;
  owner: object | null;
}

/** A checked call of `send`: the command but for its ids. */
export type CheckedSend = Omit<PushCommand, 'kind' | 'id' | 'channel'>;

/** A checked call of `broadcast`. */
export interface CheckedBroadcast {
  payload: string | Uint8Array<ArrayBuffer>;
  isPrivate: boolean;
  signal: AbortSignal | null;
  timeoutMs: number;
}

/**
 * Checks everything about a handle that can be known before the server is asked.
 *
 * @throws SwitchboardError
 */
export function checkChannel(name: unknown, options: unknown = {}): CheckedChannel {
  checkTopic(name);
  const given = requireObject(options, 'options');
  refuseUnknown(given, CHANNEL, 'channel');
  const isPrivate = optionalFlag(given, 'private') === true;
  const presence = checkPresence(given);
  const replay = checkReplay(given, isPrivate);
  const spec: ChannelSpec = {
    name,
    ...(isPrivate ? { private: true } : {}),
    ...(optionalFlag(given, 'self') === true ? { self: true } : {}),
    ...presence,
    ...(replay === null ? {} : { replay }),
  };
  const ack = optionalFlag(given, 'ack') === true;
  return { spec, ack, signal: checkSignal(given), owner: checkOwner(given) };
}

/**
 * @param spec of the channel that sends, and `ack` its default.
 * @throws SwitchboardError
 */
export function checkSend(
  event: unknown,
  payload: unknown,
  options: unknown = {},
  { spec, ack, vsn }: { spec: ChannelSpec; ack: boolean; vsn: string | undefined },
): CheckedSend {
  checkEvent(event);
  const given = requireObject(options, 'options');
  refuseUnknown(given, SEND, 'send');
  const content = checkPayload(payload);
  const persist = checkPersist(given, spec);
  if (vsn === '1.0.0' && (typeof content !== 'string' || persist !== null)) {
    throw invalid(
      'vsn',
      "Bytes and `persist` need the protocol's version 2.0.0: leave the manager's option `vsn` out.",
    );
  }
  const everyMs = checkLatest(given);
  const isAcknowledged = everyMs === null && (optionalFlag(given, 'ack') ?? ack);
  const timeoutMs = optionalNumber(given, 'timeoutMs', TIMEOUT_MS) ?? DEFAULT_TIMEOUT_MS;
  return { event, payload: content, persist, ack: isAcknowledged, timeoutMs, everyMs };
}

/** @throws SwitchboardError */
export function checkBroadcast(
  name: unknown,
  event: unknown,
  payload: unknown,
  options: unknown = {},
): CheckedBroadcast {
  checkTopic(name);
  checkEvent(event);
  const given = requireObject(options, 'options');
  refuseUnknown(given, BROADCAST, 'broadcast');
  const content = checkPayload(payload);
  if (typeof content === 'string' && !content.startsWith('{')) {
    throw invalid('payload', 'Over HTTP the server takes a JSON object or bytes: put the value into an object.');
  }
  return {
    payload: content,
    isPrivate: optionalFlag(given, 'private') === true,
    signal: checkSignal(given),
    timeoutMs: optionalNumber(given, 'timeoutMs', TIMEOUT_MS) ?? DEFAULT_TIMEOUT_MS,
  };
}

/**
 * What `track` is given, as JSON.
 *
 * @throws SwitchboardError
 */
export function checkTracked(payload: unknown): string {
  if (typeof payload === 'object' && payload !== null && !Array.isArray(payload) && !isBytes(payload)) {
    const text = toJson(payload, 'track');
    // The server drops such a frame without a word.
    for (const [, surrogate] of text.matchAll(ESCAPED_SURROGATE)) {
      if (surrogate !== undefined) throw halfCharacter('payload');
    }
    // What its `toJSON` makes of it counts.
    if (text.startsWith('{')) return text;
  }
  throw invalid(
    'payload',
    `track takes an object, such as { name: 'Ana' }, not ${Array.isArray(payload) ? 'an array' : typeOf(payload)}.`,
  );
}

function checkTopic(name: unknown): asserts name is string {
  checkName(name, 'name', "name the channel, such as channel('room:7').", TOPIC_PREFIX.length);
}

/** @throws SwitchboardError */
export function checkEvent(event: unknown): asserts event is string {
  checkName(event, 'event', 'name the event, such as "message".', 0);
}

function checkName(value: unknown, option: string, fix: string, taken: number): void {
  const text = requireText({ [option]: value }, option, fix);
  if (LONE_SURROGATE.test(text)) throw halfCharacter(option);
  const bytes = text.length * 3 + taken <= MAX_NAME_BYTES ? 0 : utf8Length(text);
  if (bytes + taken <= MAX_NAME_BYTES) return;
  throw invalid(
    option,
    `\`${option}\` takes ${bytes} bytes in UTF-8, and ${MAX_NAME_BYTES - taken} are allowed: shorten it.`,
  );
}

function checkPresence(given: Given): Pick<ChannelSpec, 'presence' | 'presenceKey'> {
  const { presence } = given;
  if (presence === undefined || presence === false) return {};
  if (presence === true) return { presence };
  const options = requireObject(presence, 'presence');
  refuseUnknown(options, ['key'], '`presence`');
  if (options.key === undefined) return { presence: true };
  const presenceKey = requireText(options, 'key', 'leave it out for one that the manager makes up.');
  if (LONE_SURROGATE.test(presenceKey)) throw halfCharacter('key');
  return { presence: true, presenceKey };
}

function checkReplay(given: Given, isPrivate: boolean): NonNullable<ChannelSpec['replay']> | null {
  if (given.replay === undefined) return null;
  const replay = requireObject(given.replay, 'replay');
  refuseUnknown(replay, ['since', 'limit'], '`replay`');
  if (!isPrivate) {
    throw invalid('replay', 'Only private channels can be replayed: add `private: true`, or leave `replay` out.');
  }
  const { since } = replay;
  if (since === undefined) {
    throw new SwitchboardError('MISSING_OPTION', 'since', '`replay.since` is missing: a Date or Unix ms.');
  }
  const ms = since instanceof Date ? since.getTime() : since;
  if (typeof ms !== 'number' || !Number.isFinite(ms) || ms < 0) {
    throw invalid('since', `\`replay.since\` must be a Date or Unix ms, not ${describeTime(since)}.`);
  }
  const limit = optionalNumber(replay, 'limit', REPLAY_LIMIT);
  return { since: Math.floor(ms), ...(limit === undefined ? {} : { limit }) };
}

function describeTime(value: unknown): string {
  return value instanceof Date ? 'an invalid Date' : describe(value);
}

function checkPersist(given: Given, spec: ChannelSpec): PushCommand['persist'] {
  const { persist } = given;
  if (persist === undefined || persist === false) return null;
  const options = persist === true ? null : requireObject(persist, 'persist');
  if (spec.private !== true) {
    throw invalid('persist', 'Only messages of private channels can be kept: leave `persist` out.');
  }
  if (options === null) return true;
  refuseUnknown(options, ['ttlSeconds'], '`persist`');
  return { ttl: requireNumber(options, 'ttlSeconds', TTL_SECONDS) };
}

function checkLatest(given: Given): number | null {
  const everyMs = optionalNumber(given, 'everyMs', EVERY_MS);
  if (optionalFlag(given, 'latest') !== true) {
    if (everyMs === undefined) return null;
    throw invalid('everyMs', '`everyMs` is the pace of `latest`: add `latest: true`, or leave it out.');
  }
  if (given.ack === true)
    throw invalid('ack', 'Sends with `latest` may be left out, so none has an answer: drop `ack`.');
  return everyMs ?? DEFAULT_EVERY_MS;
}

/** As JSON text, or a copy of the bytes: what waits must not change with the caller's buffer. */
function checkPayload(payload: unknown): string | Uint8Array<ArrayBuffer> {
  const content = isBytes(payload) ? bytesOf(payload) : toJson(payload, 'send');
  const size = content.length * 3 <= MAX_PAYLOAD_BYTES ? 0 : sizeOf(content);
  if (size <= MAX_PAYLOAD_BYTES) return content;
  throw new SwitchboardError(
    'PAYLOAD_TOO_LARGE',
    'payload',
    `The payload takes ${size} bytes, and a frame holds ${MAX_PAYLOAD_BYTES}: send it in parts, or send where it is stored.`,
  );
}

function sizeOf(content: string | Uint8Array): number {
  return typeof content === 'string' ? utf8Length(content) : content.length;
}

function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}

function isBytes(value: unknown): value is ArrayBuffer | ArrayBufferView {
  return ArrayBuffer.isView(value) || Object.prototype.toString.call(value) === '[object ArrayBuffer]';
}

function bytesOf(value: ArrayBuffer | ArrayBufferView): Uint8Array<ArrayBuffer> {
  try {
    if (!ArrayBuffer.isView(value)) return new Uint8Array(value.slice(0));
    return new Uint8Array(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  } catch {
    throw invalid('payload', 'The memory of the payload was transferred to a worker or a stream: send it before that.');
  }
}

function toJson(value: unknown, call: string): string {
  // Undefined where there is no JSON for it, whatever its type says.
  let text: unknown;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SwitchboardError('INVALID_OPTION', 'payload', `The payload of ${call} can't be JSON: ${reason}.`, error);
  }
  if (typeof text === 'string') return text;
  throw invalid('payload', `The payload of ${call} can't be JSON: it is ${typeOf(value)}. Send null or {} for none.`);
}

function halfCharacter(option: string): SwitchboardError {
  return invalid(option, `\`${option}\` holds half of a surrogate pair: cut texts between characters.`);
}

function invalid(option: string, message: string): SwitchboardError {
  return new SwitchboardError('INVALID_OPTION', option, message);
}
