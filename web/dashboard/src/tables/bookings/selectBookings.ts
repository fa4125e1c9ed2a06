import type { Booking } from '../../data/database.js';
import { holdsWords } from '../../plainText.js';
import { dayOf, isDate, isOn, type Day } from '../../data/today.js';
import type { Divider } from '../rows/RowTable.js';

export type BookingChoice = {
  /** Null: all days. */
  readonly day: Day | null;
  /** Part of a client's name; empty: everyone. Looks at all days. */
  readonly client: string;
  /** Only these; null: any. */
  readonly ids: ReadonlySet<string> | null;
};

/** What the page's address asks for; today's bookings if it says nothing. */
export function choiceIn(address: URLSearchParams, today: Day): BookingChoice {
  const date = address.get('day');
  const rows = address.get('rows');
  return {
    day: date === 'all' ? null : date === null || !isDate(date) ? today : dayOf(date, today.zone),
    client: address.get('client') ?? '',
    ids: rows === null ? null : new Set(rows.split(',')),
  };
}

/** The one day whose bookings are on display; null: they may be of several. */
export function shownDay({ day, client, ids }: BookingChoice): Day | null {
  return client === '' && ids === null ? day : null;
}

/** Those that were chosen: what is to come first, the next one on top; then what has begun, the latest on top. */
export function selectBookings(bookings: readonly Booking[], choice: BookingChoice, now: number): Booking[] {
  return bookings
    .filter((booking) => isWanted(booking, choice))
    .map((booking) => [Date.parse(booking.starts_at), booking] as const)
    .sort(([a, one], [b, other]) => order(a, b, now) || one.id - other.id)
    .map(([, booking]) => booking);
}

/** Between what is to come and what has begun; undefined where there is only one of the two. */
export function dividerOf(bookings: readonly Booking[], now: number): Divider | undefined {
  const index = bookings.findIndex(({ starts_at }) => Date.parse(starts_at) < now);
  return index > 0 ? { index, label: 'Earlier' } : undefined;
}

export function isWanted(booking: Booking, { day, client, ids }: BookingChoice): boolean {
  if (ids !== null) return ids.has(String(booking.id));
  if (client !== '') return holdsWords(booking.client_name, client);
  return day === null || isOn(day, booking.starts_at);
}

function order(a: number, b: number, now: number): number {
  if (a >= now !== b >= now) return a >= now ? -1 : 1;
  return a >= now ? a - b : b - a;
}
