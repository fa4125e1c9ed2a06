import type { Pool, PoolClient } from 'pg';

import { seedMonth } from './month.js';

/** Fills the tables of the migrations if none of them has a row yet. */
export async function seed(pool: Pool, lastDate: Date): Promise<void> {
  const client = await pool.connect();
  try {
    const { rowCount } = await client.query('select from businesses limit 1');
    if (rowCount !== 0) return;
    await client.query('begin');
    for (const [table, rows] of Object.entries(seedMonth(lastDate))) await insert(client, table, rows);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}

async function insert(client: PoolClient, table: string, rows: Record<string, unknown>[]): Promise<void> {
  const name = client.escapeIdentifier(table);
  await client.query(`insert into ${name} select * from json_populate_recordset(null::${name}, $1)`, [
    JSON.stringify(rows),
  ]);
  await client.query(
    `select setval(pg_get_serial_sequence(format('%I.%I', table_schema, table_name), column_name), $2)
       from information_schema.columns
      where table_schema = 'public' and table_name = $1 and is_identity = 'YES'`,
    [table, rows.length],
  );
}
