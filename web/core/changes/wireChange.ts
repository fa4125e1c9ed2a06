import type { ValueReader } from './values.js';
import type { ColumnLists } from './columnLists.js';
import type { Column } from './convert.js';
import type { ChangePayload } from '../api/payload.js';

/** What is inside a change frame's payload; every part may be missing in what a broken server sends. */
export interface WireChange {
  data?: {
    schema?: string;
    table?: string;
    type?: string;
    commit_timestamp?: string;
    /** A number, or what {@link ValueReader.parse} makes of one: that one of {@link ColumnLists}. */
    columns?: readonly Column[] | number | { valueOf(): number } | null;
    record?: Record<string, unknown> | null;
    old_record?: Record<string, unknown> | null;
    errors?: readonly string[] | null;
    /** As what {@link ValueReader.parse} makes of a number. */
    number?: number | { valueOf(): number };
    epoch?: string;
  };
}

/**
 * The payload that applications know. Rows are converted in place. `lists`: what a number in place of the columns means.
 *
 * @throws SyntaxError when it is no INSERT, UPDATE, DELETE or numbered TRUNCATE, or a list of columns is not JSON; TypeError when it is of another form.
 */
export function toPayload(wire: WireChange, values: ValueReader, lists: ColumnLists): ChangePayload {
  const data = wire.data ?? {};
  if (!isEvent(data)) throw new SyntaxError('no INSERT, UPDATE or DELETE');
  const columns = data.columns ?? [];
  const convert = isList(columns) ? values.converter(columns) : lists.converter(Number(columns), values);
  // A row that has left the filter may come as it is now, see the option `leaving`.
  const hasNew = data.type !== 'DELETE' || data.number !== undefined;
  const record = hasNew ? (data.record ?? {}) : {};
  const oldRecord = data.type === 'INSERT' ? {} : (data.old_record ?? {});
  convert(record);
  convert(oldRecord);
  const payload = {
    schema: data.schema ?? '',
    table: data.table ?? '',
    commit_timestamp: data.commit_timestamp ?? '',
    eventType: data.type,
    new: record,
    old: oldRecord,
    errors: data.errors ?? null,
  } as ChangePayload;
  if (data.number !== undefined) payload.number = Number(data.number);
  if (data.epoch !== undefined) payload.epoch = data.epoch;
  return payload;
}

/** TRUNCATE has always a number: `postgres_changes` does not have it. */
function isEvent({ type, number }: NonNullable<WireChange['data']>): boolean {
  return type === 'INSERT' || type === 'UPDATE' || type === 'DELETE' || (type === 'TRUNCATE' && number !== undefined);
}

/** Not the number of one. */
export function isList(columns: readonly Column[] | number | object): columns is readonly Column[] {
  return Array.isArray(columns);
}
