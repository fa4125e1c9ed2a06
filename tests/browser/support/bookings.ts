import type pg from 'pg';
import { salon } from './lab.js';

/** Inserts a booking and returns its id. */
export async function insertBooking(db: pg.Client, businessId: string, clientName: string): Promise<string> {
  const { rows } = await db.query<{ id: string }>(
    `insert into bookings (business_id, client_name, service, starts_at, amount)
     values ($1, $2, 'Cut and finish', now() + interval '2 days', 48.5) returning id::text`,
    [businessId, clientName],
  );
  const id = rows[0]?.id;
  if (id === undefined) throw new Error('the insert returned no row');
  return id;
}

export async function countBookings(db: pg.Client, businessId: string): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    'select count(*)::int as count from bookings where business_id = $1',
    [businessId],
  );
  return rows[0]?.count ?? 0;
}

/** What is to come, the next first, then what has begun, the latest first: the order of the table. */
const NEXT_FIRST = `starts_at < date_trunc('minute', now()), abs(extract(epoch from starts_at - now())), bookings.id`;

/** The first bookings of a business in the order of the table. */
export async function bookingIds(db: pg.Client, businessId: string, count: number): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select id::text from bookings where business_id = $1 order by ${NEXT_FIRST} limit $2`,
    [businessId, count],
  );
  return rows.map(({ id }) => id);
}

/** The first bookings of a business as the table shows them: id, status and amount, in order. */
export async function firstBookings(db: pg.Client, businessId: string, count: number): Promise<string[]> {
  const { rows } = await db.query<{ text: string }>(
    `select concat_ws(' ', id, replace(status, '_', ' '), to_char(amount, 'FM999999990.00')) as text
       from bookings where business_id = $1 order by ${NEXT_FIRST} limit $2`,
    [businessId, count],
  );
  return rows.map(({ text }) => text);
}

/** Adds bookings of the salon at these times of its own clock, today being 0, and returns their ids. */
export async function insertBookingsAt(
  db: pg.Client,
  times: readonly (readonly [day: number, time: string, client: string])[],
): Promise<string[]> {
  const ids: string[] = [];
  for (const [day, time, client] of times) {
    const { rows } = await db.query<{ id: string }>(
      `insert into bookings (business_id, client_name, service, starts_at, amount)
       select id, $4, 'Cut and finish', ((now() at time zone time_zone)::date + $2::int + $3::time) at time zone time_zone, 48
         from businesses where id = $1 returning bookings.id::text`,
      [salon, day, time, client],
    );
    ids.push(rows[0]?.id ?? '');
  }
  return ids;
}

export async function removeBookings(db: pg.Client, ids: readonly string[]): Promise<void> {
  await db.query('delete from bookings where id = any($1)', [ids]);
}
