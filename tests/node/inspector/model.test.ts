import { createFakeManager } from 'switchboard-realtime/testing';
import { describe, expect, it } from 'vitest';
import { readRecording } from 'switchboard-realtime/recording';
import { Histogram } from '../../../web/dist/inspector/model/histogram.js';
import { keysOf } from '../../../web/dist/inspector/model/keys.js';
import { RateSeries } from '../../../web/dist/inspector/model/rates.js';
import { reportOf } from '../../../web/dist/inspector/model/report.js';
import { Watch } from '../../../web/dist/inspector/model/watch.js';
import { lanesOf } from '../../../web/dist/inspector/timeline/lanes.js';
import { Viewport } from '../../../web/dist/inspector/timeline/viewport.js';
import { outage } from '../recording/support/outage.js';
import { writeRecording } from '../recording/support/writeRecording.js';

const nothing = (): void => undefined;

describe('a histogram', () => {
  it('counts by buckets, takes what is negative for 0, and knows exact percentiles', () => {
    const histogram = new Histogram();
    histogram.add([-3, 1, 4, 30, 20_000]);
    const { buckets, ...rest } = histogram.view();
    expect(rest).toEqual({ count: 5, median: 4, p95: 20_000, p99: 20_000, most: 20_000 });
    expect(buckets.filter(({ count }) => count > 0)).toEqual([
      { upTo: 1, count: 2 },
      { upTo: 5, count: 1 },
      { upTo: 50, count: 1 },
      { upTo: null, count: 1 },
    ]);
    histogram.clear();
    expect(histogram.view()).toMatchObject({ count: 0, median: null, most: null });
  });
});

describe('keys', () => {
  it('have equal subscriptions together, whatever the order of conditions, and those in trouble first', async () => {
    const fake = createFakeManager();
    fake.subscribe({ table: 'bookings', filter: 'a=eq.1,b=eq.2' }, nothing);
    fake.subscribe({ table: 'bookings', filter: 'b=eq.2,a=eq.1' }, nothing);
    fake.subscribe({ table: 'bookings', filter: 'a=eq.1' }, nothing);
    await fake.ready();
    fake.setStatus('parked', { code: 'BAD_BINDING', message: 'no', subscription: 3 } as never);
    const keys = keysOf(fake.status(), fake.inspect());
    expect(keys.map(({ subscribers }) => subscribers.length).toSorted()).toEqual([1, 2]);
    await fake.dispose();
  });
});

describe('rates', () => {
  it('are per second, keep the highest, and begin again with another core', () => {
    const fake = createFakeManager();
    const series = new RateSeries();
    const at = (framesIn: number, now: number): void => {
      const stats = fake.stats();
      series.add({ ...stats, counters: { ...stats.counters, framesIn } }, fake.inspect(), now);
    };
    at(0, 0);
    at(50, 2_000);
    at(60, 2_100);
    at(60, 3_000);
    at(5, 4_000);
    const { now, most, series: past } = series.view();
    expect([now.framesIn, most.messages, past.length]).toEqual([10, 25, 2]);
  });
});

describe('a watch', () => {
  it('follows a manager, and does without one that was disposed of', async () => {
    const fake = createFakeManager();
    let changes = 0;
    const watch = new Watch(fake, () => {
      changes += 1;
    });
    watch.start();
    await new Promise<void>((resolve) => {
      fake.subscribe({ table: 'bookings' }, nothing, () => {
        resolve();
      });
    });
    expect(changes).toBeGreaterThan(0);
    expect(fake.stats().statusListeners).toBe(1);
    await fake.dispose();
    expect(watch.view().inspection.disposed).toBe(true);
    watch.stop();
    const gone = new Watch(fake, nothing);
    gone.start();
    expect(gone.view().status.overall).toBe('idle');
    gone.stop();
  });

  it('leaves nothing behind', () => {
    const fake = createFakeManager();
    const watch = new Watch(fake, nothing);
    watch.start();
    watch.stop();
    expect(fake.stats().statusListeners).toBe(0);
  });
});

describe('the report', () => {
  it('says what is wrong and what to do, without keys and payloads', async () => {
    const fake = createFakeManager({ live: false });
    fake.subscribe({ table: 'bookings', filter: 'a=eq.1' }, nothing);
    await fake.ready();
    const watch = new Watch(fake, nothing);
    const text = reportOf('Shop', watch.view());
    expect(text).toContain('public.bookings where a=eq.1');
    expect(text).toContain('Not live, or not as asked');
    await fake.dispose();
  });
});

describe('lanes', () => {
  const lanes = lanesOf(readRecording(writeRecording(outage)));

  it('are those of the manager, sockets, keys and channels, with spans, frames and gaps', () => {
    expect(lanes.map(({ kind, name }) => [kind, name])).toEqual([
      ['manager', 'manager'],
      ['socket', 'socket 1'],
      ['key', 'public.bookings *'],
      ['channel', 'sb-0a1b2c3d-1 on 1'],
    ]);
    const [, socket, key, channel] = lanes;
    expect(socket?.spans.map(({ state }) => state)).toEqual([
      'idle',
      'connecting',
      'open',
      'backoff',
      'connecting',
      'open',
    ]);
    expect(key?.gaps).toEqual([expect.objectContaining({ from: 10_000, to: 11_700, reason: 'CONNECTION_LOST' })]);
    expect(channel?.framesIn).toEqual([80, 950, 5_000]);
  });
});

describe('the viewport', () => {
  it('follows until it is moved into the past, and again at the newest', () => {
    const viewport = new Viewport();
    expect(viewport.range(100_000)).toEqual({ from: 70_000, to: 100_000 });
    viewport.move(-0.5, 100_000);
    expect(viewport.range(200_000)).toEqual({ from: 55_000, to: 85_000 });
    viewport.zoom(0.5, 200_000, 0.5);
    expect(viewport.range(200_000)).toEqual({ from: 62_500, to: 77_500 });
    viewport.move(100, 200_000);
    expect(viewport.isFollowing).toBe(true);
    viewport.all(0, 100_000);
    expect(viewport.range(100_000).from).toBeLessThan(0);
  });
});
