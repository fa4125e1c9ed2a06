import type { Database } from '../facts/database.js';
import { readRole, readTable, similarTables, type TableFacts } from '../facts/facts.js';
import { readMessages, sendWarnings } from '../facts/messages.js';
import {
  packagedVersion,
  readTracked,
  readTracking,
  readTrackingState,
  type TrackedTable,
  type TrackProblem,
  type TrackTrigger,
} from '../facts/tracking.js';
import {
  listed,
  quoteName,
  quoteTable,
  type Finding,
  type FindingPart,
  type Severity,
  type TableName,
} from '../finding.js';
import { checkMessages, noMessages } from './messagesChecks.js';
import { checkTrackingState, installed } from './trackingChecks.js';

/** How a table is to be tracked. */
export interface TrackWish {
  table: TableName;
  /** The column of the key; null: one topic for the table. */
  by: string | null;
  /** The name of the topics; null: the table's. */
  topic: string | null;
  /** Who may read; null: not said. */
  readers: string | null;
}

const HOUR_S = 3600;

/** Whether a table is tracked as it is wished, and whether that works. @throws DatabaseError */
export async function checkTrack(db: Database, wish: TrackWish, role: string): Promise<Finding[]> {
  const { table } = wish;
  if ((await readRole(db, role)) === null) return [];
  const messages = await readMessages(db, role);
  if (messages === null) return [noMessages()];
  const findings = [...checkMessages(messages), ...(await checkSend(db, role))];
  const facts = await readTable(db, table, role);
  if (facts === null) return [...findings, await missing(db, table)];
  const tracking = await readTracking(db);
  findings.push(...installed(tracking, await packagedVersion()));
  if (tracking !== null && !tracking.isOwner) return findings;
  if (tracking === null) return [...findings, ...wished(wish, facts, null)];
  const tracked = await readTracked(db, table, role);
  findings.push(...checkTrackingState(await readTrackingState(db, role), role), ...wished(wish, facts, tracked));
  return tracked === null ? findings : [...findings, ...checkTracked(tracked, table, role)];
}

/** What takes the tracking of a table back; of the last one also the SQL of numbered changes. @throws DatabaseError */
export async function checkUntrack(db: Database, table: TableName, role: string): Promise<Finding[]> {
  const tracking = await readTracking(db);
  if (tracking === null || (await readRole(db, role)) === null) return [];
  if (!tracking.isOwner) return installed(tracking, tracking.version);
  const make = findingOf(table);
  const { tables } = await readTrackingState(db, role);
  if ((await readTracked(db, table, role)) === null) {
    if (tables > 0)
      return [make('note', 'tracked', { message: 'is not tracked', why: 'Nothing is to be done.', sql: [] })];
    const why = 'No table is tracked any more. The file removes the SQL of numbered changes, its log and its beat.';
    return [
      make('warning', 'track_installed', {
        message: 'is not tracked, and nothing else is',
        why,
        sql: [],
        file: 'untrack.sql',
      }),
    ];
  }
  const why =
    'Its triggers and the log of its messages are removed. Clients that listed it fall back to postgres_changes.';
  return [
    make('warning', 'tracked', {
      message: 'is tracked',
      why,
      sql: [`SELECT switchboard.untrack(${literal(quoteTable(table))})`],
    }),
  ];
}

type Make = (severity: Severity, check: string, part: FindingPart) => Finding;

function findingOf({ schema, table }: TableName): Make {
  return (severity, check, part) => ({ severity, check, subject: `${schema}.${table}`, ...part });
}

/** The triggers send by themselves; realtime.send is what they use when that fails. */
async function checkSend(db: Database, role: string): Promise<Finding[]> {
  const [warning] = await sendWarnings(db, { topic: 'switchboard_doctor', role, claims: {} }, false);
  if (warning === undefined) return [];
  const why =
    'Messages of numbered changes are written to realtime.messages as realtime.send writes them. It does not fail: what it warns of is not sent.';
  return [
    {
      severity: 'warning',
      check: 'realtime_send',
      subject: 'realtime.messages',
      message: `realtime.send only warns: ${warning}`,
      why,
      sql: [],
    },
  ];
}

async function missing(db: Database, table: TableName): Promise<Finding> {
  const similar = await similarTables(db, table);
  const hint = similar.length === 0 ? '' : `; did you mean ${similar.join(' or ')}?`;
  return findingOf(table)('error', 'table', {
    message: `there is no such table${hint}`,
    why: 'Only a table can be tracked.',
    sql: [],
  });
}

/** Whether it is tracked as wished. */
function wished(wish: TrackWish, facts: TableFacts, tracked: TrackedTable | null): Finding[] {
  const make = findingOf(wish.table);
  const why =
    'Its changes are broadcast with numbers only when it is tracked, and clients that list it look for topics of this column.';
  if (wish.by !== null && !facts.columns.includes(wish.by)) {
    const message = `there is no column ${quoteName(wish.by)}; it has ${listed(facts.columns)}`;
    return [make('error', 'track_column', { message, why: 'The value of the column is the key of a topic.', sql: [] })];
  }
  if (facts.rowSecurity && wish.readers === null && (tracked?.readers ?? null) === null) {
    const rule =
      'It has row-level security, and who may read a topic gets all of its rows: --readers takes an SQL expression over key, auth.uid(), auth.jwt() and auth.role().';
    return [
      make('error', 'track_readers', { message: '--readers must say who may read its changes', why: rule, sql: [] }),
    ];
  }
  const sql = [trackSql(wish, tracked)];
  if (tracked === null) return [make('error', 'tracked', { message: 'is not tracked', why, sql })];
  const different = differences(wish, tracked, defaultTopic(wish.table));
  if (different.length === 0) return [];
  const again = ' Another column or topic begins with number 1 again, and clients fetch what they show.';
  return [
    make('error', 'tracked', { message: `is tracked otherwise: ${different.join('; ')}`, why: why + again, sql }),
  ];
}

