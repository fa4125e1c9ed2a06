const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });
const whole = new Intl.NumberFormat();
const decimal = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });

/** The time of day of Unix ms. */
export function clockTime(at: number): string {
  return clock.format(at);
}

export function count(value: number): string {
  return value < 10 && !Number.isInteger(value) ? decimal.format(value) : whole.format(Math.round(value));
}

export function bytes(value: number): string {
  if (value < 1_000) return `${whole.format(Math.round(value))} B`;
  return value < 1_000_000 ? `${decimal.format(value / 1_000)} kB` : `${decimal.format(value / 1_000_000)} MB`;
}

/** A measured time in ms. */
export function ms(value: number | null): string {
  if (value === null) return '–';
  if (value >= 10_000) return `${decimal.format(value / 1_000)} s`;
  return `${value < 10 ? decimal.format(value) : whole.format(Math.round(value))} ms`;
}

const UNITS = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
] as const;

/** How long in words, to the second: `3 min 5 s`. */
export function span(valueMs: number): string {
  const seconds = Math.max(0, Math.round(valueMs / 1_000));
  const unit = UNITS.find(([size]) => seconds >= size);
  if (unit === undefined) return `${seconds} s`;
  const [size, name] = unit;
  const rest = size === 60 ? seconds % 60 : Math.floor((seconds % size) / (size === 3_600 ? 60 : 3_600));
  const next = size === 60 ? 's' : size === 3_600 ? 'min' : 'h';
  return `${Math.floor(seconds / size)} ${name}${rest === 0 ? '' : ` ${rest} ${next}`}`;
}

/** The day of Unix ms, or on the same day the time. */
export function dayOrTime(at: number, now: number): string {
  return Math.abs(at - now) < 86_400_000 ? clockTime(at) : day.format(at);
}
