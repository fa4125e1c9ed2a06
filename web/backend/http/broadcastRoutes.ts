import type { Hub } from '../realtime/hub.js';
import { isObject, termJson } from '../realtime/wire/termJson.js';
import type { Reply } from './respond.js';

interface Message {
  topic: string;
  event: string;
  payload: unknown;
  isPrivate: boolean;
}

/** `POST /api/broadcast`: several messages at once. */
export function broadcastBatch(hub: Hub, body: unknown): Reply {
  const list = isObject(body) && Array.isArray(body.messages) ? (body.messages as unknown[]) : [];
  const parsed = list.map(parseMessage);
  const errors = parsed.map((message) => ('errors' in message ? message.errors : {}));
  if (list.length === 0 || errors.some((error) => Object.keys(error).length > 0)) {
    return { status: 422, body: { errors: { messages: errors } } };
  }
  for (const message of parsed) {
    if ('errors' in message) continue;
    const { topic, event, payload, isPrivate } = message;
    hub.topics
      .find(topic, isPrivate)
      ?.broadcast({ kind: 'json', json: termJson({ event, payload, type: 'broadcast' }) }, null);
  }
  return { status: 202 };
}

/** `POST /api/broadcast/{topic}/events/{event}`: one message, JSON or bytes. */
export function broadcastSingle(
  hub: Hub,
  topic: string,
  event: string,
  isPrivate: boolean,
  isJson: boolean,
  data: Buffer,
): Reply {
  const encoding = isJson ? 'json' : 'binary';
  hub.topics.find(topic, isPrivate)?.broadcast({ kind: 'user', event, encoding, data, metadata: null }, null);
  return { status: 202 };
}

function parseMessage(value: unknown): Message | { errors: Record<string, string[]> } {
  const { topic, event, payload, private: isPrivate } = isObject(value) ? value : {};
  const errors: Record<string, string[]> = {};
  if (typeof topic !== 'string' || topic === '') errors.topic = ["can't be blank"];
  if (typeof event !== 'string' || event === '') errors.event = ["can't be blank"];
  if (payload === undefined || payload === null) errors.payload = ["can't be blank"];
  if (Object.keys(errors).length > 0) return { errors };
  return { topic: topic as string, event: event as string, payload, isPrivate: isPrivate === true };
}
