import { convertRow, type Column } from './convert.js';
import type { ChangePayload } from './payload.js';

/** What is inside a change frame's payload; every part may be missing in what a broken server sends. */
export interface WireChange {
  data?: {
    schema?: string;
    table?: string;
    type?: string;
    commit_timestamp?: string;
    columns?: readonly Column[] | null;
    record?: Record<string, unknown> | null;
    old_record?: Record<string, unknown> | null;
    errors?: readonly string[] | null;
  };
}

/** How the server's text becomes values. */
export interface ValueReader {
  /** @throws SyntaxError when the text is not JSON. */
  parse(text: string): unknown;
  /** Brings what was parsed to the values that applications get, in place. */
  convertRow(row: Record<string, unknown>, columns: readonly Column[]): void;
}

/** Every number is a JavaScript number. */
export const plainValues: ValueReader = { parse: (text) => JSON.parse(text) as unknown, convertRow };

/** The payload that applications know. Rows are converted in place. */
export function toPayload(wire: WireChange, values: ValueReader): ChangePayload {
  const data = wire.data ?? {};
  const columns = data.columns ?? [];
  const record = data.type === 'DELETE' ? {} : (data.record ?? {});
  const oldRecord = data.type === 'INSERT' ? {} : (data.old_record ?? {});
  values.convertRow(record, columns);
  values.convertRow(oldRecord, columns);
  return {
    schema: data.schema ?? '',
    table: data.table ?? '',
    commit_timestamp: data.commit_timestamp ?? '',
    eventType: data.type,
    new: record,
    old: oldRecord,
    errors: data.errors ?? null,
  } as ChangePayload;
}
