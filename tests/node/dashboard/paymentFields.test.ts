import { expect, it } from 'vitest';
import type { Payment } from '../../../web/dashboard/src/data/database.js';
import { paymentFields } from '../../../web/dashboard/src/forms/paymentFields.js';

const { amount, status } = paymentFields('USD');
const YESTERDAY = '2026-03-30T10:00:00Z';

const row = (columns: Partial<Payment>): Payment => ({ paid_at: YESTERDAY, ...columns }) as Payment;

/** The row after its status was set to each of these, one after the other. */
function through(start: Payment | undefined, ...statuses: string[]): Payment {
  return statuses.reduce<Payment>(
    (seen, next) => ({ ...seen, ...status.write(next, seen) }),
    start ?? ({ ...status.write('pending', undefined) } as Payment),
  );
}

it.each([
  ['failed', 'paid'],
  ['pending', 'paid'],
  ['failed', 'cancelled', 'paid'],
  ['cancelled', 'pending', 'paid'],
])('a payment that was paid, then %s, then %s counts when it is paid again', (...statuses) => {
  const before = new Date().toISOString();
  const { paid_at } = through(row({ status: 'paid' }), ...statuses, 'paid');
  expect(paid_at !== null && paid_at >= before).toBe(true);
});

it('a payment that failed has no time of being paid, also if it had one', () => {
  expect(through(row({ status: 'paid' }), 'failed').paid_at).toBeNull();
  expect(through(row({ status: 'failed' }), 'cancelled').paid_at).toBeNull();
});

it('a payment that is cancelled keeps when it was paid, and has that again when it is paid after all', () => {
  expect(through(row({ status: 'paid' }), 'cancelled').paid_at).toBe(YESTERDAY);
  expect(through(row({ status: 'paid' }), 'cancelled', 'paid').paid_at).toBe(YESTERDAY);
  expect(status.write('paid', row({ status: 'cancelled' }))).toEqual({ status: 'paid' });
});

it('a payment that is paid for the first time is paid now', () => {
  expect(typeof status.write('paid', undefined).paid_at).toBe('string');
  expect(typeof through(row({ status: 'pending', paid_at: null }), 'paid').paid_at).toBe('string');
  expect(status.write('pending', undefined)).toEqual({ status: 'pending' });
});

it('an amount is written as it was understood, with the decimals of its currency', () => {
  expect(amount.read(row({ amount: 48.5 }))).toBe('48.50');
  expect(paymentFields('JPY').amount.read(row({ amount: 1_200 }))).toBe('1200');
  expect(amount.write('1,200.50', undefined)).toEqual({ amount: 1_200.5 });
  expect(amount.show('48,5')).toBe('$48.50');
});
