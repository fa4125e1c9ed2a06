import { useMemo } from 'react';
import { InLocale } from '../app/InLocale.js';
import { useSearchParameter } from '../app/useSearchParameter.js';
import { useBusinessData } from '../data/businessData.js';
import type { Payment } from '../data/database.js';
import { formatMoney, formatWhen } from '../format.js';
import { useForms } from '../forms/formsContext.js';
import { PointedNote } from './PointedNote.js';
import { LiveTablePanel } from './LiveTablePanel.js';
import { RowActions } from './rows/RowActions.js';
import type { Column } from './rows/RowTable.js';
import { StatusBadge } from './StatusBadge.js';
import { useMoneyWidth, useTimeWidth } from './rows/useWidths.js';
import { When } from './When.js';

export function PaymentsTable() {
  const { business, payments } = useBusinessData();
  const { openPayment, cancelPayment } = useForms();
  const [shownIds] = useSearchParameter('rows');
  const timeWidth = useTimeWidth(true);
  const moneyWidth = useMoneyWidth(payments.rows, business.currency);
  const rows = useMemo(() => chosenPayments(payments.rows, shownIds), [payments.rows, shownIds]);
  const columns = useMemo(
    () => paymentColumns({ zone: business.time_zone, edit: openPayment, cancel: cancelPayment }, timeWidth, moneyWidth),
    [business, openPayment, cancelPayment, timeWidth, moneyWidth],
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
      rows={rows}
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

type Actions = { zone: string; edit: (row: Payment) => void; cancel: (row: Payment) => void };

/** Those that an alert pointed at, if any. */
function chosenPayments(payments: readonly Payment[], ids: string | null): readonly Payment[] {
  if (ids === null) return payments;
  const wanted = new Set(ids.split(','));
  return payments.filter(({ id }) => wanted.has(id));
}

function paymentColumns(
  { zone, edit, cancel }: Actions,
  timeWidth: string,
  moneyWidth: string,
): readonly Column<Payment>[] {
  return [
    { head: 'When', slot: 'meta', width: timeWidth, cell: ({ created_at }) => <When iso={created_at} /> },
    { head: 'Reference', slot: 'title', width: 'minmax(0, 3fr)', cell: ({ reference }) => reference ?? 'No reference' },
    { head: 'Method', slot: 'sub', width: 'minmax(0, 3fr)', cell: ({ method }) => method },
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
          what={`payment ${row.reference ?? 'without reference'}, ${formatWhen(row.created_at, zone)}`}
          onEdit={() => {
            edit(row);
          }}
          onCancel={
            row.status === 'cancelled'
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
