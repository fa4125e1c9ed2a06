// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query';
import { act, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, expectTypeOf, it, vi } from 'vitest';
import { SwitchboardError, type DeliveryOption, type Gap, type UntypedSubscribeOptions } from 'switchboard-realtime';
import {
  RealtimeConnectionStatus,
  RealtimeProvider,
  useLiveRows,
  useRealtime,
  useSubscription,
} from 'switchboard-realtime/react';
import { createFakeManager, type FakeManager } from 'switchboard-realtime/testing';

let fake: FakeManager;

beforeEach(() => {
  fake = createFakeManager();
});

afterEach(() => fake.dispose());

const insert = (row: object, table = 'bookings') => ({ table, eventType: 'INSERT', new: { ...row } }) as const;

describe('a fake manager refuses what can not be', () => {
  const loose = (): Record<string, (...args: unknown[]) => unknown> => fake as never;
  const change = { table: 'bookings', eventType: 'INSERT', new: { id: 1 } };

  it.each<[string, () => unknown, RegExp]>([
    ['an unknown option', () => createFakeManager({ liv: true } as object), /no option `liv`. Did you mean `live`/],
    ['an option that is text', () => createFakeManager({ live: 'no' } as object), /`live` must be true or false/],
    ['a change that is no object', () => loose()['emit']?.('bookings'), /emit: the change must be an object/],
    ['no table', () => loose()['emit']?.({ ...change, table: undefined }), /`table` is missing: name the table/],
    ['no event', () => loose()['emit']?.({ ...change, eventType: undefined }), /`eventType` is missing: one of INSERT/],
    [
      'another event',
      () => loose()['emit']?.({ ...change, eventType: 'insert' }),
      /`eventType` must be one of 'INSERT'/,
    ],
    ['an INSERT without its row', () => loose()['emit']?.({ ...change, new: undefined }), /emit: `new` is missing/],
    [
      'a DELETE whose row is given as new',
      () => loose()['emit']?.({ ...change, eventType: 'DELETE' }),
      /emit: `old` is missing: of DELETE the row is given as `old`/,
    ],
    ['a row that is text', () => loose()['emit']?.({ ...change, new: 'Ann' }), /emit: `new` must be an object/],
    ['a change with more', () => loose()['emit']?.({ ...change, record: {} }), /emit has no option `record`/],
    ['the second of two changes', () => loose()['emit']?.(change, {}), /`table` is missing/],
    ['an unknown state', () => loose()['setStatus']?.('offline'), /`state` must be one of 'live', 'pending'/],
    ['an unknown code', () => loose()['setStatus']?.('retrying', { code: 'GONE' }), /`code` must be one of 'OK'/],
    [
      'an unknown part of a status',
      () => loose()['setStatus']?.('live', { text: '' }),
      /setStatus has no option `text`/,
    ],
    ['a gap with an unknown code', () => loose()['openGap']?.({ code: 'GONE' }), /`code` must be one of 'OK'/],
    ['an unknown part of a gap', () => loose()['openGap']?.({ to: 5 }), /openGap has no option `to`/],
  ])('%s', (_, call, message) => {
    expect(call).toThrow(SwitchboardError);
    expect(call).toThrow(message);
  });
});

