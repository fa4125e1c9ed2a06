const day = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short' });
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const clockWithSeconds = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });

export function formatDay(iso: string): string {
  return day.format(new Date(iso));
}

export function formatClock(iso: string): string {
  return clock.format(new Date(iso));
}

export function formatClockWithSeconds(iso: string): string {
  return clockWithSeconds.format(new Date(iso));
}

export function formatMoney(amount: number | null, currency: string): string {
  return amount === null
    ? '–'
    : new Intl.NumberFormat(undefined, { style: 'currency', currency, currencyDisplay: 'narrowSymbol' }).format(amount);
}

/** `no_show` as people write it. */
export function formatStatus(status: string): string {
  return status.replaceAll('_', ' ');
}
