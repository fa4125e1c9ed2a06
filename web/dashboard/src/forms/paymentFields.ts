import type { Payment } from '../data/database.js';
import { formatMoney, formatStatus } from '../format.js';
import type { Fields } from '../writing/index.js';

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
      read: ({ amount }) => String(amount),
      write: (amount) => ({ amount: Number(amount) }),
      show: (amount) => formatMoney(Number(amount), currency),
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
      // When it was paid stays known while it is cancelled: it may be paid after all.
      write: (status, seen) => ({
        status,
        ...(status === 'paid' && typeof seen?.paid_at !== 'string' ? { paid_at: new Date().toISOString() } : {}),
      }),
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
