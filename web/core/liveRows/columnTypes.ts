import type { Column } from '../changes/convert.js';

/** What the changes so far say of a table's columns. */
export class ColumnTypes {
  /** Types as `pg_type` names them. */
  readonly byName = new Map<string, string>();
  #columns: readonly Column[] = [];

  /** Those of the newest change. */
  get columns(): readonly Column[] {
    return this.#columns;
  }

  /** True when a type is new, or another than before. */
  learn(columns: readonly Column[]): boolean {
    if (columns === this.#columns) return false;
    this.#columns = columns;
    let isNew = false;
    for (const { name, type } of columns) {
      if (this.byName.get(name) === type) continue;
      this.byName.set(name, type);
      isNew = true;
    }
    return isNew;
  }
}
