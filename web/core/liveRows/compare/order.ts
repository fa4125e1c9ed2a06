import type { OrderBy, OrderColumn } from '../../api/liveRows.js';
import { compareNumbers, compareTexts, NUMERIC_TYPES } from './values.js';

type AnyRow = Readonly<Record<string, unknown>>;
type Comparator<Row> = (a: Row, b: Row) => number;

/** The way to order these rows. */
export type RowOrder<Row> = (rows: readonly Row[]) => Comparator<Row>;

/** The order of rows: as asked for, then by key. `types`: of the columns, as far as they are known at the moment. */
export function rowOrder<Row extends object>(
  orderBy: OrderBy<Row> | undefined,
  key: readonly string[],
  types: ReadonlyMap<string, string>,
): RowOrder<Row> {
  const keyColumns = key.map((column) => ({ column }));
  if (typeof orderBy === 'function') {
    return (rows) => {
      const byKey = columnOrder(keyColumns, rows, types);
      return (a, b) => orderBy(a, b) || byKey(a, b);
    };
  }
  const columns = [...columnsOf(orderBy), ...keyColumns];
  return (rows) => columnOrder(columns, rows, types);
}

function columnsOf(orderBy: OrderColumn | string | readonly (OrderColumn | string)[] | undefined): OrderColumn[] {
  if (orderBy === undefined) return [];
  const list = isList(orderBy) ? orderBy : [orderBy];
  return list.map((item) => (typeof item === 'string' ? { column: item } : item));
}

function isList<Item>(value: Item | readonly Item[]): value is readonly Item[] {
  return Array.isArray(value);
}

function columnOrder(
  columns: readonly OrderColumn[],
  rows: readonly object[],
  types: ReadonlyMap<string, string>,
): Comparator<object> {
  const orders = columns.map(({ column, ascending = true }) => {
    const compare = isNumeric(column, rows, types) ? compareNumbers : compareTexts;
    return { column, compare, sign: ascending ? 1 : -1 };
  });
  return (a, b) => {
    for (const { column, compare, sign } of orders) {
      const order = compare((a as AnyRow)[column], (b as AnyRow)[column]);
      if (order !== 0) return order * sign;
    }
    return 0;
  };
}

/** By its type or, before a change has named that, by its values: `fetch` may give numbers where changes have their digits. */
function isNumeric(column: string, rows: readonly object[], types: ReadonlyMap<string, string>): boolean {
  const type = types.get(column);
  if (type !== undefined && NUMERIC_TYPES.has(type)) return true;
  if (type === 'text' || type === 'varchar') return false;
  return rows.some((row) => ['number', 'bigint'].includes(typeof (row as AnyRow)[column]));
}
