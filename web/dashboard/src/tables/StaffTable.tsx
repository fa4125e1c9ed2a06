import { useMemo } from 'react';
import { InLocale } from '../app/InLocale.js';
import { isIn, overlongHours } from '../data/attendance.js';
import type { Attendance } from '../data/database.js';
import { useAttendance, useStaff } from '../data/queries.js';
import { useQueryState } from '../data/readState.js';
import { useMinute, useZone } from '../data/today.js';
import { dateOf } from '../data/zone.js';
import { AT_ONCE } from '../focus/aim.js';
import { formatClock, formatDay } from '../format.js';
import { useClock, type Person } from './clock/useClock.js';
import { QueryTablePanel } from './QueryTablePanel.js';
import type { Column } from './rows/RowTable.js';
import { StatusBadge } from './StatusBadge.js';

export function StaffTable() {
  const { data, error, dataUpdatedAt, refetch } = useStaff();
  const attendance = useAttendance();
  const attendanceRead = useQueryState(attendance);
  const { data: entries } = attendance;
  const clock = useClock(entries);
  const zone = useZone();
  const columns = useMemo(() => staffColumns(clock, zone), [clock, zone]);
  const people = useMemo(
    () =>
      data?.map((person): Person => ({
        ...person,
        entry: entries === undefined ? null : entries.findLast((entry) => entry.staff_id === person.id),
      })),
    [data, entries],
  );
  return (
    <QueryTablePanel
      title="Staff"
      name="staff"
      query={{ data: people, error, dataUpdatedAt, refetch }}
      joined={{ what: 'Attendance', read: attendanceRead, refresh: attendance.refetch }}
      columns={columns}
      empty="No staff yet."
    />
  );
}

function staffColumns(clock: (person: Person) => void, zone: string): readonly Column<Person>[] {
  return [
    { head: 'Name', slot: 'title', width: 'minmax(0, 3fr)', cell: ({ full_name }) => full_name },
    { head: 'Position', slot: 'sub', width: 'minmax(0, 3fr)', cell: ({ position }) => position },
    {
      head: 'Today',
      slot: 'meta',
      width: 'minmax(9rem, 2fr)',
      cell: ({ entry }) => <Hours entry={entry} zone={zone} />,
    },
    {
      head: 'At work',
      slot: 'badge',
      width: '8rem',
      cell: ({ entry }) => (entry === null ? '–' : <StatusBadge status={isIn(entry) ? 'present' : 'away'} />),
    },
    {
      head: 'Actions',
      slot: 'actions',
      width: '8rem',
      // What a click would mean is not known without the entries.
      cell: (person) => (person.entry === null ? null : <ClockButton person={person} clock={clock} />),
    },
  ];
}

function ClockButton({ person, clock }: { person: Person; clock: (person: Person) => void }) {
  const text = isIn(person.entry) ? 'Clock out' : 'Clock in';
  return (
    <button
      type="button"
      className="quiet-button"
      {...AT_ONCE}
      aria-label={`${text}: ${person.full_name}`}
      onClick={() => {
        clock(person);
      }}
    >
      {text}
    </button>
  );
}

function Hours({ entry, zone }: { entry: Attendance | undefined | null; zone: string }) {
  const now = useMinute();
  const overlong = overlongHours(entry, now);
  return (
    <>
      <InLocale>{hours(entry, zone)}</InLocale>
      {isOpenSinceEarlierDay(entry, zone, now) ? (
        <span className="since-day" data-overlong={overlong !== null}>
          <span className="only-heard">, </span>
          <InLocale>{formatDay(entry.clock_in, zone)}</InLocale>
          {overlong === null ? null : `, for ${overlong} h`}
        </span>
      ) : null}
    </>
  );
}

function hours(entry: Attendance | undefined | null, zone: string): string {
  if (typeof entry?.clock_in !== 'string') return '–';
  if (entry.clock_out === null) return `since ${formatClock(entry.clock_in, zone)}`;
  return `${formatClock(entry.clock_in, zone)} – ${formatClock(entry.clock_out, zone)}`;
}

function isOpenSinceEarlierDay(
  entry: Attendance | undefined | null,
  zone: string,
  now: number,
): entry is Attendance & { clock_in: string } {
  if (typeof entry?.clock_in !== 'string' || entry.clock_out !== null) return false;
  return dateOf(Date.parse(entry.clock_in), zone) !== dateOf(now, zone);
}