describe('emit of a fake manager', () => {
  it('reaches the subscriptions of its table, schema, event and filter', async () => {
    const heard: string[] = [];
    const listen = (name: string, options: UntypedSubscribeOptions): void => {
      fake.subscribe(options, ({ eventType, new: row, old }) => {
        heard.push(`${name} ${eventType} ${JSON.stringify([row, old])}`);
      });
    };
    listen('all', { table: '*', schema: '*' });
    listen('mine', { table: 'bookings', filter: 'business_id=eq.7,name=neq.Bo' });
    listen('deletes', { table: 'bookings', event: 'DELETE' });
    await fake.ready();
    fake.emit(
      insert({ id: 1, business_id: 7 }),
      insert({ id: 2, business_id: 8 }),
      insert({ id: 3, business_id: 7, name: 'Bo' }),
    );
    expect(heard.splice(0)).toEqual([
      'all INSERT [{"id":1,"business_id":7},{}]',
      'all INSERT [{"id":2,"business_id":8},{}]',
      'all INSERT [{"id":3,"business_id":7,"name":"Bo"},{}]',
      'mine INSERT [{"id":1,"business_id":7},{}]',
    ]);
    fake.emit({ table: 'bookings', eventType: 'DELETE', old: { id: 1 } });
    fake.emit({ table: 'stock', schema: 'shop', eventType: 'UPDATE', new: { id: 1, n: 2 }, old: { n: 1 } });
    expect(heard).toEqual([
      'all DELETE [{},{"id":1}]',
      'mine DELETE [{},{"id":1}]',
      'deletes DELETE [{},{"id":1}]',
      'all UPDATE [{"id":1,"n":2},{"n":1}]',
    ]);
  });

  it('comes as the delivery mode says, and is held while it is paused', async () => {
    const seen: unknown[] = [];
    const listen = (delivery: DeliveryOption): number =>
      fake.subscribe({ table: 'bookings', delivery }, (event: unknown) => seen.push(event));
    listen({ mode: 'batch', everyMs: 100 });
    listen({ mode: 'debounce', waitMs: 100, payload: false });
    await fake.ready();
    fake.emit(insert({ id: 1 }), insert({ id: 2 }));
    expect(seen.splice(0)).toMatchObject([[{ new: { id: 1 } }, { new: { id: 2 } }], { count: 2 }]);
    for (const id of [1, 2]) fake.pause(id);
    fake.emit(insert({ id: 3 }));
    expect(seen).toEqual([]);
    fake.resume(1);
    await Promise.resolve();
    expect(seen).toMatchObject([[{ new: { id: 3 } }]]);
  });

  it('before anything is awaited comes after the turn', async () => {
    const onEvent = vi.fn();
    fake.subscribe({ table: 'bookings' }, onEvent);
    fake.emit(insert({ id: 1 }));
    await fake.ready();
    expect(onEvent).toHaveBeenCalledTimes(1);
  });

  it('carries errors, and the digits of exact numbers', async () => {
    const exact = createFakeManager({ numbers: 'string' });
    const seen: unknown[] = [];
    exact.subscribe({ table: 'bookings' }, ({ new: row, errors }) => seen.push([row, errors]));
    await exact.ready();
    exact.emit({ ...insert({ id: 12 }), errors: ['Error 413: Payload Too Large'] });
    expect(seen).toEqual([[{ id: '12' }, ['Error 413: Payload Too Large']]]);
    await exact.dispose();
  });
});

describe('setStatus of a fake manager', () => {
  it('puts all subscriptions or one into a state, and notifies them', async () => {
    const heard: string[] = [];
    const [first = 0] = [1, 2].map((n) =>
      fake.subscribe(
        { table: 'bookings' },
        () => undefined,
        (status, { code, message }) => {
          heard.push(`${n} ${status} ${code} ${message}`);
        },
      ),
    );
    await fake.ready();
    expect(fake.status()).toMatchObject({ overall: 'live', subscriptions: [{ state: 'live' }, { state: 'live' }] });
    fake.setStatus('parked', { subscription: first, code: 'UNAUTHORIZED', message: 'No right.' });
    expect(fake.status()).toMatchObject({
      overall: 'partial',
      subscriptions: [{ state: 'parked' }, { state: 'live' }],
    });
    fake.setStatus('retrying', { nextRetryAt: 5 });
    expect(fake.status()).toMatchObject({ overall: 'offline', subscriptions: [{ nextRetryAt: 5 }, {}] });
    fake.setStatus('joining');
    expect(fake.status().overall).toBe('connecting');
    fake.unsubscribeAll();
    expect(fake.status().overall).toBe('idle');
    expect(heard).toEqual([
      ...['1 SUBSCRIBED OK ', '2 SUBSCRIBED OK ', '1 CHANNEL_ERROR UNAUTHORIZED No right.'],
      ...['1 CHANNEL_ERROR CONNECTION_LOST ', '2 CHANNEL_ERROR CONNECTION_LOST '],
    ]);
  });

  it('says when subscriptions are live, if they are not to be so at once', async () => {
    const waiting = createFakeManager({ live: false });
    const onEvent = vi.fn();
    waiting.subscribe({ table: 'bookings' }, onEvent);
    await waiting.ready();
    waiting.emit(insert({ id: 1 }));
    expect([waiting.status().overall, onEvent.mock.calls.length]).toEqual(['connecting', 0]);
    waiting.setStatus('live');
    waiting.emit(insert({ id: 1 }));
    expect([waiting.status().overall, onEvent.mock.calls.length]).toEqual(['live', 1]);
    await waiting.dispose();
  });
});

