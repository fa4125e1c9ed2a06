import type { DeliveryOption } from './delivery.js';
import type { ReasonCode } from './reasons.js';
import type { Road } from './status.js';

/** A request for one page. */
export interface FetchRequest {
  /** What the page before gave as `next`; null for the first. */
  readonly cursor: unknown;
  /** Fires when the answer is not needed any more, or takes too long. */
  readonly signal: AbortSignal;
}

/** A page with what comes after it. */
export interface FetchPage<Row> {
  readonly rows: readonly Row[];
  /** Handed to the next call as `cursor`; null or absent: this was the last page. */
  readonly next?: unknown;
  /**
   * How many rows all pages have together, as far as the first page can say. With it an answer that was cut short is
   * detected: PostgREST leaves out what exceeds its `max-rows` (1,000 on Supabase) without an error. An answer that
   * lacks no more rows than were deleted meanwhile cannot be distinguished from a complete one.
   */
  readonly total?: number | null | undefined;
}

/** All rows, or a page of them. */
export type FetchResult<Row> = readonly Row[] | FetchPage<Row>;

/**
 * One column to order by. As in PostgreSQL, nulls come last, or first when descending. Numbers are compared by value,
 * however they are written. Text is compared by code units, as under `COLLATE "C"`.
 */
export interface OrderColumn<Column extends string = string> {
  readonly column: Column;
  /** Default true. */
  readonly ascending?: boolean | undefined;
}

export type OrderBy<Row> =
  | (keyof Row & string)
  | OrderColumn<keyof Row & string>
  | readonly (OrderColumn<keyof Row & string> | (keyof Row & string))[]
  | ((a: Row, b: Row) => number);

/** Detects losses that leave no trace on the wire. */
export interface VerifyOptions<Row> {
  /** How often, while live. */
  everyMs: number;
  /**
   * Returns whether the rows equal the table's, by something that is cheap to ask for, such as their number and the
   * newest stamp. `rows()` are the rows at the moment of the call. False twice within 2 s: the rows are fetched again.
   * One that throws decides nothing and is logged.
   */
  digest: (request: { readonly signal: AbortSignal; rows(): readonly Row[] }) => boolean | Promise<boolean>;
}

/** Options of `liveRows`. */
export interface LiveRowsOptions<Row extends object> {
  table: string;
  /** Default 'public'. */
  schema?: string | undefined;
  /** Which rows, as in `subscribe`. `fetch` must ask for the same. */
  filter?: string | undefined;
  /** Only these columns, as in `subscribe`; must include the key. */
  select?: readonly string[] | undefined;
  /** The columns that identify a row: usually the primary key. */
  key: (keyof Row & string) | readonly (keyof Row & string)[];
  /**
   * Reads the rows: at the start, when changes flow, after each gap, when a change cannot be decided, while polling,
   * and on `refresh`. It must see at least what was committed when it was called, so no lagging replica. It returns all
   * rows at once, or page by page. Pages should follow the key (`where key > last order by key`), not an offset: with
   * an offset, a row that is deleted meanwhile makes another be skipped.
   */
  fetch: (request: FetchRequest) => Promise<FetchResult<Row>>;
  /** Default: by key, ascending. Rows that are equal in it are ordered by key. */
  orderBy?: OrderBy<Row> | undefined;
  /**
   * How changes arrive: any mode with payload. Default 'each'. 'batch' or 'latest' make bursts cheaper. The key of
   * 'latest' is `key`.
   */
  delivery?: DeliveryOption | undefined;
  /**
   * Which way changes come, as in `subscribe`. Where they are numbered, a row that leaves the filter is removed, and a
   * reconnect after which nothing is missing costs no fetch.
   */
  via?: 'auto' | Road | undefined;
  /**
   * Listens to the whole table and evaluates the filter in the client, so that a row that leaves the filter by an
   * UPDATE is removed. Costs the traffic of the whole table. Where the client cannot decide as PostgreSQL would
   * (`match`, order of text, numbers that do not fit a JavaScript number, types such as `money` and arrays), the rows
   * are fetched again, with pauses. Default false.
   */
  wide?: boolean | undefined;
  verify?: VerifyOptions<Row> | undefined;
  /**
   * One tab fetches for all that share a line (the option `tabs` of the manager) and keep the same rows: the same table,
   * filter, columns and key. `fetch` must then depend on nothing else. Of a tab that fails, closes or takes longer than
   * 10 s, another takes the place. Rows must be what `structuredClone` can copy, else each tab fetches. Without other
   * tabs it has no effect. Default false.
   */
  shareFetch?: boolean | undefined;
  /** Closes it when it fires. */
  signal?: AbortSignal | undefined;
}

