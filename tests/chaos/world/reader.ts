import { setTimeout as sleep } from 'node:timers/promises';
import type { FetchPage, FetchRequest } from 'switchboard-realtime';
import type { Random } from '../random.js';
import type { Database } from './database.js';
import type { FetchFaults } from './fetchFaults.js';
import { FetchFailure, type FetchFault } from './fetchFaults.js';
import type { RowFilter, TableSpec } from './schema.js';

export type AnyRow = Record<string, unknown>;

/** One reading of all pages. */
export interface Reading {
  /** What was done to it, if anything. */
  fault: FetchFault | null;
  /** The last page has been handed over. */
  whole: boolean;
}

export interface ReaderOptions {
  table: TableSpec;
  filter: RowFilter | null;
  pageSize: number;
  /** Answers may also be old; only for rows that are verified. */
  stale: boolean;
}

interface Page {
  rows: AnyRow[];
  next: readonly unknown[] | null;
  total: number;
}

/** The `fetch` of live rows: reads pages by key, and fails on request. */
export class Reader {
  /** The latest. */
  reading: Reading | null = null;
  readings = 0;
  #old: Page[] | null = null;
  #reading: Page[] = [];

  constructor(
    private readonly db: Database,
    private readonly faults: FetchFaults,
    private readonly random: Random,
    private readonly options: ReaderOptions,
  ) {}

  readonly fetch = async ({ cursor, signal }: FetchRequest): Promise<FetchPage<AnyRow>> => {
    if (cursor === null) this.#begin();
    const reading = this.reading;
    const fault = this.faults.draw(this.random, this.options.stale);
    if (fault !== null && reading !== null) reading.fault = fault;
    if (fault !== null && fault !== 'half' && fault !== 'stale') {
      return (await this.faults.commit(fault, signal)) as FetchPage<AnyRow>;
    }
    if (fault === 'stale') return this.#stale();
    const page = await this.#page(cursor as readonly unknown[] | null);
    // Meanwhile the table goes on changing.
    await sleep(this.random.chance(0.15) ? this.random.below(800) : this.random.below(30));
    signal.throwIfAborted();
    this.#reading.push(page);
    if (fault === 'half') {
      // Of a later page so little may be missing that it could have been deleted meanwhile.
      if (cursor !== null || page.next === null) throw new FetchFailure('the page is cut short');
      return { rows: page.rows.slice(0, page.rows.length >> 1), total: page.total };
    }
    if (page.next === null && reading !== null) {
      reading.whole = true;
      // What is old enough to be wrong.
      if (this.random.chance(0.3)) this.#old = this.#reading;
    }
    return page;
  };

  #begin(): void {
    this.reading = { fault: null, whole: false };
    this.readings += 1;
    this.#reading = [];
  }

  /** All rows of an earlier reading. */
  #stale(): FetchPage<AnyRow> {
    if (this.#old === null) throw new FetchFailure('nothing old is at hand');
    const rows = this.#old.flatMap((page) => page.rows);
    if (this.reading !== null) this.reading.whole = true;
    return { rows };
  }

  async #page(after: readonly unknown[] | null): Promise<Page> {
    const { table, filter, pageSize } = this.options;
    const where = filter?.sql ?? 'true';
    const key = table.key.join(', ');
    const rest = after === null ? 'true' : `(${key}) > (${table.key.map((_, i) => `$${i + 1}`).join(', ')})`;
    const { rows } = await this.db.query<AnyRow & { chaos_total: number }>(
      `select ${table.columns.join(', ')}, (select count(*)::int4 from ${table.name} where ${where}) as chaos_total
       from ${table.name} where ${where} and ${rest} order by ${key} limit ${pageSize}`,
      [...(after ?? [])],
    );
    const last = rows.at(-1);
    const isLast = rows.length < pageSize || last === undefined;
    return {
      rows: rows.map(({ chaos_total: _, ...row }) => row),
      next: isLast ? null : table.key.map((column) => last[column]),
      total: rows[0]?.chaos_total ?? 0,
    };
  }
}