function defaultTopic({ schema, table }: TableName): string {
  return schema === 'public' ? table : `${schema}.${table}`;
}

function differences({ by, topic, readers }: TrackWish, tracked: TrackedTable, byDefault: string): string[] {
  const wanted = topic ?? byDefault;
  return [
    tracked.by === by ? '' : tracked.by === null ? 'without a column' : `by ${tracked.by}`,
    tracked.topic === wanted ? '' : `topic ${tracked.topic}`,
    readers === null || tracked.readers === readers ? '' : `readers ${tracked.readers ?? 'everybody who may select'}`,
  ].filter((text) => text !== '');
}

/** Readers that were not said stay as they are. */
function trackSql({ table, by, topic, readers }: TrackWish, tracked: TrackedTable | null): string {
  const options = { by, topic, readers: readers ?? tracked?.readers ?? null };
  const given = Object.entries(options).map(([name, value]) =>
    value === null ? '' : `, ${name} => ${literal(value)}`,
  );
  return `SELECT switchboard.track(${literal(quoteTable(table))}${given.join('')})`;
}

function literal(text: string): string {
  const quoted = `'${text.replaceAll(`'`, `''`).replaceAll('\\', '\\\\')}'`;
  return text.includes('\\') ? `E${quoted}` : quoted;
}

function checkTracked(tracked: TrackedTable, table: TableName, role: string): Finding[] {
  const make = findingOf(table);
  return [
    ...triggers(tracked, make),
    ...unreadable(tracked, table, role, make),
    ...unnumbered(tracked, make),
    ...tracked.problems.map((problem) => problemFinding(problem, make)),
  ];
}

function triggers({ id, wrongTriggers }: TrackedTable, make: Make): Finding[] {
  const why =
    'What they do not see is not broadcast, and no number shows that it is missing. Clients should fetch what they show.';
  const finding = (what: string, ones: readonly TrackTrigger[], sql: readonly string[]): Finding[] => {
    const named = listed(ones.map(({ table, name }) => `${name} of ${table}`));
    return ones.length === 0
      ? []
      : [make('error', 'track_triggers', { message: `triggers are ${what}: ${named}`, why, sql })];
  };
  const disabled = wrongTriggers.filter(({ isMissing }) => !isMissing);
  return [
    ...finding(
      'missing',
      wrongTriggers.filter(({ isMissing }) => isMissing),
      [`SELECT switchboard.make_triggers(${id}, 100)`],
    ),
    ...finding(
      'disabled',
      disabled,
      disabled.map(({ table, name }) => `ALTER TABLE ${table} ENABLE TRIGGER ${quoteName(name)}`),
    ),
  ];
}

function unreadable({ unreadable: columns }: TrackedTable, table: TableName, role: string, make: Make): Finding[] {
  if (columns.length === 0) return [];
  const names = columns.map(quoteName).join(', ');
  return [
    make('warning', 'track_grant', {
      message: `${role} may not select ${listed(columns)}`,
      why: 'A reader needs the right to select all columns that are sent. Grant it, or track the table with the option `columns`.',
      sql: [`GRANT SELECT (${names}) ON ${quoteTable(table)} TO ${quoteName(role)}`],
      access: true,
    }),
  ];
}

function unnumbered({ unnumbered: count }: TrackedTable, make: Make): Finding[] {
  if (count === 0) return [];
  const message = `the numbers do not move: ${count} message${count === 1 ? ' has' : 's have'} none that the last beat should have given`;
  return [
    make('error', 'track_numbers', {
      message,
      why: 'Without a number a message is not sent. switchboard.problems says what failed.',
      sql: [],
    }),
  ];
}

/** Old problems are history. */
function problemFinding({ kind, count, age, detail }: TrackProblem, make: Make): Finding {
  const when = age < HOUR_S ? `${Math.round(age)} s ago` : `${Math.round(age / HOUR_S)} h ago`;
  const message = `${kind}: ${count}, the last one ${when}: ${detail}`;
  return make(age < HOUR_S ? 'warning' : 'note', 'track_problem', {
    message,
    why: PROBLEMS[kind] ?? 'It did not fail a write of the application.',
    sql: [],
  });
}

const PROBLEMS: Readonly<Record<string, string>> = {
  'changes lost': 'They could not even be written into the log. Clients were asked to fetch what they show.',
  'rows left out': 'Clients got the number of rows, and fetched them.',
  'topic too long': 'A topic has at most 255 bytes: changes of these rows have no messages.',
  'sent by realtime.send':
    'The direct way into realtime.messages failed, which may have another form than this version knows.',
  'not numbered at commit': 'The next message of the topic, or the beat, numbers them: they came late.',
  'not numbered by the beat': 'They wait for a later beat.',
  'triggers not made': 'A new partition, or a changed schema, is not followed yet.',
  'beat not sent': 'Clients take a beat that has stopped for a server that loses everything.',
};
