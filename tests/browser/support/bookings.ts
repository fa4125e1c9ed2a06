import type pg from 'pg';

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

/** The latest bookings of a business as the table shows them: id, status and amount, in order. */
export async function latestBookings(db: pg.Client, businessId: string, count: number): Promise<string[]> {
  const { rows } = await db.query<{ text: string }>(
    `select concat_ws(' ', id, replace(status, '_', ' '), to_char(amount, 'FM999999990.00')) as text
       from bookings where business_id = $1 order by starts_at desc, bookings.id desc limit $2`,
    [businessId, count],
  );
  return rows.map(({ text }) => text);
}
