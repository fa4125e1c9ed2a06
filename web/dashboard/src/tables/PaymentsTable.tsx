import { useMemo } from 'react';
import { useBusinessData } from '../data/businessData.js';
import type { Payment } from '../data/database.js';
import { formatMoney, formatWhen } from '../format.js';
import { useForms } from '../forms/formsContext.js';
import { LiveTablePanel } from './LiveTablePanel.js';
import { RowActions } from './RowActions.js';
import type { Column } from './RowTable.js';
import { StatusBadge } from './StatusBadge.js';
import { When } from './When.js';

export function PaymentsTable() {
  const { business, payments } = useBusinessData();
  const { openPayment, cancelPayment } = useForms();
  const columns = useMemo(
    () => paymentColumns({ zone: business.time_zone, edit: openPayment, cancel: cancelPayment }),
    [business, openPayment, cancelPayment],
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
      columns={columns}
      empty="No payments yet."
    />
  );
}

type Actions = { zone: string; edit: (row: Payment) => void; cancel: (row: Payment) => void };

function paymentColumns({ zone, edit, cancel }: Actions): readonly Column<Payment>[] {
  return [
    { head: 'When', slot: 'meta', width: '8.5rem', cell: ({ created_at }) => <When iso={created_at} /> },
    { head: 'Reference', slot: 'title', width: 'minmax(0, 3fr)', cell: ({ reference }) => reference ?? 'No reference' },
    { head: 'Method', slot: 'sub', width: 'minmax(0, 3fr)', cell: ({ method }) => method },
    {
      head: 'Amount',
      slot: 'value',
      width: '6.5rem',
      isNumber: true,
      cell: ({ amount, currency }) => formatMoney(amount, currency),
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
