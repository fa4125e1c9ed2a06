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
