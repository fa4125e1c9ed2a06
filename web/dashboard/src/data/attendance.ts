import type { Attendance } from './database.js';

/** Whether the entry says that its person is at work. */
export function isIn(entry: Attendance | undefined | null): boolean {
  return typeof entry?.clock_in === 'string' && entry.clock_out === null;
}

const HOUR_MS = 3_600_000;
/** Nobody works longer at a stretch: whoever is still in has forgotten to clock out. */
const LONGEST_HOURS = 16;

/** Full hours that the person has been at work for, where that is too long to be true; null where it is not. `now`: Unix ms. */
export function overlongHours(entry: Attendance | undefined | null, now: number): number | null {
  if (!isIn(entry)) return null;
  const hours = Math.floor((now - Date.parse(entry?.clock_in ?? '')) / HOUR_MS);
  return hours >= LONGEST_HOURS ? hours : null;
}
