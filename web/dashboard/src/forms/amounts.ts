import type { Booking, Payment } from '../data/database.js';
import { openAmount, type PaidBookings } from '../data/paid.js';
import { decimalsOf, numberIn, numberText, type NumberRule } from './fields/numbers.js';
import { formatMoney } from '../format.js';

/** How an amount may look. `max`: what its column holds. */
export function amountRule(currency: string, max: number): NumberRule {
  return { min: 0, max, decimals: decimalsOf(currency) };
}

/** An amount as its input holds it. */
export function amountText(amount: number | null, currency: string): string {
  return amount === null ? '' : numberText(amount, decimalsOf(currency));
}

/** What is still to be paid for a booking, as an input holds it; empty when nothing is, or when it is not known. */
export function openAmountText(booking: Booking | undefined, paid: PaidBookings, currency: string): string {
  const open = booking === undefined ? 0 : openAmount(booking, paid);
  return open === 0 ? '' : amountText(open, currency);
}

/** What an input holds as people read it. */
export function showAmount(text: string, currency: string): string {
  const amount = numberIn(text);
  return Number.isNaN(amount) ? text : formatMoney(amount, currency);
}

/** A payment's form, and what is known of the booking that it is for. */
export type OfBooking = {
  readonly draft: { readonly amount: string; readonly booking: string; readonly status: string };
  /** The payment as it was seen; undefined: a new one. */
  readonly row: Payment | undefined;
  /** Undefined: none is chosen, or it is not known. */
  readonly booking: Booking | undefined;
  readonly paid: PaidBookings;
  readonly currency: string;
};

/** What is open for the booking of a payment, but for that payment. Null: there is no such booking, or it has no price. */
export function openBeside({ booking, row, paid }: Pick<OfBooking, 'booking' | 'row' | 'paid'>): number | null {
  return booking === undefined || booking.amount === null ? null : openAmount(booking, paid, row?.id);
}

/** Says that something else is open for the booking than when it was chosen. Undefined: it is the same. */
export function openChange(before: number | null, now: number | null, currency: string): string | undefined {
  if (before === null || now === null || before === now) return undefined;
  const is = now === 0 ? 'nothing' : formatMoney(now, currency);
  return `What is open for the booking has changed: it was ${formatMoney(before, currency)}, now it is ${is}.`;
}

/** Asks before more is saved as paid than is open for the booking. Undefined: it is not more, or was as much before. */
export function overpaymentQuestion(form: OfBooking): string | undefined {
  const { draft, row, currency } = form;
  const open = openBeside(form);
  const amount = numberIn(draft.amount);
  // No more than what is open also where it is no number.
  if (draft.status !== 'paid' || open === null || !(amount > open)) return undefined;
  const counted = row?.status === 'paid' && String(row.booking_id ?? '') === draft.booking ? row.amount : 0;
  if (amount <= counted) return undefined;
  const is = open === 0 ? 'Nothing is' : `Only ${formatMoney(open, currency)} is`;
  return `${is} open for the booking. Save ${formatMoney(amount, currency)} anyway?`;
}
