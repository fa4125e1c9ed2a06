import type pg from 'pg';
import { describeConnectionError } from './secrets.js';

/** It can't be reached, or refuses a query; the message holds no password. */
export class DatabaseError extends Error {
  /** The SQLSTATE; null when the database gave none. */
  readonly code: string | null;

  constructor(message: string, code: string | null = null) {
    super(message);
    this.code = code;
  }
}

/** What was given can't be used; the message holds no password and says what to do. */
export class UsageError extends Error {}

/** The part of a connection that checks use. */
export interface Database {
  /** @throws DatabaseError */
  rows<Row extends object>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** The texts of the warnings that a statement raises. @throws DatabaseError */
  warnings(sql: string, values?: readonly unknown[]): Promise<string[]>;
  close(): Promise<void>;
}

const CONNECT_MS = 10_000;
/** Of SQLSTATE. The word for the severity is in the server's language. */
const WARNING_CLASS = '01';

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
    // The checks read catalogs; to compile them takes seconds.
    await client.query('SET jit = off');
  } catch (error) {
    throw new DatabaseError(`can't connect to the database: ${describeConnectionError(error, url)}`);
  }
  async function rows<Row extends object>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    try {
      return (await client.query<Row>(sql, values.length === 0 ? undefined : [...values])).rows;
    } catch (error) {
      const { code } = error as { code?: unknown };
      throw new DatabaseError(describeConnectionError(error, url), typeof code === 'string' ? code : null);
    }
  }
  return {
    rows,
    async warnings(sql, values) {
      const texts: string[] = [];
      const hear = ({ code = '', message = '' }: { code: string | undefined; message: string | undefined }): void => {
        if (code.startsWith(WARNING_CLASS)) texts.push(message);
      };
      client.on('notice', hear);
      await rows(sql, values).finally(() => client.off('notice', hear));
      return texts;
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
