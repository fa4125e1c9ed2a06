import { afterEach, describe, expect, it, vi } from 'vitest';
import { Bench, changeText, each, turn } from '../support/scriptedEngine.js';

const nothing = (): void => undefined;

afterEach(() => {
  vi.useRealTimers();
});

describe('before the core has loaded', () => {
  it('asks for no engine until the first subscription', async () => {
    const bench = new Bench();
    bench.manager.status();
    bench.manager.onStatusChange(nothing);
    bench.manager.setAuth('token-1');
    bench.manager.reconnectAll();
    await turn();
    expect(bench.engines).toEqual([]);
  });

  it('returns an id at once and tells the engine when it opens', async () => {
    const bench = new Bench();
    expect(bench.manager.subscribe({ table: 'bookings' }, nothing)).toBe(1);
    expect(
      bench.manager.subscribe(
        { table: 'bookings', event: 'INSERT', filter: ' id=eq.1 ', select: ['id', 'id'] },
        nothing,
      ),
    ).toBe(2);
    expect(bench.manager.status().subscriptions.map((entry) => entry.state)).toEqual(['pending', 'pending']);
    expect(bench.manager.status().overall).toBe('connecting');
    const engine = await bench.open();
    expect(engine.commands).toEqual([
      'subscribe 1 {"schema":"public","table":"bookings","event":"*"}',
      'subscribe 2 {"schema":"public","table":"bookings","event":"INSERT","filter":"id=eq.1","select":["id"]}',
    ]);
  });

  it('sends the engine only what is still subscribed, the token first', async () => {
    const bench = new Bench();
    const first = bench.manager.subscribe({ table: 'a' }, nothing);
    bench.manager.subscribe({ table: 'b' }, nothing);
    bench.manager.unsubscribe(first);
    bench.manager.setAuth('token-1');
    const engine = await bench.open();
    expect(engine.commands).toEqual([
      'provideToken 0 token-1',
      'subscribe 2 {"schema":"public","table":"b","event":"*"}',
    ]);
  });

  it('gives back an engine that opens after dispose', async () => {
    const bench = new Bench();
    bench.manager.subscribe({ table: 'a' }, nothing);
    await turn();
    await bench.manager.dispose();
    const engine = await bench.open();
    expect(engine.disposed).toBe(true);
    expect(engine.commands).toEqual([]);
  });

  it('reports a core that does not load, and tries again by itself', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    const bench = new Bench();
    const notices: unknown[] = [];
    bench.manager.subscribe({ table: 'a' }, nothing, (status, detail) => notices.push([status, detail.code]));
    await bench.failToOpen('404');
    expect(bench.manager.status()).toMatchObject({
      overall: 'offline',
      subscriptions: [
        { state: 'retrying', code: 'LOAD_FAILED', message: 'The WebAssembly core could not be loaded: 404' },
      ],
    });
    expect(notices).toEqual([['CHANNEL_ERROR', 'LOAD_FAILED']]);
    vi.advanceTimersByTime(1_000);
    const engine = await bench.open();
    expect(bench.engines).toHaveLength(2);
    expect(engine.commands).toHaveLength(1);
  });

  it('rejects ready() with the reason, and tries at once when asked again', async () => {
    const bench = new Bench();
    const ready = expect(bench.manager.ready()).rejects.toMatchObject({ code: 'LOAD_FAILED', option: 'wasm' });
    await bench.failToOpen('no wasm here');
    await ready;
    const again = bench.manager.ready();
    await bench.open();
    await again;
    await bench.manager.dispose();
  });
});

describe('ending subscriptions', () => {
  it('ends one and no other, and all only without an argument', async () => {
    const bench = new Bench();
    for (const table of ['a', 'b', 'c']) bench.manager.subscribe({ table }, nothing);
    const engine = await bench.open();
    bench.manager.unsubscribeAll(2);
    bench.manager.unsubscribeAll(2);
    expect(bench.manager.status().subscriptions.map((entry) => entry.id)).toEqual([1, 3]);
    expect(() => {
      // @ts-expect-error an id that happens to be undefined must not end everything
      bench.manager.unsubscribeAll(undefined);
    }).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
    bench.manager.unsubscribeAll();
    expect(bench.manager.status().subscriptions).toEqual([]);
    expect(engine.commands.slice(3)).toEqual(['unsubscribe 2', 'unsubscribeAll']);
  });

  it('follows an AbortSignal, and lets go of it when ended otherwise', async () => {
    const bench = new Bench();
    const aborter = new AbortController();
    const seen: unknown[] = [];
    bench.manager.subscribe({ table: 'a', signal: aborter.signal }, (payload) => seen.push(payload));
    const engine = await bench.open();
    aborter.abort();
    engine.deliver(each([1], changeText({ id: 1 })));
    expect(seen).toEqual([]);
    expect(engine.commands.at(-1)).toBe('unsubscribe 1');

    const removed = vi.spyOn(AbortSignal.prototype, 'removeEventListener');
    const other = new AbortController();
    bench.manager.unsubscribe(bench.manager.subscribe({ table: 'a', signal: other.signal }, nothing));
    expect(removed).toHaveBeenCalledOnce();
    removed.mockRestore();

    const late = bench.manager.subscribe({ table: 'a', signal: AbortSignal.abort() }, nothing);
    expect(bench.manager.status().subscriptions).toEqual([]);
    expect(() => {
      bench.manager.unsubscribe(late);
    }).not.toThrow();
  });
});

describe('dispose', () => {
  it('ends callbacks, listeners and engine, twice without harm', async () => {
    const bench = new Bench();
    const seen: unknown[] = [];
    const id = bench.manager.subscribe(
      { table: 'a' },
      (payload) => seen.push(payload),
      (status) => seen.push(status),
    );
    bench.manager.onStatusChange((status) => seen.push(status));
    const engine = await bench.open();
    seen.length = 0;
    const first = bench.manager.dispose();
    expect(bench.manager.dispose()).toBe(first);
    await first;
    engine.deliver(each([1], changeText({ id: 1 })));
    engine.control({ tokenRequest: { request: 1 }, logs: [{ level: 'error', message: 'late' }] });
    await turn();
    expect(seen).toEqual([]);
    expect(bench.logged).toEqual([]);
    expect(bench.manager.status()).toMatchObject({ overall: 'idle', connections: [], subscriptions: [] });
    expect(bench.manager.stats()).toMatchObject({ subscriptions: 0, statusListeners: 0, pageListeners: 0, core: null });
    expect(() => {
      bench.manager.unsubscribe(id);
      bench.manager.unsubscribeAll();
    }).not.toThrow();
  });

  it('makes every later use a typed error', async () => {
    const bench = new Bench();
    await bench.manager.dispose();
    const disposed = expect.objectContaining({ code: 'DISPOSED' }) as Error;
    expect(() => bench.manager.subscribe({ table: 'a' }, nothing)).toThrow(disposed);
    expect(() => {
      bench.manager.reconnectAll();
    }).toThrow(disposed);
    expect(() => bench.manager.onStatusChange(nothing)).toThrow(disposed);
    expect(() => {
      bench.manager.setAuth('token');
    }).toThrow(disposed);
    await expect(bench.manager.ready()).rejects.toThrow(disposed);
  });

  it('rejects a ready() that is under way', async () => {
    const bench = new Bench();
    const ready = expect(bench.manager.ready()).rejects.toMatchObject({ code: 'DISPOSED' });
    await turn();
    await bench.manager.dispose();
    await bench.open();
    await ready;
  });
});
