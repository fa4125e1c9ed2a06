import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useRef } from 'react';
import { toast, type Action } from 'sonner';
import { isIn } from '../../data/attendance.js';
import { useBusinessData } from '../../data/businessData.js';
import type { Attendance, Staff } from '../../data/database.js';
import { useNetwork } from '../../data/network.js';
import { useRest, type RestClient } from '../../data/rest.js';
import { useToday } from '../../data/today.js';
import { formatClock, formatWhen } from '../../format.js';
import { toastProblem } from '../../forms/saves/saveToasts.js';
import { confirming } from '../../toasts/confirming.js';
import { useRowToasts, withAction, type RowToasts } from '../../toasts/rowToasts.js';
import { savingToast } from '../../toasts/savingToast.js';
import { problemOf, RefusedError, UnreachableError, type Problem } from '../../writing/index.js';
import { clockIn, clockOut, newAttempt, takeBack, type Attempt } from './entries.js';

/** Someone of the staff with the entry that counts: the one that is open, or the last of today, if there is one. Null: not known. */
export type Person = Staff & { readonly entry: Attendance | undefined | null };

const READ_MS = 10_000;
const NONE: readonly Attendance[] = [];
const UNIQUE_VIOLATION = '23505';
const CHECK_VIOLATION = '23514';
const TOO_EARLY =
  'The time of clocking in is still to come: a computer had a wrong clock. It has to be corrected first.';

/** Clocks a person in or out, whichever comes next by these entries; once for what is on display. Clocking out can be taken back. */
export function useClock(entries: readonly Attendance[] = NONE): (person: Person) => void {
  const rest = useRest();
  const toasts = useRowToasts();
  const { id: business_id, time_zone: zone } = useBusinessData().business;
  const { date: work_date } = useToday();
  const unanswered = useRef(new Map<number, Attempt>());
  const offers = useRef(new Map<number, number | string>());
  const write = useWriteOnce({ rest, toasts, today: work_date, zone });
  return useCallback(
    (person: Person) => {
      const endOffer = (): void => {
        const offer = offers.current.get(person.id);
        if (offer !== undefined) toast.dismiss(offer);
        offers.current.delete(person.id);
      };
      const offerUndo = (closed: readonly Attendance[]): void => {
        const undo = (): void => {
          const words = {
            failed: 'Not undone',
            later: 'Undo it when it is back.',
            again: { label: 'Undo', onClick: undo },
          };
          write(person, words, async () => {
            if (!(await takeBack(rest.table('staff_attendance'), closed))) toastOthers();
          });
        };
        offers.current.set(
          person.id,
          toast('Clocked out', { description: person.full_name, ...withAction('Undo', undo) }),
        );
      };
      // One at most, where the database has the index for that.
      const open = entries.filter((entry) => entry.staff_id === person.id && isIn(entry));
      write(person, open.length === 0 ? CLOCK_IN : CLOCK_OUT, async () => {
        endOffer();
        const attempt = unanswered.current.get(person.id) ?? newAttempt();
        unanswered.current.delete(person.id);
        const table = confirming(rest.table('staff_attendance'), toasts, ({ id }) => {
          toasts.added('staff_attendance', id, { title: 'Clocked in', description: person.full_name });
        });
        try {
          if (open.length === 0) {
            if (!(await clockIn(table, { business_id, work_date, staff_id: person.id }, attempt, entries)))
              toastOthers();
            return;
          }
          const closed = await clockOut(table, open, attempt);
          if (closed.length < open.length) toastOthers();
          if (closed.length > 0) offerUndo(closed);
        } catch (error) {
          if (error instanceof UnreachableError) unanswered.current.set(person.id, attempt);
          throw error;
        }
      });
    },
    [rest, toasts, entries, business_id, work_date, write],
  );
}

type Desk = { readonly rest: RestClient; readonly toasts: RowToasts; readonly today: string; readonly zone: string };

type Words = {
  readonly failed: string;
  /** What to do once there is a connection. */
  readonly later: string;
  /** For what has no button on the page. */
  readonly again?: Action;
};
type Write = (person: Person, words: Words, write: () => Promise<void>) => void;

