import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Pool, PoolClient } from 'pg';

import { packageRoot } from '../packageRoot.js';

/** Applies every file of `migrations` that the database has not seen, in order of name, each in a transaction of its own. */
export async function migrate(pool: Pool): Promise<void> {
  const directory = join(packageRoot(), 'migrations');
  const files = (await readdir(directory)).filter((name) => name.endsWith('.sql')).sort();
  const client = await pool.connect();
  try {
    await client.query('create schema if not exists switchboard');
    await client.query(
      'create table if not exists switchboard.migrations (name text primary key, applied_at timestamptz not null default now())',
    );
    const { rows } = await client.query<{ name: string }>('select name from switchboard.migrations');
    const applied = new Set(rows.map((row) => row.name));
    for (const name of files) {
      if (!applied.has(name)) await apply(client, name, await readFile(join(directory, name), 'utf8'));
    }
  } finally {
    client.release();
  }
}

async function apply(client: PoolClient, name: string, sql: string): Promise<void> {
  await client.query('begin');
  try {
    await client.query(sql);
    await client.query('insert into switchboard.migrations (name) values ($1)', [name]);
    await client.query('commit');
  } catch (cause) {
    await client.query('rollback');
    throw new Error(`Migration ${name} failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
