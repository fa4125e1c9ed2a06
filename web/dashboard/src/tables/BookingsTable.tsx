import { useMemo } from 'react';
import { useBusinessData } from '../data/businessData.js';
import type { Booking } from '../data/database.js';
import { formatMoney, formatWhen } from '../format.js';
import { useForms } from '../forms/formsContext.js';
import { LiveTablePanel } from './LiveTablePanel.js';
import { RowActions } from './RowActions.js';
import type { Column } from './RowTable.js';
import { StatusBadge } from './StatusBadge.js';
import { When } from './When.js';

const final = new Set(['cancelled', 'completed', 'no_show']);

export function BookingsTable() {
  const { business, bookings } = useBusinessData();
  const { openBooking, cancelBooking } = useForms();
  const columns = useMemo(
    () => bookingColumns(business.currency, { zone: business.time_zone, edit: openBooking, cancel: cancelBooking }),
    [business, openBooking, cancelBooking],
  );
  return (
    <LiveTablePanel
      title="Bookings"
      name="bookings"
      add="Add booking"
      onAdd={() => {
        openBooking();
      }}
      table={bookings}
      columns={columns}
      empty="No bookings yet."
    />
  );
}

type Actions = { zone: string; edit: (row: Booking) => void; cancel: (row: Booking) => void };

function bookingColumns(currency: string, { zone, edit, cancel }: Actions): readonly Column<Booking>[] {
  return [
    { head: 'Starts', slot: 'meta', width: '8.5rem', cell: ({ starts_at }) => <When iso={starts_at} /> },
    { head: 'Client', slot: 'title', width: 'minmax(0, 3fr)', cell: ({ client_name }) => client_name },
    { head: 'Service', slot: 'sub', width: 'minmax(0, 3fr)', cell: ({ service }) => service },
    { head: 'Minutes', slot: 'more', width: '4rem', isNumber: true, cell: (row) => row.duration_minutes },
    {
      head: 'Amount',
      slot: 'value',
      width: '6.5rem',
      isNumber: true,
      cell: ({ amount }) => formatMoney(amount, currency),
    },
    { head: 'Status', slot: 'badge', width: '6.5rem', cell: ({ status }) => <StatusBadge status={status} /> },
    {
      head: 'Actions',
      slot: 'actions',
      width: '4.75rem',
      cell: (row) => (
        <RowActions
          what={`booking of ${row.client_name}, ${formatWhen(row.starts_at, zone)}`}
          onEdit={() => {
            edit(row);
          }}
          onCancel={
            final.has(row.status)
              ? undefined
              : () => {
                  cancel(row);
                }
          }
        />
      ),
    },
  ];
}
