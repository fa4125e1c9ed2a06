/** Unix ms at which the clocks of an IANA time zone show this time, which is given in ms as if it were UTC. */
export function instantOf(wall: number, zone: string): number {
  const first = wall - offsetAt(wall, zone);
  return wall - offsetAt(first, zone);
}

/** What the clocks of a time zone show at an instant, in ms as if it were UTC. */
export function wallTimeOf(instant: number, zone: string): number {
  return instant + offsetAt(instant, zone);
}

const formats = new Map<string, Intl.DateTimeFormat>();

function offsetAt(instant: number, zone: string): number {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
    formats.set(zone, format);
  }
  // 2026-03-31 12:00:00
  const wall = Date.parse(`${format.format(instant).replace(' ', 'T')}Z`);
  return wall - Math.floor(instant / 1000) * 1000;
}
