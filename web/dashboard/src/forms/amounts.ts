import type { Booking } from '../data/database.js';
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
