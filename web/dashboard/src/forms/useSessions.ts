import { useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useBusinessData } from '../data/businessData.js';
import type { Booking, Payment, Staff } from '../data/database.js';
import { useNetwork } from '../data/network.js';
import { useRest } from '../data/rest.js';
import { formatMoney, formatWhen } from '../format.js';
import { showOf } from '../tables/bookings/showBooking.js';
import { confirming } from '../toasts/confirming.js';
import { useRowToasts } from '../toasts/rowToasts.js';
import { EditSession } from '../writing/index.js';
import { bookingFields, newBooking, type BookingDraft } from './bookingFields.js';
import { newPayment, paymentFields, type PaymentDraft } from './paymentFields.js';

export type Sessions = {
  readonly booking: (row: Booking) => EditSession<Booking, BookingDraft>;
  /** `date`: of the day that the booking is for; null for no certain day. */
  readonly newBooking: (date: string | null) => EditSession<Booking, BookingDraft>;
  /** Undefined: for a new one. */
  readonly payment: (row: Payment | undefined) => EditSession<Payment, PaymentDraft>;
};

/** Makes edit sessions for the rows of the business. */
export function useSessions(): Sessions {
  const rest = useRest();
  const connection = useNetwork();
  const queryClient = useQueryClient();
  const toasts = useRowToasts();
  const { id: business_id, currency, time_zone: zone } = useBusinessData().business;
  return useMemo(() => {
    const staffName = (id: number): string | undefined =>
      queryClient.getQueryData<Staff[]>(['staff', business_id])?.find((person) => person.id === id)?.full_name;
    const bookingsTable = confirming(rest.table('bookings'), (row) => {
      const description = `${row.client_name}, ${row.service}, ${formatWhen(row.starts_at, zone)}`;
      toasts.added('bookings', row.id, { title: 'Booking added', description, show: showOf(row, zone) });
    });
    const paymentsTable = confirming(rest.table('payment_transactions'), ({ id, amount }) => {
      toasts.added('payment_transactions', id, { title: 'Payment added', description: formatMoney(amount, currency) });
    });
    const bookings = { table: bookingsTable, fields: bookingFields(currency, zone, staffName), connection };
    const payments = { table: paymentsTable, fields: paymentFields(currency), connection };
    return {
      booking: (row) => new EditSession({ ...bookings, start: { row } }),
      newBooking: (date) =>
        new EditSession({
          ...bookings,
          start: { draft: newBooking(Date.now(), zone, date), columns: { business_id } },
        }),
      payment: (row) =>
        new EditSession({
          ...payments,
          start: row === undefined ? { draft: newPayment, columns: { business_id, currency } } : { row },
        }),
    };
  }, [rest, connection, queryClient, toasts, business_id, currency, zone]);
}
