// @vitest-environment happy-dom
import type { ReactNode } from 'react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useRealtime, type RealtimeResult, type ToastMessage } from 'switchboard-realtime/react';
import { notify, subscriptionDelta } from '../support/scriptedEngine.js';
import { RecordingClient, Stage } from './support/stage.js';

let stage: Stage;
let client: RecordingClient;
let toasts: ToastMessage[];

beforeEach(() => {
  client = new RecordingClient();
  toasts = [];
  stage = new Stage({
    queryClient: client,
    toaster: (message) => {
      toasts.push(message);
    },
  });
});

afterEach(() => stage.close());

const OPTIONS =
  '"event":"*","filter":"business_id=eq.7","delivery":{"mode":"debounce","payload":false,"waitMs":250,"maxWaitMs":2000}';
const seen: RealtimeResult[] = [];
beforeEach(() => {
  seen.length = 0;
});

function Business(props: Partial<Parameters<typeof useRealtime>[0]>): ReactNode {
  const result = useRealtime({ businessId: 7, ...props });
  seen.push(result);
  return JSON.stringify(result.connectionStatus);
}
const last = (): RealtimeResult | undefined => seen.at(-1);

describe('useRealtime', () => {
  it('subscribes only to what is enabled, without payload, for as long as it is mounted', async () => {
    await stage.render(<Business enableBookings enablePayments />);
    await stage.open();
    expect(stage.commands()).toEqual([
      `subscribe 1 {"schema":"public","table":"bookings",${OPTIONS}}`,
      `subscribe 2 {"schema":"public","table":"payment_transactions",${OPTIONS}}`,
    ]);
    await stage.render(<Business enablePayments />);
    expect(stage.bench.manager.stats().subscriptions).toBe(1);
    await stage.render(null);
    expect(stage.bench.manager.stats()).toMatchObject({ subscriptions: 0, statusListeners: 0 });
  });

  it('knows the seven tables of the business', async () => {
    await stage.render(
      <Business
        enableBookings
        enablePayments
        enableClientTransactions
        enableClients
        enableStaff
        enableStaffAttendance
        enableAdminAlerts
      />,
    );
    const tables = stage.bench.manager.status().subscriptions.map(({ table }) => table);
    expect(tables).toEqual([
      'bookings',
      'payment_transactions',
      'client_business_transactions',
      'clients',
      'staff',
      'staff_attendance',
      'admin_alerts',
    ]);
    expect(Object.keys(last()?.connectionStatus ?? {})).toEqual([
      'bookings',
      'payments',
      'clientTransactions',
      'clients',
      'staff',
      'staffAttendance',
      'adminAlerts',
    ]);
  });

  it('reports the state of each feature, and of all together', async () => {
    await stage.render(<Business enableBookings enablePayments />);
    expect(last()).toMatchObject({
      connectionStatus: { bookings: 'pending', payments: 'pending', clients: 'off' },
      connectionError: null,
      isFullyConnected: false,
      isPartiallyConnected: false,
      isDisconnected: false,
    });
    await stage.open();
    await stage.say(() => {
      stage.engine.status({ overall: 'partial', subscriptions: [subscriptionDelta(1)] });
    });
    expect(last()).toMatchObject({
      connectionStatus: { bookings: 'live', payments: 'pending' },
      isFullyConnected: false,
      isPartiallyConnected: true,
      isDisconnected: false,
    });
    await stage.live(1, 2);
    expect(last()).toMatchObject({ isFullyConnected: true, isPartiallyConnected: false, isDisconnected: false });
    const refused = { state: 'parked', code: 'BAD_BINDING', message: 'no such table', retryable: false } as const;
    await stage.say(() => {
      stage.engine.status({ overall: 'partial', subscriptions: [subscriptionDelta(2, refused)] });
    });
    expect(last()).toMatchObject({
      connectionStatus: { bookings: 'live', payments: 'parked' },
      connectionError: 'payments: no such table',
      isPartiallyConnected: true,
    });
  });

  it('is not disconnected by a blip, but by the verdict of the manager', async () => {
    await stage.render(<Business enableBookings />);
    await stage.open();
    await stage.live(1);
    const lost = { state: 'pending', code: 'CONNECTION_LOST', message: 'The socket closed.', attempts: 1 } as const;
    await stage.say(() => {
      stage.engine.status({ subscriptions: [subscriptionDelta(1, lost)] });
    });
    expect(last()).toMatchObject({
      connectionStatus: { bookings: 'pending' },
      connectionError: 'bookings: The socket closed.',
      isFullyConnected: true,
      isDisconnected: false,
    });
    await stage.say(() => {
      stage.engine.status({ overall: 'offline' });
    });
    expect(last()).toMatchObject({ isFullyConnected: false, isDisconnected: true });
    await stage.live(1);
    expect(last()).toMatchObject({ connectionError: null, isFullyConnected: true, isDisconnected: false });
  });

  it('gives the same object, and renders no more, until something changed', async () => {
    await stage.render(<Business enableBookings />);
    await stage.open();
    await stage.live(1);
    const before = [...seen];
    await stage.say(() => {
      stage.engine.status({ subscriptions: [subscriptionDelta(1, { attempts: 3 })] });
      stage.engine.deliver(notify([1], 5));
    });
    expect(seen).toEqual(before);
    await stage.render(<Business enableBookings />);
    expect(seen.at(-1)).toBe(before.at(-1));
  });

  it('reconnects by force', async () => {
    await stage.render(<Business enableBookings />);
    await stage.open();
    const before = last()?.forceReconnect;
    await stage.say(() => before?.());
    expect(stage.commands().at(-1)).toBe('reconnectAll');
    await stage.live(1);
    expect(last()?.forceReconnect).toBe(before);
  });

  it('waits while the business is not known yet', async () => {
    await stage.render(<Business businessId={null} enableBookings />);
    expect(stage.bench.manager.stats().subscriptions).toBe(0);
    expect(last()).toMatchObject({ connectionStatus: { bookings: 'off' }, isDisconnected: false });
    await stage.render(<Business enableBookings />);
    expect(stage.bench.manager.stats().subscriptions).toBe(1);
  });

  it('goes over to another business', async () => {
    await stage.render(<Business enableBookings />);
    await stage.open();
    await stage.render(<Business businessId="a,b" enableBookings />);
    expect(stage.bench.manager.status().subscriptions).toMatchObject([{ filter: 'business_id=eq."a,b"' }]);
  });

  it('keeps one subscription through StrictMode and for many components', async () => {
    const many = Array.from({ length: 20 }, (_, index) => <Business key={index} enableBookings enableStaff />);
    await stage.render(many, true);
    await stage.open();
    expect(stage.commands().filter((command) => command.startsWith('subscribe'))).toHaveLength(2);
    expect(stage.bench.manager.stats().subscriptions).toBe(2);
    await stage.render(many.slice(0, 1), true);
    expect(stage.bench.manager.stats().subscriptions).toBe(2);
    await stage.render(null, true);
    expect(stage.bench.manager.stats()).toMatchObject({ subscriptions: 0, statusListeners: 0 });
  });

  it('has the state of a subscription that others hold already at once', async () => {
    await stage.render(<Business enableBookings />);
    await stage.open();
    await stage.live(1);
    await stage.render([<Business key="a" enableBookings />, <Business key="b" enableStaff={false} />]);
    await stage.render([<Business key="a" enableBookings />, <Business key="b" enableBookings />]);
    expect(last()?.connectionStatus['bookings']).toBe('live');
  });
});