describe('openGap of a fake manager', () => {
  it('reaches onGap, and has onResync called when it ends', async () => {
    const gaps: Gap[] = [];
    const onResync = vi.fn();
    fake.subscribe({ table: 'bookings', onGap: (gap) => gaps.push(gap), onResync }, () => undefined);
    await fake.ready();
    const end = fake.openGap({ code: 'PULSE_LOST', message: 'A beat is missing.' });
    expect(gaps).toMatchObject([{ code: 'PULSE_LOST', message: 'A beat is missing.', over: false }]);
    end();
    await vi.waitFor(() => {
      expect(gaps.map(({ over, outcome }) => [over, outcome])).toEqual([
        [false, 'unknown'],
        [true, 'unknown'],
        [true, 'refetched'],
      ]);
    });
    expect(onResync).toHaveBeenCalledTimes(1);
    end();
    expect(fake.stats().gaps).toMatchObject({ opened: 1, over: 1 });
    expect(gaps).toHaveLength(3);
  });
});

describe('a fake manager in React', () => {
  it('drives all hooks and the status', async () => {
    vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
    const client = new QueryClient();
    let bookings = 1;
    function Page(): ReactNode {
      const { rows } = useLiveRows<{ id: number }>({
        table: 'stock',
        key: 'id',
        fetch: () => Promise.resolve([{ id: 1 }]),
      });
      const { data } = useQuery({ queryKey: ['bookings', 7], queryFn: () => Promise.resolve(bookings) });
      const { isFullyConnected } = useRealtime({ businessId: 7, enableBookings: true });
      const status = useSubscription({ table: 'staff' }, () => undefined);
      return `${rows.map(({ id }) => id).join()} ${String(data)} ${String(isFullyConnected)} ${status?.state ?? ''}`;
    }
    const host = document.createElement('div');
    const root = createRoot(host);
    const until = (text: string): Promise<void> =>
      vi.waitFor(async () => {
        await act(() => Promise.resolve());
        expect(host.textContent).toContain(text);
      });
    act(() => {
      root.render(
        <QueryClientProvider client={client}>
          <RealtimeProvider manager={fake} queryClient={client}>
            <Page /> <RealtimeConnectionStatus />
          </RealtimeProvider>
        </QueryClientProvider>,
      );
    });
    await until('1 1 true live');
    await until('Live');
    bookings = 2;
    act(() => {
      fake.emit(insert({ id: 2 }, 'stock'), insert({ id: 9, business_id: 7 }));
    });
    await until('1,2 2 true live');
    act(() => {
      fake.setStatus('retrying');
    });
    await until('1,2 2 false retrying');
    await until('Not connected');
    act(() => {
      root.unmount();
    });
    vi.unstubAllGlobals();
  });
});

describe('a fake manager of a database type', () => {
  interface Db {
    public: { Tables: { bookings: { Row: { id: number; name: string } } } };
    shop: { Tables: { stock: { Row: { n: number } } } };
  }

  it('checks tables and rows of changes', () => {
    const typed = createFakeManager<Db>();
    type Change = Parameters<typeof typed.emit>[0];
    expectTypeOf<{ table: 'bookings'; eventType: 'INSERT'; new: { id: number } }>().toExtend<Change>();
    expectTypeOf<{ table: 'stock'; schema: 'shop'; eventType: 'DELETE'; old: { n: number } }>().toExtend<Change>();
    expectTypeOf<{ table: 'stock'; eventType: 'DELETE' }>().not.toExtend<Change>();
    expectTypeOf<{ table: 'bookings'; eventType: 'INSERT'; new: { id: string } }>().not.toExtend<Change>();
    expectTypeOf<{ table: 'nosuch'; eventType: 'INSERT' }>().not.toExtend<Change>();
    void typed.dispose();
  });
});
