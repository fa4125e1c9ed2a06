import type { ReplayContext } from './replay.js';

export type JsonRecord = Record<string, unknown>;

/** The first row of the table that the recording has from here on, and for which `test` holds. */
export function upcomingRecord(
  { upcoming }: ReplayContext,
  table: string,
  test: (record: JsonRecord) => boolean = () => true,
): JsonRecord {
  for (const { dir, text } of upcoming) {
    if (dir !== 'in' || text?.includes(`"table":"${table}"`) !== true) continue;
    const frame = JSON.parse(text) as unknown[] | { payload: unknown };
    const payload = (Array.isArray(frame) ? frame[4] : frame.payload) as { data?: { record?: JsonRecord } };
    const record = payload.data?.record;
    if (record !== undefined && test(record)) return record;
  }
  throw new Error(`no such row of ${table} ahead`);
}
