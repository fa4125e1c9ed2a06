import { setTimeout as sleep } from 'node:timers/promises';

import type { Pool } from 'pg';

/**
 * Changes the latest booking of a business so many times, by one unit of money up and down in turn, with a pause after each. With an even number it
 * ends as it began. Does nothing without bookings.
 */
export async function trickle(pool: Pool, businessId: string, changes: number, everyMs: number): Promise<void> {
  const { rows } = await pool.query<{ id: string }>(
    'select id::text from bookings where business_id = $1 order by starts_at desc, id desc limit 1',
    [businessId],
  );
  const [latest] = rows;
  if (latest === undefined) return;
  for (let n = 0; n < changes; n += 1) {
    await pool.query('update bookings set amount = amount + $2, updated_at = clock_timestamp() where id = $1', [
      latest.id,
      n % 2 === 0 ? 1 : -1,
    ]);
    await sleep(everyMs);
  }
}
