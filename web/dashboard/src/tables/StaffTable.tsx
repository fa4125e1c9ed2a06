import { useMutation } from '@tanstack/react-query';
import { useMemo } from 'react';
import { toast } from 'sonner';
import { useBusinessData } from '../data/businessData.js';
import type { Attendance, Staff } from '../data/database.js';
import { useAttendance, useStaff } from '../data/queries.js';
import { useRest } from '../data/rest.js';
import { useToday, useZone } from '../data/today.js';
import { formatClock } from '../format.js';
import { QueryTablePanel } from './QueryTablePanel.js';
import type { Column } from './RowTable.js';
import { StatusBadge } from './StatusBadge.js';

/** Someone of the staff with today's entry, if there is one. */
type Person = Staff & { readonly entry: Attendance | undefined };

const MINUTE_MS = 60_000;

export function StaffTable() {
  const staff = useStaff();
  const { data: entries } = useAttendance();
  const { mutate: clock } = useClock();
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
      query={{ data: people, error: staff.error, refetch: staff.refetch }}
      columns={columns}
      empty="No staff yet."
    />
  );
}

/** Clocks a person in or out, whichever comes next. */
function useClock() {
  const rest = useRest();
  const { business } = useBusinessData();
  const { date } = useToday();
  return useMutation({
    mutationFn: ({ id, entry }: Person) => {
      const now = new Date();
      if (entry?.clock_out !== null) {
        return rest.insert('staff_attendance', {
          business_id: business.id,
          staff_id: id,
          work_date: date,
          clock_in: now.toISOString(),
        });
      }
      const minutes_worked = Math.round((now.getTime() - Date.parse(entry.clock_in ?? '')) / MINUTE_MS);
      return rest.update('staff_attendance', entry.id, { clock_out: now.toISOString(), minutes_worked });
    },
    onError: ({ message }) => toast.error('Not saved', { description: message }),
  });
}

function staffColumns(clock: (person: Person) => void, zone: string): readonly Column<Person>[] {
  return [
    { head: 'Name', slot: 'title', width: 'minmax(0, 3fr)', cell: ({ full_name }) => full_name },
    { head: 'Position', slot: 'sub', width: 'minmax(0, 3fr)', cell: ({ position }) => position },
    { head: 'Today', slot: 'meta', width: '9rem', cell: ({ entry }) => hours(entry, zone) },
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
