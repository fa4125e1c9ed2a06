import { readFile } from 'node:fs/promises';
import type { Database } from '../facts/database.js';
import { readPulseAge, readTable } from '../facts/facts.js';
import type { Finding, TableName } from '../finding.js';
import { checkTable, type Reader } from './tableChecks.js';

const PULSE: TableName = { schema: 'public', table: 'switchboard_pulse' };
const SUBJECT = 'public.switchboard_pulse';
/** Longer than any sensible period, with room for a slow job. */
const STALE_S = 60;
const WHY =
  'The server can lose changes without a sign (its event limit, a killed backend, a restart of PostgreSQL). The pulse makes a client notice; without it only `verify` of liveRows does.';

/** Whether the pulse is there, can be heard and beats. `expected`: the application uses it. */
export async function checkPulse(db: Database, reader: Reader, expected: boolean): Promise<Finding[]> {
  const facts = await readTable(db, PULSE, reader.role);
  if (facts === null) {
    const sql = expected ? [await pulseSql()] : [];
    const message = expected
      ? 'there is no such table'
      : 'there is no pulse; see the option `pulse`, and --pulse here for its SQL';
    return [{ severity: expected ? 'error' : 'note', check: 'pulse', subject: SUBJECT, message, why: WHY, sql }];
  }
  // Only its new rows matter.
  const findings = checkTable(facts, reader).filter(({ check }) => check !== 'replica_identity');
  const age = await readPulseAge(db, PULSE);
  if (age !== null && age <= STALE_S) return findings;
  const message = age === null ? 'its row is missing' : `it last beat ${Math.round(age)} s ago`;
  return [
    ...findings,
    {
      severity: 'warning',
      check: 'pulse_beats',
      subject: SUBJECT,
      message,
      why: 'Clients take a pulse that has stopped for a server that loses everything. Run sql/pulse-cron.sql of the package, or have another job raise the row.',
      sql: age === null ? ['INSERT INTO public.switchboard_pulse (id) VALUES (1)'] : [],
    },
  ];
}

/** Ships with the package. */
async function pulseSql(): Promise<string> {
  return (await readFile(new URL('../../../../sql/pulse.sql', import.meta.url), 'utf8')).trim();
}
