import type { Booking } from '../../data/database.js';
import { isOn, type Day } from '../../data/today.js';

export type BookingChoice = {
  /** Null: all days. */
  readonly day: Day | null;
  /** Part of a client's name; empty: everyone. Looks at all days. */
  readonly client: string;
  /** Only these; null: any. */
  readonly ids: ReadonlySet<string> | null;
};

/** Those that are wanted: what is to come first, the next one on top; then what has begun, the latest on top. */
export function selectBookings(bookings: readonly Booking[], choice: BookingChoice, now: number): Booking[] {
  const { day, client, ids } = choice;
  const wanted = bookings.filter((booking) => {
    if (ids !== null) return ids.has(String(booking.id));
    if (client !== '') return matches(booking.client_name, client);
    return day === null || isOn(day, booking.starts_at);
  });
  return wanted
    .map((booking) => [Date.parse(booking.starts_at), booking] as const)
    .sort(([a, one], [b, other]) => order(a, b, now) || one.id - other.id)
    .map(([, booking]) => booking);
}

function order(a: number, b: number, now: number): number {
  if (a >= now !== b >= now) return a >= now ? -1 : 1;
  return a >= now ? a - b : b - a;
}

/** Whether a name holds each word that was typed, without regard to case and accents. */
function matches(name: string, typed: string): boolean {
  const plain = plainText(name);
  return plainText(typed)
    .split(/\s+/)
    .every((word) => plain.includes(word));
}

function plainText(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase()
    .trim();
}
