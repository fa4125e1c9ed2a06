import { describe, expect, it, vi } from 'vitest';
import type { Gap, GapOutcome, Resync } from 'switchboard-realtime';
import { changeLine } from '../../../web/cli/listen/outputLines.js';
import { fakeTime, tick } from '../support/fakeTime.js';
import { FROM, gapReport, interrupt } from '../support/gapReports.js';
import { batch, Bench, changeText, each, notify } from '../support/scriptedEngine.js';

const nothing = (): void => undefined;

const reported = (gaps: readonly Gap[]): [number, boolean, GapOutcome][] =>
  gaps.map(({ subscription, over, outcome }) => [subscription, over, outcome]);

fakeTime();

describe('a gap', () => {
  it('is reported to its subscription when it opens and when it is over, and to every listener', async () => {
    const bench = new Bench();
    const own: Gap[] = [];
    const all: Gap[] = [];
    bench.manager.subscribe({ table: 'a', onGap: (gap) => own.push(gap) }, nothing);
    bench.manager.subscribe({ table: 'b' }, nothing);
    const off = bench.manager.onGap((gap) => all.push(gap));
    const engine = await bench.open();
    interrupt(engine, [1, 2]);
    expect(own).toEqual([
      { ...gapReport(1), over: false, outcome: 'unknown' },
      { ...gapReport(1, { to: FROM + 500 }), over: true, outcome: 'unknown' },
    ]);
    expect(reported(all)).toEqual([
      [1, false, 'unknown'],
      [2, false, 'unknown'],
      [1, true, 'unknown'],
      [2, true, 'unknown'],
    ]);
    off();
    engine.control({ gaps: [gapReport(1, { id: 2, to: FROM, code: 'OVERFLOW' })] });
    expect(own.at(-1)).toMatchObject({ id: 2, code: 'OVERFLOW', over: true });
    expect(all).toHaveLength(4);
    expect(bench.manager.stats().gaps).toMatchObject({ opened: 3, over: 3, refetched: 0 });
  });

  it('is one for a change without its values, reported after the change', async () => {
    const bench = new Bench();
    const seen: unknown[] = [];
    const onGap = ({ code, fromCommit, from, to, over }: Gap): void => {
      seen.push({ code, fromCommit, over });
      // The interval holds the time of the commit.
      expect([from, (to ?? 0) >= from]).toEqual([Date.parse(fromCommit ?? ''), true]);
    };
    bench.manager.subscribe({ table: 'a', onGap }, (change) => seen.push(change.errors));
    bench.manager.subscribe({ table: 'a', onGap, delivery: { mode: 'batch', everyMs: 9 } }, nothing);
    const engine = await bench.open();
    const broken = changeText({ id: 1 }, 'INSERT', { errors: ['Error 413: Payload Too Large'] });
    const refused = changeText({}, 'INSERT', { errors: ['Error 401: Unauthorized'] });
    engine.deliver(each([1], broken), batch([2], changeText({ id: 1 }), refused));
    const fromCommit = '2026-11-22T10:11:12.345Z';
    expect(seen).toEqual([
      ['Error 413: Payload Too Large'],
      { code: 'PAYLOAD_TOO_LARGE', fromCommit, over: true },
      { code: 'UNAUTHORIZED', fromCommit, over: true },
    ]);
    engine.deliver(notify([1], 1), each([1], changeText({ id: 2 })));
    expect(bench.manager.stats().gaps.opened).toBe(2);
  });

  it('of a change without its values contains the commit of that, or all since the subscription began', async () => {
    vi.setSystemTime(FROM);
    const bench = new Bench();
    const gaps: Gap[] = [];
    bench.manager.subscribe({ table: 'a', onGap: (gap) => gaps.push(gap) }, nothing);
    const engine = await bench.open();
    for (const clock of [FROM + 60_000, FROM - 3_600_000, FROM + 3_600_000]) {
      vi.setSystemTime(clock);
      gaps.length = 0;
      const at = FROM + 59_500;
      const commit_timestamp = new Date(at).toISOString();
      const tooLarge = changeText({ id: 1 }, 'UPDATE', { errors: ['Error 413: Payload Too Large'], commit_timestamp });
      const refused = changeText({}, 'INSERT', { errors: ['Error 401: Unauthorized'], commit_timestamp: '' });
      engine.deliver(each([1], tooLarge, refused));
      expect(gaps.map(({ fromCommit }) => fromCommit)).toEqual([commit_timestamp, null]);
      expect(gaps.filter(({ from, to }) => from <= at && at <= (to ?? 0))).toContain(gaps[0]);
      expect(gaps[1]?.from).toBe(FROM);
    }
  });

  it('is one for a delivery that can not be read, and disturbs nobody else', async () => {
    const bench = new Bench({ resyncJitterMs: 0 });
    const seen: unknown[] = [];
    const onGap = (gap: Gap): void => void seen.push(gap);
    const onEvent = (change: { new: { id?: number } }): void => void seen.push(change.new.id);
    const delivery = { mode: 'batch', everyMs: 9 } as const;
    const resyncs: Resync[] = [];
    vi.setSystemTime(FROM);
    bench.manager.subscribe({ table: 'a', onGap, onResync: (resync) => resyncs.push(resync) }, onEvent);
    bench.manager.subscribe({ table: 'a', onGap, delivery }, (changes) => seen.push(changes.length));
    bench.manager.subscribe({ table: 'a', onGap, delivery: { ...delivery, payload: false } }, nothing);
    bench.manager.subscribe({ table: 'b', onGap }, onEvent);
    const engine = await bench.open();
    const commit_timestamp = '2026-09-01T10:11:12.345Z';
    const good = changeText({ id: 1 }, 'INSERT', { commit_timestamp });
    engine.deliver(each([1], good), batch([2], good, good));
    vi.setSystemTime(FROM + 10_000);
    const broken = changeText({ id: 2 }).replace('"id":2', '"id":2x');
    const common = { code: 'PAYLOAD_INVALID', fromCommit: commit_timestamp, to: FROM + 10_000, over: true };
    seen.length = 0;
    engine.deliver(each([1], broken), batch([2], good, broken), notify([3], 1), each([4], changeText({ id: 3 })));
    expect(seen).toEqual([
      3,
      // It was committed after what came before, give or take what commits are out of order.
      expect.objectContaining({ ...common, subscription: 1, from: Date.parse(commit_timestamp) - 1_000 }),
      expect.objectContaining({ ...common, subscription: 2, from: Date.parse(commit_timestamp) - 1_000 }),
    ]);
    await tick(1);
    expect(resyncs).toMatchObject([{ reason: 'gap', gaps: [{ subscription: 1, code: 'PAYLOAD_INVALID' }] }]);
    expect(bench.manager.stats()).toMatchObject({ callbackErrors: 0, gaps: { opened: 2, over: 2, refetched: 1 } });
    expect(bench.logged.filter(({ level }) => level === 'warn')).toHaveLength(2);
  });

  it('is one for whatever the server sends in place of a change', async () => {
    const bench = new Bench();
    const gaps: Gap[] = [];
    const got: unknown[] = [];
    bench.manager.subscribe({ table: 'a', onGap: (gap) => gaps.push(gap) }, (change) => got.push(change));
    const id = bench.manager.subscribe({ table: 'a', onGap: (gap) => gaps.push(gap) }, nothing);
    const engine = await bench.open();
    const texts = ['', '{', 'null', '[]', '{"data":null}', '{"data":{}}', '{"data":{"type":"TRUNCATE"}}'];
    const odd = ['{"data":{"type":"INSERT","columns":[null],"record":{}}}', '{"data":{"type":"INSERT","columns":"x"}}'];
    bench.manager.unsubscribe(id);
    engine.deliver(each([1, id], ...texts, ...odd));
    expect(got).toEqual([]);
    expect(gaps.map(({ subscription, code, fromCommit }) => [subscription, code, fromCommit])).toEqual(
      [...texts, ...odd].map(() => [1, 'PAYLOAD_INVALID', null]),
    );
    expect(new Set(gaps.map((gap) => gap.id)).size).toBe(gaps.length);
  });

  it('is one for a text that its reader can not read', async () => {
    const bench = new Bench();
    const gaps: Gap[] = [];
    const off = bench.manager.onGap((gap) => gaps.push(gap));
    bench.manager.subscribeText({ table: 'a' }, (text) => changeLine(new Date(), 1, text));
    const engine = await bench.open();
    engine.deliver(each([1], '{"data":', '{}', changeText({ id: 1 })));
    expect(gaps.map(({ code }) => code)).toEqual(['PAYLOAD_INVALID', 'PAYLOAD_INVALID']);
    expect(bench.manager.stats().callbackErrors).toBe(0);
    off();
  });

  it('is not reported to a subscription that has ended, and one that throws stops no other', async () => {
    const bench = new Bench();
    const heard: number[] = [];
    bench.manager.subscribe(
      {
        table: 'a',
        onGap: () => {
          bench.manager.unsubscribe(2);
          throw new Error('mine');
        },
      },
      nothing,
    );
    bench.manager.subscribe({ table: 'a', onGap: ({ subscription }) => heard.push(subscription) }, nothing);
    bench.manager.subscribe({ table: 'a', onGap: ({ subscription }) => heard.push(subscription) }, nothing);
    const engine = await bench.open();
    engine.control({ gaps: [1, 2, 3].map((id) => gapReport(id)) });
    expect(heard).toEqual([3]);
    expect(bench.manager.stats().callbackErrors).toBe(1);
  });
});

