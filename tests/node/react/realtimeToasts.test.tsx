// @vitest-environment happy-dom
import type { ReactNode } from 'react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRealtimeHook, equals, useRealtime, type ToastMessage } from 'switchboard-realtime/react';
import { changeText, notify, batch } from '../support/scriptedEngine.js';
import { RecordingClient, Stage } from './support/stage.js';

let stage: Stage;
let client: RecordingClient;
let toasts: ToastMessage[];
let rows: unknown[];

beforeEach(() => {
  client = new RecordingClient();
  toasts = [];
  rows = [];
  stage = new Stage({
    queryClient: client,
    toaster: (message, row) => {
      toasts.push(message);
      rows.push(row?.['id']);
    },
  });
});

afterEach(() => stage.close());

const OPTIONS =
  '"event":"*","filter":"business_id=eq.7","delivery":{"mode":"debounce","payload":false,"waitMs":250,"maxWaitMs":2000}';

function Business(props: Partial<Parameters<typeof useRealtime>[0]>): ReactNode {
  useRealtime({ businessId: 7, ...props });
  return null;
}

describe('toasts of useRealtime', () => {
  const insert = (...ids: number[]): ReturnType<typeof batch> =>
    batch([2], ...ids.map((id) => changeText({ id, client_name: `Ann ${id}`, service: 'Cut' })));

  it('reads rows only where toasts are shown, and tells each insert once', async () => {
    await stage.render([
      <Business key={1} enableBookings showToasts />,
      <Business key={2} enableBookings showToasts />,
    ]);
    await stage.open();
    expect(stage.commands()).toEqual([
      `subscribe 1 {"schema":"public","table":"bookings",${OPTIONS}}`,
      'subscribe 2 {"schema":"public","table":"bookings","event":"INSERT","filter":"business_id=eq.7","delivery":{"mode":"throttle","everyMs":1000}}',
    ]);
    await stage.say(() => {
      stage.engine.deliver(insert(5));
    });
    expect(toasts).toEqual([
      { id: 'public.bookings:5', title: 'New booking', description: 'Ann 5, Cut', kind: 'success' },
    ]);
  });

  it('shows nothing of rows that came without their values, as those do that the reader may not see', async () => {
    await stage.render(<Business enableBookings showToasts />);
    await stage.open();
    const bare = (error: string): string => changeText({}, 'INSERT', { errors: [error] });
    const large = changeText({ id: 6, client_name: 'Bo' }, 'INSERT', { errors: ['Error 413: Payload Too Large'] });
    await stage.say(() => {
      const refused = ['Error 401: Unauthorized', 'Error 400: Bad Request, no primary key'].map(bare);
      stage.engine.deliver(batch([2], ...refused, large, changeText({ id: 7, client_name: 'Cy' })));
    });
    expect(toasts.map(({ description }) => description)).toEqual(['Bo', 'Cy']);
  });

  it('of many inserts shows a few, and how many more there are', async () => {
    await stage.render(<Business enableBookings showToasts />);
    await stage.open();
    await stage.say(() => {
      stage.engine.deliver(insert(...Array.from({ length: 500 }, (_, index) => index)));
    });
    expect(toasts.map(({ title }) => title)).toEqual([
      'New booking',
      'New booking',
      'New booking',
      '497 more in bookings',
    ]);
    // For messages in words of the application's own.
    expect(rows).toEqual([0, 1, 2, undefined]);
  });

  it('has words for every feature', async () => {
    await stage.render(
      <Business
        showToasts
        enableBookings
        enablePayments
        enableClientTransactions
        enableClients
        enableStaff
        enableStaffAttendance
        enableAdminAlerts
      />,
    );
    await stage.open();
    const row = { id: 1, full_name: 'Ann', amount: 5, currency: 'USD', kind: 'refund', title: 'Low', body: 'stock' };
    const ids = stage.bench.manager.status().subscriptions.filter(({ event }) => event === 'INSERT');
    await stage.say(() => {
      for (const { id } of ids) stage.engine.deliver(batch([id], changeText(row)));
    });
    const dollars = new Intl.NumberFormat(undefined, {
      style: 'currency',
      currency: 'USD',
      currencyDisplay: 'narrowSymbol',
    });
    expect(toasts.map(({ title, description }) => [title, description])).toEqual([
      ['New booking', ''],
      ['New payment', dollars.format(5)],
      ['New client transaction', 'refund: 5'],
      ['New client', 'Ann'],
      ['New member of staff', 'Ann'],
      ['Someone has clocked in', undefined],
      ['Low', 'stock'],
    ]);
  });
});

describe('createRealtimeHook', () => {
  it('makes a hook of another application in ten lines', async () => {
    const useShop = createRealtimeHook({
      parameters: ['shopId', 'day'],
      features: {
        orders: {
          table: 'orders',
          schema: 'shop',
          event: 'INSERT',
          filter: ({ shopId, day }) => `${equals('shop_id', shopId)},${equals('day', day)}`,
          queryKeys: ({ shopId }) => [['orders', shopId], ['totals']],
          toast: ({ number }, { shopId }) => (number === 0 ? null : { title: `${shopId}: order ${String(number)}` }),
        },
        rates: { table: 'rates', queryKeys: [['rates']] },
      },
      debounceMs: 50,
      maxWaitMs: 10,
      moreToast: (count, feature) => ({ title: `${feature} ${count}` }),
    });
    function Shop(): ReactNode {
      const { connectionStatus } = useShop({
        shopId: 3,
        day: '2026-01-02',
        enableOrders: true,
        enableRates: true,
        showToasts: true,
      });
      return `${connectionStatus.orders} ${connectionStatus.rates}`;
    }
    await stage.render(<Shop />);
    await stage.open();
    const delivery = '"delivery":{"mode":"debounce","payload":false,"waitMs":50,"maxWaitMs":50}';
    const filter = '"filter":"shop_id=eq.3,day=eq.2026-01-02"';
    expect(stage.commands()).toEqual([
      `subscribe 1 {"schema":"shop","table":"orders","event":"INSERT",${filter},${delivery}}`,
      `subscribe 2 {"schema":"shop","table":"orders","event":"INSERT",${filter},"delivery":{"mode":"throttle","everyMs":1000}}`,
      `subscribe 3 {"schema":"public","table":"rates","event":"*",${delivery}}`,
    ]);
    await stage.say(() => {
      stage.engine.deliver(
        notify([1], 1),
        notify([3], 1),
        batch([2], ...[0, 1].map((number) => changeText({ number }))),
      );
    });
    expect(client.take()).toEqual(['["orders",3]', '["totals"]', '["rates"]']);
    expect(toasts.map(({ title }) => title)).toEqual(['3: order 1']);
    expect(stage.text).toBe('pending pending');
  });
});
