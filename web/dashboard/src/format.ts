const day = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short' });
const longDay = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const clockWithSeconds = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const count = new Intl.NumberFormat();
// To make one costs as much as hundreds of uses.
const money = new Map<string, Intl.NumberFormat>();

export function formatDay(iso: string): string {
  return day.format(new Date(iso));
}

export function formatLongDay(date: Date): string {
  return longDay.format(date);
}

export function formatClock(iso: string): string {
  return clock.format(new Date(iso));
}

export function formatClockWithSeconds(iso: string): string {
  return clockWithSeconds.format(new Date(iso));
}

export function formatCount(value: number): string {
  return count.format(value);
}

export function formatMoney(amount: number | null, currency: string): string {
  if (amount === null) return '–';
  let format = money.get(currency);
  if (format === undefined) {
    format = new Intl.NumberFormat(undefined, { style: 'currency', currency, currencyDisplay: 'narrowSymbol' });
    money.set(currency, format);
  }
  return format.format(amount);
}

/** `no_show` as people write it. */
export function formatStatus(status: string): string {
  return status.replaceAll('_', ' ');
}
