import type pg from 'pg';
import { describeConnectionError } from './secrets.js';

/** It could not be used at all; the message holds no password. */
export class DatabaseError extends Error {}

/** The part of a connection that checks use. */
export interface Database {
  /** @throws DatabaseError */
  rows<Row extends object>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

const CONNECT_MS = 10_000;

/** @throws DatabaseError when the driver is missing or the database can't be reached. */
export async function openDatabase(url: string): Promise<Database> {
  const client = await newClient(url);
  // Of a connection that breaks while nothing is asked; the next query says so.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    throw new DatabaseError(`can't connect to the database: ${describeConnectionError(error, url)}`);
  }
  return {
    async rows<Row extends object>(sql: string, values: readonly unknown[] = []) {
      try {
        return (await client.query<Row>(sql, values.length === 0 ? undefined : [...values])).rows;
      } catch (error) {
        throw new DatabaseError(describeConnectionError(error, url));
      }
    },
    close: () => client.end().catch(() => undefined),
  };
}

async function newClient(url: string): Promise<pg.Client> {
  if (!/^postgres(?:ql)?:\/\//u.test(url)) {
    throw new DatabaseError('--db must be a url such as postgres://user:password@host:5432/postgres');
  }
  let driver: typeof pg;
  try {
    driver = (await import('pg')).default;
  } catch {
    throw new DatabaseError(
      'the driver `pg` is not installed: npm install pg, or npx -p switchboard-realtime -p pg switchboard doctor …',
    );
  }
  try {
    return new driver.Client({
      connectionString: url,
      connectionTimeoutMillis: CONNECT_MS,
      application_name: 'switchboard doctor',
    });
  } catch (error) {
    throw new DatabaseError(`--db can't be read: ${describeConnectionError(error, url)}`);
  }
}
