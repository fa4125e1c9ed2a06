import type { Pool } from 'pg';

import { compileCondition, type CompiledCondition } from '../filter/compile.js';
import { describeParameters, ParameterError, parseParameters, type ChangeParameters } from '../filter/parse.js';
import { describeDatabaseError, RaisedError } from '../postgres/errors.js';
import type { Claims } from '../tokens.js';
import type { ChangeReceiver, Subscription } from './subscription.js';
import type { Table, TableCatalog, TableName } from './tableCatalog.js';
import type { TypeCatalog } from './typeCatalog.js';

/** An entry of a join's `postgres_changes` with the id of the join reply. */
export interface Entry {
  id: number;
  parameters: Readonly<Record<string, unknown>>;
}

export interface Database {
  pool: Pool;
  tables: TableCatalog;
  types: TypeCatalog;
}

/**
 * Checks the entries against the database as it is now. One that is refused refuses all: ParameterError carries the
 * server's message. Any other error is the database's own trouble and worth another try.
 */
export async function resolveEntries(
  database: Database,
  receiver: ChangeReceiver,
  entries: readonly Entry[],
  claims: Claims,
): Promise<Subscription[]> {
  const parsed = entries.map(({ parameters }) => parseParameters(parameters));
  const last = parsed.at(-1);
  if (last !== undefined && (await isReadOnly(database.pool))) throw unwritable(last);
  const published = await database.tables.published();
  // The catalog may have changed without a row change, so that the stream did not report it.
  for (const { oid } of published) database.tables.forget(oid);
  const subscriptions: Subscription[] = [];
  // The server checks the last entry first, so of several errors it reports the last one.
  for (const [index, parameters] of [...parsed.entries()].reverse()) {
    const id = entries[index]?.id ?? 0;
    const matching = published.filter((table) => matches(parameters, table));
    if (matching.length === 0) {
      throw new ParameterError(
        `Unable to subscribe to changes with given parameters. Please check Realtime is enabled for the given connect parameters: ${describeParameters(parameters)}`,
      );
    }
    for (const { oid } of matching) {
      const conditions = await resolveConditions(database, oid, parameters, claims.role);
      const select = parameters.select === null ? null : [...parameters.select].sort();
      const conditionsKey = conditions.map(({ key }) => key).join();
      const { event } = parameters;
      subscriptions.push({ receiver, index, id, tableOid: oid, event, conditions, conditionsKey, select, claims });
    }
  }
  return subscriptions;
}

async function resolveConditions(
  database: Database,
  oid: number,
  parameters: ChangeParameters,
  role: string,
): Promise<CompiledCondition[]> {
  try {
    const table = await database.tables.table(oid);
    if (table === null) throw new RaisedError(`relation with OID ${oid} does not exist`);
    return await checkEntry(database, table, parameters, role);
  } catch (error) {
    const description = describeDatabaseError(error);
    if (description === null) throw error;
    throw quoting(parameters, description, error);
  }
}

/** How the server reports an error of the database, whatever it is. */
export function quoting(parameters: ChangeParameters, description: string, cause?: unknown): ParameterError {
  return new ParameterError(
    `Unable to subscribe to changes with given parameters. An exception happened so please check your connect parameters: ${describeParameters(parameters)}. Exception: ${description}`,
    { cause },
  );
}

/** A standby, and a database that is kept from filling its disk, can't store the rows by which the server knows its subscriptions. */
async function isReadOnly(pool: Pool): Promise<boolean> {
  const { rows } = await pool.query<{ value: string }>(`select current_setting('transaction_read_only') as value`);
  return rows[0]?.value === 'on';
}

function unwritable(parameters: ChangeParameters): ParameterError {
  const description = 'ERROR 25006 (read_only_sql_transaction) cannot execute INSERT in a read-only transaction';
  return quoting(parameters, description);
}

async function checkEntry(
  { pool, tables, types }: Database,
  table: Table,
  { conditions, select }: ChangeParameters,
  role: string,
): Promise<CompiledCondition[]> {
  // A cast of an unknown role raises the error that the server passes on.
  await pool.query('select $1::text::regrole', [`"${role.replaceAll('"', '""')}"`]);
  const selectable = await tables.selectableColumns(table.oid, role);
  const compiled: CompiledCondition[] = [];
  for (const condition of conditions) {
    const column = table.columns.find(({ name }) => name === condition.column);
    if (column === undefined || !selectable.has(column.name)) {
      throw new RaisedError(`invalid column for filter ${condition.column}`);
    }
    compiled.push(await compileCondition(pool, condition, types.get(column.typeOid)));
  }
  for (const column of select ?? []) {
    if (!selectable.has(column)) throw new RaisedError(`invalid column for select ${column}`);
  }
  return compiled;
}

/** The server compares names with LIKE, so `%` and `_` in them are wildcards too. */
function matches({ schema, table }: ChangeParameters, name: TableName): boolean {
  return like(schema, name.schema) && like(table, name.name);
}

function like(pattern: string, text: string): boolean {
  if (pattern === '*' || pattern === text) return true;
  const source = pattern
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('%', '.*')
    .replaceAll('_', '.');
  return new RegExp(`^${source}$`, 's').test(text);
}
