import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useMemo, useRef } from 'react';
import { toast } from 'sonner';
import { InLocale } from '../app/InLocale.js';
import { useBusinessData } from '../data/businessData.js';
import type { Attendance, Staff } from '../data/database.js';
import { useAttendance, useStaff } from '../data/queries.js';
import { useRest } from '../data/rest.js';
import { useToday, useZone } from '../data/today.js';
import { formatClock } from '../format.js';
import { toastProblem } from '../forms/saveToasts.js';
import { confirming } from '../toasts/confirming.js';
import { useRowToasts } from '../toasts/rowToasts.js';
import { problemOf, type RowTable } from '../writing/index.js';
import { QueryTablePanel } from './QueryTablePanel.js';
import type { Column } from './rows/RowTable.js';
import { StatusBadge } from './StatusBadge.js';

/** Someone of the staff with today's entry, if there is one. */
type Person = Staff & { readonly entry: Attendance | undefined };

const MINUTE_MS = 60_000;

export function StaffTable() {
  const staff = useStaff();
  const { data: entries } = useAttendance();
  const clock = useClock();
  const zone = useZone();
  const columns = useMemo(() => staffColumns(clock, zone), [clock, zone]);
  const people = useMemo(
    () =>
      staff.data?.map((person): Person => ({
        ...person,
        entry: entries?.findLast((entry) => entry.staff_id === person.id),
      })),
    [staff.data, entries],
  );
  return (
    <QueryTablePanel
      title="Staff"
      name="staff"
      query={{ ...staff, data: people }}
      columns={columns}
      empty="No staff yet."
    />
  );
}

/** Clocks a person in or out, whichever comes next; once for what is on display. */
function useClock(): (person: Person) => void {
  const rest = useRest();
  const queryClient = useQueryClient();
  const toasts = useRowToasts();
  const { business } = useBusinessData();
  const { date } = useToday();
  const busy = useRef(new Set<number>());
  return useCallback(
    (person: Person) => {
      if (busy.current.has(person.id)) return;
      busy.current.add(person.id);
      const write = async (): Promise<void> => {
        try {
          const table = confirming(rest.table('staff_attendance'), ({ id }) => {
            toasts.added('staff_attendance', id, 'Clocked in', person.full_name);
          });
          await writeClock(table, person, { business_id: business.id, work_date: date });
        } catch (error) {
          toastProblem('Not saved', problemOf(error));
        }
        // What is on display afterwards is what a click means next.
        await queryClient.invalidateQueries({ queryKey: ['staff-attendance', business.id] });
        busy.current.delete(person.id);
      };
      void write();
    },
    [rest, queryClient, toasts, business.id, date],
  );
}

async function writeClock(
  table: RowTable<Attendance>,
  { id, entry }: Person,
  day: Pick<Attendance, 'business_id' | 'work_date'>,
): Promise<void> {
  const now = new Date();
  if (entry?.clock_out !== null) {
    const row = { ...day, staff_id: id, clock_in: now.toISOString(), idempotency_key: crypto.randomUUID() };
    await table.insert(row, 'idempotency_key');
    return;
  }
  const minutes_worked = Math.round((now.getTime() - Date.parse(entry.clock_in ?? '')) / MINUTE_MS);
  const written = await table.update(entry.id, entry.version, { clock_out: now.toISOString(), minutes_worked });
  if (written === undefined) toast('Already changed by someone else', { description: 'Here is how it is now.' });
}

function staffColumns(clock: (person: Person) => void, zone: string): readonly Column<Person>[] {
  return [
    { head: 'Name', slot: 'title', width: 'minmax(0, 3fr)', cell: ({ full_name }) => full_name },
    { head: 'Position', slot: 'sub', width: 'minmax(0, 3fr)', cell: ({ position }) => position },
    {
      head: 'Today',
      slot: 'meta',
      width: 'minmax(9rem, 2fr)',
      cell: ({ entry }) => <InLocale>{hours(entry, zone)}</InLocale>,
    },
    {
      head: 'At work',
      slot: 'badge',
      width: '8rem',
      cell: ({ entry }) => <StatusBadge status={isIn(entry) ? 'present' : 'away'} />,
    },
    {
      head: 'Actions',
      slot: 'actions',
      width: '8rem',
      cell: (person) => (
        <button
          type="button"
          className="quiet-button"
          aria-label={`${isIn(person.entry) ? 'Clock out' : 'Clock in'}: ${person.full_name}`}
          onClick={() => {
            clock(person);
          }}
        >
          {isIn(person.entry) ? 'Clock out' : 'Clock in'}
        </button>
      ),
    },
  ];
}

function isIn(entry: Attendance | undefined): boolean {
  return typeof entry?.clock_in === 'string' && entry.clock_out === null;
}

function hours(entry: Attendance | undefined, zone: string): string {
  if (typeof entry?.clock_in !== 'string') return '–';
  if (entry.clock_out === null) return `since ${formatClock(entry.clock_in, zone)}`;
  return `${formatClock(entry.clock_in, zone)} – ${formatClock(entry.clock_out, zone)}`;
}
