import { readFile } from 'node:fs/promises';
import { DatabaseError, openDatabase, type Database } from './database.js';
import type { DoctorOptions } from './doctorOptions.js';
import { roleOf } from './endpointChecks.js';
import { inspect, type Inspection } from './inspection.js';
import { mend, mendable } from './mend.js';
import { summaryOf, type DoctorLine } from './report.js';
import type { Finding } from './finding.js';

export const EXIT_CLEAN = 0;
export const EXIT_FINDINGS = 1;
export const EXIT_UNUSABLE = 2;

/** Where `doctor` speaks and asks. */
export interface DoctorOutput {
  line(line: DoctorLine): void;
  log(message: string): void;
  /** Whether the statements may be run. Null: there is nobody to ask. */
  confirm: ((findings: readonly Finding[]) => Promise<boolean>) | null;
}

/** Looks, mends if it is to, looks again. Returns the exit code; never prints a password or token. */
export async function doctor(options: DoctorOptions, output: DoctorOutput): Promise<number> {
  let db: Database | null = null;
  try {
    const what = await inspectionOf(options);
    db = await openDatabase(options.db);
    const findings = await inspect(db, what);
    print(findings, output);
    if (!options.fix) return exitCode(findings);
    const ready = mendable(findings, options.access);
    const left = findings.filter(({ access, severity }) => access === true && severity !== 'note' && !options.access);
    if (left.length > 0) output.log('Who may read what is left to you: --access runs those statements, too.');
    if (ready.length === 0) return exitCode(findings);
    if (!options.yes && !(await allowed(ready, output))) return exitCode(findings);
    for (const mended of await mend(db, ready)) output.line({ type: 'mended', ...mended });
    if (ready.some(({ restart }) => restart === true)) output.log('Restart PostgreSQL, then run doctor again.');
    const again = await inspect(db, what);
    print(again, output);
    return exitCode(again);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    output.log(`switchboard: ${error.message}`);
    return EXIT_UNUSABLE;
  } finally {
    await db?.close();
  }
}

async function allowed(ready: readonly Finding[], output: DoctorOutput): Promise<boolean> {
  if (output.confirm !== null) return output.confirm(ready);
  output.log('Nothing was changed: --fix needs --yes where nobody can be asked.');
  return false;
}

/** The role is the one that is given, or that the token or the api key names. */
async function inspectionOf({ endpoint, tokenFile, ...rest }: DoctorOptions): Promise<Inspection> {
  const token = tokenFile === null ? null : await readToken(tokenFile);
  const role = rest.role ?? roleOf(token, endpoint?.apikey ?? null);
  return { tables: rest.tables, role, pulse: rest.pulse, endpoint, token };
}

async function readToken(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new DatabaseError(`--token-file can't be read: ${code ?? 'unknown error'}`);
  }
}

function print(findings: readonly Finding[], output: DoctorOutput): void {
  for (const finding of findings) output.line({ type: 'finding', ...finding });
  output.line(summaryOf(findings));
}

function exitCode(findings: readonly Finding[]): number {
  return summaryOf(findings).ok ? EXIT_CLEAN : EXIT_FINDINGS;
}
