import { useMemo } from 'react';
import { useSearchParameter } from '../../app/useSearchParameter.js';
import { useBusinessData } from '../../data/businessData.js';
import { dayOf, isDate, useMinute, useToday, type Day } from '../../data/today.js';
import { useForms } from '../../forms/formsContext.js';
import { useBookingColumns } from './bookingColumns.js';
import { BookingTools } from './BookingTools.js';
import { LiveTablePanel } from '../LiveTablePanel.js';
import { selectBookings, type BookingChoice } from './selectBookings.js';

export function BookingsTable() {
  const { bookings } = useBusinessData();
  const { openBooking, cancelBooking } = useForms();
  const today = useToday();
  const choice = useBookingChoice(today);
  const minute = useMinute();
  const rows = useMemo(() => selectBookings(bookings.rows, choice, minute), [bookings.rows, choice, minute]);
  const { day, client, ids } = choice;
  const isOneDay = day !== null && client === '' && ids === null;
  return (
    <LiveTablePanel
      title="Bookings"
      name="bookings"
      add="Add booking"
      onAdd={() => {
        openBooking();
      }}
      table={bookings}
      rows={rows}
      columns={useBookingColumns({ edit: openBooking, cancel: cancelBooking }, !isOneDay)}
      empty={emptyText(choice, today)}
      tools={<BookingTools today={today} day={day} client={client} pointed={ids === null ? null : rows.length} />}
    />
  );
}

/** What the page's address asks for; today's bookings if it says nothing. */
function useBookingChoice(today: Day): BookingChoice {
  const [date] = useSearchParameter('day');
  const [client] = useSearchParameter('client');
  const [rows] = useSearchParameter('rows');
  return useMemo(
    () => ({
      day: date === 'all' ? null : date === null || !isDate(date) ? today : dayOf(date, today.zone),
      client: client ?? '',
      ids: rows === null ? null : new Set(rows.split(',')),
    }),
    [date, client, rows, today],
  );
}

function emptyText({ day, client, ids }: BookingChoice, today: Day): string {
  if (ids !== null) return 'None of these bookings is there any more.';
  if (client !== '') return `No booking of a client called “${client}”.`;
  if (day === null) return 'No bookings yet.';
  return day.date === today.date ? 'No bookings today.' : 'No bookings on this day.';
}
