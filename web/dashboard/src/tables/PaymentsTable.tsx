import { useMutation } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { toast } from 'sonner';
import { useBusinessData } from '../data/businessData.js';
import type { Payment } from '../data/database.js';
import { useRest } from '../data/rest.js';
import { formatMoney } from '../format.js';
import { PaymentForm } from '../forms/PaymentForm.js';
import { LiveTablePanel } from './LiveTablePanel.js';
import { RowActions } from './RowActions.js';
import type { Column } from './RowTable.js';
import { StatusBadge } from './StatusBadge.js';
import { When } from './When.js';

export function PaymentsTable() {
  const { payments } = useBusinessData();
  const [edited, setEdited] = useState<Payment | 'new'>();
  const { mutate: cancel } = useCancelPayment();
  const columns = useMemo(() => paymentColumns({ edit: setEdited, cancel }), [cancel]);
  return (
    <>
      <LiveTablePanel
        title="Payments"
        name="payments"
        add="Add payment"
        onAdd={() => {
          setEdited('new');
        }}
        table={payments}
        columns={columns}
        empty="No payments yet."
      />
      {edited === undefined ? null : (
        <PaymentForm
          payment={edited === 'new' ? undefined : edited}
          onClose={() => {
            setEdited(undefined);
          }}
        />
      )}
    </>
  );
}

/** Cancels, and offers to take it back. */
function useCancelPayment() {
  const rest = useRest();
  return useMutation({
    mutationFn: ({ id }: Payment) => rest.update('payment_transactions', id, { status: 'cancelled', paid_at: null }),
    onSuccess: (_done, { id, status, paid_at, reference }) => {
      const undo = (): void => {
        rest.update('payment_transactions', id, { status, paid_at }).catch(() => toast.error('Not undone'));
      };
      toast('Payment cancelled', { description: reference ?? undefined, action: { label: 'Undo', onClick: undo } });
    },
    onError: ({ message }) => toast.error('Not cancelled', { description: message }),
  });
}

type Actions = { edit: (row: Payment) => void; cancel: (row: Payment) => void };

function paymentColumns({ edit, cancel }: Actions): readonly Column<Payment>[] {
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
          what={`payment ${row.reference ?? ''}`}
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
