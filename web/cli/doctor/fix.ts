import type { Database } from './facts/database.js';
import { packagedSql } from './facts/tracking.js';
import { quoteName, quoteTable, type Finding, type TableName } from './finding.js';
import { PUBLICATION } from './facts/facts.js';

/** One statement that was run. */
export interface Fixed {
  readonly sql: string;
  /** Null when it succeeded. */
  readonly error: string | null;
}

/** What may be run: notes are advice, and who may read what is for people to decide unless they said so. */
export function fixable(findings: readonly Finding[], access: boolean): Finding[] {
  return findings
    .filter(
      ({ severity, sql, file, access: decides }) =>
        severity !== 'note' && (sql.length > 0 || file !== undefined) && (access || decides !== true),
    )
    .toSorted((a, b) => turn(a) - turn(b));
}

/** A table gets its key and its identity before it is published: until then PostgreSQL would refuse its writes. */
const LAST = ['primary_key', 'replica_identity', 'writes', 'published', 'publication_events'];

function turn({ check }: Finding): number {
  return LAST.indexOf(check);
}

/** The application's writes queue up after a statement that waits for its lock. */
const LIMITS = ["SET lock_timeout = '2s'", "SET statement_timeout = '10s'"];

/**
 * Runs the statements of these findings, those of each finding in one transaction of its own, so that one failure stops nothing else. A transaction after which
 * PostgreSQL would refuse an UPDATE or DELETE that it takes now is rolled back.
 */
export async function fix(db: Database, findings: readonly Finding[], report: (fixed: Fixed) => void): Promise<void> {
  for (const sql of LIMITS) await db.rows(sql);
  for (const finding of findings) {
    if (finding.file !== undefined) report(await runFile(db, finding.file));
    // Settings of the server can't be changed inside a transaction.
    if (finding.restart === true) for (const sql of finding.sql) report({ sql, error: await errorOf(db, sql) });
    else for (const fixed of await runTogether(db, finding)) report(fixed);
  }
}

async function runFile(db: Database, file: string): Promise<Fixed> {
  const error = await errorOf(db, await packagedSql(file));
  // It may have failed in the middle of its transaction.
  if (error !== null) await errorOf(db, 'ROLLBACK');
  return { sql: fileText(file), error };
}

/** How a file is named where statements are. */
export function fileText(file: string): string {
  return `\\i sql/${file}`;
}

async function runTogether(db: Database, finding: Finding): Promise<Fixed[]> {
  const working: WrittenTable[] = [];
  for (const table of await tablesOf(db, finding)) {
    if ((await refusedWrite(db, table)) === null) working.push(table);
  }
  await db.rows('BEGIN');
  const failed = await firstFailure(db, finding.sql);
  const stopped = failed === null ? await firstRefusal(db, working) : null;
  const end = await errorOf(db, failed === null && stopped === null ? 'COMMIT' : 'ROLLBACK');
  const rest = failed === null ? (stopped ?? end) : 'taken back, because another statement failed';
  return finding.sql.map((sql) => ({ sql, error: sql === failed?.sql ? failed.error : rest }));
}

async function firstFailure(
  db: Database,
  statements: readonly string[],
): Promise<{ sql: string; error: string } | null> {
  for (const sql of statements) {
    const error = await errorOf(db, sql);
    if (error !== null) return { sql, error };
  }
  return null;
}

interface WrittenTable extends TableName {
  /** Any of its columns; null when it has none. */
  column: string | null;
}

/** The tables whose writes the statements of a finding may affect: its own, or all that are published. */
function tablesOf(db: Database, { subject, check }: Finding): Promise<WrittenTable[]> {
  return db.rows<WrittenTable>(
    `select n.nspname::text as schema, c.relname::text as table, (select a.attname::text from pg_attribute a
       where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped order by a.attnum limit 1) as column
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and (n.nspname || '.' || c.relname = $1 or $2 and exists (select from pg_publication_tables t
       where t.pubname = $3 and t.schemaname = n.nspname and t.tablename = c.relname))`,
    [subject, check === 'publication_events', PUBLICATION],
  );
}

async function firstRefusal(db: Database, tables: readonly WrittenTable[]): Promise<string | null> {
  for (const table of tables) {
    const error = await refusedWrite(db, table);
    if (error !== null) return `taken back, because it would stop the application: ${error}`;
  }
  return null;
}

/** What PostgreSQL says of an UPDATE and a DELETE, which it prepares and does not run; null when it takes both. */
async function refusedWrite(db: Database, { column, ...name }: WrittenTable): Promise<string | null> {
  const table = quoteTable(name);
  const update = column === null ? null : `EXPLAIN UPDATE ONLY ${table} SET ${quoteName(column)} = DEFAULT WHERE false`;
  return (
    (update === null ? null : await errorOf(db, update)) ??
    (await errorOf(db, `EXPLAIN DELETE FROM ONLY ${table} WHERE false`))
  );
}

async function errorOf(db: Database, sql: string): Promise<string | null> {
  try {
    await db.rows(sql);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
