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

/** What is still to be paid for a booking, to the cent; never less than nothing. */
export function openAmount({ id, amount }: Booking, paid: PaidBookings): number {
  const sum = paid.get(id)?.reduce((total, payment) => total + payment.amount, 0) ?? 0;
  return Math.max(0, Math.round(((amount ?? 0) - sum) * 100) / 100);
}

/** Whether something was paid for the booking, and nothing is left to pay. */
export function isPaid(booking: Booking, paid: PaidBookings): boolean {
  return paid.has(booking.id) && openAmount(booking, paid) === 0;
}
