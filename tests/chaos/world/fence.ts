import type { Database } from './database.js';
import { FENCE, ledgerTables, type LedgerTable, type TextRow } from './schema.js';

/** The last changes that were made of one table: who has seen them has nothing more to wait for. */
export interface Fence {
  inserted: string;
  /** The very last. */
  updated: string;
  deleted: string;
}

/** Of each row, what filters look at. */
export const fenceRows: Readonly<Record<LedgerTable, TextRow>> = {
  rooms: { id: String(FENCE), owner: 'fence' },
  stock: { shop: String(FENCE), sku: 'fence' },
  jobs: { id: String(FENCE), state: 'open' },
};

/** Writes changes of every kind after all others. Each takes the row of the one before away, and leaves one. */
export class Fences {
  #number = 0;

  constructor(private readonly db: Database) {}

  /** Rows for the first to take away. */
  async prepare(): Promise<void> {
    for (const table of ledgerTables) await this.#insert(table);
  }

  async write(): Promise<Record<LedgerTable, Fence>> {
    const before = this.#number;
    this.#number += 1;
    const entries: [LedgerTable, Fence][] = [];
    for (const table of ledgerTables) {
      const key = table === 'stock' ? 'shop' : 'id';
      const deleted = await this.#value(`delete from ${table} where ${key} = ${FENCE + before} returning v`);
      const inserted = await this.#insert(table);
      const updated = await this.#value(
        `update ${table} set v = nextval('chaos_writes')::int4 where ${key} = ${FENCE + this.#number} returning v`,
      );
      entries.push([table, { inserted, updated, deleted: `deleted ${deleted}` }]);
    }
    return Object.fromEntries(entries) as Record<LedgerTable, Fence>;
  }

  #insert(table: LedgerTable): Promise<string> {
    const key = FENCE + this.#number;
    const values = { rooms: `'fence'`, stock: '', jobs: `'open'` }[table];
    const row = table === 'stock' ? `${key}, 'fence', V` : `${key}, ${values}, V`;
    return this.#value(
      `insert into ${table} values (${row.replace('V', "nextval('chaos_writes')::int4")}) returning v`,
    );
  }

  async #value(text: string): Promise<string> {
    const { rows } = await this.db.query<{ v: number }>(text);
    return String(rows[0]?.v);
  }
}
