import type { RowOrder } from './compare/order.js';
import { sameValue } from '../base/sameValue.js';

/** Rows by key, and in order. Objects stay the same until what they say changes. */
export class RowSet<Row extends object> {
  readonly #order: RowOrder<Row>;
  #rows = new Map<string, Row>();
  #sorted: readonly Row[] | null = [];

  constructor(order: RowOrder<Row>) {
    this.#order = order;
  }

  get size(): number {
    return this.#rows.size;
  }

  /** The same array until a row changed. */
  list(): readonly Row[] {
    this.#sorted ??= this.#sort([...this.#rows.values()]);
    return this.#sorted;
  }

  get(key: string): Row | undefined {
    return this.#rows.get(key);
  }

  some(test: (row: Row) => boolean): boolean {
    for (const row of this.#rows.values()) if (test(row)) return true;
    return false;
  }

  /** Makes keys and order again: more is known of the columns. True when the order changed. */
  arrange(keyOf: (row: Row) => string | null): boolean {
    const before = this.list();
    this.#rows = new Map([...this.#rows].map(([key, row]) => [keyOf(row) ?? key, row]));
    this.#sorted = null;
    const after = this.list();
    const isSame = after.length === before.length && after.every((row, i) => row === before[i]);
    if (isSame) this.#sorted = before;
    return !isSame;
  }

  /** Columns that the row does not have keep the values they had. True when something changed. */
  put(key: string, row: Row): boolean {
    const before = this.#rows.get(key);
    const after = before === undefined ? row : { ...before, ...row };
    if (before !== undefined && sameValue(before, after)) return false;
    this.#rows.set(key, after);
    this.#sorted = null;
    return true;
  }

  /** True when it was there. */
  remove(key: string): boolean {
    if (!this.#rows.delete(key)) return false;
    this.#sorted = null;
    return true;
  }

  /** Has these rows and no others from now on. True when that is a change. */
  replace(rows: ReadonlyMap<string, Row>): boolean {
    const next = new Map<string, Row>();
    let changed = rows.size !== this.#rows.size;
    for (const [key, row] of rows) {
      const before = this.#rows.get(key);
      const isSame = before !== undefined && sameValue(before, row);
      next.set(key, isSame ? before : row);
      if (!isSame) changed = true;
    }
    if (!changed) return false;
    this.#rows = next;
    this.#sorted = null;
    return true;
  }

  #sort(rows: Row[]): readonly Row[] {
    return Object.freeze(rows.sort(this.#order(rows)));
  }
}
