/** What a row needs so that it can be edited: see docs/writing.md for the columns and their trigger. */
export type VersionedRow = {
  readonly id: number | string;
  /** Grows with each change of the row, and never repeats. */
  readonly version: number;
  /** When it was changed last, ISO 8601. */
  readonly updated_at: string;
};

/** One thing that a form lets people change: a column, or several that belong together. `Value` is what the input holds; it must survive JSON. */
export type Field<Row, Value> = {
  /** For messages, such as `start`. */
  readonly label: string;
  readonly read: (row: Row) => Value;
  /**
   * Completes the value when it is saved, such as the id that belongs to a name that was typed offline. Rejects with UnreachableError to be asked again,
   * and with UndecidedError where the person has to decide. Absent: the value is complete.
   */
  readonly complete?: (value: Value) => Promise<Value>;
  /** The columns for this value. `seen` is the row as it was last seen, undefined for a new one. */
  readonly write: (value: Value, seen: Row | undefined) => Partial<Row>;
  /** The value in words. */
  readonly show: (value: Value) => string;
};

export type Fields<Row, Draft> = { readonly [Name in keyof Draft]: Field<Row, Draft[Name]> };

export function namesOf<Row, Draft>(fields: Fields<Row, Draft>): (keyof Draft)[] {
  return Object.keys(fields) as (keyof Draft)[];
}

export function readDraft<Row, Draft>(fields: Fields<Row, Draft>, row: Row): Draft {
  return Object.fromEntries(namesOf(fields).map((name) => [name, fields[name].read(row)])) as Draft;
}

export function isSameValue(a: unknown, b: unknown): boolean {
  return Object.is(a, b) || JSON.stringify(a) === JSON.stringify(b);
}
