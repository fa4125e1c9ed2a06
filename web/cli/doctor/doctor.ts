import { readFile } from 'node:fs/promises';
import { EXIT } from '../exitCodes.js';
import { openDatabase, DatabaseError, UsageError, type Database } from './facts/database.js';
import type { DoctorOptions } from './doctorOptions.js';
import { roleOf } from './checks/endpointChecks.js';
import { bySeverity, type Finding } from './finding.js';
import { fileText, fix, fixable } from './fix.js';
import { newProbe, probeFinding, runProbe } from './probe.js';
import { inspect, type Inspection } from './inspection.js';
import { summaryOf, type DoctorLine } from './report.js';

/** Where `doctor` writes and asks. */
export interface DoctorOutput {
  line(line: DoctorLine): void;
  log(message: string): void;
  /** Whether the statements may be run. Null: there is nobody to ask. */
  confirm: ((findings: readonly Finding[]) => Promise<boolean>) | null;
  /** Whether what was written so far could be. Where nobody reads it any more, nothing may be changed. */
  isRead(): Promise<boolean>;
}

/** Looks, fixes if it is to, looks again. Returns the exit code; never prints a password or token. */
export async function doctor(options: DoctorOptions, output: DoctorOutput): Promise<number> {
  let db: Database | null = null;
  try {
    const what = await inspectionOf(options);
    db = await openDatabase(options.db);
    let findings = await look(db, what, output);
    if (options.fix) findings = await fixAll(db, what, findings, options, output);
    if (options.fix && what.track !== null) findings = await probeAfter(db, findings, options, output);
    return summaryOf(findings).ok ? EXIT.ok : EXIT.findings;
  } catch (error) {
    if (!(error instanceof DatabaseError || error instanceof UsageError)) throw error;
    output.log(`switchboard-realtime: ${error.message}`);
    return error instanceof UsageError ? EXIT.usage : EXIT.unreachable;
  } finally {
    await db?.close();
  }
}

async function look(db: Database, what: Inspection, output: DoctorOutput): Promise<readonly Finding[]> {
  const findings = (await inspect(db, what)).toSorted(bySeverity);
  for (const finding of findings) output.line({ type: 'finding', ...finding });
  output.line(summaryOf(findings));
  return findings;
}

/** In rounds: what is fixed first may make a statement safe that was not. Each statement is run once. Returns what is left. */
async function fixAll(
  db: Database,
  what: Inspection,
  first: readonly Finding[],
  options: DoctorOptions,
  output: DoctorOutput,
): Promise<readonly Finding[]> {
  const tried = new Set<string>();
  let findings = first;
  for (;;) {
    const left = findings.filter(({ access, severity }) => access === true && severity !== 'note' && !options.access);
    if (left.length > 0) output.log('Who may do what is left to you: --access runs those statements, too.');
    const ready = fixable(findings, options.access).filter((finding) =>
      stepsOf(finding).some((step) => !tried.has(step)),
    );
    if (ready.length === 0 || !(await output.isRead())) return findings;
    if (!options.yes && !(await allowed(ready, output))) return findings;
    for (const finding of ready) for (const step of stepsOf(finding)) tried.add(step);
    await fix(db, ready, (fixed) => {
      output.line({ type: 'fixed', ...fixed });
    });
    if (ready.some(({ restart }) => restart === true)) output.log('Restart PostgreSQL, then run doctor again.');
    findings = await look(db, what, output);
  }
}

function stepsOf({ file, sql }: Finding): readonly string[] {
  return file === undefined ? sql : [fileText(file), ...sql];
}

/** Tries numbered changes with a table that is made for it, when nothing else is wrong. Returns what is left. */
async function probeAfter(
  db: Database,
  findings: readonly Finding[],
  options: DoctorOptions,
  output: DoctorOutput,
): Promise<readonly Finding[]> {
  if (findings.some(({ severity }) => severity === 'error') || !(await output.isRead())) return findings;
  const probe = newProbe();
  if (!options.yes && !(await allowed([probeFinding(probe)], output))) return findings;
  const found = [...findings, await runProbe(db, probe)];
  for (const finding of found.slice(-1)) output.line({ type: 'finding', ...finding });
  output.line(summaryOf(found));
  return found;
}

async function allowed(ready: readonly Finding[], output: DoctorOutput): Promise<boolean> {
  if (output.confirm !== null) return output.confirm(ready);
  output.log('Nothing was changed: --fix needs --yes where nobody can be asked.');
  return false;
}

/** The role is the one that is given, or that the token or the api key names. */
async function inspectionOf({ endpoint, tokenFile, ...rest }: DoctorOptions): Promise<Inspection> {
  const token = tokenFile === null ? null : await readToken(tokenFile);
  const { tables, channels, track, untrack, pulse } = rest;
  // Numbered changes are mostly for those who are signed in.
  const isOfTracking = tables.length === 0 && channels.length === 0 && endpoint === null && token === null;
  const role = rest.role ?? (isOfTracking ? 'authenticated' : roleOf(token, endpoint?.apikey ?? null));
  return { tables, channels, role, track, untrack, pulse, endpoint, token };
}

async function readToken(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(`--token-file can't be read: ${code ?? 'unknown error'}`);
  }
}
