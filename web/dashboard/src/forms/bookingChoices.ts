import type { Booking, Payment } from '../data/database.js';
import { NOTHING_PAID, paidState, type PaidBookings } from '../data/paid.js';
import { holdsWords } from '../plainText.js';
import { isOn, type Day } from '../data/today.js';
import { formatClock, formatMoney, formatStatus, formatWhen } from '../format.js';
import type { Choice } from './fields/choices.js';

/** So many are offered at once, besides those of today. */
export const OFFERED_BOOKINGS = 50;

export type BookingOffer = {
  readonly choices: readonly Choice[];
  /** How many bookings were found; the rest is not offered. */
  readonly found: number;
};

type Wish = {
  /** Words of the client, the service, the day or the number; empty: any booking. */
  readonly search: string;
  readonly today: Day;
  /** Unix ms. */
  readonly now: number;
  readonly paid?: PaidBookings;
};

/** The bookings to choose from: those of today, and the others that are nearest to now, nearest first. */
export function offerBookings(
  bookings: readonly Booking[],
  { search, today, now, paid = NOTHING_PAID }: Wish,
): BookingOffer {
  const distance = ({ starts_at }: Booking): number => Math.abs(Date.parse(starts_at) - now);
  const found = bookings
    .filter(
      (booking) => search.trim() === '' || holdsWords(`${labelOf(booking, today.zone, paid)} #${booking.id}`, search),
    )
    .map((booking) => [distance(booking), booking] as const)
    .sort(([one, a], [other, b]) => one - other || a.id - b.id)
    .map(([, booking]) => booking);
  const offered = found.filter(({ starts_at }, index) => index < OFFERED_BOOKINGS || isOn(today, starts_at));
  return { choices: distinct(offered, today.zone, paid), found: found.length };
}

/** The choice for a booking, also where it is not offered. */
export function choiceOf(
  bookings: readonly Booking[],
  id: string,
  zone: string,
  paid: PaidBookings = NOTHING_PAID,
): Choice {
  const booking = bookings.find((candidate) => String(candidate.id) === id);
  return { value: id, label: booking === undefined ? `#${id}` : labelOf(booking, zone, paid) };
}

/** What was paid already for a booking, and when, but for the payment with the id `without`. Undefined: nothing. */
export function paidAlready(ofBooking: readonly Payment[] = [], today: Day, without?: string): string | undefined {
  const others = ofBooking.filter(({ id }) => id !== without);
  if (others.length === 0) return undefined;
  const each = others.map(({ amount, currency, paid_at, created_at }) => {
    const at = paid_at ?? created_at;
    const when = isOn(today, at) ? `at ${formatClock(at, today.zone)}` : `on ${formatWhen(at, today.zone)}`;
    return `${formatMoney(amount, currency)} ${when}`;
  });
  return `Already paid: ${each.join('; ')}`;
}

/** With the number where several would read the same. */
function distinct(bookings: readonly Booking[], zone: string, paid: PaidBookings): Choice[] {
  const labels = bookings.map((booking) => labelOf(booking, zone, paid));
  const seen = new Set<string>();
  const repeated = new Set(labels.filter((label) => seen.size === seen.add(label).size));
  return bookings.map(({ id }, index) => {
    const label = labels[index] ?? '';
    return { value: String(id), label: repeated.has(label) ? `${label}, #${id}` : label };
  });
}

const USUAL = new Set(['pending', 'confirmed', 'completed']);

function labelOf(booking: Booking, zone: string, paid: PaidBookings): string {
  const { client_name, service, starts_at, status } = booking;
  const parts = [client_name, service, formatWhen(starts_at, zone)];
  if (!USUAL.has(status)) parts.push(formatStatus(status));
  const state = paidState(booking, paid);
  if (state !== undefined && state.is !== 'partly') parts.push('paid');
  return parts.join(', ');
}
