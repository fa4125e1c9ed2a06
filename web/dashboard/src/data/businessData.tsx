import { createContext, useContext, useMemo, type ReactNode } from 'react';
import { useLiveRows, type LiveRowsResult } from 'switchboard-realtime/react';
import type { Booking, Business, Payment } from './database.js';
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

// However fast the changes come, the page takes them in five times a second, each row as it stands in the end.
const LATEST = { mode: 'latest', everyMs: 200 } as const;

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
  return <BusinessDataContext value={data}>{children}</BusinessDataContext>;
}

export function useBusinessData(): BusinessData {
  const data = useContext(BusinessDataContext);
  if (data === null) throw new Error('useBusinessData needs a BusinessDataProvider above it');
  return data;
}
