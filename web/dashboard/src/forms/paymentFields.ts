import type { Payment } from '../data/database.js';
import { numberIn } from './fields/numbers.js';
import { formatStatus } from '../format.js';
import type { Fields } from '../writing/index.js';
import { amountText, showAmount } from './amounts.js';

export type PaymentDraft = {
  readonly amount: string;
  /** An id; empty for none. */
  readonly booking: string;
  readonly method: string;
  readonly status: string;
  readonly reference: string;
};

/** What a payment's form changes, and in which columns. */
export function paymentFields(currency: string): Fields<Payment, PaymentDraft> {
  return {
    amount: {
      label: 'amount',
      read: ({ amount }) => amountText(amount, currency),
      write: (amount) => ({ amount: numberIn(amount) }),
      show: (amount) => showAmount(amount, currency),
    },
    booking: {
      label: 'booking',
      read: ({ booking_id }) => String(booking_id ?? ''),
      write: (booking) => ({ booking_id: booking === '' ? null : Number(booking) }),
      show: (booking) => (booking === '' ? 'none' : `#${booking}`),
    },
    method: { label: 'method', read: ({ method }) => method, write: (method) => ({ method }), show: formatStatus },
    status: {
      label: 'status',
      read: ({ status }) => status,
      write: (status, seen) => ({ status, ...paidColumns(status, seen) }),
      show: formatStatus,
    },
    reference: {
      label: 'reference',
      read: ({ reference }) => reference ?? '',
      write: (reference) => ({ reference: reference.trim() === '' ? null : reference.trim() }),
      show: (reference) => (reference === '' ? 'none' : reference),
    },
  };
}

export const newPayment: PaymentDraft = { amount: '', booking: '', method: 'card', status: 'paid', reference: '' };

const KEEPS_TIME = new Set(['paid', 'cancelled']);

/** When a payment with this status was paid, as far as that is known; null: it is not paid, or would be paid now. */
export function paidAt(status: string, seen: Payment | undefined): string | null {
  // What is cancelled may be paid after all. What failed or is pending was not paid, whatever it was before.
  const isKept = seen !== undefined && KEEPS_TIME.has(seen.status) && KEEPS_TIME.has(status);
  return isKept ? seen.paid_at : null;
}

function paidColumns(status: string, seen: Payment | undefined): Partial<Payment> {
  const kept = paidAt(status, seen);
  const paid_at = kept ?? (status === 'paid' ? new Date().toISOString() : null);
  return paid_at === (seen?.paid_at ?? null) ? {} : { paid_at };
}
