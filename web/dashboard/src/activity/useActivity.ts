import { useState } from 'react';
import type { ChangePayload } from 'switchboard-realtime';
import { useSubscription } from 'switchboard-realtime/react';
import type { Booking, Payment } from '../data/database.js';

export type SeenChange =
  | { readonly number: number; readonly table: 'bookings'; readonly change: ChangePayload<Booking> }
  | { readonly number: number; readonly table: 'payments'; readonly change: ChangePayload<Payment> };

type Seen = { readonly total: number; readonly latest: readonly SeenChange[] };

const NONE: Seen = { total: 0, latest: [] };
const KEPT = 20;

// Every change counts here, but five times a second is often enough to look.
const BATCH = { mode: 'batch', everyMs: 200 } as const;

/** The latest changes of a business's bookings and payments, newest first, and whether they come in. */
export function useActivity(businessId: string): { latest: readonly SeenChange[]; isLive: boolean } {
  const [seen, setSeen] = useState(NONE);
  const filter = `business_id=eq.${businessId}` as const;
  const bookings = useSubscription({ table: 'bookings', filter, delivery: BATCH }, (changes) => {
    setSeen((before) => add(before, changes, (number, change) => ({ number, table: 'bookings', change })));
  });
  const payments = useSubscription({ table: 'payment_transactions', filter, delivery: BATCH }, (changes) => {
    setSeen((before) => add(before, changes, (number, change) => ({ number, table: 'payments', change })));
  });
  return { latest: seen.latest, isLive: bookings?.state === 'live' && payments?.state === 'live' };
}

function add<Change>(
  { total, latest }: Seen,
  changes: readonly Change[],
  label: (number: number, change: Change) => SeenChange,
): Seen {
  const fresh = changes.map((change, index) => [total + index + 1, change] as const).slice(-KEPT);
  const labelled = fresh.map(([number, change]) => label(number, change)).reverse();
  return { total: total + changes.length, latest: [...labelled, ...latest].slice(0, KEPT) };
}
