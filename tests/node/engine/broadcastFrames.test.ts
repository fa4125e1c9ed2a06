import { afterEach, describe, expect, it } from 'vitest';
import { createRealtimeManager } from '../../../web/dist/core/index.js';
import type { Channel, RealtimeManager } from '../../../web/core/index.js';
import { Recorder } from '../support/until.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const TOPIC = 'realtime:room';

/** A server that accepts all that comes, and keeps the binary frames. */
class RoomSocket {
  static newest: RoomSocket | null = null;
  static onBytes: (() => void) | null = null;
  readonly pushes: Uint8Array[] = [];
  readyState = 0;
  binaryType = '';
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string | ArrayBuffer }) => void) | null = null;
  onclose: (() => void) | null = null;

  constructor() {
    RoomSocket.newest = this;
    queueMicrotask(() => {
      this.readyState = 1;
      this.onopen?.();
    });
  }

  send(data: string | Uint8Array): void {
    if (typeof data !== 'string') {
      this.pushes.push(data.slice());
      const [, joinLength = 0, refLength = 0] = data;
      const refs = decoder.decode(data.subarray(7, 7 + joinLength + refLength));
      this.#answer(refs.slice(0, joinLength), refs.slice(joinLength), TOPIC);
      RoomSocket.onBytes?.();
      return;
    }
    const [joinRef, ref, topic] = JSON.parse(data) as unknown[];
    this.#answer(joinRef, ref, topic);
  }

  #answer(joinRef: unknown, ref: unknown, topic: unknown): void {
    const reply = JSON.stringify([joinRef, ref, topic, 'phx_reply', { status: 'ok', response: {} }]);
    queueMicrotask(() => this.onmessage?.({ data: reply }));
  }

  receive(bytes: Uint8Array): void {
    this.onmessage?.({ data: bytes.slice().buffer });
  }

  close(): void {
    this.readyState = 3;
  }
}

const managers: RealtimeManager[] = [];

afterEach(async () => {
  RoomSocket.onBytes = null;
  await Promise.all(managers.splice(0).map((manager) => manager.dispose()));
});

function live(room: Channel): Promise<void> {
  return new Promise((resolve) => {
    room.onStatus(({ state }) => {
      if (state === 'live') resolve();
    });
    if (room.status().state === 'live') resolve();
  });
}

/** A live channel and its socket. */
async function join(
  options: { private?: boolean; self?: boolean } = {},
): Promise<{ room: Channel; socket: RoomSocket }> {
  const transport = RoomSocket as unknown as typeof WebSocket;
  const manager = createRealtimeManager({ url: 'ws://server/realtime/v1', apikey: 'k', logger: null, transport });
  managers.push(manager);
  const room = manager.channel('room', options);
  await live(room);
  if (RoomSocket.newest === null) throw new Error('no socket');
  return { room, socket: RoomSocket.newest };
}

function frameOf(event: string, payload: string | Uint8Array, meta = ''): Uint8Array {
  const fields = [TOPIC, event, meta].map((text) => encoder.encode(text));
  const isJson = typeof payload === 'string';
  const header = [4, ...fields.map(({ length }) => length), isJson ? 1 : 0];
  return Uint8Array.from([
    ...header,
    ...fields.flatMap((field) => [...field]),
    ...(isJson ? encoder.encode(payload) : payload),
  ]);
}

/** The parts of a push, after join_ref and ref. */
function readPush(bytes: Uint8Array): { event: string; meta: string; isJson: boolean; payload: Uint8Array } {
  const [kind, ...lengths] = bytes.subarray(0, 6);
  expect(kind).toBe(3);
  let at = 7;
  const [, , topic, event, meta] = lengths.map((length) => decoder.decode(bytes.subarray(at, (at += length))));
  expect(topic).toBe(TOPIC);
  return { event: event ?? '', meta: meta ?? '', isJson: bytes[6] === 1, payload: bytes.slice(at) };
}

