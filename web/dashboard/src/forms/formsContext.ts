import { createContext, useContext } from 'react';
import type { Booking, Payment } from '../data/database.js';

/** What can be written from anywhere on the page. */
export type Forms = {
  readonly openBooking: (booking: Booking) => void;
  /** `date`: of the day that the booking is for, such as `2026-03-31`; null for no certain day. */
  readonly addBooking: (date: string | null) => void;
  /** Undefined: a new one. */
  readonly openPayment: (payment?: Payment) => void;
  /** Cancels, and offers to undo that. */
  readonly cancelBooking: (booking: Booking) => void;
  /** Cancels, and offers to undo that. `clientOf`: whose a payment is, in words. */
  readonly cancelPayment: (payment: Payment, clientOf: (payment: Payment) => string) => void;
};

export const FormsContext = createContext<Forms | null>(null);

export function useForms(): Forms {
  const forms = useContext(FormsContext);
  if (forms === null) throw new Error('useForms needs a FormsProvider above it');
  return forms;
}
