import { describe, expect, it } from 'vitest';
import type { Gap, Resync } from 'switchboard-realtime';
import { fakeTime, tick } from '../support/fakeTime.js';
import { FROM, gapReport, interrupt } from '../support/gapReports.js';
import { Bench, changeText, each } from '../support/scriptedEngine.js';

const nothing = (): void => undefined;

fakeTime();

/** Whoever fetches must not get afterwards what was held before: that would be older than what was fetched. */
describe('onResync of a paused subscription', () => {
  it('comes after the pause, when what was held has come; onGap reports at once', async () => {
    const bench = new Bench({ resyncJitterMs: 0 });
    const seen: unknown[] = [];
    const onGap = ({ id, over }: Gap): void => void seen.push(`gap ${id} ${over ? 'over' : 'open'}`);
    const onResync = ({ gaps }: Resync): void => void seen.push(`fetch for ${gaps.map(({ id }) => id).join(', ')}`);
    const id = bench.manager.subscribe({ table: 'a', onGap, onResync }, (change) => void seen.push(change.new));
    const engine = await bench.open();
    bench.manager.pause(id);
    interrupt(engine, [1], 1);
    interrupt(engine, [1], 2);
    await tick(60_000);
    expect(seen).toEqual(['gap 1 open', 'gap 1 over', 'gap 2 open', 'gap 2 over']);
    seen.length = 0;
    bench.manager.resume(id);
    engine.deliver(each([1], changeText({ id: 7 })));
    await tick();
    expect(seen).toEqual([{ id: 7 }, 'fetch for 1, 2', 'gap 1 over', 'gap 2 over']);
    expect(bench.manager.stats().gaps).toMatchObject({ resyncs: 1, refetched: 2 });
    await tick(60_000);
    expect(seen).toHaveLength(4);
  });

  it('is not held up for others that share the function', async () => {
    const bench = new Bench({ resyncJitterMs: 0 });
    const calls: number[][] = [];
    const onResync = ({ gaps }: Resync): void => void calls.push(gaps.map(({ subscription }) => subscription));
    const paused = bench.manager.subscribe({ table: 'a', onResync }, nothing);
    bench.manager.subscribe({ table: 'a', onResync }, nothing);
    const engine = await bench.open();
    engine.control({ gaps: [gapReport(1), gapReport(2)] });
    bench.manager.pause(paused);
    engine.control({ gaps: [gapReport(2, { to: FROM })] });
    await tick();
    expect(calls).toEqual([]); // that of the other is open
    engine.control({ gaps: [gapReport(1, { to: FROM })] });
    await tick();
    expect(calls).toEqual([[2]]);
    bench.manager.resume(paused);
    await tick();
    expect(calls).toEqual([[2], [1]]);
  });

  it('waits for the end of a gap that is open at the end of the pause', async () => {
    const bench = new Bench({ resyncJitterMs: 0 });
    const calls: number[] = [];
    const onResync = ({ gaps }: Resync): void => void calls.push(gaps.length);
    const id = bench.manager.subscribe({ table: 'a', onResync }, nothing);
    const engine = await bench.open();
    bench.manager.pause(id);
    interrupt(engine, [1], 1);
    engine.control({ gaps: [gapReport(1, { id: 2 })] });
    bench.manager.resume(id);
    await tick(60_000);
    expect(calls).toEqual([]);
    engine.control({ gaps: [gapReport(1, { id: 2, to: FROM })] });
    await tick();
    expect(calls).toEqual([2]);
  });

  it('is not called for polls either', async () => {
    const bench = new Bench({ resyncJitterMs: 0 });
    const reasons: string[] = [];
    const onResync = ({ reason }: Resync): void => void reasons.push(reason);
    const id = bench.manager.subscribe({ table: 'a', onResync }, nothing);
    const engine = await bench.open();
    bench.manager.pause(id);
    engine.control({ gaps: [gapReport(1)], polls: [1] });
    await tick();
    expect(reasons).toEqual([]);
    bench.manager.resume(id);
    engine.control({ polls: [1] });
    await tick();
    expect(reasons).toEqual(['poll']);
  });

  it('never comes for a subscription that ends while it is paused', async () => {
    const bench = new Bench({ resyncJitterMs: 0 });
    const calls: unknown[] = [];
    const id = bench.manager.subscribe({ table: 'a', onResync: (resync) => calls.push(resync) }, nothing);
    const engine = await bench.open();
    bench.manager.pause(id);
    interrupt(engine, [1]);
    bench.manager.unsubscribe(id);
    await tick(60_000);
    expect(calls).toEqual([]);
  });
});
