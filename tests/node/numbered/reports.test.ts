import { describe, expect, it, vi } from 'vitest';
import type { ChangePayload, Gap, Resync } from 'switchboard-realtime';
import { fakeTime, tick } from '../support/fakeTime.js';
import { FROM, gapReport } from '../support/gapReports.js';
import { batch, Bench, changeText, each, subscriptionDelta } from '../support/scriptedEngine.js';

const nothing = (): void => undefined;
const numbered = { number: 41, epoch: '9f3c01ab77e2' };
const TOO_LARGE = ['Error 413: Payload Too Large'];

it.each(['number', 'string', 'bigint'] as const)(
  'a numbered change has its number and epoch, with numbers as %s',
  async (numbers) => {
    const bench = new Bench({ numbers });
    const got: ChangePayload[] = [];
    bench.manager.subscribe({ table: 'bookings' }, (change) => got.push(change));
    bench.manager.subscribe({ table: 'bookings', delivery: { mode: 'batch', everyMs: 9 } }, (changes) => {
      got.push(...changes);
    });
    // The parser of exact numbers is loaded before.
    await vi.waitFor(() => bench.engine);
    const engine = await bench.open();
    const text = changeText({ id: 1 }, 'INSERT', numbered);
    engine.deliver(each([1], text), batch([2], text, changeText({ id: 2 })));
    expect(got.map(({ number, epoch }) => [number, epoch])).toEqual([
      [41, '9f3c01ab77e2'],
      [41, '9f3c01ab77e2'],
      [undefined, undefined],
    ]);
    expect(Object.keys(got[2] ?? {})).not.toContain('number');
  },
);

describe('a numbered change', () => {
  fakeTime();

  it('that is a DELETE has the row in new where the core gives it, as for a row that has left the filter', async () => {
    const bench = new Bench({ tables: { bookings: {} } });
    const got: unknown[] = [];
    bench.manager.subscribe({ table: 'bookings', leaving: 'both' }, ({ old, new: now }) => got.push([old, now]));
    const engine = await bench.open();
    const record = { id: 1, place: 'elsewhere' };
    engine.deliver(each([1], changeText({ id: 1, place: 'here' }, 'DELETE', { ...numbered, record })));
    engine.deliver(each([1], changeText({ id: 1, place: 'here' }, 'DELETE', numbered)));
    engine.deliver(each([1], changeText({ id: 1, place: 'here' }, 'DELETE', { record })));
    const old = { id: 1, place: 'here' };
    expect(got).toEqual([
      [old, record],
      [old, {}],
      [old, {}],
    ]);
  });

  it('that is a TRUNCATE has no row, alone and in a window', async () => {
    const bench = new Bench({ tables: { bookings: {} } });
    const got: ChangePayload[] = [];
    const gaps: Gap[] = [];
    bench.manager.onGap((gap) => gaps.push(gap));
    bench.manager.subscribe({ table: 'bookings' }, (change) => got.push(change));
    bench.manager.subscribe({ table: 'bookings', delivery: { mode: 'batch', everyMs: 9 } }, (changes) => {
      got.push(...changes);
    });
    const engine = await bench.open();
    const text = changeText({}, 'TRUNCATE', { ...numbered, record: undefined, old_record: undefined });
    engine.deliver(each([1], text), batch([2], text));
    const truncate = { eventType: 'TRUNCATE', table: 'bookings', new: {}, old: {}, errors: null, ...numbered };
    expect(got).toMatchObject([truncate, truncate]);
    expect(gaps).toEqual([]);
  });

  it('without its values is a gap of its number', async () => {
    const bench = new Bench();
    const gaps: Gap[] = [];
    bench.manager.subscribe({ table: 'bookings', onGap: (gap) => gaps.push(gap) }, nothing);
    const engine = await bench.open();
    engine.deliver(each([1], changeText({ id: 1 }, 'INSERT', { ...numbered, errors: TOO_LARGE })));
    engine.deliver(each([1], changeText({ id: 1 }, 'INSERT', { errors: TOO_LARGE })));
    expect(gaps).toMatchObject([
      { code: 'PAYLOAD_TOO_LARGE', fromNumber: 41, toNumber: 41, epoch: '9f3c01ab77e2', over: true },
      { code: 'PAYLOAD_TOO_LARGE', over: true },
    ]);
    expect(gaps[1]).not.toHaveProperty('fromNumber');
  });

  it('without its values makes the gap of another longer until that is fetched, within an epoch', async () => {
    const bench = new Bench({ resyncJitterMs: 1_000 });
    const gaps: Gap[] = [];
    const resyncs: Resync[] = [];
    const onResync = (resync: Resync): void => void resyncs.push(resync);
    bench.manager.subscribe({ table: 'bookings', onGap: (gap) => gaps.push(gap), onResync }, nothing);
    const engine = await bench.open();
    const lose = (number: number, epoch = numbered.epoch): void => {
      engine.deliver(each([1], changeText({ id: 1 }, 'INSERT', { number, epoch, errors: TOO_LARGE })));
    };
    lose(41);
    lose(45);
    lose(43);
    lose(1, 'another');
    expect(
      gaps.map(({ id, epoch, fromNumber, toNumber }) => [id === gaps[0]?.id, epoch, fromNumber, toNumber]),
    ).toEqual([
      [true, numbered.epoch, 41, 41],
      [true, numbered.epoch, 41, 45],
      [true, numbered.epoch, 41, 45],
      [false, 'another', 1, 1],
    ]);
    await tick(1_000);
    expect(
      resyncs.flatMap(({ gaps: covered }) => covered.map(({ fromNumber, toNumber }) => [fromNumber, toNumber])),
    ).toEqual([
      [41, 45],
      [1, 1],
    ]);
  });
});

