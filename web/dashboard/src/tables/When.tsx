import { formatClock, formatDay } from '../format.js';

/** A day and a time, in columns when below each other. */
export function When({ iso }: { iso: string }) {
  return (
    <time className="when" dateTime={iso}>
      <span>{formatDay(iso)}</span> <b>{formatClock(iso)}</b>
    </time>
  );
}
