import type { FilterOperator } from './filter.js';

/** A row when the table's type is not known. */
export type UntypedRow = Record<string, unknown>;

/** Means "no generated types": every table and column name is accepted, rows are {@link UntypedRow}. */
export interface UntypedDatabase {
  readonly __untyped: true;
}

/**
 * Where an application may say once which types it uses, the `Database` and those of its channels, so that `realtimeManager` and
 * the React hooks are typed without passing them each time:
 *
 * ```ts
 * declare module 'switchboard-realtime' {
 *   interface Register { database: Database; channels: Channels }
 * }
 * ```
 */
export interface Register {
  readonly __register?: never;
}

/** The registered `Database`, or {@link UntypedDatabase}. */
export type RegisteredDatabase = Register extends { database: infer Db } ? Db : UntypedDatabase;

/** The schemas of a `Database` as `supabase gen types typescript` writes it. */
export type SchemaName<Db> = Exclude<keyof Db & string, '__InternalSupabase'>;

/** The schema that is used when none is given. */
export type DefaultSchema<Db> = 'public' extends SchemaName<Db> ? 'public' : SchemaName<Db>;

type TablesOf<Db, Schema extends SchemaName<Db>> = Db[Schema] extends { Tables: infer Tables } ? Tables : never;

/** The tables of one schema. Views are left out: they can't be in a publication. */
export type TableName<Db, Schema extends SchemaName<Db>> = keyof TablesOf<Db, Schema> & string;

/** The generated `Row` of one table. */
export type RowOf<Db, Schema extends SchemaName<Db>, Table extends TableName<Db, Schema>> = TablesOf<
  Db,
  Schema
>[Table] extends { Row: infer Row extends object }
  ? Row
  : never;

/** The column names of a row type. */
export type ColumnOf<Row> = keyof Row & string;

/**
 * The columns that a filter may name: no array and no `Json`. The server accepts conditions on those, and then loses changes of all subscribers of the
 * project, since it can't evaluate them.
 */
export type FilterColumn<Row> = {
  [Column in ColumnOf<Row>]: unknown extends Row[Column] ? Column : [] extends Row[Column] ? never : Column;
}[ColumnOf<Row>];

/**
 * A filter on a known table: the first condition's column and operator are checked by the compiler, the rest when `subscribe`
 * is called. A template literal fits as it is; a plain `string` variable needs `as FilterText<Row>`.
 */
export type FilterText<Row> = '' | `${FilterColumn<Row>}=${'' | 'not.'}${FilterOperator}.${string}`;

/** What a row holds when only some columns were selected: those, and the primary key, which the server always adds. */
export type SelectedRow<Row, Column extends ColumnOf<Row>> = Pick<Row, Column> & Partial<Row>;
