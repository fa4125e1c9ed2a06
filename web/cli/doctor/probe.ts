import { randomBytes } from 'node:crypto';
import type { Database } from './facts/database.js';
import { DatabaseError } from './facts/database.js';
import type { Finding } from './finding.js';

/** What a probe found. */
interface Trace {
  last: number;
  logged: number;
  sent: number;
  answered: number;
  problem: string | null;
}

const SUBJECT = 'switchboard';

/** The statements of a probe, in order. */
export interface Probe {
  table: string;
  topic: string;
  make: readonly string[];
  write: readonly string[];
  remove: readonly string[];
}

export function newProbe(): Probe {
  const name = `switchboard_probe_${randomBytes(4).toString('hex')}`;
  const table = `public.${name}`;
  return {
    table,
    topic: `switchboard:${name}`,
    make: [`CREATE TABLE ${table} (id integer PRIMARY KEY)`, `SELECT switchboard.track('${table}', readers => 'true')`],
    write: ['BEGIN', `INSERT INTO ${table} VALUES (1)`, 'ROLLBACK', `INSERT INTO ${table} VALUES (2)`],
    remove: [`SELECT switchboard.untrack('${table}')`, `DROP TABLE IF EXISTS ${table}`],
  };
}

/** What is going to be run, for the question whether it may be. */
export function probeFinding({ make, write, remove }: Probe): Finding {
  return {
    ...{ severity: 'note', check: 'track_probe', subject: SUBJECT },
    message: 'whether numbers are given can be tried',
    why: 'A table that is made for it is tracked, written to, and removed.',
    sql: [...make, ...write, ...remove],
  };
}

/** Tracks a table, writes a row that is rolled back and one that is not, and says what became of them. Leaves no table. */
export async function runProbe(db: Database, probe: Probe): Promise<Finding> {
  const finding = (severity: Finding['severity'], message: string, why: string): Finding => ({
    ...{ severity, check: 'track_probe', subject: SUBJECT, message, why, sql: [] },
  });
  try {
    for (const sql of probe.make) await db.rows(sql);
    const warnings: string[] = [];
    for (const sql of probe.write) warnings.push(...(await db.warnings(sql)));
    return verdict(await readTrace(db, probe), warnings, finding);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    await db.rows('ROLLBACK');
    return finding(
      'error',
      `a table could not be tracked and written to: ${error.message}`,
      'So it is for the application, too.',
    );
  } finally {
    for (const sql of probe.remove) await db.rows(sql).catch(() => undefined);
  }
}

/** A topic is read with the rights of the connection. */
function readTrace(db: Database, { topic }: Probe): Promise<Trace> {
  return db
    .rows<Trace>(
      `select coalesce((select switchboard.last_number(k.id, k.last)::int4 from switchboard.topics k where k.topic = $1), 0) as last,
        (select count(*)::int4 from switchboard.log l where l.topic = $1) as logged,
        (select count(*)::int4 from realtime.messages m where m.topic = $1 and m.event = 'changes'
          and m.payload ->> 'number' = '1' and m.payload #>> '{changes,0,record,id}' = '2') as sent,
        coalesce(jsonb_array_length(public.switchboard_changes($1, 0, 10) -> 'messages'), 0) as answered,
        (select p.kind || ': ' || p.detail from switchboard.problems p
          where p.at > transaction_timestamp() - interval '1 minute' order by p.id desc limit 1) as problem`,
      [topic],
    )
    .then(([trace]) => trace ?? { last: 0, logged: 0, sent: 0, answered: 0, problem: null });
}

function verdict(
  { last, logged, sent, answered, problem }: Trace,
  [warning]: string[],
  finding: (severity: Finding['severity'], message: string, why: string) => Finding,
): Finding {
  const because = problem ?? warning;
  const reason = because === undefined ? '' : `: ${because}`;
  if (logged === 0)
    return finding('error', `a row that was committed is not in the log${reason}`, 'So its change was lost.');
  if (last === 0)
    return finding('error', `the numbers do not move${reason}`, 'A message without a number is not sent.');
  if (last > 1 || logged > 1)
    return finding('error', 'a row that was rolled back has a number', 'Clients get changes that never happened.');
  if (sent === 0)
    return finding(
      'error',
      `a numbered message is not in realtime.messages${reason}`,
      'So the server can not send it.',
    );
  if (answered !== 1)
    return finding(
      'error',
      `switchboard_changes does not return the message${reason}`,
      'So clients can not fill holes.',
    );
  if (because !== undefined)
    return finding('warning', `a message was sent, with a problem${reason}`, 'It came late, or another way.');
  return finding(
    'note',
    'a row that was rolled back has no number, one that was committed has',
    'A table that was made for it was tracked, written to and removed.',
  );
}
