import { useMemo } from 'react';
import { useSearch } from '../../app/useSearchParameter.js';
import { useBusinessData } from '../../data/businessData.js';
import { useEveryStaff } from '../../data/queries.js';
import { isKnown, useQueryState } from '../../data/readState.js';
import { useMinute, useToday, type Day } from '../../data/today.js';
import { useForms } from '../../forms/formsContext.js';
import { useBookingColumns } from './bookingColumns.js';
import { BookingTools } from './BookingTools.js';
import { LiveTablePanel } from '../LiveTablePanel.js';
import { choiceIn, dividerOf, selectBookings, shownDay, type BookingChoice } from './selectBookings.js';

export function BookingsTable() {
  const { bookings } = useBusinessData();
  const { openBooking, addBooking, cancelBooking } = useForms();
  const staff = useEveryStaff();
  const staffRead = useQueryState(staff);
  const today = useToday();
  const choice = useBookingChoice(today);
  const minute = useMinute();
  const rows = useMemo(() => selectBookings(bookings.rows, choice, minute), [bookings.rows, choice, minute]);
  const { day, client, ids } = choice;
  const shown = shownDay(choice);
  return (
    <LiveTablePanel
      title="Bookings"
      name="bookings"
      add="Add booking"
      onAdd={() => {
        addBooking(shown?.date ?? null);
      }}
      table={bookings}
      // Names may be old: they seldom change.
      joined={{ what: 'Staff', read: isKnown(staffRead) ? { state: 'live' } : staffRead, refresh: staff.refetch }}
      rows={rows}
      which={whichText(choice, today)}
      divider={dividerOf(rows, minute)}
      columns={useBookingColumns({ edit: openBooking, cancel: cancelBooking }, shown === null)}
      empty={emptyText(choice, today)}
      tools={<BookingTools today={today} day={day} client={client} pointed={ids === null ? null : rows.length} />}
    />
  );
}

/** What the page's address asks for; today's bookings if it says nothing. */
function useBookingChoice(today: Day): BookingChoice {
  const address = useSearch();
  return useMemo(() => choiceIn(new URLSearchParams(address), today), [address, today]);
}

/** For the count of the rows. */
function whichText({ day, client, ids }: BookingChoice, today: Day): string | undefined {
  if (ids !== null) return 'shown';
  if (client !== '') return 'found';
  if (day === null) return undefined;
  return day.date === today.date ? 'today' : 'on this day';
}

function emptyText({ day, client, ids }: BookingChoice, today: Day): string {
  if (ids !== null) return 'None of these bookings is there any more.';
  if (client !== '') return `No booking of a client called “${client}”.`;
  if (day === null) return 'No bookings yet.';
  return day.date === today.date ? 'No bookings today.' : 'No bookings on this day.';
}
