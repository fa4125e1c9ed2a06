import { useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useBusinessData } from '../data/businessData.js';
import type { Booking, Payment, Staff } from '../data/database.js';
import { useNetwork } from '../data/network.js';
import { useRest } from '../data/rest.js';
import { formatMoney } from '../format.js';
import { confirming } from '../toasts/confirming.js';
import { useRowToasts } from '../toasts/rowToasts.js';
import { EditSession } from '../writing/index.js';
import { bookingFields, newBooking, type BookingDraft } from './bookingFields.js';
import { newPayment, paymentFields, type PaymentDraft } from './paymentFields.js';

export type Sessions = {
  /** Undefined: for a new one. */
  readonly booking: (row: Booking | undefined) => EditSession<Booking, BookingDraft>;
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
    const bookingsTable = confirming(rest.table('bookings'), ({ id, client_name, service }) => {
      toasts.added('bookings', id, 'Booking added', `${client_name}, ${service}`);
    });
    const paymentsTable = confirming(rest.table('payment_transactions'), ({ id, amount }) => {
      toasts.added('payment_transactions', id, 'Payment added', formatMoney(amount, currency));
    });
    const bookings = { table: bookingsTable, fields: bookingFields(currency, zone, staffName), connection };
    const payments = { table: paymentsTable, fields: paymentFields(currency), connection };
    return {
      booking: (row) =>
        new EditSession({
          ...bookings,
          start: row === undefined ? { draft: newBooking(Date.now(), zone), columns: { business_id } } : { row },
        }),
      payment: (row) =>
        new EditSession({
          ...payments,
          start: row === undefined ? { draft: newPayment, columns: { business_id, currency } } : { row },
        }),
    };
  }, [rest, connection, queryClient, toasts, business_id, currency, zone]);
}
