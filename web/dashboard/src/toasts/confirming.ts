import type { RowTable } from '../writing/index.js';

/** The table, with `confirm` called for each row that is added through it, also when the answer to the insert was lost and the row is found afterwards. */
export function confirming<Row>(table: RowTable<Row>, confirm: (row: Row) => void): RowTable<Row> {
  const seen = (row: Row | undefined): Row | undefined => {
    if (row !== undefined) confirm(row);
    return row;
  };
  return {
    ...table,
    insert: async (row, unique) => seen(await table.insert(row, unique)),
    find: async (column, value) => {
      const row = await table.find(column, value);
      return column === 'idempotency_key' ? seen(row) : row;
    },
  };
}
