import { checkChannels } from './checks/channelChecks.js';
import { checkDatabase, checkReplication } from './checks/databaseChecks.js';
import type { Database } from './facts/database.js';
import { checkEndpoint, checkToken } from './checks/endpointChecks.js';
import { claimsOf } from '../keyShape.js';
import { readDatabase, readRole, readTable, similarTables, type DatabaseFacts } from './facts/facts.js';
import { checkLiveFilters } from './checks/filterChecks.js';
import { quoteName, type Finding, type TableName } from './finding.js';
import { checkPublicChannels } from './checks/publicChannelCheck.js';
import { checkPulse } from './checks/pulseCheck.js';
import { checkTable } from './checks/tableChecks.js';
import { checkTrack, checkUntrack, type TrackWish } from './checks/trackChecks.js';

/** What to look at. */
export interface Inspection {
  tables: readonly TableName[];
  /** Names of private channels. */
  channels: readonly string[];
  role: string;
  /** How a table is to be tracked; null: not asked. */
  track: TrackWish | null;
  /** The table that is not to be tracked any more. */
  untrack: TableName | null;
  /** The application uses the pulse. */
  pulse: boolean;
  endpoint: { url: string; apikey: string } | null;
  token: string | null;
}

/** All findings, those of the database first. @throws DatabaseError */
export async function inspect(db: Database, what: Inspection): Promise<Finding[]> {
  const facts = await readDatabase(db);
  const findings = what.tables.length > 0 ? await inspectChanges(db, facts, what) : checkReplication(facts);
  if (what.endpoint !== null) findings.push(...(await checkEndpoint(what.endpoint.url, what.endpoint.apikey)));
  if (what.token !== null) findings.push(...checkToken('access token', what.token));
  findings.push(...(await inspectTracking(db, what)));
  const rights = await inspectRights(db, what);
  const [topic] = what.channels;
  if (topic !== undefined) rights.push(await checkPublicChannels(what.endpoint, topic));
  // With tables it is reported already that there is no such role.
  return [...once(findings), ...rights.filter(({ check }) => check !== 'role' || what.tables.length === 0)];
}

/** What concerns the changes of tables. */
async function inspectChanges(db: Database, facts: DatabaseFacts, what: Inspection): Promise<Finding[]> {
  const findings = [...checkDatabase(facts), ...(await inspectTables(db, what.tables, what.role))];
  findings.push(...(await checkLiveFilters(db)));
  const role = await readRole(db, what.role);
  if (role !== null) {
    findings.push(...(await checkPulse(db, { role: what.role, ...role }, what.pulse)));
  }
  return findings;
}

/** Numbered changes of the table that is to be tracked, or not to be any more. */
async function inspectTracking(
  db: Database,
  { track, untrack, role, channels, tables }: Inspection,
): Promise<Finding[]> {
  if (track === null && untrack === null) return [];
  // With tables or channels it is reported already that there is no such role.
  const isReported = channels.length > 0 || tables.length > 0;
  if ((await readRole(db, role)) === null) return isReported ? [] : [unknownRole(role)];
  return [
    ...(track === null ? [] : await checkTrack(db, track, role)),
    ...(untrack === null ? [] : await checkUntrack(db, untrack, role)),
  ];
}

/** What the role may do on channels, by the policies. @throws DatabaseError */
export async function inspectRights(
  db: Database,
  { channels, role, token }: Pick<Inspection, 'channels' | 'role' | 'token'>,
): Promise<Finding[]> {
  if (channels.length === 0) return [];
  const known = await readRole(db, role);
  if (known === null) return [unknownRole(role)];
  const claims = { ...(token === null ? {} : claimsOf(token)), role };
  return checkChannels(db, channels, { role, claims, ...known });
}

/** Only what concerns these tables. @throws DatabaseError */
export async function inspectTables(db: Database, tables: readonly TableName[], role: string): Promise<Finding[]> {
  const known = await readRole(db, role);
  if (known === null) return [unknownRole(role)];
  const findings: Finding[] = [];
  for (const table of tables) {
    const facts = await readTable(db, table, role);
    if (facts === null) findings.push(missing(table, await similarTables(db, table)));
    else findings.push(...checkTable(facts, { role, ...known }));
  }
  return findings;
}

function unknownRole(role: string): Finding {
  return {
    severity: 'error',
    check: 'role',
    subject: 'database',
    message: `there is no role ${quoteName(role)}`,
    why: 'The server refuses tokens and keys that name a role which the database does not have.',
    sql: [],
  };
}

function missing({ schema, table }: TableName, similar: readonly string[]): Finding {
  const hint = similar.length === 0 ? '' : `; did you mean ${similar.join(' or ')}?`;
  return {
    severity: 'error',
    check: 'table',
    subject: `${schema}.${table}`,
    message: `there is no such table${hint}`,
    why: 'The server refuses subscriptions to it, and one refused subscription silences its whole channel.',
    sql: [],
  };
}

/** The same thing may come from two tables of a schema. */
function once(findings: readonly Finding[]): Finding[] {
  const seen = new Set<string>();
  return findings.filter((finding) => {
    const key = JSON.stringify(finding.sql.length === 0 ? finding : [finding.file, finding.sql]);
    return !seen.has(key) && seen.add(key);
  });
}