/**
 * `loading`: no rows yet. `live`: the rows are those of the table, and changes flow. `stale`: something was or may have
 * been missed since, or the last fetch failed. `polling`: there is no live connection, and the rows are fetched from
 * time to time.
 */
export type LiveRowsState = 'loading' | 'live' | 'stale' | 'polling';

/**
 * `FETCH_…`: how the last `fetch` ended. `VERIFY_MISMATCH`: the digest did not fit. `UNDECIDED`: a change could not be
 * applied.
 */
export type LiveRowsCode =
  ReasonCode | 'FETCH_FAILED' | 'FETCH_TIMEOUT' | 'FETCH_INVALID' | 'VERIFY_MISMATCH' | 'UNDECIDED';

/** Immutable, and the same object until something changed. */
export interface LiveRowsStatus {
  readonly state: LiveRowsState;
  /** Why; `OK` when live. */
  readonly code: LiveRowsCode;
  /** The same for people. */
  readonly message: string;
  /** Unix ms of the last change of `state`. */
  readonly since: number;
  /** Unix ms at which the rows were last fetched; null before. */
  readonly fetchedAt: number | null;
}

/**
 * The rows of a table, kept equal to the database.
 *
 * How: it subscribes, and fetches at once for what is there. When changes flow, it fetches again, applies the changes
 * that came since that fetch began, and goes on applying. After every gap, and when a change cannot be applied, it
 * fetches again and notifies only of differences. Rows on display keep taking changes meanwhile.
 *
 * Order and repetition. No sequence number shows whether a change is already contained in what was fetched:
 * `commit_timestamp` has milliseconds and is shared by all rows of a transaction. So nothing is decided by time. What
 * had arrived when the fetch began is contained in it, and is dropped. What arrives later is applied, contained or not,
 * because applying a change twice has no effect: INSERT and UPDATE put the whole new row under its key, DELETE removes
 * the key. Changes of a row arrive in the order of their commits, so the last one decides. A row that was fetched in a
 * newer state than its latest change that has arrived may show that older state until the next change arrives, which
 * the server has sent already: tenths of a second.
 *
 * What is handled: deletes (by key, which every replica identity has if it is the primary key), changes of the key (the
 * old row has the old one), columns that an UPDATE leaves out (they keep their values; a row that was not on display is
 * fetched), changes without values (fetched), an UPDATE or DELETE whose old row lacks the key (fetched, if the row may
 * be on display).
 *
 * What is not: the server does not send an UPDATE that moves a row out of the filter. Such a row stays until the next
 * fetch, unless `wide` listens to the whole table, or `verify` finds it. Nor does the server send a TRUNCATE, or what
 * row level security starts or stops to show: `verify` again. Of a tracked table both are sent: rows that leave the filter, and TRUNCATE, which removes all
 * rows.
 */
export interface LiveRows<Row> {
  /** In order. The same array until a row changed, and the same row object until that row did: treat both as read-only. */
  rows(): readonly Row[];
  status(): LiveRowsStatus;
  /** Calls `listener` after rows or status changed, once per turn. Returns a function that removes it. */
  subscribe(listener: () => void): () => void;
  /** Fetches now, also without a connection. Resolves with the status after the attempt; never rejects. */
  refresh(): Promise<LiveRowsStatus>;
  /** Ends it. The rows stay readable. Idempotent. */
  close(): void;
}