describe('resync', () => {
  it('runs once per key and interruption, when it is over, jittered, and its success is reported', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
    const bench = new Bench();
    const gaps: Gap[] = [];
    const calls: Resync[] = [];
    const onResync = (resync: Resync): void => void calls.push(resync);
    for (const _ of [1, 2]) {
      bench.manager.subscribe({ table: 'a', filter: 'x=eq.1', onResync, onGap: (gap) => gaps.push(gap) }, nothing);
    }
    bench.manager.subscribe({ table: 'b', onResync }, nothing);
    const engine = await bench.open();
    engine.control({ gaps: [gapReport(1), gapReport(2)] });
    await tick(60_000);
    expect(calls).toEqual([]);
    engine.control({ gaps: [1, 2].map((id) => gapReport(id, { to: FROM + 9 })) });
    await tick(499);
    expect(calls).toEqual([]);
    await tick(1);
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatchObject({
      reason: 'gap',
      schema: 'public',
      table: 'a',
      filter: 'x=eq.1',
      subscriptions: [1, 2],
    });
    expect(calls[0]?.gaps.map(({ id, subscription }) => [id, subscription])).toEqual([
      [1, 1],
      [1, 2],
    ]);
    expect(reported(gaps).slice(4)).toEqual([
      [1, true, 'refetched'],
      [2, true, 'refetched'],
    ]);
    expect(bench.manager.stats().gaps).toMatchObject({
      opened: 2,
      over: 2,
      refetched: 2,
      resyncs: 1,
      resyncFailures: 0,
    });
  });

  it('of the manager runs for every key, and both must succeed', async () => {
    const bench = new Bench({ resyncJitterMs: 0 });
    const tables: string[] = [];
    const outcomes: GapOutcome[] = [];
    let release: () => void = nothing;
    const slow = (): Promise<void> => new Promise((resolve) => (release = resolve));
    bench.manager.subscribe({ table: 'a', onResync: slow, onGap: ({ outcome }) => outcomes.push(outcome) }, nothing);
    bench.manager.subscribe({ table: 'b' }, nothing);
    bench.manager.subscribe({ table: 'b' }, nothing);
    const off = bench.manager.onResync(({ table }) => tables.push(table));
    const engine = await bench.open();
    interrupt(engine, [1, 2, 3]);
    await tick();
    expect(tables).toEqual(['a', 'b']);
    expect(outcomes).toEqual(['unknown', 'unknown']);
    release();
    await tick();
    expect(outcomes).toEqual(['unknown', 'unknown', 'refetched']);
    off();
    interrupt(engine, [2, 3], 2);
    await tick();
    expect(tables).toHaveLength(2);
  });

  it('that fails, rejects or hangs is reported once and tried again with backoff until it succeeds', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(1);
    const bench = new Bench({ resyncJitterMs: 0, resyncTimeoutMs: 5_000 });
    const outcomes: GapOutcome[] = [];
    const times: number[] = [];
    const start = Date.now();
    const answers = [
      (): never => {
        throw new Error('sync');
      },
      () => Promise.reject(new Error('async')),
      ({ signal }: Resync) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            reject(new Error('too late to matter'));
          });
        }),
      nothing,
    ];
    const onResync = (resync: Resync): unknown => {
      times.push(Date.now() - start);
      return answers[times.length - 1]?.(resync);
    };
    bench.manager.subscribe({ table: 'a', onResync, onGap: ({ outcome }) => outcomes.push(outcome) }, nothing);
    const engine = await bench.open();
    interrupt(engine, [1]);
    await tick(60_000);
    expect(times).toEqual([0, 1_000, 3_000, 12_000]);
    expect(outcomes).toEqual(['unknown', 'unknown', 'failed', 'refetched']);
    expect(bench.manager.stats().gaps).toMatchObject({ resyncs: 4, resyncFailures: 3, refetched: 1 });
    expect(bench.logged.filter(({ level }) => level === 'error')).toHaveLength(3);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('never runs twice at once, and runs again for a gap that is over after it began', async () => {
    const bench = new Bench({ resyncJitterMs: 0 });
    const releases: (() => void)[] = [];
    const covered: number[][] = [];
    const onResync = ({ gaps }: Resync): Promise<void> => {
      covered.push(gaps.map(({ id }) => id));
      return new Promise((resolve) => releases.push(resolve));
    };
    bench.manager.subscribe({ table: 'a', onResync }, nothing);
    const engine = await bench.open();
    interrupt(engine, [1], 1);
    await tick();
    interrupt(engine, [1], 2);
    interrupt(engine, [1], 3);
    await tick(1_000);
    expect(covered).toEqual([[1]]);
    releases[0]?.();
    await tick();
    expect(covered).toEqual([[1], [2, 3]]);
    releases[1]?.();
    await tick();
    expect(bench.manager.stats().gaps.refetched).toBe(3);
  });

  it('waits while another gap is open, also for its retries', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(1);
    const bench = new Bench();
    const calls: number[] = [];
    const onResync = ({ gaps }: Resync): void => {
      calls.push(gaps.length);
      if (calls.length === 1) throw new Error('not yet');
    };
    bench.manager.subscribe({ table: 'a', onResync }, nothing);
    const engine = await bench.open();
    interrupt(engine, [1], 1);
    engine.control({ gaps: [gapReport(1, { id: 2 })] });
    await tick(60_000);
    expect(calls).toEqual([]);
    engine.control({ gaps: [gapReport(1, { id: 2, to: FROM })] });
    await tick(1_000);
    expect(calls).toEqual([2]);
    engine.control({ gaps: [gapReport(1, { id: 3 })] });
    await tick(60_000);
    engine.control({ gaps: [gapReport(1, { id: 3, to: FROM })] });
    await tick(1_000);
    expect(calls).toEqual([2, 3]);
  });

  it('gets what delivery windows hold out of the way first', async () => {
    const bench = new Bench({ resyncJitterMs: 0 });
    const commands: (readonly string[])[] = [];
    const onResync = (): void => void commands.push(bench.engine.commands.slice(3));
    const delivery = { mode: 'batch', everyMs: 1_000 } as const;
    bench.manager.subscribe({ table: 'a', onResync, delivery }, nothing);
    bench.manager.subscribe({ table: 'a', onResync }, nothing);
    const paused = bench.manager.subscribe({ table: 'a', onResync, delivery }, nothing);
    const engine = await bench.open();
    bench.manager.pause(paused);
    interrupt(engine, [1, 2, 3]);
    await tick();
    // The core leaves alone what is paused.
    expect(commands).toEqual([['pause 3', 'flush 1', 'flush 3']]);
  });

  it('is called for polls while there is no line, without retries', async () => {
    const bench = new Bench({ resyncJitterMs: 0 });
    const reasons: string[] = [];
    const onResync = ({ reason }: Resync): void => {
      reasons.push(reason);
      if (reasons.length === 1) throw new Error('no network');
    };
    bench.manager.subscribe({ table: 'a', onResync }, nothing);
    bench.manager.subscribe({ table: 'a', onResync }, nothing);
    const engine = await bench.open();
    engine.control({ gaps: [gapReport(1), gapReport(2)], polls: [1, 2] });
    await tick(60_000);
    engine.control({ polls: [1, 2] });
    await tick();
    expect(reasons).toEqual(['poll', 'poll']);
    engine.control({ gaps: [1, 2].map((id) => gapReport(id, { to: FROM })) });
    await tick();
    expect(reasons).toEqual(['poll', 'poll', 'gap']);
    expect(bench.manager.stats().gaps).toMatchObject({ polls: 2, resyncs: 1, resyncFailures: 1, refetched: 2 });
  });

  it('ends with its last subscription, and with the manager', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
    const bench = new Bench();
    const signals: AbortSignal[] = [];
    const onResync = ({ signal }: Resync): Promise<never> => {
      signals.push(signal);
      return new Promise(nothing);
    };
    const first = bench.manager.subscribe({ table: 'a', onResync }, nothing);
    bench.manager.subscribe({ table: 'b', onResync }, nothing);
    const engine = await bench.open();
    interrupt(engine, [1, 2]);
    await tick(1_000);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
    bench.manager.unsubscribe(first);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    await bench.manager.dispose();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
