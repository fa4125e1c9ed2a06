import { describe, expect, it } from 'vitest';
import type { Booking, Payment } from '../../../web/dashboard/src/data/database.js';
import { paidBookings, paidState } from '../../../web/dashboard/src/data/paid.js';
import { openChange, overpaymentQuestion } from '../../../web/dashboard/src/forms/amounts.js';
import { newPayment, type PaymentDraft } from '../../../web/dashboard/src/forms/paymentFields.js';

const booking = (amount: number | null, status = 'confirmed'): Booking => ({ id: 5, amount, status }) as Booking;
const payment = (amount: number, more: Partial<Payment> = {}): Payment =>
  ({ id: `paid ${amount}`, booking_id: 5, status: 'paid', amount, ...more }) as Payment;

describe('how a booking is paid', () => {
  it.each([
    ['not at all', booking(48.5), [], undefined],
    ['in part', booking(48.5), [40.25], { is: 'partly', open: 8.25 }],
    ['by two payments', booking(0.3), [0.1, 0.2], { is: 'paid' }],
    ['too much', booking(48.5), [48.5, 8.2], { is: 'over', by: 8.2 }],
    ['in part, though it is cancelled', booking(48.5, 'cancelled'), [40], { is: 'partly', open: 8.5 }],
    ['whatever was paid, without a price', booking(null), [10], { is: 'paid' }],
    ['too much where it costs nothing', booking(0), [10], { is: 'over', by: 10 }],
  ])('is %s', (_how, row, amounts, state) => {
    expect(paidState(row, paidBookings(amounts.map((amount) => payment(amount))))).toEqual(state);
  });
});

describe('the form of a payment asks before more is saved than is open', () => {
  const ask = (
    draft: Partial<PaymentDraft>,
    paid: readonly Payment[] = [],
    { row, of = booking(48) }: { row?: Payment; of?: Booking | null } = {},
  ): string | undefined =>
    overpaymentQuestion({
      draft: { ...newPayment, booking: '5', ...draft },
      row,
      booking: of ?? undefined,
      paid: paidBookings(paid),
      currency: 'USD',
    });

  it('of a new one', () => {
    expect(ask({ amount: '48.01' })).toBe('Only $48.00 is open for the booking. Save $48.01 anyway?');
    expect(ask({ amount: '9' }, [payment(40)])).toBe('Only $8.00 is open for the booking. Save $9.00 anyway?');
    expect(ask({ amount: '1' }, [payment(48)])).toBe('Nothing is open for the booking. Save $1.00 anyway?');
    expect(ask({ amount: '1' }, [], { of: booking(48, 'cancelled') })).toMatch(/^Nothing is open/);
  });

  it('but not of what is open, is no number, is not paid, or is for no price', () => {
    expect(ask({ amount: '8' }, [payment(40)])).toBeUndefined();
    expect(ask({ amount: '' })).toBeUndefined();
    expect(ask({ amount: 'much' })).toBeUndefined();
    expect(ask({ amount: '100', status: 'pending' })).toBeUndefined();
    expect(ask({ amount: '100' }, [], { of: booking(null) })).toBeUndefined();
    expect(ask({ amount: '100', booking: '' }, [], { of: null })).toBeUndefined();
  });

  it('of one that is edited, unless it is as much already', () => {
    const row = payment(40);
    expect(ask({ amount: '50' }, [row], { row })).toMatch(/^Only \$48\.00 .* \$50\.00/);
    expect(ask({ amount: '48' }, [row], { row })).toBeUndefined();
    const much = payment(60);
    expect(ask({ amount: '60' }, [much], { row: much })).toBeUndefined();
    expect(ask({ amount: '55' }, [much], { row: much })).toBeUndefined();
    expect(ask({ amount: '61' }, [much], { row: much })).toMatch(/^Only \$48\.00/);
    const failed = payment(60, { status: 'failed' });
    expect(ask({ amount: '60' }, [failed], { row: failed })).toMatch(/^Only \$48\.00/);
    const elsewhere = payment(60, { booking_id: 6 });
    expect(ask({ amount: '60' }, [elsewhere], { row: elsewhere })).toMatch(/^Only \$48\.00/);
  });
});

it.each([
  [null, 8, undefined],
  [48, null, undefined],
  [8, 8, undefined],
  [48, 8, 'What is open for the booking has changed: it was $48.00, now it is $8.00.'],
  [48, 0, 'What is open for the booking has changed: it was $48.00, now it is nothing.'],
])('what is open was %s and is %s', (before, now, text) => {
  expect(openChange(before, now, 'USD')).toBe(text);
});
