import { useQueryClient } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useMemo, type ReactNode } from 'react';
import { useLiveRows, type LiveRowsResult } from 'switchboard-realtime/react';
import type { Booking, Business, Payment, TableName } from './database.js';
import { useRest } from './rest.js';

/** The business on display, and those of its rows that change all day. */
export type BusinessData = {
  readonly business: Business;
  /** Latest start first. */
  readonly bookings: LiveRowsResult<Booking>;
  /** Newest first. */
  readonly payments: LiveRowsResult<Payment>;
};

const BusinessDataContext = createContext<BusinessData | null>(null);

// The first change shows at once. However fast they come, the page takes them in five times a second, each row in its newest state.
const LATEST = { mode: 'latest', everyMs: 200, leading: true } as const;

/** Loads a business's bookings and payments once for everything below, and keeps them as they are in the database. */
export function BusinessDataProvider({ business, children }: { business: Business; children: ReactNode }) {
  const rest = useRest();
  const filter = `business_id=eq.${business.id}` as const;
  const ofBusiness = { business_id: `eq.${business.id}` };

  const bookings = useLiveRows({
    table: 'bookings',
    filter,
    key: 'id',
    orderBy: [
      { column: 'starts_at', ascending: false },
      { column: 'id', ascending: false },
    ],
    delivery: LATEST,
    fetch: (request) => rest.page('bookings', ofBusiness, request),
  });
  const payments = useLiveRows({
    table: 'payment_transactions',
    filter,
    key: 'id',
    orderBy: [{ column: 'created_at', ascending: false }, 'id'],
    delivery: LATEST,
    fetch: (request) => rest.page('payment_transactions', ofBusiness, request),
  });

  const data = useMemo(() => ({ business, bookings, payments }), [business, bookings, payments]);
  useReadOwnWrites(data);
  return <BusinessDataContext value={data}>{children}</BusinessDataContext>;
}

export function useBusinessData(): BusinessData {
  const data = useContext(BusinessDataContext);
  if (data === null) throw new Error('useBusinessData needs a BusinessDataProvider above it');
  return data;
}

/** Reads what was written here at once when no change comes in that would show it. */
function useReadOwnWrites({ business, bookings, payments }: BusinessData): void {
  const rest = useRest();
  const queryClient = useQueryClient();
  useEffect(() => {
    const liveRows: Partial<Record<TableName, LiveRowsResult<Booking> | LiveRowsResult<Payment>>> = {
      bookings,
      payment_transactions: payments,
    };
    return rest.onWrite((table) => {
      const rows = liveRows[table];
      // The keys of useRealtime.
      if (rows === undefined)
        void queryClient.invalidateQueries({ queryKey: [table.replaceAll('_', '-'), business.id] });
      else if (rows.status.state !== 'live') void rows.refresh();
    });
  }, [rest, queryClient, business.id, bookings, payments]);
}
