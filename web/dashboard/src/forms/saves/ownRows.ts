import type { RowTable, VersionedRow } from '../../writing/index.js';

/** A row on display is older than what was written here for seconds; this many are not written in that time. */
const MOST_KEPT = 100;

/** Rows as they were stored by what was written here: they may be newer than those on display. */
export class OwnRows<Row extends VersionedRow> {
  readonly #rows = new Map<Row['id'], Row>();

  /** The table, with what is written through it remembered. */
  remembering(table: RowTable<Row>): RowTable<Row> {
    const remember = (row: Row | undefined): Row | undefined => {
      if (row !== undefined) this.#keep(row);
      return row;
    };
    return {
      ...table,
      insert: async (row, unique) => remember(await table.insert(row, unique)),
      update: async (id, version, change) => remember(await table.update(id, version, change)),
    };
  }

  /** Those that were written last. */
  #keep(row: Row): void {
    this.#rows.delete(row.id);
    this.#rows.set(row.id, row);
    for (const id of this.#rows.keys()) {
      if (this.#rows.size <= MOST_KEPT) return;
      this.#rows.delete(id);
    }
  }

  /** The row on display, or what was stored by a later write from here. */
  newest(shown: Row): Row {
    const own = this.#rows.get(shown.id);
    return own !== undefined && own.version > shown.version ? own : shown;
  }
}
