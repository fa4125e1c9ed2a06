/**
 * `error`: changes do not arrive. `warning`: they arrive incomplete, or will stop to. `note`: worth knowing; does not count as a finding for the exit code.
 */
export type Severity = 'error' | 'warning' | 'note';

/** One thing that a check found. */
export interface Finding {
  readonly severity: Severity;
  /** Names the check, such as `published`; stable. */
  readonly check: string;
  /** What it is about: `database`, `schema.table`, `channel …`, `switchboard`, `endpoint` or `token`. */
  readonly subject: string;
  /** What was found. */
  readonly message: string;
  readonly why: string;
  /** Statements that fix it, in order; none where SQL can't. */
  readonly sql: readonly string[];
  /** A file of the package's folder `sql` that comes before them. It is a transaction of its own. */
  readonly file?: string;
  /** The statements decide who may read what, so they are not run unless that is asked for. */
  readonly access?: boolean;
  /** It takes a restart of PostgreSQL after the statements, which then run outside of a transaction. */
  readonly restart?: boolean;
}

/** What a check says of its table; severity, name and subject are given apart. */
export type FindingPart = Pick<Finding, 'message' | 'why' | 'sql'> & Partial<Finding>;

/** Makes a finding on the table that is checked. */
export type MakeFinding = (severity: Severity, check: string, part: FindingPart) => Finding;

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** `schema.table` as SQL. */
export function quoteTable({ schema, table }: TableName): string {
  return `${quoteName(schema)}.${quoteName(table)}`;
}

export interface TableName {
  readonly schema: string;
  readonly table: string;
}

/** `table` or `schema.table`, as given on the command line. */
export function readTableName(text: string, schema: string): TableName {
  const dot = text.indexOf('.');
  return dot < 0 ? { schema, table: text } : { schema: text.slice(0, dot), table: text.slice(dot + 1) };
}

const SHOWN = 8;

/** Names for a sentence; the first ones of many. */
export function listed(names: readonly string[]): string {
  const more = names.length - SHOWN;
  return more > 0 ? `${names.slice(0, SHOWN).join(', ')} and ${more} more` : names.join(', ');
}

const ORDER: readonly Severity[] = ['error', 'warning', 'note'];

/** For sorting: errors first. */
export function bySeverity(a: Finding, b: Finding): number {
  return ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity);
}
