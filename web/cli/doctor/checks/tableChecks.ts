import type { TableFacts } from '../facts/facts.js';
import {
  listed,
  quoteName,
  quoteTable,
  type Finding,
  type FindingPart,
  type MakeFinding,
  type Severity,
} from '../finding.js';
import { identity, published, refusedWrites } from './identityChecks.js';
import { primaryKey } from './keyChecks.js';

/** For whom the table is looked at. */
export interface Reader {
  role: string;
  /** Row level security does not hold for it. */
  bypasses: boolean;
}

/** What is wrong with a table that exists, for this role. */
export function checkTable(facts: TableFacts, reader: Reader): Finding[] {
  const subject = `${facts.schema}.${facts.table}`;
  const finding = (severity: Severity, check: string, part: FindingPart): Finding => ({
    severity,
    check,
    subject,
    ...part,
  });
  const unsent = kindOf(facts, finding);
  if (unsent !== null) return [unsent];
  const { bypasses } = reader;
  return [
    ...refusedWrites(facts, finding),
    ...primaryKey(facts, finding),
    ...identity(facts, finding),
    ...published(facts, finding),
    ...privileges(facts, reader, finding),
    ...(bypasses ? [] : rowSecurity(facts, reader, finding)),
    ...unfilterable(facts, finding),
  ];
}

/** A reason why its changes can't be sent whatever else is fixed. */
function kindOf({ kind, persistence, partitions }: TableFacts, make: MakeFinding): Finding | null {
  if (kind === 'p') {
    const names = partitions.length === 0 ? 'It has none yet.' : `Now: ${listed(partitions)}.`;
    return make('error', 'partitioned', {
      message: 'is partitioned: subscribe to its partitions',
      why: `Each change comes under the name of the partition that holds the row, so a subscription to the partitioned table gets none. ${names} Run doctor with --tables on them.`,
      sql: [],
    });
  }
  if (kind !== 'r') {
    return make('error', 'kind', {
      message: 'is no table: views and foreign tables send no changes',
      why: 'Only tables write what logical decoding reads. Subscribe to its base tables.',
      sql: [],
    });
  }
  if (persistence === 'p') return null;
  return make('error', 'kind', {
    message: `is ${persistence === 'u' ? 'an unlogged' : 'a temporary'} table, which sends no changes`,
    why: 'Logical decoding reads the log, which these tables do not write. ALTER TABLE … SET LOGGED makes an unlogged table an ordinary one; it rewrites the table and locks it meanwhile, so doctor leaves that to you.',
    sql: [],
  });
}

function privileges(facts: TableFacts, { role }: Reader, make: MakeFinding): Finding[] {
  const findings: Finding[] = [];
  if (!facts.schemaUsage) {
    findings.push(
      make('error', 'schema_usage', {
        message: `${role} may not use the schema ${facts.schema}`,
        why: 'The server refuses the subscription.',
        sql: [`GRANT USAGE ON SCHEMA ${quoteName(facts.schema)} TO ${quoteName(role)}`],
        access: true,
      }),
    );
  }
  if (!facts.readsAll) {
    findings.push(
      make(facts.readsKey ? 'note' : 'error', 'grant', {
        message: `${role} may not SELECT ${facts.readsKey ? 'all of its columns' : 'from it'}`,
        why: facts.readsKey
          ? 'Columns that the role may not read are left out of its changes.'
          : 'The server sends "Error 401: Unauthorized" in place of the row, or refuses the subscription.',
        sql: [`GRANT SELECT ON ${quoteTable(facts)} TO ${quoteName(role)}`],
        access: true,
      }),
    );
  }
  return findings;
}

function rowSecurity(facts: TableFacts, { role }: Reader, make: MakeFinding): Finding[] {
  if (!facts.rowSecurity || facts.readPolicy) return [];
  const name = quoteName(`${role} reads all`);
  return [
    make('error', 'row_security', {
      message: `row level security is on, and no policy lets ${role} SELECT`,
      why: 'Its changes are withheld silently. The statement below opens every row to the role: narrow `true` to what it may see, such as (business_id = …).',
      sql: [`CREATE POLICY ${name} ON ${quoteTable(facts)} FOR SELECT TO ${quoteName(role)} USING (true)`],
      access: true,
    }),
  ];
}

function unfilterable({ unfilterable: columns }: TableFacts, make: MakeFinding): Finding[] {
  if (columns.length === 0) return [];
  return [
    make('note', 'unfilterable', {
      message: `no subscription should filter on ${listed(columns)}`,
      why: 'The server accepts filters on array, json and jsonb columns, and then fails the whole batch of changes for every subscriber of the project when a row reaches them. The rows are lost without a sign.',
      sql: [],
    }),
  ];
}
