import { describe, expect, it } from 'vitest';
import type { StatusSnapshot } from 'switchboard-realtime';
import { Bench, subscriptionDelta, turn } from '../support/scriptedEngine.js';

const nothing = (): void => undefined;

describe('the status snapshot', () => {
  it('is the same object until something changes, and shares what did not', async () => {
    const bench = new Bench();
    bench.manager.subscribe({ table: 'a' }, nothing);
    bench.manager.subscribe({ table: 'b', filter: 'id=eq.1' }, nothing);
    const engine = await bench.open();
    engine.status({ overall: 'live', since: 7, subscriptions: [subscriptionDelta(1), subscriptionDelta(2)] });
    const before = bench.manager.status();
    expect(before).toMatchObject({ overall: 'live', since: 7 });
    expect(before.subscriptions[1]).toEqual({
      ...subscriptionDelta(2),
      schema: 'public',
      table: 'b',
      event: '*',
      filter: 'id=eq.1',
    });
    expect(bench.manager.status()).toBe(before);

    engine.status({ subscriptions: [subscriptionDelta(1)], overall: 'live', since: 8 });
    expect(bench.manager.status()).toBe(before);

    engine.status({ subscriptions: [subscriptionDelta(2, { state: 'retrying', code: 'JOIN_TIMEOUT' })] });
    const after = bench.manager.status();
    expect(after).not.toBe(before);
    expect(after.subscriptions[0]).toBe(before.subscriptions[0]);
    expect(after.subscriptions[1]).not.toBe(before.subscriptions[1]);
    expect(after.connections).toBe(before.connections);
    expect(
      Object.isFrozen(after) && Object.isFrozen(after.subscriptions) && Object.isFrozen(after.subscriptions[0]),
    ).toBe(true);
  });

  it('keeps its identity over mere counting; stats() has the fresh figures', async () => {
    const bench = new Bench();
    bench.manager.subscribe({ table: 'a' }, nothing);
    const engine = await bench.open();
    let calls = 0;
    bench.manager.onStatusChange(() => (calls += 1));
    const before = bench.manager.status();
    engine.status({ counters: { framesIn: 5 } });
    expect(bench.manager.status()).toBe(before);
    expect(calls).toBe(0);
    engine.framesIn = 6;
    expect(bench.manager.stats().counters.framesIn).toBe(6);
    engine.status({ overall: 'live' });
    expect(bench.manager.status().counters.framesIn).toBe(5);
  });

  it('tells listeners once per turn, with the snapshot, until they stop', async () => {
    const bench = new Bench();
    const seen: StatusSnapshot[] = [];
    const off = bench.manager.onStatusChange((status) => seen.push(status));
    bench.manager.subscribe({ table: 'a' }, nothing);
    bench.manager.subscribe({ table: 'b' }, nothing);
    await turn();
    expect(seen).toHaveLength(1);
    expect(seen[0]).toBe(bench.manager.status());
    const engine = await bench.open();
    off();
    engine.status({ overall: 'live' });
    expect(seen).toHaveLength(1);
  });

  it('drops connections and subscriptions that are gone, and late words about them', async () => {
    const bench = new Bench();
    const id = bench.manager.subscribe({ table: 'a' }, nothing);
    const engine = await bench.open();
    const connection = {
      id: 1,
      state: 'open',
      since: 1,
      attempts: 0,
      nextRetryAt: null,
      code: 'OK',
      message: '',
      rttMs: null,
      channels: 1,
      pulse: null,
    } as const;
    engine.status({ overall: 'live', connections: [connection], subscriptions: [subscriptionDelta(id)] });
    expect(bench.manager.status().connections).toEqual([connection]);
    bench.manager.unsubscribe(id);
    engine.status({ subscriptions: [subscriptionDelta(id)], removedConnections: [1], overall: 'idle' });
    expect(bench.manager.status()).toMatchObject({ overall: 'idle', connections: [], subscriptions: [] });
  });
});

describe('the verdict on subscriptions of which the core refuses some', () => {
  const refusal = (id: number) => ({
    subscriptions: [subscriptionDelta(id, { state: 'parked', code: 'INVALID_OPTION', retryable: false })],
    refused: [id],
  });

  it('is offline when there is no other, and idle again without it', async () => {
    const bench = new Bench();
    const id = bench.manager.subscribe({ table: 'a' }, nothing);
    expect(bench.manager.status().overall).toBe('connecting');
    const engine = await bench.open();
    engine.status(refusal(id));
    expect(bench.manager.status()).toMatchObject({ overall: 'offline', subscriptions: [{ state: 'parked' }] });
    bench.manager.unsubscribe(id);
    expect(bench.manager.status()).toMatchObject({ overall: 'idle', subscriptions: [] });
    bench.manager.subscribe({ table: 'b' }, nothing);
    expect(bench.manager.status().overall).toBe('connecting');
  });

  it('is that of the core on the others, but never live', async () => {
    const bench = new Bench();
    const [refused, good] = ['a', 'b'].map((table) => bench.manager.subscribe({ table }, nothing)) as [number, number];
    const engine = await bench.open();
    engine.status(refusal(refused));
    expect(bench.manager.status().overall).toBe('connecting');
    engine.status({ overall: 'live', since: 7, subscriptions: [subscriptionDelta(good)] });
    expect(bench.manager.status().overall).toBe('partial');
    bench.manager.unsubscribe(refused);
    expect(bench.manager.status().overall).toBe('live');
  });
});
