import type { Booking } from '../data/database.js';
import { plainText } from '../plainText.js';
import { momentOf, type BookingDraft } from './bookingFields.js';
import type { ChosenClient } from './clientNames.js';
import { numberIn } from './fields/numbers.js';

/** Another booking at the same time, and who has both. */
export type Overlap = { readonly booking: Booking; readonly of: 'staff' | 'client' };

const MINUTE_MS = 60_000;
const TAKES_NO_TIME = new Set(['cancelled', 'no_show']);

/**
 * Other bookings of the same person of the staff, or of the same client, that a form's booking would overlap, the earliest first. Those that end when it
 * begins do not.
 *
 * @param id of the form's booking; undefined for a new one
 */
export function overlapsOf(
  bookings: readonly Booking[],
  id: number | undefined,
  { starts, minutes, staff, client, status }: BookingDraft,
  zone: string,
): Overlap[] {
  if (TAKES_NO_TIME.has(status)) return [];
  const from = momentOf(starts, zone);
  const to = from + numberIn(minutes) * MINUTE_MS;
  const overlaps: Overlap[] = [];
  for (const booking of bookings) {
    if (booking.id === id || TAKES_NO_TIME.has(booking.status)) continue;
    const begins = Date.parse(booking.starts_at);
    if (!(begins < to && from < begins + booking.duration_minutes * MINUTE_MS)) continue;
    if (staff !== '' && staff === String(booking.staff_id)) overlaps.push({ booking, of: 'staff' });
    else if (isSameClient(client, booking)) overlaps.push({ booking, of: 'client' });
  }
  return overlaps.sort(
    ({ booking: one }, { booking: other }) => Date.parse(one.starts_at) - Date.parse(other.starts_at),
  );
}

function isSameClient({ id, name }: ChosenClient, { client_id, client_name }: Booking): boolean {
  if (typeof id === 'number' && client_id !== null) return id === client_id;
  // Of several with that name it is not known which.
  return id !== 'unchosen' && id === client_id && name.trim() !== '' && plainText(name) === plainText(client_name);
}
