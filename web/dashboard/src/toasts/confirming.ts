import type { RowTable } from '../writing/index.js';
import type { RowToasts } from './rowToasts.js';

type Keyed = { readonly idempotency_key?: string | null };

/**
 * The table, with `confirm` called once for each row that is added through it, with whatever comes first: the answer to the insert, the row over realtime,
 * or the row where it is looked for because the answer was lost.
 */
export function confirming<Row extends Keyed>(
  table: RowTable<Row>,
  toasts: RowToasts,
  confirm: (row: Row) => void,
): RowTable<Row> {
  const confirmed = new Set<string>();
  const seen = (row: Row | undefined): Row | undefined => {
    const key = row?.idempotency_key;
    if (row === undefined || (typeof key === 'string' && confirmed.has(key))) return row;
    if (typeof key === 'string') confirmed.add(key);
    confirm(row);
    return row;
  };
  return {
    ...table,
    insert: async (row, unique) => {
      // The server's own row has all of its columns.
      if (typeof row.idempotency_key === 'string') toasts.expect(row.idempotency_key, (own) => seen(own as Row));
      return seen(await table.insert(row, unique));
    },
    find: async (column, value) => {
      const row = await table.find(column, value);
      return column === 'idempotency_key' ? seen(row) : row;
    },
  };
}
