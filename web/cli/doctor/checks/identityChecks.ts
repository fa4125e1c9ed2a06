import { PUBLICATION, type TableFacts } from '../facts/facts.js';
import { quoteTable, type Finding, type MakeFinding } from '../finding.js';
import { keyAfterFix } from './keyChecks.js';
import { refusal, type WriteFacts } from '../facts/writes.js';

/** The table after doctor's own statements: with a key, published, and with this identity. */
function afterFix(facts: TableFacts, identity: string): WriteFacts {
  const { writes, published, sendsGenerated } = facts;
  const added = {
    ...{ name: PUBLICATION, update: true, delete: true },
    ...{ columns: null, filterColumns: [], generated: sendsGenerated },
  };
  return {
    ...writes,
    identity,
    primaryKey: keyAfterFix(facts),
    publications: published ? writes.publications : [...writes.publications, added],
  };
}

/** What is wrong with writing to the table now. */
export function refusedWrites(facts: TableFacts, make: MakeFinding): Finding[] {
  const because = refusal(facts.writes);
  if (because === null) return [];
  const fitting = ['f', 'd'].find((identity) => refusal(afterFix(facts, identity)) === null);
  return [
    make('error', 'writes', {
      message: because,
      why:
        fitting === undefined
          ? 'The application can’t change its rows. No replica identity fits all publications of the table: change the column lists, row filters or generated columns that they send, then run doctor again.'
          : 'The application can’t change its rows.',
      sql: fitting === undefined || fitting === facts.writes.identity ? [] : [identitySql(facts, fitting)],
    }),
  ];
}

function identitySql(facts: TableFacts, identity: string): string {
  return `ALTER TABLE ${quoteTable(facts)} REPLICA IDENTITY ${identity === 'f' ? 'FULL' : 'DEFAULT'}`;
}

const NAMES: Readonly<Record<string, string>> = { n: 'NOTHING', i: 'USING INDEX', d: 'DEFAULT' };
const CARRIED: Readonly<Record<string, string>> = { n: 'nothing', i: 'the columns of an index', d: 'the primary key' };

export function identity(facts: TableFacts, make: MakeFinding): Finding[] {
  const { identity: now } = facts.writes;
  if (now === 'f') return [];
  const refused = refusal(afterFix(facts, 'f'));
  return [
    make('warning', 'replica_identity', {
      message: `has REPLICA IDENTITY ${NAMES[now] ?? now}: old rows carry only ${CARRIED[now] ?? 'a part'}`,
      why:
        'A DELETE can not be matched with a filter on another column, so it never comes to such a subscription, and `old` of an UPDATE does not say what it was. ' +
        (refused === null ? 'FULL writes the whole old row to the log with each UPDATE and DELETE. ' : '') +
        (facts.rowSecurity
          ? 'As row level security is on, a DELETE is cut to the primary key all the same.'
          : 'With row level security a DELETE would be cut to the primary key all the same.') +
        (refused === null ? '' : ` FULL is not for this table as it is now: with it, ${refused}.`),
      sql: refused === null ? [identitySql(facts, 'f')] : [],
    }),
  ];
}

export function published(facts: TableFacts, make: MakeFinding): Finding[] {
  if (facts.published) return [];
  const why = 'The server refuses subscriptions to it, and one refused subscription silences its whole channel.';
  const message = `is not in the publication ${PUBLICATION}`;
  if (facts.sentAsRoot) {
    const advice = ` The publication sends the changes of the partitioned table under that table’s name, which Realtime can’t match: ALTER PUBLICATION ${PUBLICATION} SET (publish_via_partition_root = false). That concerns every partitioned table of the publication, so it is left to you.`;
    return [make('error', 'published', { message, why: why + advice, sql: [] })];
  }
  const then = refusal(afterFix(facts, refusal(afterFix(facts, 'f')) === null ? 'f' : facts.writes.identity));
  if (then === null) {
    return [
      make('error', 'published', {
        message,
        why,
        sql: [`ALTER PUBLICATION ${PUBLICATION} ADD TABLE ${quoteTable(facts)}`],
      }),
    ];
  }
  return [
    make('error', 'published', {
      message,
      why: `${why} It is not added as it is now: in the publication, ${then}.`,
      sql: [],
    }),
  ];
}
