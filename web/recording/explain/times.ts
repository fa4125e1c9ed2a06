const UNITS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
] as const;

/** `3 min`, `12 s`, `40 ms`. */
export function duration(ms: number): string {
  const rounded = Math.max(0, Math.round(ms));
  const unit = UNITS.find(([size]) => rounded >= size);
  return unit === undefined ? `${rounded} ms` : `${Math.round(rounded / unit[0])} ${unit[1]}`;
}

/** `for 3 min`, or with an `ending` of its own `3 min ago`. */
export function ago(ms: number, ending?: string): string {
  return ending === undefined ? `for ${duration(ms)}` : `${duration(ms)}${ending}`;
}

/** `in 3 s`, `now`. */
export function inTime(ms: number): string {
  return ms < 500 ? 'now' : `in ${duration(ms)}`;
}
