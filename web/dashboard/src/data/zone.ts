// The clocks of a business, wherever the browser is. A wall time is written as `<input type="datetime-local">` does: `2026-03-31T14:30`.

const DAY_MS = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** The browser's own zone. */
export function browserZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** The zone itself if the browser knows it, and the browser's own if not. */
export function knownZone(zone: string | null | undefined): string {
  if (zone === null || zone === undefined || zone === '') return browserZone();
  try {
    return new Intl.DateTimeFormat(undefined, { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    return browserZone();
  }
}

/** What the clocks of the zone show at an instant (Unix ms), to the minute. */
export function wallTime(instant: number, zone: string): string {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
    formats.set(zone, format);
  }
  // Years before 1000 come without their zeros: they pass by while somebody types a year.
  return format.format(instant).replace(' ', 'T').padStart(16, '0');
}

/** The date that the calendar of the zone shows at an instant (Unix ms), as the database writes dates: `2026-03-31`. */
export function dateOf(instant: number, zone: string): string {
  return wallTime(instant, zone).slice(0, 10);
}

/**
 * Unix ms at which the clocks of the zone show a wall time. Of a time that comes twice (clocks go back) the first; one that is left out (clocks go
 * forward) is as much later.
 */
export function instantOf(wall: string, zone: string): number {
  const asUtc = Date.parse(`${wall}Z`);
  const [before, after] = [asUtc - DAY_MS, asUtc + DAY_MS].map((near) => asUtc - offsetAt(near, zone));
  const candidates = [before, after].filter((instant) => instant !== undefined);
  return candidates.find((instant) => wallTime(instant, zone) === wall.slice(0, 16)) ?? before ?? asUtc;
}

/** How far the clocks of the zone are ahead of UTC, in ms. */
function offsetAt(instant: number, zone: string): number {
  const minute = Math.floor(instant / 60_000) * 60_000;
  return Date.parse(`${wallTime(minute, zone)}Z`) - minute;
}

/** Whether the two zones' clocks differ, now or in half a year. */
export function differs(one: string, other: string, now: number): boolean {
  return [now, now + 183 * DAY_MS].some((instant) => wallTime(instant, one) !== wallTime(instant, other));
}

/** `America/New_York` as people say it: New York. */
export function cityOf(zone: string): string {
  return zone.slice(zone.lastIndexOf('/') + 1).replaceAll('_', ' ');
}
