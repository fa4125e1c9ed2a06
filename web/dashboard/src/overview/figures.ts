import { isIn } from '../data/attendance.js';
import type { Alert, Attendance, Booking, Payment } from '../data/database.js';
import { NOTHING_PAID, openAmount, type PaidBookings } from '../data/paid.js';
import { isOn, type Day } from '../data/today.js';

export type BookingFigures = {
  /** Without `cancelled`. */
  readonly total: number;
  readonly completed: number;
  /** Its time has come, and nobody has said how it ended. */
  readonly begun: number;
  readonly coming: number;
  /** Nobody came. */
  readonly missed: number;
  readonly cancelled: number;
  /** What is still to be paid for those that have begun or are to come. */
  readonly expected: number;
  /** The same of those that are completed. */
  readonly unpaid: number;
};

const OPEN = new Set(['pending', 'confirmed']);

/** Today's bookings. `now`: Unix ms. */
export function bookingFigures(
  bookings: readonly Booking[],
  day: Day,
  now: number,
  paid: PaidBookings = NOTHING_PAID,
): BookingFigures {
  const figures = { total: 0, completed: 0, begun: 0, coming: 0, missed: 0, cancelled: 0, expected: 0, unpaid: 0 };
  for (const booking of bookings) {
    const { starts_at, status } = booking;
    if (!isOn(day, starts_at)) continue;
    if (status === 'cancelled') {
      figures.cancelled += 1;
      continue;
    }
    figures.total += 1;
    if (status === 'completed') {
      figures.completed += 1;
      figures.unpaid += openAmount(booking, paid);
    }
    if (status === 'no_show') figures.missed += 1;
    if (!OPEN.has(status)) continue;
    if (Date.parse(starts_at) < now) figures.begun += 1;
    else figures.coming += 1;
    figures.expected += openAmount(booking, paid);
  }
  return figures;
}

/** What was paid today. */
export function revenue(payments: readonly Payment[], day: Day): { sum: number; count: number } {
  const paid = payments.filter(({ status, paid_at }) => status === 'paid' && isOn(day, paid_at));
  return { sum: paid.reduce((sum, { amount }) => sum + amount, 0), count: paid.length };
}

/** Whether someone with this day's entries is at work. */
export function isPresent(entries: readonly Attendance[], staffId: number): boolean {
  return entries.some((entry) => entry.staff_id === staffId && isIn(entry));
}

export function criticalOf(alerts: readonly Alert[] | undefined): number {
  return alerts?.filter(({ severity }) => severity === 'critical').length ?? 0;
}
