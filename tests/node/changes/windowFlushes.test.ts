import { describe, expect, it, vi } from 'vitest';
import { fakeTime, tick } from '../support/fakeTime.js';
import { interrupt } from '../support/gapReports.js';
import { batch, Bench, changeText } from '../support/scriptedEngine.js';

const nothing = (): void => undefined;

fakeTime();

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
    await tick();
    expect(engine.commands.at(-1)).toBe(`flush ${String(id)}`);
    expect(order).toEqual([]);
    engine.batch({ control: { flushed: [id] }, columnLists: [], deliveries: [batch([id], changeText({ id: 1 }))] });
    await tick();
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
    await tick();
    bench.manager.unsubscribe(id);
    engine.control({ flushed: [id] });
    await tick();
    expect(onResync).not.toHaveBeenCalled();
  });
});
