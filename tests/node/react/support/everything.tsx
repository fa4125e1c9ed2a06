import { lazy, Suspense, type ReactNode } from 'react';
import {
  RealtimeConnectionStatus,
  useConnectionStatus,
  useLiveRows,
  useQueryInvalidation,
  useRealtime,
  useSubscription,
} from 'switchboard-realtime/react';

type Row = { id: number };

/** A component that uses all hooks at once. */
export function Everything(): ReactNode {
  const { connectionStatus, isDisconnected } = useRealtime({ businessId: 7, enableBookings: true, showToasts: true });
  const subscription = useSubscription({ table: 'clients' }, () => undefined);
  const overall = useConnectionStatus((status) => status.overall);
  const { rows, status } = useLiveRows<Row>({ table: 'staff', key: 'id', fetch: () => Promise.resolve([]) });
  const watched = useQueryInvalidation({ table: 'orders', queryKeys: [['orders']] });
  const said = [connectionStatus.bookings, isDisconnected, subscription?.state, overall, rows.length, status.state];
  return (
    <main>
      <p>{[...said, watched?.state].map(String).join(' ')}</p>
      <RealtimeConnectionStatus />
    </main>
  );
}

const Late = lazy(() => Promise.resolve({ default: Everything }));

/** The same, but not there at once. */
export function LateEverything(): ReactNode {
  return (
    <Suspense fallback={<p>waiting</p>}>
      <Late />
    </Suspense>
  );
}
