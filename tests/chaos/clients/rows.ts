import type { DeliveryOption, Gap, LiveRows, OrderColumn, RealtimeManager } from 'switchboard-realtime';
import type { Database } from '../world/database.js';
import type { AnyRow, Reader } from '../world/reader.js';
import type { Ledger } from '../world/ledger.js';
import { tables, type DecidedFilter, type RowFilter, type TableName, type TextRow } from '../world/schema.js';
import type { Note } from '../world/timeline.js';

export interface RowsSpec {
  name: string;
  table: TableName;
  /** Without `wide` one that is decided here too. */
  filter?: RowFilter | DecidedFilter;
  wide?: boolean;
  /** On numbered changes, which need one fetch. */
  isFast?: true;
  verifyMs?: number;
  delivery?: DeliveryOption;
  orderBy?: readonly OrderColumn[];
  pageSize: number;
  /** Without those that a client can't hold exactly. */
  columns: readonly string[];
}

/** Rows under test. Complains as soon as their status says what can't be true. */
export class RowsClient {
  readonly live: LiveRows<AnyRow>;
  readonly problems: string[] = [];
  liveTimes = 0;
  #wasLive = false;
  #wasWhole = false;

  constructor(
    manager: RealtimeManager,
    readonly spec: RowsSpec,
    private readonly db: Database,
    readonly reader: Reader,
    private readonly note: Note,
  ) {
    const { table, filter, wide, verifyMs, delivery, orderBy } = spec;
    this.live = manager.liveRows<AnyRow>({
      table,
      key: tables[table].key,
      fetch: reader.fetch,
      ...(filter === undefined ? {} : { filter: filter.realtime }),
      ...(wide === undefined ? {} : { wide }),
      ...(delivery === undefined ? {} : { delivery }),
      ...(orderBy === undefined ? {} : { orderBy }),
      ...(verifyMs === undefined
        ? {}
        : {
            verify: {
              everyMs: verifyMs,
              digest: async (request) => (await this.#digest()) === digestOf(request.rows()),
            },
          }),
    });
    this.live.subscribe(() => {
      this.#listen();
    });
  }

  /** Whether it is a row that left the filter by an UPDATE, of which the server reports nothing. */
  mayStay(ledger: Ledger, row: TextRow): boolean {
    const { filter, wide, table } = this.spec;
    if (filter === undefined || wide === true || !('holds' in filter)) return false;
    return ledger.changes.some(
      ({ table: name, type, oldRow, newRow }) =>
        name === table && type === 'UPDATE' && oldRow?.['v'] === row['v'] && newRow !== null && !filter.holds(newRow),
    );
  }

  get name(): string {
    return this.spec.name;
  }

  /** A gap of this very subscription. The view has been notified before. */
  gap(gap: Gap): void {
    if (gap.outcome !== 'unknown') return;
    this.note(this.name, `gap ${JSON.stringify(gap)}`);
    if (this.live.status().state === 'live') this.problems.push(`live in spite of gap ${JSON.stringify(gap)}`);
  }

  /** The rows on display, in order, as text. */
  get shown(): TextRow[] {
    return this.live
      .rows()
      .map((row) => Object.fromEntries(this.spec.columns.map((name) => [name, textOf(row[name])])));
  }

  /** The rows of the table, in the order that was asked for. */
  async expectedRows(): Promise<TextRow[]> {
    const { table, filter, columns, orderBy = [] } = this.spec;
    const terms = orderBy.map(({ column, ascending = true }) => `t.${column} ${ascending ? 'asc' : 'desc'}`);
    const order = [...terms, ...tables[table].key.map((column) => `t.${column}`)].join(', ');
    const list = columns.map((column) => `t.${column}::text as ${column}`).join(', ');
    const { rows } = await this.db.query<Record<string, string | null>>(
      `select ${list} from ${table} t where ${filter?.sql ?? 'true'} order by ${order}`,
    );
    return rows;
  }

  async #digest(): Promise<string> {
    const { table, filter } = this.spec;
    const { rows } = await this.db.query<{ digest: string }>(
      `select count(*) || ' ' || coalesce(sum(v), 0) as digest from ${table} where ${filter?.sql ?? 'true'}`,
    );
    return rows[0]?.digest ?? '';
  }

  #listen(): void {
    const { state, code, message } = this.live.status();
    const isLive = state === 'live';
    if (isLive !== this.#wasLive) this.note(this.name, `${state} ${code} ${message}`);
    if (isLive && !this.#wasLive) {
      this.liveTimes += 1;
      const { reading } = this.reader;
      const isOld = reading?.fault === 'stale';
      const isWhole = this.#wasWhole && this.spec.isFast === true; // what came meanwhile comes by its numbers
      if (isWhole) {
        // No fetch is needed, and one that was begun may have been given up.
      } else if (reading === null || !reading.whole || (reading.fault !== null && !isOld)) {
        this.problems.push(`live after a fetch that was ${JSON.stringify(reading)}`);
      }
    }
    if (!isLive && code === 'OK') this.problems.push(`${state} without saying why`);
    this.#wasLive = isLive;
    if (isLive) this.#wasWhole = true;
  }
}

function digestOf(rows: readonly AnyRow[]): string {
  return `${rows.length} ${rows.reduce((sum, row) => sum + Number(row['v']), 0)}`;
}

function textOf(value: unknown): string | null {
  return value === null || value === undefined ? null : `${value as string | number}`;
}
