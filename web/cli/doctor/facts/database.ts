import type pg from 'pg';
import { describeConnectionError } from './secrets.js';

/** It can't be reached, or refuses a query; the message holds no password. */
export class DatabaseError extends Error {}

/** What was given can't be used; the message holds no password and says what to do. */
export class UsageError extends Error {}

/** The part of a connection that checks use. */
export interface Database {
  /** @throws DatabaseError */
  rows<Row extends object>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

const CONNECT_MS = 10_000;

/**
 * @throws DatabaseError when the database can't be reached.
 * @throws UsageError when the url can't be read or the driver is missing.
 */
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

/** Whether it has the form of a database's url. */
export function isDatabaseUrl(url: string): boolean {
  return /^postgres(?:ql)?:\/\/./u.test(url) && URL.canParse(url);
}

export const DATABASE_URL_FORM = 'must be a url such as postgres://user:password@host:5432/postgres';

async function newClient(url: string): Promise<pg.Client> {
  if (!isDatabaseUrl(url)) throw new UsageError(`--db (or DATABASE_URL) ${DATABASE_URL_FORM}`);
  let driver: typeof pg;
  try {
    driver = (await import('pg')).default;
  } catch {
    throw new UsageError('the driver `pg` is not installed; install it beside this package: npm install pg');
  }
  try {
    return new driver.Client({
      connectionString: url,
      connectionTimeoutMillis: CONNECT_MS,
      application_name: 'switchboard-realtime doctor',
    });
  } catch (error) {
    throw new UsageError(`--db can't be read: ${describeConnectionError(error, url)}`);
  }
}
