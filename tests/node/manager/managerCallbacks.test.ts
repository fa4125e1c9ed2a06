import { describe, expect, it } from 'vitest';
import type { ChangePayload } from 'switchboard-realtime';
import { Bench, changeText, each, subscriptionDelta, turn } from '../support/scriptedEngine.js';

const nothing = (): void => undefined;
const ids = (payloads: ChangePayload[]): unknown[] => payloads.map((payload) => payload.new.id);

describe('callbacks', () => {
  it('get each change once, in order, all subscribers the same parsed object', async () => {
    const bench = new Bench();
    const a: ChangePayload[] = [];
    const b: ChangePayload[] = [];
    bench.manager.subscribe({ table: 'bookings' }, (payload) => a.push(payload));
    bench.manager.subscribe({ table: 'bookings' }, (payload) => b.push(payload));
    const engine = await bench.open();
    engine.deliver(each([1, 2], changeText({ id: 1 }), changeText({ id: 2 })), each([2], changeText({ id: 3 })));
    expect(ids(a)).toEqual([1, 2]);
    expect(ids(b)).toEqual([1, 2, 3]);
    expect(a[0]).toBe(b[0]);
  });

  it('that throw are reported by name and stop nobody', async () => {
    const bench = new Bench();
    const seen: string[] = [];
    const boom = new Error('boom');
    bench.manager.subscribe(
      { table: 'bookings' },
      () => {
        throw boom;
      },
      () => {
        throw boom;
      },
    );
    bench.manager.subscribe({ table: 'bookings' }, () => seen.push('second'));
    bench.manager.onStatusChange(() => {
      throw boom;
    });
    bench.manager.onStatusChange(() => seen.push('status'));
    const engine = await bench.open();
    seen.length = 0;
    bench.logged.length = 0;
    engine.control({
      status: { subscriptions: [subscriptionDelta(1)] },
      notices: [{ subscription: 1, status: 'SUBSCRIBED', code: 'OK', message: '', retryable: true, nextRetryAt: null }],
    });
    engine.deliver(each([1, 2], changeText({ id: 1 })));
    expect(seen).toEqual(['status', 'second']);
    expect(bench.logged).toEqual([
      { level: 'error', message: 'switchboard: a status listener threw', detail: boom },
      { level: 'error', message: 'switchboard: onStatus of subscription 1 (public.bookings) threw', detail: boom },
      { level: 'error', message: 'switchboard: onEvent of subscription 1 (public.bookings) threw', detail: boom },
    ]);
    expect(bench.manager.stats().callbackErrors).toBeGreaterThanOrEqual(3);
  });

  it('that are async and reject are reported like those that throw, and no other thenable is touched', async () => {
    const bench = new Bench();
    const boom = new Error('boom');
    const reject = (): unknown => Promise.reject(boom);
    const lazy = { then: () => expect.unreachable('a query was run by looking at it') };
    bench.manager.subscribe({ table: 'bookings', onGap: reject }, reject, reject);
    bench.manager.subscribe({ table: 'bookings' }, () => lazy);
    bench.manager.onStatusChange(reject);
    const engine = await bench.open();
    await turn();
    bench.logged.length = 0;
    engine.control({
      status: { subscriptions: [subscriptionDelta(1)] },
      notices: [{ subscription: 1, status: 'SUBSCRIBED', code: 'OK', message: '', retryable: true, nextRetryAt: null }],
    });
    engine.deliver(each([1, 2], changeText({ id: 1 })));
    await turn();
    expect(bench.logged.map(({ message }) => message)).toEqual([
      'switchboard: a status listener threw',
      'switchboard: onStatus of subscription 1 (public.bookings) threw',
      'switchboard: onEvent of subscription 1 (public.bookings) threw',
    ]);
    expect(bench.logged.every(({ detail }) => detail === boom)).toBe(true);
  });

  it('report a payload that is no JSON like one that throws', async () => {
    const bench = new Bench();
    const seen: ChangePayload[] = [];
    bench.manager.subscribe({ table: 'bookings' }, (payload) => seen.push(payload));
    const engine = await bench.open();
    engine.deliver(each([1], '{"data":', changeText({ id: 2 })));
    expect(ids(seen)).toEqual([2]);
    expect(bench.logged).toHaveLength(1);
  });

  it('are never called inside a call into the manager', async () => {
    const bench = new Bench();
    bench.manager.subscribe({ table: 'bookings' }, nothing);
    const engine = await bench.open();
    const order: string[] = [];
    engine.onCommand.set('subscribe', () => {
      engine.control({
        notices: [
          { subscription: 2, status: 'SUBSCRIBED', code: 'OK', message: '', retryable: true, nextRetryAt: null },
        ],
      });
      engine.deliver(each([2], changeText({ id: 1 })));
    });
    bench.manager.onStatusChange(() => order.push('status'));
    const id = bench.manager.subscribe(
      { table: 'bookings' },
      () => order.push(`event ${id}`),
      () => order.push(`notice ${id}`),
    );
    order.push('returned');
    await turn();
    expect(order).toEqual(['returned', 'status', 'notice 2', 'event 2']);
  });

  it('are never called inside one another', async () => {
    const bench = new Bench();
    const order: string[] = [];
    bench.manager.subscribe({ table: 'bookings' }, (payload) => {
      order.push(`begin ${String(payload.new.id)}`);
      if (payload.new.id === 1) bench.engine.deliver(each([1], changeText({ id: 2 })));
      order.push(`end ${String(payload.new.id)}`);
    });
    const engine = await bench.open();
    engine.deliver(each([1], changeText({ id: 1 })));
    expect(order).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2']);
  });

  it('are not called after unsubscribe, not even for a batch that is being delivered', async () => {
    const bench = new Bench();
    const seen: string[] = [];
    bench.manager.subscribe({ table: 'bookings' }, () => {
      seen.push('first');
      bench.manager.unsubscribe(1);
      bench.manager.unsubscribe(2);
    });
    bench.manager.subscribe({ table: 'bookings' }, () => seen.push('second'));
    bench.manager.subscribe({ table: 'bookings' }, () => seen.push('third'));
    const engine = await bench.open();
    engine.deliver(each([1, 2, 3], changeText({ id: 1 }), changeText({ id: 2 })));
    expect(seen).toEqual(['first', 'third', 'third']);
    expect(engine.commands.slice(-2)).toEqual(['unsubscribe 1', 'unsubscribe 2']);
  });

  it('may subscribe, reconnect and dispose', async () => {
    const bench = new Bench();
    const seen: string[] = [];
    bench.manager.subscribe({ table: 'bookings' }, () => {
      seen.push('event');
      bench.manager.subscribe({ table: 'clients' }, nothing);
      bench.manager.reconnectAll();
      void bench.manager.dispose();
    });
    bench.manager.onStatusChange(() => seen.push('status'));
    const engine = await bench.open();
    seen.length = 0;
    engine.deliver(each([1], changeText({ id: 1 }), changeText({ id: 2 })));
    engine.deliver(each([1], changeText({ id: 3 })));
    await turn();
    expect(seen).toEqual(['event']);
    expect(engine.commands.slice(-2)).toEqual([
      'subscribe 2 {"schema":"public","table":"clients","event":"*"}',
      'reconnectAll',
    ]);
    expect(engine.disposed).toBe(true);
  });

  it('get the notices of their own subscription with code, message and next attempt', async () => {
    const bench = new Bench();
    const notices: unknown[] = [];
    bench.manager.subscribe({ table: 'a' }, nothing, (...notice) => notices.push(notice));
    bench.manager.subscribe({ table: 'b' }, nothing);
    const engine = await bench.open();
    const detail = { code: 'JOIN_TIMEOUT', message: 'late', retryable: true, nextRetryAt: 5 } as const;
    engine.control({
      notices: [
        { subscription: 1, status: 'TIMED_OUT', ...detail },
        { subscription: 2, status: 'TIMED_OUT', ...detail },
      ],
    });
    expect(notices).toEqual([['TIMED_OUT', detail]]);
  });
});

