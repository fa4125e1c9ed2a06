import type { UntypedRow } from './database.js';

/** What a subscription listens to; `*` is all three, and with tracked tables TRUNCATE. */
export type EventName = '*' | 'INSERT' | 'UPDATE' | 'DELETE';

/** What every change carries, whatever its kind. */
export interface ChangeCommon {
  schema: string;
  table: string;
  /**
   * When the transaction was committed: UTC, ISO 8601, milliseconds. All rows of one transaction share it. It neither
   * orders nor identifies changes.
   */
  commit_timestamp: string;
  /**
   * Null, or what the server had to leave out: `Error 413: Payload Too Large` (values of more than 64 bytes are missing from
   * the row), `Error 401: Unauthorized` (the row is empty).
   */
  errors: readonly string[] | null;
  /**
   * Of a numbered change: the number of its message on the table's topic, and what the number is of. Changes of one
   * statement may share a number. With both, `from` continues after this change. Absent on `postgres_changes`.
   */
  number?: number;
  epoch?: string;
}

// Not `Readonly<…>`: the compiler would take it for a row when it infers one from the type of a callback's parameter.
type NoRow = Record<string, never>;

export interface InsertPayload<Row = UntypedRow> extends ChangeCommon {
  eventType: 'INSERT';
  new: Readonly<Row>;
  old: NoRow;
}

export interface UpdatePayload<Row = UntypedRow> extends ChangeCommon {
  eventType: 'UPDATE';
  new: Readonly<Row>;
  /** With REPLICA IDENTITY FULL the whole row as it was, otherwise its primary key. */
  old: Readonly<Partial<Row>>;
}

export interface DeletePayload<Row = UntypedRow> extends ChangeCommon {
  eventType: 'DELETE';
  /** Empty, unless the option `leaving` is 'both': then a row that has left the filter is here as it is now. */
  new: NoRow | Readonly<Row>;
  /** With REPLICA IDENTITY FULL and no row level security the whole row, otherwise its primary key. */
  old: Readonly<Partial<Row>>;
}

/**
 * All rows of a tracked table are gone. Comes to subscriptions that listen to everything (`*`), whatever their filter. `postgres_changes` does not have it:
 * only tables in the manager's option `tables` do.
 */
export interface TruncatePayload extends ChangeCommon {
  eventType: 'TRUNCATE';
  new: NoRow;
  old: NoRow;
}

/**
 * One change of one row, or a TRUNCATE, as `onEvent` gets it.
 *
 * All subscribers of a row get the same object, so that a change is parsed once however many subscriptions it goes to.
 * Treat it as read-only.
 *
 * Values: `bool` is boolean, `int2` to `int8`, `float` and `numeric` are numbers, `json` and `jsonb` are what they
 * hold, arrays are arrays, everything else is text (`timestamptz` in ISO 8601, `bytea` in hex without `\x`). A
 * JavaScript number holds about 15 digits, so an `int8` beyond ±2^53 or a long `numeric` is rounded, as in other
 * JavaScript clients, unless the manager's option `numbers` asks for all digits.
 */
export type ChangePayload<Row = UntypedRow, Event extends EventName = '*'> = Event extends 'INSERT'
  ? InsertPayload<Row>
  : Event extends 'UPDATE'
    ? UpdatePayload<Row>
    : Event extends 'DELETE'
      ? DeletePayload<Row>
      : InsertPayload<Row> | UpdatePayload<Row> | DeletePayload<Row> | TruncatePayload;
