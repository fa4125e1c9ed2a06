import { describe, expect, it } from 'vitest';
import { overlongHours } from '../../../web/dashboard/src/data/attendance.js';
import { dayOf, isDate } from '../../../web/dashboard/src/data/today.js';
import { paidBookings } from '../../../web/dashboard/src/data/paid.js';
import type { Attendance, Booking, Payment } from '../../../web/dashboard/src/data/database.js';
import { formatDay, formatLongDay, formatTime, formatWhen } from '../../../web/dashboard/src/format.js';
import { bookingFigures } from '../../../web/dashboard/src/overview/figures.js';

const now = Date.parse('2026-03-31T18:13Z');
const day = dayOf('2026-03-31', 'UTC');

const at = (time: string, status: string, amount = 10): Booking =>
  ({ starts_at: `2026-03-31T${time}Z`, status, amount }) as Booking;

describe('the bookings of a day', () => {
  it('are to come until their time, and have begun then', () => {
    const bookings = [at('17:15', 'confirmed'), at('18:13', 'pending'), at('19:00', 'confirmed')];
    expect(bookingFigures(bookings, day, now)).toMatchObject({ total: 3, begun: 1, coming: 2, expected: 30 });
    expect(bookingFigures(bookings, day, now + 60_000)).toMatchObject({ total: 3, begun: 2, coming: 1, expected: 30 });
  });

  it('are neither once it is known how they ended', () => {
    const bookings = [at('09:00', 'completed'), at('10:00', 'no_show'), at('19:00', 'cancelled')];
    expect(bookingFigures(bookings, day, now)).toEqual({
      ...{ total: 2, completed: 1, begun: 0, coming: 0, missed: 1, cancelled: 1, expected: 0, unpaid: 10 },
    });
  });
});

describe('what is still expected', () => {
  const payment = (booking_id: number | null, amount: number, status = 'paid'): Payment =>
    ({ booking_id, amount, status }) as Payment;
  const expected = (payments: Payment[], amount: number | null = 100): number => {
    const booking = { ...at('19:00', 'confirmed'), id: 7, amount };
    return bookingFigures([booking], day, now, paidBookings(payments)).expected;
  };

  it('is without what is paid for a booking already, and never less than nothing', () => {
    expect(expected([])).toBe(100);
    expect(expected([payment(7, 100)])).toBe(0);
    expect(expected([payment(7, 30.1), payment(7, 40.2)])).toBe(29.7);
    expect(expected([payment(7, 500)])).toBe(0);
    expect(expected([payment(7, 5)], null)).toBe(0);
  });

  it('is with what failed, was cancelled or was for something else', () => {
    expect(expected([payment(7, 100, 'cancelled'), payment(7, 100, 'failed'), payment(7, 100, 'pending')])).toBe(100);
    expect(expected([payment(8, 100), payment(null, 100)])).toBe(100);
  });
});

describe('what is unpaid', () => {
  const unpaid = (status: string, paid: number[], amount: number | null = 100): number => {
    const payments = paid.map((sum) => ({ booking_id: 7, amount: sum, status: 'paid' }) as Payment);
    return bookingFigures([{ ...at('09:00', status), id: 7, amount }], day, now, paidBookings(payments)).unpaid;
  };

  it('is what is left to pay for bookings that are completed', () => {
    expect(unpaid('completed', [])).toBe(100);
    expect(unpaid('completed', [30.1, 40.2])).toBe(29.7);
    expect(unpaid('completed', [100])).toBe(0);
    expect(unpaid('completed', [500])).toBe(0);
    expect(unpaid('completed', [], null)).toBe(0);
  });

  it.each(['pending', 'confirmed', 'no_show', 'cancelled'])('is nothing of those that are %s', (status) => {
    expect(unpaid(status, [])).toBe(0);
  });
});

describe('a date', () => {
  it.each(['2026-02-31', '2026-02-29', '2026-04-31', '2026-13-01', '2026-00-10', '2026-01-00', 'hello', '9999-12-31'])(
    'is not %s',
    (text) => {
      expect(isDate(text)).toBe(false);
    },
  );

  it.each(['2028-02-29', '2026-12-31', '0001-01-01', '9999-12-30'])('is %s', (text) => {
    expect(isDate(text)).toBe(true);
  });
});

describe('an entry of somebody at work', () => {
  const entry = (clock_in: string, clock_out: string | null = null): Attendance =>
    ({ clock_in, clock_out }) as Attendance;

  it('is too long after 16 hours', () => {
    expect(overlongHours(entry('2026-03-31T02:14Z'), now)).toBeNull();
    expect(overlongHours(entry('2026-03-31T02:13Z'), now)).toBe(16);
    expect(overlongHours(entry('2026-03-29T18:00Z'), now)).toBe(48);
  });

  it('is never too long once it is closed, or when there is none', () => {
    expect(overlongHours(entry('2026-03-29T18:00Z', '2026-03-31T18:00Z'), now)).toBeNull();
    expect(overlongHours(undefined, now)).toBeNull();
    expect(overlongHours(null, now)).toBeNull();
  });
});

it('a time has its day where that is not today, by the clocks of the business', () => {
  const zone = 'America/New_York';
  expect(formatTime('2026-03-31T13:30Z', zone, now)).not.toMatch(/Mar|31/);
  expect(formatTime('2026-03-31T01:26Z', zone, now)).toMatch(/30/);
  expect(formatTime(now - 24 * 3_600_000, zone, now)).toMatch(/30/);
});

it('a day has its year where that is not this one, by the clocks of the business', () => {
  const zone = 'America/New_York';
  const newYear = Date.parse('2027-01-01T03:00Z');
  expect(formatWhen('2026-01-01T12:00Z', zone, newYear)).not.toContain('2026');
  expect(formatWhen('2027-01-01T12:00Z', zone, newYear)).toContain('2027');
  expect(formatDay('2016-11-27T12:00Z', zone, newYear)).toContain('2016');
  expect(formatLongDay('2028-11-27T12:00Z', zone, newYear)).toContain('2028');
  expect(formatTime('2025-12-31T12:00Z', zone, newYear)).toContain('2025');
});
