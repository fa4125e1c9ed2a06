import { useState } from 'react';
import type { ChangePayload } from 'switchboard-realtime';
import { useSubscription } from 'switchboard-realtime/react';
import type { Booking, Payment } from '../data/database.js';

type Seen<Table, Row extends object> = {
  readonly number: number;
  readonly table: Table;
  readonly change: ChangePayload<Row>;
  /** From its commit, by the database's clock, to now, by this device's, in ms. Null where the clocks disagree so much that it would be negative. */
  readonly age: number | null;
};

export type SeenChange = Seen<'bookings', Booking> | Seen<'payments', Payment>;

type Feed = { readonly total: number; readonly latest: readonly SeenChange[] };

const NONE: Feed = { total: 0, latest: [] };
const KEPT = 20;

// Every change counts here, but after the first one five times a second is often enough to look.
const BATCH = { mode: 'batch', everyMs: 200, leading: true } as const;

/** The latest changes of a business's bookings and payments, newest first, and whether they come in. */
export function useActivity(businessId: string): { latest: readonly SeenChange[]; isLive: boolean } {
  const [seen, setSeen] = useState(NONE);
  const filter = `business_id=eq.${businessId}` as const;
  const bookings = useSubscription({ table: 'bookings', filter, delivery: BATCH }, (changes) => {
    const now = Date.now();
    setSeen((before) =>
      add(before, changes, (number, change) => ({ number, table: 'bookings', change, age: ageOf(change, now) })),
    );
  });
  const payments = useSubscription({ table: 'payment_transactions', filter, delivery: BATCH }, (changes) => {
    const now = Date.now();
    setSeen((before) =>
      add(before, changes, (number, change) => ({ number, table: 'payments', change, age: ageOf(change, now) })),
    );
  });
  return { latest: seen.latest, isLive: bookings?.state === 'live' && payments?.state === 'live' };
}

function ageOf({ commit_timestamp }: { commit_timestamp: string }, now: number): number | null {
  const age = now - Date.parse(commit_timestamp);
  return age >= 0 ? age : null;
}

function add<Change>(
  { total, latest }: Feed,
  changes: readonly Change[],
  label: (number: number, change: Change) => SeenChange,
): Feed {
  const fresh = changes.map((change, index) => [total + index + 1, change] as const).slice(-KEPT);
  const labelled = fresh.map(([number, change]) => label(number, change)).reverse();
  return { total: total + changes.length, latest: [...labelled, ...latest].slice(0, KEPT) };
}
