import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ChangePayload, DeliveryOption } from 'switchboard-realtime';
import { batch, Bench, changeText, each, notify } from '../support/scriptedEngine.js';

const nothing = (): void => undefined;

/** The last command's spec of the `delivery` that was asked for. */
async function specOf(delivery: DeliveryOption): Promise<unknown> {
  const bench = new Bench();
  bench.manager.subscribe({ table: 'bookings', delivery }, nothing);
  const engine = await bench.open();
  return (JSON.parse(engine.commands[0]?.replace('subscribe 1 ', '') ?? '') as { delivery?: unknown }).delivery;
}

function refusal(delivery: unknown): unknown {
  try {
    new Bench().manager.subscribe({ table: 'bookings', delivery: delivery as DeliveryOption }, nothing);
  } catch (error) {
    const { code, option, message } = error as { code: string; option: string; message: string };
    return { code, option, message };
  }
  return null;
}

describe('the option delivery', () => {
  it('reaches the core as it was given, and not at all for every change by itself', async () => {
    expect(await specOf('each')).toBeUndefined();
    expect(await specOf({ mode: 'each', payload: true })).toBeUndefined();
    expect(await specOf({ mode: 'each', payload: false })).toEqual({ mode: 'each', payload: false });
    expect(await specOf({ mode: 'debounce', waitMs: 50, maxWaitMs: 200, leading: true })).toEqual({
      mode: 'debounce',
      waitMs: 50,
      maxWaitMs: 200,
      leading: true,
    });
    expect(await specOf({ mode: 'throttle', everyMs: 50, payload: true })).toEqual({ mode: 'throttle', everyMs: 50 });
    expect(await specOf({ mode: 'batch', everyMs: 50, max: 10 })).toEqual({ mode: 'batch', everyMs: 50, max: 10 });
    expect(await specOf({ mode: 'batch', everyMs: 50, leading: true })).toEqual({
      mode: 'batch',
      everyMs: 50,
      leading: true,
    });
    expect(await specOf({ mode: 'latest', everyMs: 50 })).toEqual({ mode: 'latest', everyMs: 50 });
    expect(await specOf({ mode: 'latest', everyMs: 50, leading: true })).toMatchObject({ leading: true });
    expect(await specOf({ mode: 'latest', everyMs: 50, leading: false })).toEqual({ mode: 'latest', everyMs: 50 });
    expect(await specOf({ mode: 'latest', everyMs: 50, key: 'uid' })).toMatchObject({ key: ['uid'] });
    expect(await specOf({ mode: 'latest', everyMs: 50, key: ['a', 'b', 'a'] })).toMatchObject({ key: ['a', 'b'] });
  });

  it.each([
    ['batch', 'INVALID_OPTION', 'delivery'],
    [null, 'INVALID_OPTION', 'delivery'],
    [{}, 'MISSING_OPTION', 'mode'],
    [{ mode: 'sometimes' }, 'INVALID_OPTION', 'mode'],
    [{ mode: 'batch' }, 'MISSING_OPTION', 'everyMs'],
    [{ mode: 'debounce' }, 'MISSING_OPTION', 'waitMs'],
    [{ mode: 'debounce', waitMs: 0 }, 'INVALID_OPTION', 'waitMs'],
    [{ mode: 'debounce', waitMs: 1.5 }, 'INVALID_OPTION', 'waitMs'],
    [{ mode: 'debounce', waitMs: 100, maxWaitMs: 99 }, 'INVALID_OPTION', 'maxWaitMs'],
    [{ mode: 'debounce', waitMs: 100, leading: 'yes' }, 'INVALID_OPTION', 'leading'],
    [{ mode: 'throttle', everyMs: 100, max: 5 }, 'UNKNOWN_OPTION', 'max'],
    [{ mode: 'throttle', everyMs: 100, leading: true }, 'UNKNOWN_OPTION', 'leading'],
    [{ mode: 'latest', everyMs: 100, leading: 1 }, 'INVALID_OPTION', 'leading'],
    [{ mode: 'batch', everyMs: 100, max: 0 }, 'INVALID_OPTION', 'max'],
    [{ mode: 'batch', everyMs: 3_600_001 }, 'INVALID_OPTION', 'everyMs'],
    [{ mode: 'latest', everyMs: 100, key: [] }, 'INVALID_OPTION', 'key'],
    [{ mode: 'latest', everyMs: 100, key: [''] }, 'INVALID_OPTION', 'key'],
    [{ mode: 'latest', everyMs: 100, payload: 0 }, 'INVALID_OPTION', 'payload'],
  ])('refuses %j by naming %s %s', (delivery, code, option) => {
    expect(refusal(delivery)).toMatchObject({ code, option, message: expect.stringContaining(option) as string });
  });
});

