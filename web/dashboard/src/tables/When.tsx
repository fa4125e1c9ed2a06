import { useZone } from '../data/today.js';
import { formatClock, formatDay, locale } from '../format.js';

/** A day and a time on the clocks of the business, the day below the time. */
export function When({ iso, hasDay = true }: { iso: string; hasDay?: boolean }) {
  const zone = useZone();
  return (
    <time className="when" dateTime={iso} lang={locale}>
      <b>{formatClock(iso, zone)}</b> {hasDay ? <span>{formatDay(iso, zone)}</span> : null}
    </time>
  );
}
