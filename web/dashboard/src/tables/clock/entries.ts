import { isIn } from '../../data/attendance.js';
import type { Attendance } from '../../data/database.js';
import { UnreachableError, type RowTable } from '../../writing/index.js';

/** The time at which the database runs the statement, by its own clock: that of this computer may be wrong. */
const NOW = 'now';

/** What was sent for a person so far without an answer: it may have been saved. */
export type Attempt = {
  /** Idempotency key of the entry. */
  readonly key: string;
  /** Versions of entries that it was to close. */
  readonly seen: Set<number>;
};

export function newAttempt(): Attempt {
  return { key: crypto.randomUUID(), seen: new Set() };
}

/**
 * Adds an entry. False: somebody closed it already.
 *
 * @param shown the entries on display
 */
export async function clockIn(
  table: RowTable<Attendance>,
  entry: Partial<Attendance>,
  { key }: Attempt,
  shown: readonly Attendance[],
): Promise<boolean> {
  const stamps = { clock_in: NOW, idempotency_key: key };
  const find = (): Promise<Attendance | undefined> => table.find('idempotency_key', key);
  const insert = (): Promise<Attendance | undefined> => table.insert({ ...entry, ...stamps }, 'idempotency_key');
  const own = (await lookedUp(insert, find)) ?? (await find());
  if (own === undefined || isIn(own)) return true;
  // The one that had no answer was saved, and somebody clocked the person out since.
  return shown.some(({ id }) => id === own.id) ? clockIn(table, entry, newAttempt(), shown) : false;
}

/** Closes each of these entries. Returns those that it closed: not what others have changed. */
export async function clockOut(
  table: RowTable<Attendance>,
  open: readonly Attendance[],
  attempt: Attempt,
): Promise<Attendance[]> {
  const closed = await Promise.all(
    open.map(async ({ id, version }) => {
      const wasSent = attempt.seen.has(version);
      attempt.seen.add(version);
      // Who else closed the entry in this moment did the same.
      const find = async (): Promise<Attendance | undefined> => {
        const row = await table.find('id', id);
        return typeof row?.clock_out === 'string' ? row : undefined;
      };
      const update = (): Promise<Attendance | undefined> => table.update(id, version, { clock_out: NOW });
      return (await lookedUp(update, find)) ?? (wasSent ? await find() : undefined);
    }),
  );
  return closed.filter((row) => row !== undefined);
}

/** Opens entries again that were closed here. False: others have changed one since. */
export async function takeBack(table: RowTable<Attendance>, closed: readonly Attendance[]): Promise<boolean> {
  const opened = await Promise.all(
    closed.map(({ id, version }) => {
      const find = async (): Promise<Attendance | undefined> => {
        const row = await table.find('id', id);
        return isIn(row) ? row : undefined;
      };
      const update = (): Promise<Attendance | undefined> =>
        table.update(id, version, { clock_out: null, minutes_worked: null });
      return lookedUp(update, find);
    }),
  );
  return !opened.includes(undefined);
}

/** Writes. When the answer is lost, `find` looks whether the write arrived; what was not saved then, or can't be looked up, is an UnreachableError. */
async function lookedUp<Row>(
  write: () => Promise<Row | undefined>,
  find: () => Promise<Row | undefined>,
): Promise<Row | undefined> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof UnreachableError)) throw error;
    const row = await find().catch(() => undefined);
    if (row === undefined) throw error;
    return row;
  }
}
