import { describe, expect, it } from 'vitest';
import type { Booking, Payment } from '../../../web/dashboard/src/data/database.js';
import { paidBookings } from '../../../web/dashboard/src/data/paid.js';
import { dayOf } from '../../../web/dashboard/src/data/today.js';
import {
  choiceOf,
  offerBookings,
  OFFERED_BOOKINGS,
  paidAlready,
} from '../../../web/dashboard/src/forms/bookingChoices.js';

const today = dayOf('2026-03-31', 'UTC');
const now = Date.parse('2026-03-31T13:00Z');
const HOUR_MS = 3_600_000;

function booking(id: number, hours: number, more: Partial<Booking> = {}): Booking {
  const starts_at = new Date(now + hours * HOUR_MS).toISOString();
  return { id, client_name: `Client ${id}`, service: 'Cut', status: 'confirmed', starts_at, ...more } as Booking;
}

function payment(booking_id: number, amount: number, paid_at = '2026-03-31T14:10Z'): Payment {
  return { id: `paid ${amount}`, booking_id, amount, currency: 'USD', status: 'paid', paid_at } as Payment;
}

const ids = (bookings: readonly Booking[], search = ''): number[] =>
  offerBookings(bookings, { search, today, now }).choices.map(({ value }) => Number(value));

describe('the bookings that a payment can be for', () => {
  it('begin with the nearest to now, before or after it, in whatever order they come', () => {
    expect(ids([booking(1, 500), booking(2, 2), booking(3, -1), booking(4, -300), booking(5, 0)])).toEqual([
      5, 3, 2, 4, 1,
    ]);
  });

  it('have those of today however many are ahead, and however many there are today', () => {
    const ahead = Array.from({ length: 400 }, (_, index) => booking(index + 1, 24 + index));
    const ofToday = Array.from({ length: 70 }, (_, index) => booking(1_000 + index, -6 + index / 10));
    const offered = ids([...ahead.reverse(), ...ofToday]);
    expect(offered.slice(0, 70).sort((a, b) => a - b)).toEqual(ofToday.map(({ id }) => id));
    expect(ids([...ahead, booking(2_000, -12)])).toContain(2_000);
    expect(ids(ahead)).toHaveLength(OFFERED_BOOKINGS);
  });

  it('are all found by their words, and say how many there are', () => {
    const bookings = Array.from({ length: 400 }, (_, index) => booking(index + 1, 24 * index));
    bookings.push(booking(900, -9_000, { client_name: 'Zoë  O’Hara', service: 'Full colour' }));
    expect(ids(bookings, 'zoe colour')).toEqual([900]);
    expect(ids(bookings, "o'hara")).toEqual([900]);
    expect(ids(bookings, '#900')).toEqual([900]);
    expect(ids(bookings, 'nobody')).toEqual([]);
    expect(offerBookings(bookings, { search: 'client', today, now })).toMatchObject({ found: 400 });
  });

  it('differ, and say which was cancelled', () => {
    const twice = { client_name: 'Ada', service: 'Cut' };
    const { choices } = offerBookings(
      [booking(1, 1, twice), booking(2, 1, twice), booking(3, 2, { status: 'no_show' })],
      {
        search: '',
        today,
        now,
      },
    );
    expect(new Set(choices.map(({ label }) => label)).size).toBe(3);
    expect(choices.map(({ label }) => label)).toEqual([
      expect.stringMatching(/, #1$/),
      expect.stringMatching(/, #2$/),
      expect.stringMatching(/, no show$/),
    ]);
  });

  it('have words for the one that is chosen, also where it is not offered', () => {
    expect(choiceOf([booking(7, 9_000)], '7', 'UTC').label).toMatch(/^Client 7, Cut, /);
    expect(choiceOf([], '7', 'UTC').label).toBe('#7');
  });

  it('say which of them are paid', () => {
    const bookings = [booking(1, 1, { amount: 40 }), booking(2, 2, { amount: 40 }), booking(3, 3, { amount: null })];
    const paid = paidBookings([payment(1, 15), payment(1, 25), payment(2, 39.99), payment(3, 5)]);
    const { choices } = offerBookings(bookings, { search: '', today, now, paid });
    expect(choices.map(({ label }) => label.endsWith(', paid'))).toEqual([true, false, true]);
    expect(choiceOf(bookings, '1', 'UTC', paid).label).toMatch(/, paid$/);
  });

  it('say what was paid for the chosen one and when, but for the payment itself', () => {
    const payments = [payment(1, 500), payment(1, 20, '2026-03-30T09:00Z')];
    expect(paidAlready(undefined, today)).toBeUndefined();
    expect(paidAlready(payments, today)).toMatch(/^Already paid: .*500.* at .*10.*; .*20.* on .*30.*$/);
    expect(paidAlready(payments, today, 'paid 500')).toMatch(/^Already paid: [^;]*20[^;]*$/);
    expect(paidAlready(payments.slice(1), today, 'paid 20')).toBeUndefined();
  });
});
