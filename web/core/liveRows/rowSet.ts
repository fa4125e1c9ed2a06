import { sameValue } from './values.js';

/** Rows by key, and in order. Objects stay the same until what they say changes. */
export class RowSet<Row extends object> {
  readonly #order: (a: Row, b: Row) => number;
  #rows = new Map<string, Row>();
  #sorted: readonly Row[] | null = [];

  constructor(order: (a: Row, b: Row) => number) {
    this.#order = order;
  }

  get size(): number {
    return this.#rows.size;
  }

  /** The same array until a row changed. */
  list(): readonly Row[] {
    this.#sorted ??= Object.freeze([...this.#rows.values()].sort(this.#order));
    return this.#sorted;
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
}
