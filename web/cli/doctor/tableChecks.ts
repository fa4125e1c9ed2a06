import { PUBLICATION, type TableFacts } from './facts.js';
import { quoteName, quoteTable, type Finding, type Severity } from './finding.js';

/** For whom the table is looked at. */
export interface Reader {
  role: string;
  /** Row level security does not hold for it. */
  bypasses: boolean;
}

type Part = Pick<Finding, 'message' | 'why' | 'sql'> & Partial<Finding>;

/** What is wrong with a table that exists, for this role. */
export function checkTable(facts: TableFacts, reader: Reader): Finding[] {
  const subject = `${facts.schema}.${facts.table}`;
  const finding = (severity: Severity, check: string, part: Part): Finding => ({ severity, check, subject, ...part });
  if (!['r', 'p'].includes(facts.kind)) {
    const message = 'is no table: views and foreign tables send no changes';
    return [
      finding('error', 'kind', {
        message,
        why: 'Only tables write what logical decoding reads. Subscribe to the tables behind it.',
        sql: [],
      }),
    ];
  }
  return [
    ...published(facts, finding),
    ...primaryKey(facts, finding),
    ...identity(facts, finding),
    ...privileges(facts, reader, finding),
    ...rowSecurity(facts, reader, finding),
  ];
}

type Make = (severity: Severity, check: string, part: Part) => Finding;

function published(facts: TableFacts, make: Make): Finding[] {
  if (facts.published) return [];
  return [
    make('error', 'published', {
      message: `is not in the publication ${PUBLICATION}`,
      why: 'The server refuses subscriptions to it, and one refused subscription silences its whole channel.',
      sql: [`ALTER PUBLICATION ${PUBLICATION} ADD TABLE ${quoteTable(facts)}`],
    }),
  ];
}

function primaryKey(facts: TableFacts, make: Make): Finding[] {
  if (facts.primaryKey.length > 0) return [];
  return [
    make('error', 'primary_key', {
      message: 'has no primary key',
      why:
        'The server sends "Error 400: Bad Request, no primary key" in place of the row.' +
        (facts.uniqueColumns.length === 0 ? ' Adding a column rewrites the table and locks it meanwhile.' : ''),
      sql: [keySql(facts)],
    }),
  ];
}

/** Of columns that are unique already, or else by a new one. */
function keySql(facts: TableFacts): string {
  const table = quoteTable(facts);
  if (facts.uniqueColumns.length > 0) {
    return `ALTER TABLE ${table} ADD PRIMARY KEY (${facts.uniqueColumns.map(quoteName).join(', ')})`;
  }
  const names = ['id', 'row_id', 'switchboard_id'];
  const name = names.find((candidate) => !facts.columns.includes(candidate)) ?? `${names[0]}_${facts.oid}`;
  return `ALTER TABLE ${table} ADD COLUMN ${quoteName(name)} bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY`;
}

function identity(facts: TableFacts, make: Make): Finding[] {
  if (facts.identity === 'f') return [];
  const sql = [`ALTER TABLE ${quoteTable(facts)} REPLICA IDENTITY FULL`];
  if (facts.identity === 'n') {
    return [
      make('error', 'replica_identity', {
        message: 'has REPLICA IDENTITY NOTHING',
        why: 'PostgreSQL refuses every UPDATE and DELETE of a published table that has none.',
        sql,
      }),
    ];
  }
  const carried = facts.identity === 'i' ? 'the columns of an index' : 'the primary key';
  return [
    make('warning', 'replica_identity', {
      message: `has REPLICA IDENTITY ${facts.identity === 'i' ? 'USING INDEX' : 'DEFAULT'}: old rows carry only ${carried}`,
      why:
        'A DELETE can not be matched with a filter on another column, so it never comes to such a subscription, and `old` of an UPDATE does not tell what it was. ' +
        'FULL writes the whole old row to the log with each UPDATE and DELETE. ' +
        (facts.rowSecurity
          ? 'As row level security is on, a DELETE is cut to the primary key all the same.'
          : 'With row level security a DELETE would be cut to the primary key all the same.'),
      sql,
    }),
  ];
}

function privileges(facts: TableFacts, { role }: Reader, make: Make): Finding[] {
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

function rowSecurity(facts: TableFacts, { role, bypasses }: Reader, make: Make): Finding[] {
  if (!facts.rowSecurity || facts.readPolicy || bypasses) return [];
  const name = quoteName(`${role} reads all`);
  return [
    make('error', 'row_security', {
      message: `row level security is on, and no policy lets ${role} SELECT`,
      why: 'Its changes are withheld without a word. The statement below opens every row to the role: narrow `true` to what it may see, such as (business_id = …).',
      sql: [`CREATE POLICY ${name} ON ${quoteTable(facts)} FOR SELECT TO ${quoteName(role)} USING (true)`],
      access: true,
    }),
  ];
}
