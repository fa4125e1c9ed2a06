import { readFileSync } from 'node:fs';
import { Serializer as PhoenixSerializer } from '@supabase/phoenix';
import { RealtimeClient } from '@supabase/realtime-js';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

/** One frame of tests/fixtures/binaryFrames.json; the core's own tests read and write the same. */
interface Sample {
  title: string;
  sender: 'client' | 'server';
  kind: number;
  joinRef: string;
  ref: string;
  topic: string;
  event: string;
  metadata: string;
  /** 0 for bytes, 1 for JSON, null where the kind has none. */
  encoding: 0 | 1 | null;
  /** In hexadecimal digits, as `frame`. */
  payload: string;
  frame: string;
}

const samples = JSON.parse(
  readFileSync(new URL('../../fixtures/binaryFrames.json', import.meta.url), 'utf8'),
) as readonly Sample[];
// Never connects: only what it encodes and decodes with is of use here.
const { serializer: userBroadcasts } = new RealtimeClient('ws://127.0.0.1:9', {
  params: { apikey: 'key' },
  transport: WebSocket as unknown as typeof globalThis.WebSocket,
});
const ofSender = (sender: Sample['sender']) => samples.filter((sample) => sample.sender === sender);

function bytes(hex: string): ArrayBuffer {
  return Uint8Array.from(Buffer.from(hex, 'hex')).buffer;
}

function payloadOf({ encoding, payload }: Sample): unknown {
  return encoding === 1 ? JSON.parse(Buffer.from(payload, 'hex').toString()) : bytes(payload);
}

/** The serializers are called back before they return. */
function result(run: (callback: (value: unknown) => unknown) => unknown): unknown {
  let value: unknown;
  run((got) => {
    value = got;
  });
  return value;
}

function encoded(sample: Sample): unknown {
  const refs = { join_ref: sample.joinRef, ref: sample.ref, topic: sample.topic };
  if (sample.kind === 0) {
    const message = { ...refs, event: sample.event, payload: bytes(sample.payload) };
    return result((callback) => PhoenixSerializer.encode(message, callback));
  }
  const metadata = sample.metadata === '' ? {} : (JSON.parse(sample.metadata) as object);
  const payload = { type: 'broadcast', event: sample.event, payload: payloadOf(sample), ...metadata };
  return result((callback) => userBroadcasts.encode({ ...refs, event: 'broadcast', payload }, callback));
}

function decoded(sample: Sample): unknown {
  const serializer = sample.kind === 4 ? userBroadcasts : PhoenixSerializer;
  return result((callback) => serializer.decode(bytes(sample.frame), callback));
}

function expected(sample: Sample): unknown {
  const { topic, event, joinRef, ref } = sample;
  const payload = payloadOf(sample);
  switch (sample.kind) {
    case 0:
      return { join_ref: joinRef, ref: null, topic, event, payload };
    case 1:
      return { join_ref: joinRef, ref, topic, event: 'phx_reply', payload: { status: event, response: payload } };
    case 2:
      return { join_ref: null, ref: null, topic, event, payload };
    default: {
      const meta = sample.metadata === '' ? {} : { meta: JSON.parse(sample.metadata) as unknown };
      const broadcast = { type: 'broadcast', event, payload, ...meta };
      return { join_ref: null, ref: null, topic, event: 'broadcast', payload: broadcast };
    }
  }
}

describe('the binary frames that the core is tested with', () => {
  it('have every kind of both sides', () => {
    expect(new Set(ofSender('client').map(({ kind }) => kind))).toEqual(new Set([0, 3]));
    expect(new Set(ofSender('server').map(({ kind }) => kind))).toEqual(new Set([0, 1, 2, 4]));
  });

  it.each(ofSender('client'))('are written so by the reference client: $title', (sample) => {
    expect(Buffer.from(encoded(sample) as ArrayBuffer).toString('hex')).toBe(sample.frame);
  });

  it.each(ofSender('server'))('are read so by the reference client: $title', (sample) => {
    expect(decoded(sample)).toEqual(expected(sample));
  });
});
