import { describe, expect, it, vi } from 'vitest';
import type { Gap, Resync } from 'switchboard-realtime';
import { fakeTime, tick } from '../support/fakeTime.js';
import { FROM, gapReport, interrupt } from '../support/gapReports.js';
import { Bench, changeText, each } from '../support/scriptedEngine.js';

const nothing = (): void => undefined;
const broken = (error: string) => each([1], changeText({ id: 1 }, 'UPDATE', { errors: [error] }));
const tooLarge = () => broken('Error 413: Payload Too Large');

fakeTime({ random: 1 });

describe('a listener of the manager that is removed while its turn is pending', () => {
  it('is not waited for: the gap is refetched when all others have succeeded, before or after', async () => {
    for (const jitterMs of [300, 0]) {
      const bench = new Bench({ resyncJitterMs: jitterMs });
      const outcomes: string[] = [];
      const onGap = ({ outcome }: Gap): void => void outcomes.push(outcome);
      bench.manager.subscribe({ table: 'a', onResync: nothing, onGap }, nothing);
      const off = bench.manager.onResync(() => new Promise(nothing));
      interrupt(await bench.open(), [1]);
      // With jitter neither has begun; without, its own has succeeded and the other hangs.
      await tick();
      expect(outcomes).toEqual(['unknown', 'unknown']);
      off();
      await tick(1_000);
      expect(outcomes).toEqual(['unknown', 'unknown', 'refetched']);
      expect(bench.manager.stats().gaps).toMatchObject({ over: 1, refetched: 1 });
      await bench.manager.dispose();
    }
  });

  it('leaves nothing when it was the only one: the gap is over, and nobody has refetched it', async () => {
    const bench = new Bench();
    const gaps: Gap[] = [];
    bench.manager.subscribe({ table: 'a', onGap: (gap) => gaps.push(gap) }, nothing);
    const off = bench.manager.onResync(nothing);
    const engine = await bench.open();
    engine.deliver(tooLarge());
    off();
    await tick(60_000);
    engine.deliver(tooLarge());
    expect(gaps.map(({ outcome }) => outcome)).toEqual(['unknown', 'unknown']);
    // If the first still waited for somebody, this would be more of it.
    expect(gaps[0]?.id).not.toBe(gaps[1]?.id);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('changes without their values', () => {
  it('make one gap longer for as long as fetching fails, and not a queue', async () => {
    const bench = new Bench({ resyncJitterMs: 0 });
    const gaps: Gap[] = [];
    const calls: Resync[] = [];
    let fails = true;
    const onResync = (resync: Resync): void => {
      calls.push(resync);
      if (fails) throw new Error('no network');
    };
    bench.manager.subscribe({ table: 'a', onResync, onGap: (gap) => gaps.push(gap) }, nothing);
    const engine = await bench.open();
    const began = Date.now();
    const committed = Date.parse('2026-11-22T10:11:12.345Z');
    for (let n = 0; n < 600; n += 1) {
      engine.deliver(tooLarge());
      await tick(1_000);
    }
    expect(new Set(gaps.map(({ id }) => id)).size).toBe(1);
    expect(Math.max(...calls.map((call) => call.gaps.length))).toBe(1);
    expect(gaps.at(-1)).toMatchObject({ from: committed, to: began + 599_000, outcome: 'unknown' });
    expect(gaps.filter(({ outcome }) => outcome === 'failed')).toHaveLength(1);
    engine.deliver(broken('Error 401: Unauthorized'));
    fails = false;
    await tick(30_000);
    expect(calls.at(-1)?.gaps.map(({ code }) => code)).toEqual(['PAYLOAD_TOO_LARGE', 'UNAUTHORIZED']);
    expect(gaps.slice(-2).map(({ outcome }) => outcome)).toEqual(['refetched', 'refetched']);
    expect(bench.manager.stats().gaps).toMatchObject({ opened: 2, over: 2, refetched: 2 });
    engine.deliver(tooLarge());
    expect(gaps.at(-1)?.id).not.toBe(gaps[0]?.id);
  });

  it('are not made good by a fetch that began before, and have the rows fetched with pauses', async () => {
    const bench = new Bench({ resyncJitterMs: 0 });
    const outcomes: string[] = [];
    const began: number[] = [];
    const start = Date.now();
    const onResync = (): Promise<void> => {
      began.push(Date.now() - start);
      return new Promise((resolve) => setTimeout(resolve, 100));
    };
    bench.manager.subscribe({ table: 'a', onResync, onGap: ({ outcome }) => outcomes.push(outcome) }, nothing);
    const engine = await bench.open();
    for (let n = 0; n < 50; n += 1) {
      engine.deliver(tooLarge());
      await tick(50);
    }
    expect(outcomes).not.toContain('refetched');
    expect(began).toEqual([0, 1_100, 2_200]);
    await tick(5_000);
    expect(outcomes.filter((outcome) => outcome === 'refetched')).toHaveLength(1);
    expect(outcomes.at(-1)).toBe('refetched');
  });
});

describe('a handler that fails for good', () => {
  it('is tried again alone: those that have succeeded are not called again', async () => {
    const bench = new Bench({ resyncJitterMs: 0 });
    const calls = { failing: 0, equal: 0, listener: 0 };
    const failing = (): never => {
      calls.failing += 1;
      throw new Error('for good');
    };
    const equal = (): void => void (calls.equal += 1);
    bench.manager.subscribe({ table: 'a', onResync: failing }, nothing);
    bench.manager.subscribe({ table: 'a', onResync: equal }, nothing);
    bench.manager.onResync(() => (calls.listener += 1));
    const engine = await bench.open();
    engine.control({ gaps: [1, 2].map((subscription) => gapReport(subscription, { to: FROM })) });
    await tick(600_000);
    expect(calls).toMatchObject({ equal: 1, listener: 1 });
    // At 0, 1, 3, 7, 15 and 31 s, then every 30 s.
    expect(calls.failing).toBe(24);
  });
});

it("a gap that is reported after its subscription has ended is nobody's", async () => {
  const bench = new Bench();
  const gaps: Gap[] = [];
  bench.manager.onGap((gap) => gaps.push(gap));
  const id = bench.manager.subscribe({ table: 'a', onResync: nothing }, nothing);
  const engine = await bench.open();
  bench.manager.unsubscribe(id);
  interrupt(engine, [id]);
  expect(gaps).toEqual([]);
  expect(bench.manager.stats().gaps).toMatchObject({ opened: 0, over: 0, resyncs: 0 });
});
