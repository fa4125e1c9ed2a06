import {
  DatabaseUnavailable,
  MissingPartition,
  PolicyError,
  QueryCanceled,
} from '../realtime/messages/authorization.js';
import { messageOf } from '../log.js';
import type { Hub } from '../realtime/hub.js';
import { readPersist } from '../realtime/messages/messageStore.js';
import { externalSize } from '../realtime/wire/externalSize.js';
import { isObject, termJson } from '../realtime/wire/termJson.js';
import type { Claims } from '../tokens.js';
import type { Reply } from './respond.js';

/** Who sends: policies see the claims and the headers of the request. */
export interface Sender {
  claims: Claims;
  headers: Readonly<Record<string, string>>;
}

interface Message {
  topic: string;
  event: string;
  payload: Record<string, unknown>;
  isPrivate: boolean;
  /** Null for none. */
  id: string | null;
}

type FieldErrors = Record<string, string[]>;

const ACCEPTED: Reply = { status: 202 };
const RATE_EXCEEDED: Reply = { status: 429, body: { message: 'You have exceeded your rate limit' } };
const BLANK = "can't be blank";
const INVALID = 'is invalid';
const TOO_LARGE = 'Payload size exceeds tenant limit';

/** `POST /api/broadcast`: several messages at once. Those to private topics that the sender may not write are dropped silently. */
export async function broadcastBatch(hub: Hub, sender: Sender, body: unknown): Promise<Reply> {
  const parsed = parseBatch(hub, body);
  if ('errors' in parsed) return { status: 422, body: parsed };
  const { messages } = parsed;
  const { perSecond } = hub.rates.events;
  const { eventsPerSecond } = hub.settings.limits;
  if (perSecond > eventsPerSecond) return RATE_EXCEEDED;
  if (messages.length + perSecond > eventsPerSecond) {
    return { status: 429, body: { message: 'Too many messages to broadcast, please reduce the batch size' } };
  }
  for (const message of messages.filter(({ isPrivate }) => !isPrivate)) send(hub, message);
  const closed = messages.filter(({ isPrivate }) => isPrivate);
  for (const topic of new Set(closed.map((message) => message.topic))) {
    const isAllowed = await mayWrite(hub, sender, topic).catch(() => false);
    if (isAllowed) for (const message of closed) if (message.topic === topic) send(hub, message);
  }
  return ACCEPTED;
}

/** One message of the topic endpoint. */
export interface SingleMessage {
  topic: string;
  event: string;
  isPrivate: boolean;
  /** See `readPersist`. */
  persist: unknown;
  /** Of a JSON body; undefined for bytes. */
  json?: unknown;
  bytes: Buffer;
}

/** `POST /api/broadcast/{topic}/events/{event}`: one message, JSON or bytes. */
export async function broadcastSingle(hub: Hub, sender: Sender, message: SingleMessage): Promise<Reply> {
  const { topic, event, isPrivate, persist, json, bytes } = message;
  const size = externalSize(json === undefined ? bytes : json);
  const errors: FieldErrors = {
    ...(topic.trim() === '' ? { topic: [BLANK] } : {}),
    ...(event.trim() === '' ? { event: [BLANK] } : {}),
    ...(size > hub.maxPayloadBytes ? { payload: [TOO_LARGE] } : {}),
  };
  if (Object.keys(errors).length > 0) return { status: 422, body: { errors } };
  if (hub.rates.events.perSecond >= hub.settings.limits.eventsPerSecond) return RATE_EXCEEDED;
  if (isPrivate) {
    const refusal = await mayWrite(hub, sender, topic).then(
      (may) => (may ? null : { status: 403, body: { message: 'Unauthorized' } }),
      evaluationFailure,
    );
    if (refusal !== null) return refusal;
  }
  const encoding = json === undefined ? 'binary' : 'json';
  const data = json === undefined ? bytes : Buffer.from(termJson(json));
  const kept = isPrivate ? readPersist(persist) : null;
  const broadcast = { kind: 'user', event, encoding, data } as const;
  if (kept === null) {
    hub.distribute(topic, isPrivate, { ...broadcast, metadata: null }, null);
    return ACCEPTED;
  }
  try {
    const id = await hub.messages.keep({ topic, ...broadcast, ...kept });
    hub.distribute(topic, isPrivate, { ...broadcast, metadata: termJson({ id }), id }, null);
    return ACCEPTED;
  } catch (error) {
    hub.settings.log('warn', `${topic}: a message was not kept: ${messageOf(error)}`);
    return { status: 422, body: { message: 'The message could not be stored' } };
  }
}

function send(hub: Hub, { topic, event, payload, isPrivate, id }: Message): void {
  const meta = id === null ? {} : { meta: { id } };
  const json = termJson({ event, payload, type: 'broadcast', ...meta });
  hub.distribute(topic, isPrivate, { kind: 'json', json, ...(id === null ? {} : { id }) }, null);
}

async function mayWrite(hub: Hub, sender: Sender, topic: string): Promise<boolean> {
  const permissions = await hub.authorization.writable({ topic, ...sender });
  return permissions.broadcast === true;
}

function evaluationFailure(error: unknown): Reply {
  const unprocessable = (message: string): Reply => ({ status: 422, body: { message } });
  if (error instanceof PolicyError) return unprocessable('RLS policy error');
  if (error instanceof QueryCanceled) return unprocessable('Query canceled');
  if (error instanceof MissingPartition) return unprocessable('Missing messages partition');
  if (error instanceof DatabaseUnavailable) return unprocessable('Tenant database unavailable');
  throw error;
}

function parseBatch(hub: Hub, body: unknown): { messages: Message[] } | { errors: { messages: unknown[] } } {
  const list = isObject(body) ? (body.messages ?? []) : [];
  if (!Array.isArray(list) || !list.every(isObject)) return { errors: { messages: [INVALID] } };
  if (list.length === 0) return { errors: { messages: [BLANK] } };
  const errors = list.map((message) => errorsOf(hub, message));
  if (errors.some((fields) => Object.keys(fields).length > 0)) return { errors: { messages: errors } };
  return { messages: list.map(toMessage) };
}

function errorsOf(hub: Hub, { topic, event, payload, private: isPrivate, id }: Record<string, unknown>): FieldErrors {
  const text = (value: unknown): string | null => {
    if (value === undefined || value === null) return BLANK;
    if (typeof value !== 'string') return INVALID;
    return value.trim() === '' ? BLANK : null;
  };
  const fields: Record<string, string | null> = {
    event: text(event),
    id: id === undefined || id === null || typeof id === 'string' ? null : INVALID,
    payload: payloadError(hub, payload),
    private: FLAGS.has(isPrivate) ? null : INVALID,
    topic: text(topic),
  };
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, error]) => (error === null ? [] : [[name, [error]]])),
  );
}

function payloadError(hub: Hub, payload: unknown): string | null {
  if (payload === undefined || payload === null) return BLANK;
  if (!isObject(payload)) return INVALID;
  return externalSize(payload) > hub.maxPayloadBytes ? TOO_LARGE : null;
}

/** What counts as true and as false for `private`. */
const FLAGS = new Map<unknown, boolean>([
  ...(['true', '1', true] as const).map((value) => [value, true] as const),
  ...(['false', '0', false, '', null, undefined] as const).map((value) => [value, false] as const),
]);

function toMessage(value: Record<string, unknown>): Message {
  return {
    topic: value.topic as string,
    event: value.event as string,
    payload: value.payload as Record<string, unknown>,
    isPrivate: FLAGS.get(value.private) === true,
    id: typeof value.id === 'string' && value.id !== '' ? value.id : null,
  };
}
