import type { Attendance } from './database.js';

/** Whether the entry says that its person is at work. */
export function isIn(entry: Attendance | undefined | null): boolean {
  return typeof entry?.clock_in === 'string' && entry.clock_out === null;
}
