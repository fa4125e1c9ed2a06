import type { OrderBy, OrderColumn } from './types.js';
import { compareValues } from './values.js';

type AnyRow = Readonly<Record<string, unknown>>;

/** The order of rows: as asked for, then by key. */
export function rowOrder<Row extends object>(
  orderBy: OrderBy<Row> | undefined,
  key: readonly string[],
): (a: Row, b: Row) => number {
  const byKey = columnOrder(key.map((column) => ({ column })));
  const asked = typeof orderBy === 'function' ? orderBy : columnOrder(columnsOf(orderBy));
  return (a, b) => asked(a, b) || byKey(a, b);
}

function columnsOf(orderBy: OrderColumn | string | readonly (OrderColumn | string)[] | undefined): OrderColumn[] {
  if (orderBy === undefined) return [];
  const list = isList(orderBy) ? orderBy : [orderBy];
  return list.map((item) => (typeof item === 'string' ? { column: item } : item));
}

function isList<Item>(value: Item | readonly Item[]): value is readonly Item[] {
  return Array.isArray(value);
}

function columnOrder(columns: readonly OrderColumn[]): (a: object, b: object) => number {
  return (a, b) => {
    for (const { column, ascending = true } of columns) {
      const order = compareValues((a as AnyRow)[column], (b as AnyRow)[column]);
      if (order !== 0) return ascending ? order : -order;
    }
    return 0;
  };
}
