import { useMutation } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { toast } from 'sonner';
import { useBusinessData } from '../data/businessData.js';
import type { Booking } from '../data/database.js';
import { useRest } from '../data/rest.js';
import { formatMoney } from '../format.js';
import { BookingForm } from '../forms/BookingForm.js';
import { LiveTablePanel } from './LiveTablePanel.js';
import { RowActions } from './RowActions.js';
import type { Column } from './RowTable.js';
import { StatusBadge } from './StatusBadge.js';
import { When } from './When.js';

const final = new Set(['cancelled', 'completed', 'no_show']);

export function BookingsTable() {
  const { business, bookings } = useBusinessData();
  const [edited, setEdited] = useState<Booking | 'new'>();
  const { mutate: cancel } = useCancelBooking();
  const columns = useMemo(
    () => bookingColumns(business.currency, { edit: setEdited, cancel }),
    [business.currency, cancel],
  );
  return (
    <>
      <LiveTablePanel
        title="Bookings"
        name="bookings"
        add="Add booking"
        onAdd={() => {
          setEdited('new');
        }}
        table={bookings}
        columns={columns}
        empty="No bookings yet."
      />
      {edited === undefined ? null : (
        <BookingForm
          booking={edited === 'new' ? undefined : edited}
          onClose={() => {
            setEdited(undefined);
          }}
        />
      )}
    </>
  );
}

/** Cancels, and offers to take it back. */
function useCancelBooking() {
  const rest = useRest();
  const setStatus = (id: number, status: string): Promise<void> =>
    rest.update('bookings', id, { status, updated_at: new Date().toISOString() });
  return useMutation({
    mutationFn: ({ id }: Booking) => setStatus(id, 'cancelled'),
    onSuccess: (_done, { id, status, client_name }) => {
      toast('Booking cancelled', {
        description: client_name,
        action: { label: 'Undo', onClick: () => void setStatus(id, status).catch(() => toast.error('Not undone')) },
      });
    },
    onError: ({ message }) => toast.error('Not cancelled', { description: message }),
  });
}

type Actions = { edit: (row: Booking) => void; cancel: (row: Booking) => void };

function bookingColumns(currency: string, { edit, cancel }: Actions): readonly Column<Booking>[] {
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
          what={`booking of ${row.client_name}`}
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
