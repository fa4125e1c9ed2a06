import type { Booking, Insert } from '../data/database.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const OPENS_AT = 9;
const OPEN_HOURS = 8;

/** A plausible booking for tomorrow: a client and a service that the business has had before. */
export function draftBooking(businessId: string, known: readonly Booking[], now: Date): Insert<'bookings'> {
  const client = pick(known);
  const service = pick(known);
  const day = new Date(now.getTime() + DAY_MS);
  day.setHours(OPENS_AT + Math.floor(Math.random() * OPEN_HOURS), 0, 0, 0);
  return {
    business_id: businessId,
    client_id: client?.client_id ?? null,
    client_name: client?.client_name ?? 'Walk-in',
    staff_id: service?.staff_id ?? null,
    service: service?.service ?? 'Consultation',
    status: 'pending',
    starts_at: day.toISOString(),
    duration_minutes: service?.duration_minutes ?? 30,
    amount: service?.amount ?? null,
    tags: [],
    notes: null,
  };
}

function pick<T>(items: readonly T[]): T | undefined {
  return items[Math.floor(Math.random() * items.length)];
}
