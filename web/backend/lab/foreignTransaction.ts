import { randomUUID } from 'node:crypto';

import type { Pool } from 'pg';

/**
 * Adds so many clients to a business that nobody looks at, and deletes them again, in one transaction: replication has twice as many changes to get
 * through before it comes to what is committed next.
 */
export async function foreignTransaction(pool: Pool, rows: number): Promise<void> {
  const businessId = randomUUID();
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query(
      `insert into clients (business_id, full_name) select $1, 'Foreign ' || n from generate_series(1, $2::integer) n`,
      [businessId, rows],
    );
    await client.query('delete from clients where business_id = $1', [businessId]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}
