import type { Booking } from '../data/database.js';
import { holdsWords } from '../plainText.js';
import { isOn, type Day } from '../data/today.js';
import { formatStatus, formatWhen } from '../format.js';
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
};

/** The bookings to choose from: those of today, and the others that are nearest to now, nearest first. */
export function offerBookings(bookings: readonly Booking[], { search, today, now }: Wish): BookingOffer {
  const distance = ({ starts_at }: Booking): number => Math.abs(Date.parse(starts_at) - now);
  const found = bookings
    .filter((booking) => search.trim() === '' || holdsWords(`${labelOf(booking, today.zone)} #${booking.id}`, search))
    .map((booking) => [distance(booking), booking] as const)
    .sort(([one, a], [other, b]) => one - other || a.id - b.id)
    .map(([, booking]) => booking);
  const offered = found.filter(({ starts_at }, index) => index < OFFERED_BOOKINGS || isOn(today, starts_at));
  return { choices: distinct(offered, today.zone), found: found.length };
}

/** The choice for a booking, also where it is not offered. */
export function choiceOf(bookings: readonly Booking[], id: string, zone: string): Choice {
  const booking = bookings.find((candidate) => String(candidate.id) === id);
  return { value: id, label: booking === undefined ? `#${id}` : labelOf(booking, zone) };
}

/** With the number where several would read the same. */
function distinct(bookings: readonly Booking[], zone: string): Choice[] {
  const labels = bookings.map((booking) => labelOf(booking, zone));
  const seen = new Set<string>();
  const repeated = new Set(labels.filter((label) => seen.size === seen.add(label).size));
  return bookings.map(({ id }, index) => {
    const label = labels[index] ?? '';
    return { value: String(id), label: repeated.has(label) ? `${label}, #${id}` : label };
  });
}

const USUAL = new Set(['pending', 'confirmed', 'completed']);

function labelOf({ client_name, service, starts_at, status }: Booking, zone: string): string {
  const text = `${client_name}, ${service}, ${formatWhen(starts_at, zone)}`;
  return USUAL.has(status) ? text : `${text}, ${formatStatus(status)}`;
}
