import type { Pool } from 'pg';

const MAX_ROWS = 100;

/**
 * Updates bookings of a business `changes` times in all: its latest hundred, each as often as the others, by one unit of money up and down in turn. All
 * of them end as they began. One transaction for each round.
 *
 * @returns how many changes there were: the even number of rounds that comes closest, 0 without bookings.
 */
export async function burst(pool: Pool, businessId: string, changes: number): Promise<number> {
  const { rows } = await pool.query<{ id: string }>(
    'select id::text from bookings where business_id = $1 order by starts_at desc, id desc limit $2',
    [businessId, MAX_ROWS],
  );
  if (rows.length === 0) return 0;
  const ids = rows.map(({ id }) => id);
  const rounds = 2 * Math.max(1, Math.round(changes / rows.length / 2));
  for (let round = 0; round < rounds; round += 1) {
    await pool.query('update bookings set amount = amount + $2, updated_at = clock_timestamp() where id = any($1)', [
      ids,
      round % 2 === 0 ? 1 : -1,
    ]);
  }
  return rounds * rows.length;
}