/** A manager whose only `onResync` is under way; `onAbort` runs when that is aborted. */
async function resyncing(onAbort: (bench: Bench) => void): Promise<Bench> {
  const bench = new Bench({ resyncJitterMs: 0 });
  const called = new Promise<void>((resolve) => {
    bench.manager.onResync(({ signal }) => {
      signal.addEventListener('abort', () => {
        onAbort(bench);
      });
      resolve();
      return new Promise(() => undefined);
    });
  });
  bench.manager.subscribe({ table: 'bookings' }, nothing);
  const engine = await bench.open();
  const gap = {
    id: 1,
    subscription: 1,
    code: 'CONNECTION_LOST',
    message: '',
    fromCommit: null,
    from: 1,
    to: 2,
  } as const;
  engine.control({ gaps: [gap] });
  await called;
  return bench;
}

describe('what the application does when its fetch is aborted', () => {
  it('by unsubscribeAll: a new subscription stays, in the engine too', async () => {
    const bench = await resyncing(({ manager }) => manager.subscribe({ table: 'clients' }, nothing));
    bench.manager.unsubscribeAll();
    expect(bench.manager.status().subscriptions.map(({ id }) => id)).toEqual([2]);
    expect(bench.engine.commands.slice(-2)).toEqual([
      'unsubscribeAll',
      'subscribe 2 {"schema":"public","table":"clients","event":"*"}',
    ]);
  });

  it('by dispose: the manager is disposed of already', async () => {
    let thrown: unknown;
    let again: unknown;
    const bench = await resyncing(({ manager }) => {
      again = manager.dispose();
      try {
        manager.subscribe({ table: 'clients' }, nothing);
      } catch (error) {
        thrown = error;
      }
    });
    const disposal = bench.manager.dispose();
    expect(thrown).toMatchObject({ code: 'DISPOSED' });
    expect(again).toBe(disposal);
    expect(bench.manager.stats().subscriptions).toBe(0);
    await disposal;
    expect(bench.engine.disposed).toBe(true);
  });
});
