import type { Database } from './database.js';

/** Runs the work in a transaction that is rolled back, whatever becomes of it. */
export async function rolledBack<T>(db: Database, work: () => Promise<T>): Promise<T> {
  await db.rows('BEGIN');
  try {
    return await work();
  } finally {
    await db.rows('ROLLBACK');
  }
}

/** Runs the work inside of a transaction and takes back what it did, so that a failure does not end the transaction. */
export async function attempt<T>(db: Database, work: () => Promise<T>): Promise<T> {
  await db.rows('SAVEPOINT attempt');
  try {
    return await work();
  } finally {
    await db.rows('ROLLBACK TO SAVEPOINT attempt');
  }
}
