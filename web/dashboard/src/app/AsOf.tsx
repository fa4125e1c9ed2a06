import { useZone } from '../data/today.js';
import { useSeconds } from '../data/seconds.js';
import { formatTime, locale } from '../format.js';

/** How old what is shown is: `as of 07:41 (2 min ago)`. */
export function AsOf({ at }: { at: number }) {
  const zone = useZone();
  return (
    <span className="as-of">
      as of{' '}
      <time dateTime={new Date(at).toISOString()} lang={locale}>
        {formatTime(at, zone)}
      </time>{' '}
      <span className="ago">({agoText(useSeconds() - at / 1_000)})</span>
    </span>
  );
}

function agoText(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ago` : `${Math.floor(hours / 24)} days ago`;
}
