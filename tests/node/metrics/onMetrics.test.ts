import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SwitchboardError, type Metrics } from 'switchboard-realtime';
import { createFakeManager } from 'switchboard-realtime/testing';

const START = Date.parse('2026-01-01T00:00:00.000Z');
const nothing = (): void => undefined;

beforeEach(() => {
  vi.useFakeTimers({ now: START });
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** A manager with a core, on which nothing is subscribed to. */
async function open(live = true) {
  const fake = createFakeManager({ live });
  await fake.ready();
  return fake;
}

/** An INSERT that was committed `ms` ago. */
const insertedAgo = (ms: number, id = 1) => ({
  ...{ table: 'bookings', eventType: 'INSERT' as const, new: { id } },
  commit_timestamp: new Date(Date.now() - ms).toISOString(),
});

describe('onMetrics', () => {
  it('reports each interval with what was measured in it', async () => {
    const fake = await open();
    const reports: Metrics[] = [];
    fake.subscribe({ table: 'bookings' }, nothing);
    fake.onMetrics(1_000, (metrics) => reports.push(metrics));
    fake.emit(insertedAgo(7), insertedAgo(3));
    await vi.advanceTimersByTimeAsync(1_000);
    fake.emit(insertedAgo(40));
    await vi.advanceTimersByTimeAsync(2_000);
    expect(reports.map(({ from, to, latencyMs }) => [from - START, to - START, latencyMs])).toEqual([
      [0, 1_000, [7, 3]],
      [1_000, 2_000, [40]],
      [2_000, 3_000, []],
    ]);
    expect(reports[0]?.overall).toBe('live');
    expect(reports[0]?.subscriptions).toEqual({ pending: 0, joining: 0, live: 1, retrying: 0, parked: 0 });
    expect(reports[1]?.stats.eventCalls).toBe(3);
  });

  it('says how long it took to become live, and to become live again', async () => {
    const fake = await open(false);
    const reports: Metrics[] = [];
    fake.onMetrics(10_000, (metrics) => reports.push(metrics));
    fake.subscribe({ table: 'bookings' }, nothing);
    fake.channel('room:1');
    await vi.advanceTimersByTimeAsync(120);
    fake.setStatus('live');
    await vi.advanceTimersByTimeAsync(1_000);
    fake.setStatus('retrying');
    await vi.advanceTimersByTimeAsync(300);
    fake.setStatus('joining');
    await vi.advanceTimersByTimeAsync(50);
    fake.setStatus('live');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(reports[0]).toMatchObject({ liveAfterMs: [120, 120], liveAgainAfterMs: [350, 350] });
  });

  it('does not measure what had begun before, nor what has ended', async () => {
    const fake = await open(false);
    const reports: Metrics[] = [];
    fake.subscribe({ table: 'bookings' }, nothing);
    fake.onMetrics(10_000, (metrics) => reports.push(metrics));
    fake.unsubscribe(fake.subscribe({ table: 'staff' }, nothing));
    await vi.advanceTimersByTimeAsync(120);
    fake.setStatus('live');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(reports[0]).toMatchObject({ liveAfterMs: [], liveAgainAfterMs: [] });
  });

  it('reports early rather than to keep more than 10,000 measurements, and loses none', async () => {
    const fake = await open();
    const reports: Metrics[] = [];
    fake.subscribe({ table: 'bookings' }, nothing);
    fake.onMetrics(60_000, (metrics) => reports.push(metrics));
    for (let id = 0; id < 10_003; id += 1) fake.emit(insertedAgo(1, id));
    expect(reports.map(({ latencyMs }) => latencyMs.length)).toEqual([10_000]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(reports.map(({ latencyMs }) => latencyMs.length)).toEqual([10_000, 3]);
  });

  it('goes on after a callback that throws, each listener at its own pace', async () => {
    vi.spyOn(console, 'error').mockReturnValue();
    const fake = await open();
    let calls = 0;
    fake.onMetrics(100, () => {
      throw new Error('of the application');
    });
    fake.onMetrics(300, () => (calls += 1));
    await vi.advanceTimersByTimeAsync(600);
    expect(calls).toBe(2);
    expect(fake.stats().callbackErrors).toBe(6);
  });

  it('calls nothing after it was stopped, also within a callback, nor after dispose', async () => {
    const fake = await open();
    const calls: string[] = [];
    const stopFirst = fake.onMetrics(100, () => {
      calls.push('first');
      stopFirst();
      stopSecond();
    });
    const stopSecond = fake.onMetrics(100, () => calls.push('second'));
    fake.onMetrics(100, () => calls.push('third'));
    await vi.advanceTimersByTimeAsync(250);
    expect(calls).toEqual(['first', 'third', 'third']);
    await fake.dispose();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(calls).toEqual(['first', 'third', 'third']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([
    [0, nothing, 'everyMs', /whole number of milliseconds from 100 to 3600000, not 0/],
    [1.5e3 + 0.5, nothing, 'everyMs', /not 1500.5/],
    [undefined, nothing, 'everyMs', /is missing/],
    ['1000', nothing, 'everyMs', /not "1000"/],
    [1_000, null, 'callback', /must be a function, not null/],
  ])('refuses %s with %s', async (everyMs, callback, option, message) => {
    const fake = await open();
    const call = (): unknown => fake.onMetrics(everyMs as number, callback as () => void);
    expect(call).toThrow(SwitchboardError);
    expect(call).toThrow(message);
    expect(call).toThrow(expect.objectContaining({ option }) as Error);
  });
});
