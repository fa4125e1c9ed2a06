import { expect, it } from 'vitest';
import type { Booking, Payment } from '../../../web/dashboard/src/data/database.js';
import { paidBookings } from '../../../web/dashboard/src/data/paid.js';
import { openAmountText } from '../../../web/dashboard/src/forms/amounts.js';

const booking = (amount: number | null): Booking => ({ id: 5, amount }) as Booking;
const paid = (...amounts: number[]) =>
  paidBookings(amounts.map((amount) => ({ booking_id: 5, status: 'paid', amount }) as Payment));

it.each([
  ['the whole amount', booking(48.5), [], 'USD', '48.50'],
  ['the rest', booking(48.5), [8.5, 10], 'USD', '30.00'],
  ['to the cent', booking(0.3), [0.1], 'USD', '0.20'],
  ['without decimals where there are none', booking(1200), [200], 'JPY', '1000'],
  ['nothing that was paid', booking(48.5), [48.5], 'USD', ''],
  ['nothing below that', booking(48.5), [50], 'USD', ''],
  ['nothing that has no price', booking(null), [], 'USD', ''],
  ['nothing where it is cancelled', { ...booking(48.5), status: 'cancelled' }, [], 'USD', ''],
  ['nothing that is not there', undefined, [], 'USD', ''],
])('what is open for a booking is %s', (_what, row, amounts, currency, text) => {
  expect(openAmountText(row, paid(...amounts), currency)).toBe(text);
});
