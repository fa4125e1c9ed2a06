import type { Booking, Payment } from '../data/database.js';
import { formatMoney, formatStatus } from '../format.js';
import type { SeenChange } from './useActivity.js';

/** What a change was about, for people. */
export function describe(seen: SeenChange, currency: string): string {
  const { change } = seen;
  if (change.eventType === 'TRUNCATE') return `all ${seen.table}`;
  const row = change.eventType === 'DELETE' ? change.old : change.new;
  const before = change.eventType === 'UPDATE' ? change.old : {};
  const name =
    seen.table === 'bookings' ? nameOfBooking(row as Partial<Booking>) : nameOfPayment(row as Partial<Payment>);
  const what = whatIs(seen.table, row, currency);
  const { status: oldStatus, amount: oldAmount } = before as Partial<Booking>;
  if (oldStatus !== undefined && oldStatus !== row.status)
    return `${name}, ${formatStatus(oldStatus)} → ${formatStatus(row.status ?? '')}`;
  if (oldAmount !== undefined && oldAmount !== row.amount)
    return `${name}, ${formatMoney(oldAmount, currency)} → ${formatMoney(row.amount ?? null, currency)}`;
  return what === '' ? name : `${name}, ${what}`;
}

function nameOfBooking({ client_name, id }: Partial<Booking>): string {
  return client_name ?? `booking ${id ?? ''}`;
}

function nameOfPayment({ reference, method }: Partial<Payment>): string {
  return `payment ${reference ?? (method === undefined ? '' : `by ${method}`)}`.trim();
}

function whatIs(table: SeenChange['table'], row: Partial<Booking> | Partial<Payment>, currency: string): string {
  if (table === 'bookings') return (row as Partial<Booking>).service ?? '';
  return row.amount === undefined ? '' : formatMoney(row.amount, currency);
}
