import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { GapReport } from '../../../web/core/api/gap.js';
import { batch, Bench, changeText, type ScriptedEngine } from '../support/scriptedEngine.js';

const nothing = (): void => undefined;
const FROM = 1_790_000_000_000;

function report(subscription: number, more: Partial<GapReport> = {}): GapReport {
  const common = { code: 'CONNECTION_LOST', message: 'closed', fromCommit: null, from: FROM, to: null } as const;
  return { id: 1, subscription, ...common, ...more };
}

/** All subscriptions of one key, as the core tells it: open, then over. */
function interrupt(engine: ScriptedEngine, subscriptions: readonly number[], id = 1): void {
  engine.control({ gaps: subscriptions.map((subscription) => report(subscription, { id })) });
  engine.control({ gaps: subscriptions.map((subscription) => report(subscription, { id, to: FROM + 500 })) });
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
});

afterEach(() => {
  vi.useRealTimers();
});

describe('a resync', () => {
  it('waits for what delivery windows hold, also where the engine answers later', async () => {
    const bench = new Bench({ resyncJitterMs: 0 });
    const order: string[] = [];
    const onResync = (): void => void order.push('fetched');
    const delivery = { mode: 'batch', everyMs: 1_000 } as const;
    const id = bench.manager.subscribe({ table: 'a', onResync, delivery }, () => void order.push('delivered'));
    const engine = await bench.open();
    engine.answersFlush = false;
    interrupt(engine, [id]);
    await vi.advanceTimersByTimeAsync(0);
    expect(engine.commands.at(-1)).toBe(`flush ${String(id)}`);
    expect(order).toEqual([]);
    engine.batch({ control: { flushed: [id] }, columnLists: [], deliveries: [batch([id], changeText({ id: 1 }))] });
    await vi.advanceTimersByTimeAsync(0);
    expect(order).toEqual(['delivered', 'fetched']);
  });

  it('is not called after its subscription has ended while a window was being flushed', async () => {
    const bench = new Bench({ resyncJitterMs: 0 });
    const onResync = vi.fn();
    const delivery = { mode: 'batch', everyMs: 1_000 } as const;
    const id = bench.manager.subscribe({ table: 'a', onResync, delivery }, nothing);
    const engine = await bench.open();
    engine.answersFlush = false;
    interrupt(engine, [id]);
    await vi.advanceTimersByTimeAsync(0);
    bench.manager.unsubscribe(id);
    engine.control({ flushed: [id] });
    await vi.advanceTimersByTimeAsync(0);
    expect(onResync).not.toHaveBeenCalled();
  });
});
