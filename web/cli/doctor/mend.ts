import type { Database } from './database.js';
import type { Finding } from './finding.js';

/** One statement that was run. */
export interface Mended {
  readonly sql: string;
  /** Null when it succeeded. */
  readonly error: string | null;
}

/** What may be run: notes are advice, and who may read what is for people to decide unless they said so. */
export function mendable(findings: readonly Finding[], access: boolean): Finding[] {
  return findings.filter(
    ({ severity, sql, access: decides }) => severity !== 'note' && sql.length > 0 && (access || decides !== true),
  );
}

/**
 * Runs the statements of these findings: all in one transaction, which is rolled back when one fails, and then those that PostgreSQL runs in none.
 */
export async function mend(db: Database, findings: readonly Finding[]): Promise<Mended[]> {
  const [alone, together] = [true, false].map((restart) =>
    findings.filter((finding) => (finding.restart === true) === restart).flatMap(({ sql }) => sql),
  );
  const done = await runTogether(db, together ?? []);
  for (const sql of alone ?? []) done.push({ sql, error: await errorOf(db, sql) });
  return done;
}

async function runTogether(db: Database, statements: readonly string[]): Promise<Mended[]> {
  const done: Mended[] = [];
  if (statements.length === 0) return done;
  await db.rows('BEGIN');
  for (const sql of statements) {
    const error = await errorOf(db, sql);
    done.push({ sql, error });
    if (error === null) continue;
    await db.rows('ROLLBACK');
    return done.map((one) => ({ sql: one.sql, error: one.error ?? 'taken back, because another statement failed' }));
  }
  await db.rows('COMMIT');
  return done;
}

async function errorOf(db: Database, sql: string): Promise<string | null> {
  try {
    await db.rows(sql);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
