import type { ColumnOf, RowOf, SchemaName, TableName, UntypedDatabase } from './database.js';

/** How a table is tracked: the same as in the call of `switchboard.track`. */
export interface TrackedTableOptions<Column extends string = string> {
  /** The column whose value is the key of a row's topic. Default: the table has one topic. */
  by?: Column | undefined;
  /** The name of the topics. Default: the table's name, outside of `public` with the schema and a point before it. */
  topic?: string | undefined;
  /** Default 'public'. */
  schema?: string | undefined;
}

/** `public` may be left out, as everywhere. */
type InSchema<Schema> = Schema extends 'public' ? { schema?: Schema | undefined } : { schema: Schema };

type TrackedIn<Db, Schema extends SchemaName<Db>, Table> =
  Table extends TableName<Db, Schema>
    ? Omit<TrackedTableOptions<ColumnOf<RowOf<Db, Schema, Table>>>, 'schema'> & InSchema<Schema>
    : never;

type TypedTables<Db> = {
  readonly [Table in { [Schema in SchemaName<Db>]: TableName<Db, Schema> }[SchemaName<Db>]]?:
    { [Schema in SchemaName<Db>]: TrackedIn<Db, Schema, Table> }[SchemaName<Db>] | undefined;
};

/** The tracked tables, by name. */
export type TablesOption<Db = UntypedDatabase> = Db extends UntypedDatabase
  ? Readonly<Record<string, TrackedTableOptions>>
  : TypedTables<Db>;

/**
 * Calls a function of the database, such as `supabase.rpc(name, args)`, with the user's rights. Resolves with what the
 * function returned: parsed, as JSON text, or as supabase-js wraps it (`{ data, error }`). It has failed when it throws,
 * rejects or resolves with an `error`; it is tried again then.
 */
export type RpcCallback = (
  name: string,
  args: Readonly<Record<string, unknown>>,
  options: { readonly signal: AbortSignal },
) => PromiseLike<unknown>;

/** The last change that somebody has seen. */
export interface NumberedPosition {
  readonly number: number;
  /** Default: the current one, so that numbers of an earlier one would be misread. */
  readonly epoch?: string | undefined;
}
