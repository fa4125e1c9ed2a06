import type { Booking, Payment } from './database.js';

/** What was paid for each booking, by its id. */
export type PaidBookings = ReadonlyMap<number, readonly Payment[]>;

export const NOTHING_PAID: PaidBookings = new Map();

const known = new WeakMap<readonly Payment[], PaidBookings>();

/** Computed once for each list of payments: every row of the table asks. */
export function paidBookings(payments: readonly Payment[]): PaidBookings {
  const before = known.get(payments);
  if (before !== undefined) return before;
  const paid = new Map<number, Payment[]>();
  for (const payment of payments) {
    if (payment.status !== 'paid' || payment.booking_id === null) continue;
    const ofBooking = paid.get(payment.booking_id) ?? [];
    ofBooking.push(payment);
    paid.set(payment.booking_id, ofBooking);
  }
  known.set(payments, paid);
  return paid;
}

/** What is still to be paid for a booking, to the cent; never less than nothing. `without`: id of a payment that does not count. */
export function openAmount(booking: Booking, paid: PaidBookings, without?: string): number {
  return booking.status === 'cancelled' ? 0 : Math.max(0, missing(booking, paid, without));
}

/** How a booking is paid. Undefined: nothing was paid. */
export function paidState(booking: Booking, paid: PaidBookings): PaidState | undefined {
  if (!paid.has(booking.id)) return undefined;
  const open = missing(booking, paid);
  // A booking without a price costs what was paid.
  if (open === 0 || booking.amount === null) return { is: 'paid' };
  return open > 0 ? { is: 'partly', open } : { is: 'over', by: -open };
}

export type PaidState =
  | { readonly is: 'paid' }
  | { readonly is: 'partly'; readonly open: number }
  | { readonly is: 'over'; readonly by: number };

/** The price without what was paid, to the cent. */
function missing({ id, amount }: Booking, paid: PaidBookings, without?: string): number {
  const counts = (payment: Payment): boolean => without === undefined || payment.id !== without;
  const sum = paid.get(id)?.reduce((total, payment) => total + (counts(payment) ? payment.amount : 0), 0) ?? 0;
  return Math.round(((amount ?? 0) - sum) * 100) / 100;
}
