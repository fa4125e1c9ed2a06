import { useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useBusinessData } from '../data/businessData.js';
import type { Booking, Client, Payment, Staff } from '../data/database.js';
import { useNetwork } from '../data/network.js';
import { clientsQuery } from '../data/queries.js';
import { HttpError, useRest, type RestClient } from '../data/rest.js';
import { formatMoney } from '../format.js';
import { showOf } from '../tables/bookings/showBooking.js';
import { confirming } from '../toasts/confirming.js';
import { useRowToasts } from '../toasts/rowToasts.js';
import { EditSession, namesOf, UnreachableError } from '../writing/index.js';
import { bookingFields, newBooking, type BookingDraft } from './bookingFields.js';
import { describeBooking } from './saves/describeChange.js';
import { OwnRows } from './saves/ownRows.js';
import { newPayment, paymentFields, type PaymentDraft } from './paymentFields.js';

export type Sessions = {
  readonly booking: (row: Booking) => EditSession<Booking, BookingDraft>;
  /** For a change that means the booking as it was seen, in every field. */
  readonly seenBooking: (row: Booking) => EditSession<Booking, BookingDraft>;
  /** `date`: of the day that the booking is for; null for no certain day. */
  readonly newBooking: (date: string | null) => EditSession<Booking, BookingDraft>;
  /** Undefined: for a new one. */
  readonly payment: (row: Payment | undefined) => EditSession<Payment, PaymentDraft>;
  /** For a change that means the payment as it was seen, in every field. */
  readonly seenPayment: (row: Payment) => EditSession<Payment, PaymentDraft>;
};

/** Who comes when, and whether at all. */
const BOOKING_TOGETHER = ['starts', 'staff', 'status'] as const;
/** How much was paid for what. */
const PAYMENT_TOGETHER = ['amount', 'booking', 'status'] as const;

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
    const readClients = async (): Promise<readonly Client[] | null> => {
      const { queryKey } = clientsQuery(rest, business_id);
      return queryClient.getQueryData(queryKey) ?? (await clientsFrom(rest, business_id));
    };
    const bookingsTable = confirming(rest.table('bookings'), toasts, (row) => {
      const description = describeBooking(row, zone);
      toasts.added('bookings', row.id, { title: 'Booking added', description, show: showOf(row, zone) });
    });
    const paymentsTable = confirming(rest.table('payment_transactions'), toasts, ({ id, amount }) => {
      toasts.added('payment_transactions', id, { title: 'Payment added', description: formatMoney(amount, currency) });
    });
    const [ownBookings, ownPayments] = [new OwnRows<Booking>(), new OwnRows<Payment>()];
    const bookings = {
      table: ownBookings.remembering(bookingsTable),
      fields: bookingFields(currency, zone, staffName, readClients),
      connection,
    };
    const payments = { table: ownPayments.remembering(paymentsTable), connection };
    return {
      booking: (row) =>
        new EditSession({ ...bookings, together: BOOKING_TOGETHER, start: { row: ownBookings.newest(row) } }),
      seenBooking: (row) =>
        new EditSession({ ...bookings, together: namesOf(bookings.fields), start: { row: ownBookings.newest(row) } }),
      newBooking: (date) =>
        new EditSession({
          ...bookings,
          together: BOOKING_TOGETHER,
          start: { draft: newBooking(Date.now(), zone, date), columns: { business_id } },
        }),
      payment: (row) =>
        new EditSession({
          ...payments,
          fields: paymentFields(row?.currency ?? currency),
          together: PAYMENT_TOGETHER,
          start:
            row === undefined
              ? { draft: newPayment, columns: { business_id, currency } }
              : { row: ownPayments.newest(row) },
        }),
      seenPayment: (row) => {
        const fields = paymentFields(row.currency);
        return new EditSession({
          ...payments,
          fields,
          together: namesOf(fields),
          start: { row: ownPayments.newest(row) },
        });
      },
    };
  }, [rest, connection, queryClient, toasts, business_id, currency, zone]);
}

// A list that does not come holds no save up for longer.
const CLIENTS_MS = 10_000;
const BAD_GATEWAY = 502;

/** The clients, for a save that needs them. Null: the server does not give them. Rejects with UnreachableError. */
async function clientsFrom(rest: RestClient, businessId: string): Promise<readonly Client[] | null> {
  const signal = AbortSignal.timeout(CLIENTS_MS);
  try {
    return await rest.all('clients', { business_id: `eq.${businessId}` }, signal);
  } catch (error) {
    if (signal.aborted || (error instanceof HttpError && error.status < BAD_GATEWAY)) return null;
    throw new UnreachableError(String(error), { cause: error });
  }
}
