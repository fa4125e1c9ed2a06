import type { TableFacts } from '../facts/facts.js';
import { quoteName, quoteTable, type Finding, type MakeFinding } from '../finding.js';

/** A larger table is locked for too long by the building of an index, or by the rewrite that a new column takes. */
const SMALL_BYTES = 16 * 1024 * 1024;

export function primaryKey(facts: TableFacts, make: MakeFinding): Finding[] {
  if (facts.writes.primaryKey.length > 0) return [];
  const obstacle = obstacleOf(facts);
  return [
    make('error', 'primary_key', {
      message: 'has no primary key',
      why: `The server sends "Error 400: Bad Request, no primary key" in place of the row. ${effectOf(facts)}${obstacle ?? ''}`,
      sql: obstacle === null ? [keySql(facts)] : [],
    }),
  ];
}

function effectOf({ uniqueColumns }: TableFacts): string {
  return uniqueColumns.length > 0
    ? 'Adding it builds an index, which locks the table meanwhile.'
    : 'Adding a column rewrites the table and locks it meanwhile.';
}

/** Why doctor leaves the key to people, or null when it does not. */
function obstacleOf(facts: TableFacts): string | null {
  if (facts.isPartition && facts.uniqueColumns.length === 0) {
    return ' The table is a partition: the column and the key belong to the partitioned table.';
  }
  if (facts.bytes <= SMALL_BYTES) return null;
  return ` It is too large for doctor to do that while the application runs. At a quiet time: ${keySql(facts)}`;
}

/** The columns of the key that `primaryKey` adds, or of the one that there is. */
export function keyAfterFix(facts: TableFacts): readonly string[] {
  if (facts.writes.primaryKey.length > 0 || obstacleOf(facts) !== null) return facts.writes.primaryKey;
  return facts.uniqueColumns.length > 0 ? facts.uniqueColumns : [newColumn(facts)];
}

function keySql(facts: TableFacts): string {
  const table = quoteTable(facts);
  if (facts.uniqueColumns.length > 0) {
    return `ALTER TABLE ${table} ADD PRIMARY KEY (${facts.uniqueColumns.map(quoteName).join(', ')})`;
  }
  return `ALTER TABLE ${table} ADD COLUMN ${quoteName(newColumn(facts))} bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY`;
}

function newColumn({ columns, oid }: TableFacts): string {
  const names = ['id', 'row_id', 'switchboard_id'];
  return names.find((candidate) => !columns.includes(candidate)) ?? `id_${oid}`;
}
