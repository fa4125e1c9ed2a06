import { describe, expect, it } from 'vitest';

import { businesses } from '../../../../web/backend/seed/businesses.js';
import { seedMonth } from '../../../../web/backend/seed/month.js';

const LAST_DAY = new Date('2026-03-31T12:00:00Z');

describe('the seeded month', () => {
  it('is the same every time', () => {
    expect(seedMonth(LAST_DAY)).toEqual(seedMonth(LAST_DAY));
  });

  it('holds rows of both businesses in every table', () => {
    const ids = new Set(businesses.map(({ id }) => id));
    const { businesses: _, ...tables } = seedMonth(LAST_DAY);
    expect(Object.keys(tables).sort()).toEqual([
      'admin_alerts',
      'bookings',
      'client_business_transactions',
      'clients',
      'payment_transactions',
      'staff',
      'staff_attendance',
    ]);
    for (const [table, rows] of Object.entries(tables)) {
      expect(new Set(rows.map((row) => row['business_id'])), table).toEqual(ids);
    }
  });

  it('has bookings on every day but Sundays of the thirty days that end on the given one', () => {
    const bookings = seedMonth(LAST_DAY)['bookings'] ?? [];
    const days = [...new Set(bookings.map((row) => String(row['starts_at']).slice(0, 10)))].sort();
    expect(days.at(0)).toBe('2026-03-02');
    expect(days.at(-1)).toBe('2026-03-31');
    expect(days.length).toBe(26);
    expect(bookings.length).toBeGreaterThan(200);
  });

  it('has bookings on its last day even on a Sunday: open ones after the given time, none before', () => {
    const now = '2026-03-29T13:00:00.000Z';
    const open = ['pending', 'confirmed'];
    const today = (seedMonth(new Date(now))['bookings'] ?? []).filter((row) =>
      String(row['starts_at']).startsWith('2026-03-29'),
    );
    expect(today.length).toBeGreaterThan(6);
    const isOpen = (row: Record<string, unknown>): boolean => open.includes(String(row['status']));
    expect(today.filter((row) => isOpen(row) && String(row['starts_at']) < '2026-03-29T11')).toEqual([]);
    expect(today.filter((row) => !isOpen(row) && String(row['starts_at']) >= now)).toEqual([]);
  });

  it('pays each completed booking once, and adds up what each client has paid', () => {
    const { bookings = [], payment_transactions: payments = [], clients = [], ...rest } = seedMonth(LAST_DAY);
    const completed = bookings.filter((row) => row['status'] === 'completed').map((row) => row['id']);
    expect(payments.map((row) => row['booking_id'])).toEqual(completed);
    const sums = new Map<unknown, number>();
    for (const row of rest['client_business_transactions'] ?? []) {
      sums.set(row['client_id'], (sums.get(row['client_id']) ?? 0) + Math.round(Number(row['amount']) * 100));
    }
    for (const client of clients) {
      expect(Math.round(Number(client['lifetime_value']) * 100)).toBe(sums.get(client['id']) ?? 0);
    }
  });

  it('opens at nine and takes the last booking before six on the clocks of each business, in summer and in winter', () => {
    for (const now of ['2026-03-20T23:30:00Z', '2026-11-20T03:00:00Z']) {
      const rows = seedMonth(new Date(now));
      for (const { id, time_zone } of businesses) {
        const clock = new Intl.DateTimeFormat('sv-SE', { timeZone: time_zone, dateStyle: 'short', timeStyle: 'short' });
        const starts = (rows['bookings'] ?? [])
          .filter((row) => row['business_id'] === id)
          .map((row) => clock.format(new Date(String(row['starts_at']))));
        expect(starts.filter((text) => text.slice(11) < '09:00' || text.slice(11) >= '18:00')).toEqual([]);
        expect(
          starts
            .map((text) => text.slice(0, 10))
            .sort()
            .at(-1),
        ).toBe(clock.format(new Date(now)).slice(0, 10));
      }
    }
  });

  it('names the rows that an alert is about', () => {
    const { admin_alerts: alerts = [], bookings = [], payment_transactions: payments = [] } = seedMonth(LAST_DAY);
    const idsOf = (name: string): unknown[][] =>
      alerts.flatMap(({ context }) => {
        const ids = (context as Record<string, unknown[]> | null)?.[name];
        return ids === undefined ? [] : [ids];
      });
    const pairs = idsOf('booking_ids').map((ids) => bookings.filter((row) => ids.includes(row['id'])));
    expect(pairs.length).toBeGreaterThan(0);
    for (const [one, other] of pairs) expect(one?.['staff_id']).toBe(other?.['staff_id']);
    const failed = idsOf('payment_ids').flat();
    expect(failed.length).toBeGreaterThan(0);
    expect(failed.map((id) => payments.find((row) => row['id'] === id)?.['status'])).toEqual(
      failed.map(() => 'failed'),
    );
    expect(alerts.filter((row) => Date.parse(String(row['created_at'])) > LAST_DAY.getTime())).toEqual([]);
  });
});