describe('invalidation by useRealtime', () => {
  const two = [<Business key={1} enableBookings enablePayments />, <Business key={2} enableBookings />];

  it('invalidates once for a burst, however many components show it', async () => {
    await stage.render(two);
    await stage.open();
    await stage.live(1, 2);
    client.take();
    await stage.say(() => {
      stage.engine.deliver(notify([1], 1_000), notify([2], 3));
    });
    expect(client.take()).toEqual(['["bookings",7]', '["payments",7]']);
  });

  it('invalidates what was fetched before changes began to flow', async () => {
    await stage.render(two);
    await stage.open();
    expect(client.take()).toEqual([]);
    await stage.live(1);
    expect(client.take()).toEqual(['["bookings",7]']);
    // Later times come after a gap, which has a fetch of its own.
    await stage.live(1);
    expect(client.take()).toEqual([]);
  });

  it('of a line that was live already, only what is older', async () => {
    await stage.render(<Business enableBookings />);
    await stage.open();
    stage.engine.onCommand.set('subscribe', () => {
      stage.engine.control({
        status: { subscriptions: [subscriptionDelta(2)] },
        notices: [
          {
            ...{ subscription: 2, status: 'SUBSCRIBED', code: 'OK', message: '', retryable: true, nextRetryAt: null },
            alreadyLive: true,
          },
        ],
      });
    });
    await stage.render(<Business enableBookings enablePayments />);
    expect(client.take()).toEqual(['["payments",7] older']);
  });

  it('fetches again after a gap and while polling, and the gap knows how that went', async () => {
    const outcomes: string[] = [];
    stage.bench.manager.onGap(({ outcome, over }) => outcomes.push(`${over ? 'over' : 'open'} ${outcome}`));
    await stage.render(two);
    await stage.open();
    await stage.live(1, 2);
    client.take();
    await stage.gap(1);
    await stage.until(() => {
      expect(client.calls).toEqual(['["bookings",7] awaited']);
    });
    await stage.until(() => {
      expect(outcomes).toEqual(['open unknown', 'over unknown', 'over refetched']);
    });
    client.take();
    await stage.say(() => {
      stage.engine.control({ polls: [2] });
    });
    await stage.until(() => {
      expect(client.calls).toEqual(['["payments",7] awaited']);
    });
  });

  it('a fetch that fails after a gap is reported as such', async () => {
    const outcomes: string[] = [];
    stage.bench.manager.onGap(({ outcome }) => outcomes.push(outcome));
    await stage.render(<Business enableBookings />);
    await stage.open();
    await stage.live(1);
    client.outcome = () => Promise.reject(new Error('503'));
    await stage.gap(1);
    await stage.until(() => {
      expect(outcomes).toEqual(['unknown', 'unknown', 'failed']);
    });
  });

  it('goes on after unsubscribeAll() when it is asked for again', async () => {
    await stage.render(<Business enableBookings />);
    await stage.open();
    stage.bench.manager.unsubscribeAll();
    await stage.render([<Business key="new" enableBookings />]);
    expect(stage.bench.manager.stats().subscriptions).toBe(1);
    await stage.render(null);
    expect(stage.bench.manager.stats().subscriptions).toBe(0);
  });
});
