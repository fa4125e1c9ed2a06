import type { Gap } from '../api/gap.js';
import type { LiveRowsOptions } from '../api/liveRows.js';
import { readRows } from './snapshot.js';

/** Rows that other tabs may want as well. */
export interface RowsWanted {
  /** Other tabs that give the same get the same rows. */
  readonly key: string;
  /** After a gap not all clients should fetch at once. */
  readonly isPaced: boolean;
  readonly signal: AbortSignal;
  readonly fetch: () => Promise<readonly unknown[]>;
}

/** Gets rows as they are now or later, from this tab or another. */
export interface RowsSource {
  rows(wanted: RowsWanted): Promise<readonly unknown[]>;
}

/** What is fetched, of live rows that share that with other tabs. */
export class SharedFetch<Row extends object> {
  readonly #source: RowsSource;
  readonly #name: string;
  readonly #key: readonly string[];
  readonly #keyOf: (row: Row) => string | null;

  constructor(
    source: RowsSource,
    { schema = 'public', table, filter, select, wide }: LiveRowsOptions<Row>,
    key: readonly string[],
    keyOf: (row: Row) => string | null,
  ) {
    this.#source = source;
    this.#name = JSON.stringify([schema, table, filter, select, key, wide]);
    this.#key = key;
    this.#keyOf = keyOf;
  }

  /** `read` is how this tab fetches. @returns the rows by key */
  async read(
    { gaps, signal }: { readonly gaps: readonly Gap[]; readonly signal: AbortSignal },
    read: () => Promise<ReadonlyMap<string, Row>>,
  ): Promise<Map<string, Row>> {
    const fetch = async (): Promise<readonly Row[]> => [...(await read()).values()];
    const rows = await this.#source.rows({ key: this.#name, isPaced: gaps.length > 0, signal, fetch });
    return readRows(rows as readonly Row[], this.#key, this.#keyOf);
  }
}
