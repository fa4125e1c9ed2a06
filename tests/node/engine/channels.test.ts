import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Batch, Command, Delivery, Engine, PresenceDelivery } from '../../../web/core/engine/engine.js';
import { wasmEngineOpener } from '../../../web/dist/core/engine/loadModule.js';
import { openLab, type Lab } from '../support/lab.js';
import { Recorder } from '../support/until.js';

let lab: Lab;
const engines: Engine[] = [];

beforeAll(async () => {
  lab = await openLab();
});

afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.dispose()));
});

afterAll(async () => {
  await lab.close();
});

interface Opened {
  batches: Recorder<Batch>;
  deliveries: Recorder<Delivery>;
  send(command: Command): void;
}

/** An engine of its own at the local backend. */
async function open(): Promise<Opened> {
  const batches = new Recorder<Batch>();
  const deliveries = new Recorder<Delivery>();
  const engine = await wasmEngineOpener({ wasm: null, numbered: false, transport: null }, 10_000)(
    {
      url: `${lab.backend.url.replace('http', 'ws')}/realtime/v1`,
      apikey: lab.backend.anonKey,
      tokenCallback: false,
      tuning: { backoffBaseMs: 20 },
    },
    (batch) => {
      batches.push(batch);
      for (const delivery of batch.deliveries) deliveries.push(delivery);
    },
    new AbortController().signal,
  );
  engines.push(engine);
  return {
    batches,
    deliveries,
    send: (command) => {
      engine.send(command);
    },
  };
}

const isLive =
  (id: number) =>
  (batch: Batch): boolean =>
    batch.control?.status?.channels?.some((status) => status.id === id && status.state === 'live') === true;

const isOutcome =
  (id: number) =>
  (batch: Batch): boolean =>
    batch.control?.pushes?.some((push) => push.id === id) === true;

const isPresence =
  (...kinds: string[]) =>
  (delivery: Delivery): boolean =>
    delivery.kind === 'presence' && delivery.changes.some(({ kind }) => kinds.includes(kind));

const unacknowledged = { persist: null, ack: false, timeoutMs: 10_000, everyMs: null };
const acknowledged = { ...unacknowledged, ack: true };
const plain = { json: false, id: null, replayed: false };