const CLOCK_IN: Words = {
  failed: 'Not clocked in',
  later: 'Clock in when it is back: the time of that moment counts.',
};
const CLOCK_OUT: Words = {
  failed: 'Not clocked out',
  later: 'Clock out when it is back: the time of that moment counts.',
};

/** Writes for a person what is not being written already, says why where that fails, and reads the entries again. Keeps nothing for later. */
function useWriteOnce({ rest, toasts, today, zone }: Desk): Write {
  const queryClient = useQueryClient();
  const network = useNetwork();
  const { id: business_id } = useBusinessData().business;
  const busy = useRef(new Set<number>());
  /** Toasts that say why something was not written, by person. */
  const failures = useRef(new Map<number, number | string>());
  return useCallback(
    (person, words, write) => {
      if (busy.current.has(person.id)) return;
      const before = failures.current.get(person.id);
      if (before !== undefined) toast.dismiss(before);
      if (!network.isOnline()) {
        failures.current.set(person.id, toastOffline(person, words));
        return;
      }
      busy.current.add(person.id);
      const run = async (): Promise<void> => {
        let isAccepted = false;
        const saving = savingToast(person.full_name);
        try {
          await write();
          isAccepted = true;
        } catch (error) {
          if (isTwice(error)) await toastTwice({ rest, toasts, today, zone }, person);
          else failures.current.set(person.id, toastFailure(person, words, error));
        }
        saving.end();
        // What is on display afterwards is what a click means next. A write that was accepted has started that read already.
        const queryKey = ['staff-attendance', business_id];
        await queryClient.invalidateQueries({ queryKey }, { cancelRefetch: !isAccepted });
        busy.current.delete(person.id);
      };
      void run();
    },
    [queryClient, network, rest, toasts, business_id, today, zone],
  );
}

function toastOthers(): void {
  toast('Already changed by someone else', { description: 'Here is how it is now.' });
}

function isTwice(error: unknown): boolean {
  return error instanceof RefusedError && error.code === UNIQUE_VIOLATION;
}

/** Nothing is sent later by itself: the database would write the time of that moment. */
function toastOffline({ full_name }: Person, { failed, later, again }: Words): number | string {
  const text = `${full_name}: there is no connection, so nothing was sent. ${later}`;
  return toastProblem(failed, { text, detail: 'This browser is offline.' }, again);
}

function toastFailure(person: Person, { failed, again }: Words, error: unknown): number | string {
  if (!(error instanceof UnreachableError)) return toastProblem(failed, clockProblemOf(person, error));
  const advice = again === undefined ? ' You can also press again: nothing is saved twice.' : '';
  const text = `${person.full_name}: the server did not say whether it was saved. The list will, once it answers.${advice}`;
  return toastProblem('No answer yet', { text, detail: error.message });
}

/** In words, also that the database lets nobody leave before coming. */
function clockProblemOf({ full_name }: Person, error: unknown): Problem {
  const { text, detail } = problemOf(error);
  const isTooEarly = error instanceof RefusedError && error.code === CHECK_VIOLATION;
  return { text: `${full_name}: ${isTooEarly ? TOO_EARLY : text}`, detail };
}

/** Says since when the person is clocked in already. */
async function toastTwice({ rest, toasts, today, zone }: Desk, person: Person): Promise<void> {
  const which = { staff_id: `eq.${person.id}`, clock_out: 'is.null' };
  const entries = await rest.rows('staff_attendance', which, AbortSignal.timeout(READ_MS)).catch(() => []);
  const entry = entries.find(isIn);
  const format = entry?.work_date === today ? formatClock : formatWhen;
  const since = typeof entry?.clock_in === 'string' ? ` at ${format(entry.clock_in, zone)}` : '';
  const said = { title: `Already clocked in${since} by another window`, description: person.full_name };
  if (entry === undefined) toast(said.title, said);
  else toasts.insteadOfNews('staff_attendance', entry.id, said);
}
