import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useRef } from 'react';
import { toast } from 'sonner';
import { isIn } from '../data/attendance.js';
import { useBusinessData } from '../data/businessData.js';
import type { Attendance, Staff } from '../data/database.js';
import { useRest, type RestClient } from '../data/rest.js';
import { useToday } from '../data/today.js';
import { formatClock, formatWhen } from '../format.js';
import { toastProblem } from '../forms/saveToasts.js';
import { confirming } from '../toasts/confirming.js';
import { useRowToasts, type RowToasts } from '../toasts/rowToasts.js';
import { savingToast } from '../toasts/savingToast.js';
import { problemOf, RefusedError, UnreachableError, type RowTable } from '../writing/index.js';

/** Someone of the staff with the entry that counts: the one that is open, or the last of today, if there is one. Null: not known. */
export type Person = Staff & { readonly entry: Attendance | undefined | null };

const MINUTE_MS = 60_000;
const READ_MS = 10_000;
const NONE: readonly Attendance[] = [];
const UNIQUE_VIOLATION = '23505';

/** Clocks a person in or out, whichever comes next by these entries; once for what is on display. */
export function useClock(entries: readonly Attendance[] = NONE): (person: Person) => void {
  const rest = useRest();
  const queryClient = useQueryClient();
  const toasts = useRowToasts();
  const { id: business_id, time_zone: zone } = useBusinessData().business;
  const { date: work_date } = useToday();
  const busy = useRef(new Set<number>());
  const unanswered = useRef(new Map<number, Attempt>());
  return useCallback(
    (person: Person) => {
      if (busy.current.has(person.id)) return;
      busy.current.add(person.id);
      const write = async (): Promise<void> => {
        let isAccepted = false;
        const saving = savingToast(person.full_name);
        const attempt = unanswered.current.get(person.id) ?? newAttempt();
        unanswered.current.delete(person.id);
        try {
          const table = confirming(rest.table('staff_attendance'), ({ id }) => {
            toasts.added('staff_attendance', id, { title: 'Clocked in', description: person.full_name });
          });
          // One at most, where the database has the index for that.
          const open = entries.filter((entry) => entry.staff_id === person.id && isIn(entry));
          if (open.length > 0) await clockOut(table, open, attempt);
          else await clockIn(table, { business_id, work_date, staff_id: person.id }, attempt, entries);
          isAccepted = true;
        } catch (error) {
          if (error instanceof UnreachableError) unanswered.current.set(person.id, attempt);
          if (isTwice(error)) await toastTwice({ rest, toasts, today: work_date, zone }, person);
          else toastProblem('Not saved', problemOf(error));
        }
        saving.end();
        // What is on display afterwards is what a click means next. A write that was accepted has started that read already.
        const queryKey = ['staff-attendance', business_id];
        await queryClient.invalidateQueries({ queryKey }, { cancelRefetch: !isAccepted });
        busy.current.delete(person.id);
      };
      void write();
    },
    [rest, queryClient, toasts, entries, business_id, work_date, zone],
  );
}

/** What was sent for a person so far without an answer: it may have been saved. */
type Attempt = {
  /** Idempotency key of the entry. */
  readonly key: string;
  /** Times of clocking out, in Unix ms. */
  readonly outs: Set<number>;
};

function newAttempt(): Attempt {
  return { key: crypto.randomUUID(), outs: new Set() };
}

/** Adds an entry. `shown`: those on display. */
async function clockIn(
  table: RowTable<Attendance>,
  entry: Partial<Attendance>,
  { key }: Attempt,
  shown: readonly Attendance[],
): Promise<void> {
  const stamps = { clock_in: new Date().toISOString(), idempotency_key: key };
  const find = (): Promise<Attendance | undefined> => table.find('idempotency_key', key);
  const insert = (): Promise<Attendance | undefined> => table.insert({ ...entry, ...stamps }, 'idempotency_key');
  const own = (await lookedUp(insert, find)) ?? (await find());
  if (own === undefined || isIn(own)) return;
  // The one that had no answer was saved, and somebody clocked the person out since.
  if (shown.some(({ id }) => id === own.id)) await clockIn(table, entry, newAttempt(), shown);
  else toastOthers();
}

/** Closes each of these entries. */
async function clockOut(table: RowTable<Attendance>, open: readonly Attendance[], { outs }: Attempt): Promise<void> {
  const now = new Date();
  outs.add(now.getTime());
  const closed = await Promise.all(
    open.map(async ({ id, version, clock_in }) => {
      const minutes_worked = Math.round((now.getTime() - Date.parse(clock_in ?? '')) / MINUTE_MS);
      const find = async (): Promise<Attendance | undefined> => {
        const row = await table.find('id', id);
        return outs.has(Date.parse(row?.clock_out ?? '')) ? row : undefined;
      };
      const update = (): Promise<Attendance | undefined> =>
        table.update(id, version, { clock_out: now.toISOString(), minutes_worked });
      return (await lookedUp(update, find)) ?? (await find());
    }),
  );
  if (closed.includes(undefined)) {
    toastOthers();
  }
}

function toastOthers(): void {
  toast('Already changed by someone else', { description: 'Here is how it is now.' });
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

function isTwice(error: unknown): boolean {
  return error instanceof RefusedError && error.code === UNIQUE_VIOLATION;
}

type Twice = { readonly rest: RestClient; readonly toasts: RowToasts; readonly today: string; readonly zone: string };

/** Says since when the person is clocked in already. */
async function toastTwice({ rest, toasts, today, zone }: Twice, person: Person): Promise<void> {
  const which = { staff_id: `eq.${person.id}`, clock_out: 'is.null' };
  const entries = await rest.rows('staff_attendance', which, AbortSignal.timeout(READ_MS)).catch(() => []);
  const entry = entries.find(isIn);
  const format = entry?.work_date === today ? formatClock : formatWhen;
  const since = typeof entry?.clock_in === 'string' ? ` at ${format(entry.clock_in, zone)}` : '';
  const said = { title: `Already clocked in${since} by another window`, description: person.full_name };
  if (entry === undefined) toast(said.title, said);
  else toasts.insteadOfNews('staff_attendance', entry.id, said);
}
