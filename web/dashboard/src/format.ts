import { dateOf } from './data/zone.js';

// Dates and numbers as people write them in the browser's language. Times are those on the clocks of a zone: the business's.

/** The browser's language, for `lang` of what is written in it. */
export const locale = new Intl.DateTimeFormat().resolvedOptions().locale;

const inYear = { year: 'numeric' } as const;
const dayOptions = { weekday: 'short', day: 'numeric', month: 'short' } as const;
const longDayOptions = { weekday: 'long', day: 'numeric', month: 'long' } as const;
// 4:15 PM where a day has twice 12 hours, 04:15 where it has 24.
const is12Hours = new Intl.DateTimeFormat(undefined, { hour: 'numeric' }).resolvedOptions().hour12 === true;
const clockOptions = { hour: is12Hours ? 'numeric' : '2-digit', minute: '2-digit' } as const;
const secondsOptions = { ...clockOptions, second: '2-digit' } as const;

// To make one costs as much as hundreds of uses.
const dates = new Map<string, Intl.DateTimeFormat>();
const money = new Map<string, Intl.NumberFormat>();
const count = new Intl.NumberFormat();

function format(name: string, options: Intl.DateTimeFormatOptions, at: number | string, zone: string): string {
  const key = `${name} ${zone}`;
  let made = dates.get(key);
  if (made === undefined) {
    made = new Intl.DateTimeFormat(undefined, { ...options, timeZone: zone });
    dates.set(key, made);
  }
  return made.format(typeof at === 'string' ? new Date(at) : at);
}

/** With the year unless it is this one. */
export function formatDay(at: number | string, zone: string, now = Date.now()): string {
  if (isInYearOf(at, now, zone)) return format('day', dayOptions, at, zone);
  return format('dayInYear', { ...dayOptions, ...inYear }, at, zone);
}

/** With the year unless it is this one. */
export function formatLongDay(at: number | string, zone: string, now = Date.now()): string {
  if (isInYearOf(at, now, zone)) return format('longDay', longDayOptions, at, zone);
  return format('longDayInYear', { ...longDayOptions, ...inYear }, at, zone);
}

/** Whether both moments are in one year on the clocks of the zone. */
function isInYearOf(at: number | string, now: number, zone: string): boolean {
  const moment = typeof at === 'string' ? Date.parse(at) : at;
  return Number.isNaN(moment) || yearOf(moment, zone) === yearOf(now, zone);
}

function yearOf(moment: number, zone: string): string {
  return dateOf(moment, zone).split('-')[0] ?? '';
}

export function formatClock(at: number | string, zone: string): string {
  return format('clock', clockOptions, at, zone);
}

/** A day and a time in a sentence, with the year unless it is this one. */
export function formatWhen(at: number | string, zone: string, now = Date.now()): string {
  return `${formatDay(at, zone, now)}, ${formatClock(at, zone)}`;
}

/** A time of today as a clock shows it, any other with its day. */
export function formatTime(at: number | string, zone: string, now = Date.now()): string {
  const isToday = dateOf(typeof at === 'string' ? Date.parse(at) : at, zone) === dateOf(now, zone);
  return isToday ? formatClock(at, zone) : formatWhen(at, zone, now);
}

/** A full hour, 0 to 23, as formatClock has it. */
export function formatHour(hour: number): string {
  return formatClock(Date.UTC(2028, 0, 1, hour), 'UTC');
}

const fullHours = new Intl.DateTimeFormat(undefined, { ...clockOptions, timeZone: 'UTC' });

/** A full hour for the axis of a chart: `8 AM` or `08`, formatClock's without the minutes. */
export function formatShortHour(hour: number): string {
  const parts = fullHours.formatToParts(Date.UTC(2028, 0, 1, hour));
  const minute = parts.findIndex(({ type }) => type === 'minute');
  const shown = parts.filter((_, index) => index !== minute && index !== minute - 1);
  return shown.map(({ value }) => value).join('');
}

export function formatClockWithSeconds(at: number | string, zone: string): string {
  return format('seconds', secondsOptions, at, zone);
}

const units = new Map<string, Intl.NumberFormat>();

/** How long something took, in ms: `6 ms`, `12.4 sec`, `3 min`. */
export function formatAge(ms: number): string {
  if (ms < 10_000) return formatUnit(ms, 'millisecond');
  if (ms < 60_000) return formatUnit(ms / 1_000, 'second');
  return ms < 3_600_000 ? formatUnit(Math.round(ms / 60_000), 'minute') : formatUnit(ms / 3_600_000, 'hour');
}

function formatUnit(value: number, unit: string): string {
  let made = units.get(unit);
  if (made === undefined) {
    made = new Intl.NumberFormat(undefined, { style: 'unit', unit, maximumFractionDigits: 1 });
    units.set(unit, made);
  }
  return made.format(value);
}

export function formatCount(value: number): string {
  return count.format(value);
}

export function formatMoney(amount: number | null, currency: string): string {
  return amount === null ? '–' : moneyFormat(currency).format(amount);
}

/** Without cents where there are none, for the axis of a chart. */
export function formatRoundMoney(amount: number, currency: string): string {
  return moneyFormat(currency, { notation: 'compact', maximumFractionDigits: 1 }).format(amount);
}

function moneyFormat(currency: string, more: Intl.NumberFormatOptions = {}): Intl.NumberFormat {
  const key = `${currency} ${more.notation ?? ''}`;
  let made = money.get(key);
  if (made === undefined) {
    made = new Intl.NumberFormat(undefined, { style: 'currency', currency, currencyDisplay: 'narrowSymbol', ...more });
    money.set(key, made);
  }
  return made;
}

/** `no_show` as people write it. */
export function formatStatus(status: string): string {
  return status.replaceAll('_', ' ');
}
