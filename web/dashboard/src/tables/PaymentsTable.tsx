import { useMemo } from 'react';
import { InLocale } from '../app/InLocale.js';
import { useSearchParameter } from '../app/useSearchParameter.js';
import { useBusinessData } from '../data/businessData.js';
import type { Booking, Payment } from '../data/database.js';
import { isKnown, rowsState } from '../data/readState.js';
import { formatMoney, formatWhen } from '../format.js';
import { useForms } from '../forms/formsContext.js';
import { PointedNote } from './PointedNote.js';
import { LiveTablePanel } from './LiveTablePanel.js';
import { RowActions } from './rows/RowActions.js';
import type { Column } from './rows/RowTable.js';
import { StatusBadge } from './StatusBadge.js';
import { useMoneyWidth, useTimeWidth } from './rows/useWidths.js';
import { When } from './When.js';

const createdAt = (payment: Payment): string => payment.created_at;

export function PaymentsTable() {
  const { business, bookings, payments } = useBusinessData();
  const { openPayment, cancelPayment } = useForms();
  const shownIds = useSearchParameter('rows');
  const timeWidth = useTimeWidth(true, payments.rows, createdAt);
  const moneyWidth = useMoneyWidth(payments.rows, business.currency);
  const bookingsRead = rowsState(bookings.status);
  const areBookingsKnown = isKnown(bookingsRead);
  const clientOf = useMemo(() => clientsByBooking(bookings.rows, areBookingsKnown), [bookings.rows, areBookingsKnown]);
  const rows = useMemo(() => chosenPayments(payments.rows, shownIds), [payments.rows, shownIds]);
  const columns = useMemo(
    () =>
      paymentColumns(
        { zone: business.time_zone, clientOf, edit: openPayment, cancel: cancelPayment },
        timeWidth,
        moneyWidth,
      ),
    [business, clientOf, openPayment, cancelPayment, timeWidth, moneyWidth],
  );
  return (
    <LiveTablePanel
      title="Payments"
      name="payments"
      add="Add payment"
      onAdd={() => {
        openPayment();
      }}
      table={payments}
      joined={{ what: 'Bookings', read: bookingsRead, refresh: bookings.refresh }}
      rows={rows}
      which={shownIds === null ? undefined : 'shown'}
      columns={columns}
      empty={shownIds === null ? 'No payments yet.' : 'None of these payments is there any more.'}
      tools={
        shownIds === null ? null : (
          <div className="tools">
            <p className="tool-note">
              <PointedNote what="payment" count={rows.length} />
            </p>
          </div>
        )
      }
    />
  );
}

type Actions = {
  zone: string;
  clientOf: (row: Payment) => string;
  edit: (row: Payment) => void;
  cancel: (row: Payment, clientOf: (row: Payment) => string) => void;
};

/** Says whose a payment is: the client of its booking. */
function clientsByBooking(bookings: readonly Booking[], areKnown: boolean): (payment: Payment) => string {
  const names = new Map(bookings.map(({ id, client_name }) => [id, client_name]));
  return ({ booking_id }) => {
    if (booking_id === null) return 'No booking';
    return names.get(booking_id) ?? (areKnown ? `Booking #${booking_id}` : '–');
  };
}

/** Those that an alert pointed at, if any. */
function chosenPayments(payments: readonly Payment[], ids: string | null): readonly Payment[] {
  if (ids === null) return payments;
  const chosen = new Set(ids.split(','));
  return payments.filter(({ id }) => chosen.has(id));
}

function paymentColumns(
  { zone, clientOf, edit, cancel }: Actions,
  timeWidth: string,
  moneyWidth: string,
): readonly Column<Payment>[] {
  return [
    { head: 'When', slot: 'meta', width: timeWidth, cell: ({ created_at }) => <When iso={created_at} /> },
    { head: 'Client', slot: 'title', width: 'minmax(0, 4fr)', cell: clientOf },
    {
      head: 'Reference',
      slot: 'sub',
      width: 'minmax(0, 4fr)',
      cell: ({ reference, method }) => `${reference ?? 'No reference'}, ${method}`,
    },
    {
      head: 'Amount',
      slot: 'value',
      width: moneyWidth,
      isNumber: true,
      cell: ({ amount, currency }) => <InLocale>{formatMoney(amount, currency)}</InLocale>,
    },
    { head: 'Status', slot: 'badge', width: '6.5rem', cell: ({ status }) => <StatusBadge status={status} /> },
    {
      head: 'Actions',
      slot: 'actions',
      width: '4.75rem',
      cell: (row) => (
        <RowActions
          what={`payment ${row.reference ?? 'without reference'}, ${clientOf(row)}, ${formatWhen(row.created_at, zone)}`}
          onEdit={() => {
            edit(row);
          }}
          onCancel={
            row.status === 'cancelled'
              ? undefined
              : () => {
                  cancel(row, clientOf);
                }
          }
        />
      ),
    },
  ];
}