describe('channels over the module', () => {
  it('carry broadcasts of both kinds between two engines, acknowledged', async () => {
    const [one, two] = await Promise.all([open(), open()]);
    one.send({ kind: 'openChannel', id: 1, spec: { name: 'room' } });
    two.send({ kind: 'openChannel', id: 5, spec: { name: 'room' } });
    two.send({ kind: 'openChannel', id: 6, spec: { name: 'room', self: true } });
    await Promise.all([one.batches.first('live', isLive(1)), two.batches.first('live', isLive(6))]);
    const payload = JSON.stringify({ text: 'Zoë 🎉 "quoted" \\ \u0000', deep: [[1e21, -0]] });
    one.send({ kind: 'push', id: 1, channel: 1, event: 'é', payload, ...acknowledged });
    const text = await two.deliveries.first('the text', ({ kind }) => kind === 'broadcast');
    expect(text).toMatchObject({ kind: 'broadcast', channels: [5, 6], event: 'é' });
    expect(text).toMatchObject({ json: true, payload: new TextEncoder().encode(payload) });
    const answered = await one.batches.first('the answer', isOutcome(1));
    expect(answered.control?.pushes).toEqual([{ id: 1, outcome: 'ok', message: '' }]);

    const bytes = Uint8Array.from({ length: 70_000 }, (_, at) => at % 256);
    two.send({ kind: 'push', id: 2, channel: 6, event: 'b', payload: bytes, ...unacknowledged });
    const isBytes = (delivery: Delivery): boolean => delivery.kind === 'broadcast' && delivery.event === 'b';
    expect(await one.deliveries.first('the bytes', isBytes)).toEqual({
      ...{ kind: 'broadcast', channels: [1], event: 'b', payload: bytes, ...plain },
    });
    expect(two.deliveries.items.filter(isBytes)).toEqual([
      { kind: 'broadcast', channels: [5, 6], event: 'b', payload: bytes, ...plain },
    ]);
  });

  it('know who is present, also a handle that comes later', async () => {
    const [one, two] = await Promise.all([open(), open()]);
    one.send({ kind: 'openChannel', id: 1, spec: { name: 'who', presence: true, presenceKey: 'ann' } });
    two.send({ kind: 'openChannel', id: 5, spec: { name: 'who', presence: true, presenceKey: 'bob' } });
    await Promise.all([one.batches.first('live', isLive(1)), two.batches.first('live', isLive(5))]);
    one.send({ kind: 'track', channel: 1, payload: '{"name":"Ann"}' });
    const joined = await two.deliveries.first('a join', isPresence('join'));
    expect(joined).toMatchObject({ channels: [5], changes: [{ kind: 'join', key: 'ann' }] });
    const metas = JSON.parse((joined as PresenceDelivery).changes[0]?.metas ?? '') as unknown;
    expect(metas).toEqual([{ name: 'Ann', phx_ref: expect.any(String) as string }]);

    two.send({ kind: 'openChannel', id: 6, spec: { name: 'who' } });
    two.send({ kind: 'watchPresence', id: 6 });
    const shown = await two.deliveries.first(
      'the joins of now',
      (delivery) => 'channels' in delivery && delivery.channels.includes(6),
    );
    expect(shown).toMatchObject({ kind: 'presence', channels: [6], changes: [{ kind: 'join', key: 'ann' }] });

    one.send({ kind: 'untrack', channel: 1 });
    expect(await two.deliveries.first('a leave', isPresence('leave'))).toMatchObject({
      ...{ channels: [5, 6], changes: [{ kind: 'leave', key: 'ann' }] },
    });
  });

  it('share one socket with subscriptions, in the order of arrival', async () => {
    const engine = await open();
    engine.send({ kind: 'subscribe', id: 1, spec: { schema: 'public', table: 'bookings', event: '*' } });
    for (let at = 0; at < 20; at += 1) {
      engine.send({ kind: 'openChannel', id: 100 + at, spec: { name: `room${String(at)}`, presence: true } });
    }
    for (let at = 0; at < 20; at += 1) await engine.batches.first('live', isLive(100 + at));
    const subscribed = (batch: Batch): boolean =>
      batch.control?.status?.subscriptions?.some(({ state }) => state === 'live') === true;
    await engine.batches.first('the subscription live', subscribed);
    engine.send({ kind: 'stats' });
    const { control } = await engine.batches.first('stats', (batch) => batch.control?.stats !== undefined);
    expect(control?.stats).toMatchObject({ sockets: 1, channels: 21, subscriptions: 1 });
    await lab.db.query(
      "insert into bookings (business_id, client_name, service, starts_at) values (gen_random_uuid(), 'x', 'cut', now())",
    );
    await engine.deliveries.first('the change', ({ kind }) => kind === 'each');
  });

  it('come back after a cut, and report the gap', async () => {
    const engine = await open();
    engine.send({ kind: 'openChannel', id: 1, spec: { name: 'room' } });
    await engine.batches.first('live', isLive(1));
    engine.send({ kind: 'reconnectAll' });
    const { control } = await engine.batches.first('a gap', (batch) => batch.control?.channelGaps !== undefined);
    expect(control?.channelGaps).toMatchObject([{ channels: [1], code: 'USER_RECONNECT', healed: false }]);
  });

  it('refuse what can not be had, with words', async () => {
    const engine = await open();
    engine.send({ kind: 'openChannel', id: 1, spec: { name: 'room' } });
    engine.send({ kind: 'openChannel', id: 2, spec: { name: 'room', private: true } });
    const refused = await engine.batches.first(
      'a refusal',
      (batch) => batch.control?.status?.refusedChannels !== undefined,
    );
    expect(refused.control?.status?.refusedChannels).toEqual([2]);
    expect(refused.control?.status?.channels?.[0]).toMatchObject({
      ...{ id: 2, state: 'parked', code: 'INVALID_OPTION', retryable: false },
      message: expect.stringContaining('close') as string,
    });
  });
});
