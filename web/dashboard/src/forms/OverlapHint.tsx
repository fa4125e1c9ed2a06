import { useBusinessData } from '../data/businessData.js';
import type { Booking } from '../data/database.js';
import { useEveryStaff } from '../data/queries.js';
import { formatClock } from '../format.js';
import type { BookingDraft } from './bookingFields.js';
import { overlapsOf } from './overlaps.js';

/** So many are named. */
const NAMED = 2;
const MINUTE_MS = 60_000;

/** Points out that somebody is booked twice at one time. It is no mistake: two people can share a treatment. `id`: undefined for a new booking. */
export function OverlapHint({ id, draft }: { id: number | undefined; draft: BookingDraft }) {
  const { business, bookings } = useBusinessData();
  const { data: staff = [] } = useEveryStaff();
  const { time_zone: zone } = business;
  const overlaps = overlapsOf(bookings.rows, id, draft, zone);
  const person = staff.find((candidate) => String(candidate.id) === draft.staff)?.full_name ?? `Staff #${draft.staff}`;
  const more = overlaps.length - NAMED;
  return (
    <div role="status" className="overlaps">
      {overlaps.slice(0, NAMED).map(({ booking, of }) => (
        <p key={booking.id}>
          {of === 'staff' ? person : booking.client_name} has another booking then: {nameOf(booking, of)},{' '}
          {formatClock(booking.starts_at, zone)} to {formatClock(endOf(booking), zone)}.
        </p>
      ))}
      {more > 0 ? <p>And {more} more.</p> : null}
    </div>
  );
}

function nameOf({ client_name, service }: Booking, of: 'staff' | 'client'): string {
  return of === 'staff' ? `${client_name}, ${service}` : service;
}

function endOf({ starts_at, duration_minutes }: Booking): number {
  return Date.parse(starts_at) + duration_minutes * MINUTE_MS;
}
