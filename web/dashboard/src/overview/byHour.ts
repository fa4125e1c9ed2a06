import type { Booking, Payment } from '../data/database.js';
import { isOn, type Day } from '../data/today.js';
import { wallTime } from '../data/zone.js';

/** One bar of the chart. */
export type Hour = {
  /** As on a clock: `09`. */
  readonly hour: string;
  readonly bookings: number;
  /** Paid until the end of the hour, or until now. Null for hours to come. */
  readonly revenue: number | null;
};

const OPENS_AT = 8;
const CLOSES_AT = 20;

/** The hours of a day with their bookings and what has been paid by then. At least the usual opening hours, now, and all in which something happens. */
export function byHour(bookings: readonly Booking[], payments: readonly Payment[], day: Day, now: number): Hour[] {
  const counts = new Array<number>(24).fill(0);
  const sums = new Array<number>(24).fill(0);
  for (const { starts_at, status } of bookings) {
    if (status !== 'cancelled' && isOn(day, starts_at)) add(counts, hourOf(starts_at, day), 1);
  }
  for (const { paid_at, status, amount } of payments) {
    if (status === 'paid' && paid_at !== null && isOn(day, paid_at)) add(sums, hourOf(paid_at, day), amount);
  }
  const busy = counts.map((count, hour) => count > 0 || (sums[hour] ?? 0) > 0);
  const nowHour = currentHour(day, now);
  if (nowHour >= 0 && nowHour < 24) busy[nowHour] = true;
  const from = Math.min(OPENS_AT, busy.includes(true) ? busy.indexOf(true) : OPENS_AT);
  const to = Math.max(CLOSES_AT, busy.lastIndexOf(true));
  const hours: Hour[] = [];
  let total = sums.slice(0, from).reduce((sum, value) => sum + value, 0);
  for (let hour = from; hour <= to; hour += 1) {
    total += sums[hour] ?? 0;
    hours.push({ hour: twoDigits(hour), bookings: counts[hour] ?? 0, revenue: hour <= nowHour ? total : null });
  }
  return hours;
}

/** The hour that it is on a day: -1 before it has begun, 24 when it is over. */
export function currentHour(day: Day, now: number): number {
  if (now < day.from) return -1;
  return now >= day.to ? 24 : hourOf(new Date(now).toISOString(), day);
}

export function twoDigits(hour: number): string {
  return String(hour).padStart(2, '0');
}

function hourOf(iso: string, { zone }: Day): number {
  return Number(wallTime(Date.parse(iso), zone).slice(11, 13));
}

function add(hours: number[], hour: number, value: number): void {
  hours[hour] = (hours[hour] ?? 0) + value;
}