describe('what onEvent gets', () => {
  it('is one payload, an array, or a count, as the option says', async () => {
    const bench = new Bench();
    const seen: unknown[] = [];
    bench.manager.subscribe({ table: 'a' }, (change: ChangePayload) => seen.push(change.new));
    bench.manager.subscribe(
      { table: 'a', delivery: { mode: 'batch', everyMs: 10 } },
      (changes: readonly ChangePayload[]) => seen.push(changes.map((change) => change.new)),
    );
    bench.manager.subscribe(
      { table: 'a', delivery: { mode: 'throttle', everyMs: 10, payload: false } },
      (changes: { count: number }) => seen.push(changes),
    );
    const engine = await bench.open();
    engine.deliver(
      each([1], changeText({ id: 1 })),
      batch([2], changeText({ id: 1 }), changeText({ id: 2 })),
      notify([3], 2),
    );
    expect(seen).toEqual([{ id: 1 }, [{ id: 1 }, { id: 2 }], { count: 2 }]);
    expect(bench.manager.stats().eventCalls).toBe(3);
  });

  it('is parsed by one call and shared by all subscribers of a batch', async () => {
    const bench = new Bench();
    const batches: unknown[] = [];
    const delivery = { mode: 'batch', everyMs: 10 } as const;
    for (const _ of [1, 2, 3]) {
      bench.manager.subscribe({ table: 'a', delivery }, (changes: readonly ChangePayload[]) => batches.push(changes));
    }
    const engine = await bench.open();
    const texts = [1, 2, 3].map((id) => changeText({ id }));
    const parse = vi.spyOn(JSON, 'parse');
    engine.deliver(batch([1, 2, 3], ...texts));
    expect(parse).toHaveBeenCalledTimes(1);
    parse.mockRestore();
    expect(batches).toHaveLength(3);
    expect(new Set(batches).size).toBe(1);
  });

  it('comes one by one after a pause where every change comes by itself, until one of the calls ends it', async () => {
    const bench = new Bench();
    const seen: unknown[] = [];
    const id = bench.manager.subscribe({ table: 'a' }, (change: ChangePayload) => {
      seen.push(change.new.id);
      if (change.new.id === 1) throw new Error('mine');
      if (change.new.id === 2) bench.manager.unsubscribe(id);
    });
    const engine = await bench.open();
    engine.deliver(batch([1], ...[1, 2, 3].map((row) => changeText({ id: row }))));
    expect(seen).toEqual([1, 2]);
    expect(bench.manager.stats().callbackErrors).toBe(1);
  });

  it('has the type that a conflated change comes to', async () => {
    const bench = new Bench();
    const seen: string[] = [];
    bench.manager.subscribe(
      { table: 'a', delivery: { mode: 'latest', everyMs: 10 } },
      (changes: readonly ChangePayload[]) => {
        seen.push(...changes.map((change) => change.eventType));
      },
    );
    const engine = await bench.open();
    // The core writes the type again after the data of the last change.
    const update = changeText({ id: 1 }, 'UPDATE').replace('"errors":null}', '"errors":null,"type":"INSERT"}');
    engine.deliver(batch([1], update));
    expect(seen).toEqual(['INSERT']);
  });

  it('can not be read by itself without disturbing the rest', async () => {
    const bench = new Bench();
    const seen: unknown[] = [];
    bench.manager.subscribe({ table: 'a' }, (change: ChangePayload) => seen.push(change.new));
    const engine = await bench.open();
    engine.deliver(each([1], '{"data":', changeText({ id: 2 })));
    expect(seen).toEqual([{ id: 2 }]);
    expect(bench.logged[0]).toMatchObject({
      level: 'warn',
      message: expect.stringContaining('subscription 1') as string,
    });
  });
});

describe('pausing', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('is passed to the core, now or when it opens, and only when it changes', async () => {
    const bench = new Bench();
    const id = bench.manager.subscribe({ table: 'a' }, nothing);
    bench.manager.pause(id);
    const engine = await bench.open();
    bench.manager.pause(id);
    bench.manager.resume(id);
    bench.manager.resume(id);
    expect(engine.commands.slice(1)).toEqual(['pause 1', 'resume 1']);
    bench.manager.unsubscribe(id);
    bench.manager.pause(id);
    expect(engine.commands.at(-1)).toBe('unsubscribe 1');
    expect(() => {
      bench.manager.pause(99);
    }).toThrow(expect.objectContaining({ code: 'UNKNOWN_SUBSCRIPTION' }));
  });

  it('follows the page for those that asked for it, and leaves alone what the application paused', async () => {
    const window = new EventTarget();
    const page = Object.assign(new EventTarget(), { visibilityState: 'hidden' });
    vi.stubGlobal('addEventListener', window.addEventListener.bind(window));
    vi.stubGlobal('removeEventListener', window.removeEventListener.bind(window));
    vi.stubGlobal('document', page);
    vi.stubGlobal('navigator', { onLine: true });
    const show = (state: string): void => {
      page.visibilityState = state;
      page.dispatchEvent(new Event('visibilitychange'));
    };
    const bench = new Bench();
    bench.manager.subscribe({ table: 'a', pauseWhenHidden: true }, nothing);
    bench.manager.subscribe({ table: 'b' }, nothing);
    bench.manager.subscribe({ table: 'c', pauseWhenHidden: true }, nothing);
    const engine = await bench.open();
    const pauses = (): string[] => engine.commands.filter((command) => /^(?:pause|resume)/u.test(command));
    expect(pauses()).toEqual(['pause 1', 'pause 3']);
    bench.manager.pause(3);
    bench.manager.pause(2);
    show('visible');
    expect(pauses().slice(2)).toEqual(['pause 2', 'resume 1']);
    bench.manager.resume(3);
    show('hidden');
    bench.manager.resume(3);
    expect(pauses().slice(4)).toEqual(['resume 3', 'pause 1', 'pause 3']);
    await bench.manager.dispose();
  });
});