describe('binary frames that arrive', () => {
  it('bring JSON as it was sent, whatever its letters and length', async () => {
    const { room, socket } = await join();
    const got: unknown[] = [];
    room.on('*', (payload, { event, id }) => got.push([event, id, payload]));
    const values = [null, '', 'é', '\ufeff', '🎉'.repeat(300), { a: ['"', '\\'] }, 'x'.repeat(700_000), 7];
    for (const value of values) {
      socket.receive(frameOf('e', JSON.stringify(value)));
      socket.receive(frameOf('né', JSON.stringify(value), `{"id":${JSON.stringify(`ü${String(got.length)}`)}}`));
    }
    expect(got).toEqual(
      values.flatMap((value, n) => [
        ['e', undefined, value],
        ['né', `ü${String(n * 2 + 1)}`, value],
      ]),
    );
  });

  it('bring bytes in memory of their own, the same to all handles', async () => {
    const { room, socket } = await join();
    const got: Uint8Array[] = [];
    const other = managers[0]?.channel('room') ?? room;
    for (const handle of [room, other]) handle.on('e', (payload) => got.push(payload as Uint8Array));
    await live(other);
    const bytes = Uint8Array.from({ length: 4_000 }, (_, n) => n & 255);
    socket.receive(frameOf('e', bytes));
    socket.receive(frameOf('e', new Uint8Array()));
    expect(got).toEqual([bytes, bytes, new Uint8Array(), new Uint8Array()]);
    expect(got.map(({ byteOffset, buffer }) => [byteOffset, buffer.byteLength])).toEqual([
      [0, 4_000],
      [0, 4_000],
      [0, 0],
      [0, 0],
    ]);
    expect(got[0]).toBe(got[1]);
  });

  it('are nothing when they end too early, whatever came before them', async () => {
    const { room, socket } = await join();
    const got: unknown[] = [];
    room.on('*', (payload) => got.push(payload));
    const whole = frameOf('event', '"payload"', '{"id":"1"}');
    const fieldsEnd = whole.length - 9;
    for (let length = 0; length < fieldsEnd; length += 1) {
      socket.receive(frameOf('other', '"earlier"'));
      socket.receive(whole.subarray(0, length));
    }
    expect(got).toEqual(Array.from({ length: fieldsEnd }, () => 'earlier'));
    socket.receive(whole);
    expect(got.at(-1)).toBe('payload');
  });

  it('stay as they are while their callbacks send, and the memory of the module grows', async () => {
    const { room, socket } = await join({ self: true });
    const got = new Recorder<unknown>();
    room.on('in', () => void room.send('out', 'ü'.repeat(1_500_000)));
    room.on('*', (payload, { event }) => {
      got.push([event, typeof payload === 'string' ? payload.length : payload]);
    });
    socket.receive(frameOf('in', '{"n":1}'));
    socket.receive(frameOf('in', '{"n":2}'));
    await got.until('all', ({ length }) => length === 4);
    expect(got.items).toEqual([
      ['in', { n: 1 }],
      ['out', 1_500_000],
      ['in', { n: 2 }],
      ['out', 1_500_000],
    ]);
  });
});

describe('binary frames that are sent', () => {
  it('carry event, payload and options as they are given', async () => {
    const { room, socket } = await join({ private: true });
    const bytes = Uint8Array.of(0, 255, 1);
    await room.send('plain', { a: 1 });
    await room.send('né🎉', 'ü"\\');
    await room.send('plain', bytes);
    await room.send('né', bytes, { persist: { ttlSeconds: 60 } });
    await room.send('kept', null, { persist: true });
    await room.send('long', 'é'.repeat(20_000));
    await room.send('short', 1);
    const json = (value: unknown): Uint8Array => encoder.encode(JSON.stringify(value));
    expect(socket.pushes.map(readPush)).toEqual([
      { event: 'plain', meta: '', isJson: true, payload: json({ a: 1 }) },
      { event: 'né🎉', meta: '', isJson: true, payload: json('ü"\\') },
      { event: 'plain', meta: '', isJson: false, payload: bytes },
      { event: 'né', meta: '{"persist":{"ttl":60}}', isJson: false, payload: bytes },
      { event: 'kept', meta: '{"persist":true}', isJson: true, payload: json(null) },
      { event: 'long', meta: '', isJson: true, payload: json('é'.repeat(20_000)) },
      { event: 'short', meta: '', isJson: true, payload: json(1) },
    ]);
  });

  it('are whole when the socket causes the next one while it takes one', async () => {
    const { room, socket } = await join();
    const sends: Promise<void>[] = [];
    let nested = 0;
    RoomSocket.onBytes = () => {
      if (nested === 3) return;
      nested += 1;
      sends.push(room.send(`nested ${String(nested)}`, 'x'.repeat(10_000 * nested)));
    };
    await room.send('first', 'first');
    await Promise.all(sends);
    expect(socket.pushes.map(readPush).map(({ event, payload }) => [event, payload.length])).toEqual([
      ['first', 7],
      ['nested 1', 10_002],
      ['nested 2', 20_002],
      ['nested 3', 30_002],
    ]);
  });

  it('settle at once what needs no answer, and in the order of the sends what does', async () => {
    const { room } = await join();
    const settled: string[] = [];
    const note = (name: string) => () => void settled.push(name);
    await Promise.all([
      room.send('e', 1, { ack: true }).then(note('acknowledged')),
      room.send('e', 2).then(note('sent')),
      room.send('e', 3, { latest: true }).then(note('latest')),
    ]);
    expect(settled).toEqual(['sent', 'latest', 'acknowledged']);
  });
});