describe('a gap', () => {
  fakeTime();

  it('in the numbers is reported with its bounds, and asks for a fetch', async () => {
    const bench = new Bench({ resyncJitterMs: 0 });
    const gaps: Gap[] = [];
    const resyncs: Resync[] = [];
    const onResync = (resync: Resync): void => void resyncs.push(resync);
    bench.manager.subscribe({ table: 'bookings', onGap: (gap) => gaps.push(gap), onResync }, nothing);
    const engine = await bench.open();
    const bounds = { epoch: 'e', fromNumber: 42, toNumber: 57 };
    engine.control({ gaps: [gapReport(1, { code: 'NOT_KEPT', to: FROM + 1, ...bounds })] });
    engine.control({ gaps: [gapReport(1, { id: 2, code: 'TRACK_REFUSED', epoch: 'e', fromNumber: 58 })] });
    expect(gaps).toMatchObject([
      { code: 'NOT_KEPT', over: true, ...bounds },
      { code: 'TRACK_REFUSED', over: false, epoch: 'e', fromNumber: 58 },
    ]);
    expect(gaps[1]).not.toHaveProperty('toNumber');
    engine.control({
      gaps: [gapReport(1, { id: 2, code: 'TRACK_REFUSED', epoch: 'e', fromNumber: 58, to: FROM + 2 })],
    });
    await tick();
    expect(resyncs).toMatchObject([{ reason: 'gap', gaps: [bounds, { fromNumber: 58 }] }]);
  });

  it('subscriptions to the same rows in other ways are fetched for by themselves', async () => {
    const bench = new Bench({ resyncJitterMs: 0, tables: { bookings: {} } });
    const resyncs: Resync[] = [];
    const onResync = (resync: Resync): void => void resyncs.push(resync);
    bench.manager.subscribe({ table: 'bookings', onResync }, nothing);
    bench.manager.subscribe({ table: 'bookings', via: 'postgres_changes', onResync }, nothing);
    const engine = await bench.open();
    // The first one's is open: nothing is fetched for it yet.
    engine.control({ gaps: [gapReport(1), gapReport(2, { id: 2, to: FROM + 1 })] });
    await tick(10);
    expect(resyncs.map(({ subscriptions }) => subscriptions)).toEqual([[2]]);
  });
});

describe('the status', () => {
  it('says which way the changes come, and why not by broadcasts', async () => {
    const bench = new Bench({ tables: { bookings: {} } });
    bench.manager.subscribe({ table: 'bookings' }, nothing);
    bench.manager.subscribe({ table: 'other' }, nothing);
    const engine = await bench.open();
    const entry = (): unknown => bench.manager.status().subscriptions[0];
    expect(entry()).not.toHaveProperty('road');
    const say = (more: Parameters<typeof subscriptionDelta>[1]): void => {
      engine.status({ subscriptions: [subscriptionDelta(1, more), subscriptionDelta(2)] });
    };
    const fellBack = { code: 'NOT_TRACKED', message: 'no such name' } as const;
    say({ road: 'postgres_changes', fellBack });
    expect(entry()).toMatchObject({ road: 'postgres_changes', fellBack });
    say({ road: 'broadcast', fellBack: null });
    expect(entry()).toMatchObject({ road: 'broadcast', fellBack: null });
    expect(bench.manager.status().subscriptions[1]).not.toHaveProperty('road');
  });

  it('of a core that follows no numbers is nothing of the kind, and there is one warning', async () => {
    const bench = new Bench({ tables: { bookings: {} } });
    bench.manager.subscribe({ table: 'other' }, nothing);
    bench.manager.subscribe({ table: 'bookings' }, nothing);
    bench.manager.subscribe({ table: 'bookings' }, nothing);
    const engine = await bench.open();
    engine.status({ subscriptions: [subscriptionDelta(1)] });
    // One that the core does not take has no road in any core.
    engine.status({ subscriptions: [subscriptionDelta(3, { state: 'parked' })], refused: [3] });
    expect(bench.logged).toEqual([]);
    engine.status({ subscriptions: [subscriptionDelta(2)] });
    engine.status({ subscriptions: [subscriptionDelta(2, { state: 'joining' })] });
    expect(bench.logged.map(({ level, message }) => [level, message.includes('follows no numbered changes')])).toEqual([
      ['warn', true],
    ]);
  });

  it('is the same object while it says the same', async () => {
    const bench = new Bench({ tables: { bookings: {} } });
    bench.manager.subscribe({ table: 'bookings' }, nothing);
    const engine = await bench.open();
    const say = (message: string): unknown => {
      const delta = subscriptionDelta(1, { road: 'postgres_changes', fellBack: { code: 'NOT_TRACKED', message } });
      engine.status({ subscriptions: [delta] });
      return bench.manager.status();
    };
    const before = say('no such name');
    expect(say('no such name')).toBe(before);
    expect(say('another column')).not.toBe(before);
    expect(bench.manager.status().subscriptions[0]?.fellBack?.message).toBe('another column');
  });
});
