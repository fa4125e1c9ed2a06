// The clocks of a business, wherever the browser is. A wall time is written as `<input type="datetime-local">` does: `2026-03-31T14:30`.

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
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
  return instantsOf(wall, zone)[0] ?? readings(wall, zone).before;
}

/** Unix ms of each moment at which the clocks of the zone show a wall time, the earliest first: two where they go back, none where they leave it out. */
export function instantsOf(wall: string, zone: string): number[] {
  const { before, after } = readings(wall, zone);
  if (Number.isNaN(before)) return [];
  const moments = before === after ? [before] : [before, after].sort((one, other) => one - other);
  return moments.filter((moment) => wallTime(moment, zone) === wall.slice(0, 16));
}

/** The first time that the clocks show after they have left this one out; undefined when they show it. */
export function nextShown(wall: string, zone: string): string | undefined {
  const { before, after } = readings(wall, zone);
  // The years in which a zone kept its own local time are no matter of clocks that go forward.
  if (Number.isNaN(before) || before === after || instantsOf(wall, zone).length > 0) return undefined;
  const later = offsetAt(before, zone);
  let [from, to] = [Math.min(before, after), Math.max(before, after)].map((moment) => Math.floor(moment / MINUTE_MS));
  if (from === undefined || to === undefined) return undefined;
  while (to - from > 1) {
    const middle = Math.floor((from + to) / 2);
    if (offsetAt(middle * MINUTE_MS, zone) === later) to = middle;
    else from = middle;
  }
  return wallTime(to * MINUTE_MS, zone);
}

/** A wall time by the offsets of the day before and of the day after, in Unix ms; NaN of what is no date, such as a year of six digits. */
function readings(wall: string, zone: string): { before: number; after: number } {
  const asUtc = Date.parse(`${wall}Z`);
  if (Number.isNaN(asUtc)) return { before: NaN, after: NaN };
  const before = asUtc - offsetAt(asUtc - DAY_MS, zone);
  const after = asUtc - offsetAt(asUtc + DAY_MS, zone);
  // The last day of all has no next one that can be written.
  return { before, after: Number.isNaN(after) ? before : after };
}

/** What the zone's time is called at an instant (Unix ms), such as EDT or GMT+2. */
export function zoneNameAt(instant: number, zone: string): string {
  const parts = new Intl.DateTimeFormat(undefined, { timeZone: zone, timeZoneName: 'short' }).formatToParts(instant);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? zone;
}

/** How far the clocks of the zone are ahead of UTC, in ms. */
function offsetAt(instant: number, zone: string): number {
  const minute = Math.floor(instant / MINUTE_MS) * MINUTE_MS;
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
