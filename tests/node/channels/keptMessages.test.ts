import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Channel } from '../../../web/core/index.js';
import { Bench, broadcast, channelDelta } from '../support/scriptedEngine.js';

type Engine = Awaited<ReturnType<Bench['open']>>;

afterEach(() => {
  vi.useRealTimers();
});

/** Two handles of one channel that are live, and what comes over them. */
async function openRoom(): Promise<{ one: Channel; engine: Engine; got: string[]; bench: Bench }> {
  const bench = new Bench();
  const got: string[] = [];
  const [one] = [1, 2].map((n) => {
    const handle = bench.manager.channel('room', { private: true });
    handle.on('*', (payload, { id = '', event }) => got.push(`${n}: ${event} ${JSON.stringify(payload)} ${id}`));
    return handle;
  });
  const engine = await bench.open();
  engine.status({ channels: [live(1), live(2)] });
  return { one: one as Channel, engine, got, bench };
}

function live(id: number): ReturnType<typeof channelDelta> {
  return channelDelta(id, { state: 'live', code: 'OK', presenceKey: 'key' });
}

function lost(id: number): ReturnType<typeof channelDelta> {
  return channelDelta(id, { state: 'pending', code: 'CONNECTION_LOST', presenceKey: 'key' });
}

const again = { id: 'm1', replayed: true } as const;

describe('a message that is sent with `persist`', () => {
  it('does not come again by replay to the handles that have had it, in whatever way the database writes it', async () => {
    const { one, engine, got } = await openRoom();
    void one.send('note', { text: 'é', list: [1, { b: 2, a: null }] }, { persist: true });
    void one.send('bytes', Uint8Array.of(1, 2), { persist: { ttlSeconds: 60 } });
    engine.deliver(broadcast([1, 2], 'note', { list: [1, { a: null, b: 2 }], text: 'é' }, again));
    engine.deliver(broadcast([1, 2], 'bytes', Uint8Array.of(1, 2), { ...again, id: 'm2' }));
    expect(got).toEqual([]);
  });

  it('hides nothing that others sent, also not in the same words', async () => {
    const { one, engine, got } = await openRoom();
    void one.send('note', { text: 'yes' }, { persist: true });
    engine.deliver(broadcast([1, 2], 'note', { text: 'yes' }, { id: 'm0' }));
    engine.deliver(broadcast([1, 2], 'note', { text: 'no' }, { ...again, id: 'm1' }));
    engine.deliver(broadcast([1, 2], 'other', { text: 'yes' }, { ...again, id: 'm2' }));
    engine.deliver(broadcast([1, 2], 'note', { text: 'yes' }, { ...again, id: 'm3' }));
    engine.deliver(broadcast([2], 'note', { text: 'yes' }, { ...again, id: 'm4' }));
    expect(got).toEqual([
      '1: note {"text":"yes"} m0',
      '2: note {"text":"yes"} m0',
      '1: note {"text":"no"} m1',
      '2: note {"text":"no"} m1',
      '1: other {"text":"yes"} m2',
      '2: other {"text":"yes"} m2',
      '2: note {"text":"yes"} m4',
    ]);
  });

  it('comes by replay to a handle of the same name that has another key, and so another channel', async () => {
    const { one, engine, got, bench } = await openRoom();
    bench.manager.channel('room', { private: true, presence: { key: 'other' } }).on('note', () => got.push('3: note'));
    engine.status({ channels: [channelDelta(3, { state: 'live', code: 'OK', presenceKey: 'other' })] });
    void one.send('note', 1, { persist: true });
    engine.deliver(broadcast([3], 'note', 1, again));
    expect(got).toEqual(['3: note']);
  });

  it('is forgotten when an interruption comes so much later that it will not be replayed', async () => {
    const { one, engine, got } = await openRoom();
    vi.useFakeTimers();
    const hear = (id: string): void => {
      engine.deliver(broadcast([1], 'note', 1, { ...again, id }));
    };
    void one.send('note', 1, { persist: true });
    vi.advanceTimersByTime(120_000);
    engine.status({ channels: [lost(1), lost(2)] });
    vi.advanceTimersByTime(600_000);
    engine.status({ channels: [live(1), live(2)] });
    hear('m1');
    expect(got).toEqual([]);
    void one.send('note', 1, { persist: true });
    vi.advanceTimersByTime(140_000);
    engine.status({ channels: [lost(1), lost(2)] });
    engine.status({ channels: [live(1), live(2)] });
    hear('m2');
    expect(got).toEqual(['1: note 1 m2']);
  });

  it('comes by replay to the other handles when it was rejected: the server may have it, and nobody here has had it', async () => {
    const { one, engine, got } = await openRoom();
    const sent = one.send('note', 1, { persist: true, ack: true });
    engine.control({ pushes: [{ id: 1, outcome: 'lost', message: 'The connection was lost.' }] });
    await expect(sent).rejects.toMatchObject({ code: 'SEND_LOST' });
    engine.deliver(broadcast([1, 2], 'note', 1, again));
    engine.deliver(broadcast([1, 2], 'note', 1, { ...again, id: 'm2' }));
    expect(got).toEqual(['2: note 1 m1', '1: note 1 m2', '2: note 1 m2']);
  });
});
