import type { BookingChange } from './changes.js';
import { formatClockWithSeconds, formatMoney, formatStatus } from './format.js';
import type { SeenChange } from './useBookings.js';

const verbs = { INSERT: 'New', UPDATE: 'Changed', DELETE: 'Removed' } as const;

type Props = {
  /** Newest first. */
  recent: readonly SeenChange[];
  /** Whether changes flow. */
  isLive: boolean;
  currency: string;
};

/** The latest changes as they came in. */
export function ActivityFeed({ recent, isLive, currency }: Props) {
  return (
    <section className="panel feed" aria-labelledby="feed-title" data-live={isLive}>
      <div className="panel-head">
        <h2 id="feed-title">As it happens</h2>
        {isLive ? null : <span className="hint">catches up when live</span>}
      </div>
      {recent.length === 0 ? <p className="quiet">Changes show up here the moment they are committed.</p> : null}
      <ol aria-live="polite">
        {recent.map(({ number, change }) => (
          <li key={number} data-event={change.eventType}>
            <span className="verb">{verbs[change.eventType]}</span>
            <span className="what">{describe(change, currency)}</span>
            <time dateTime={change.commit_timestamp}>{formatClockWithSeconds(change.commit_timestamp)}</time>
          </li>
        ))}
      </ol>
    </section>
  );
}

function describe(change: BookingChange, currency: string): string {
  const row = change.eventType === 'DELETE' ? change.old : change.new;
  const name = row.client_name ?? `booking ${row.id ?? ''}`;
  if (change.eventType !== 'UPDATE') return row.service === undefined ? name : `${name}, ${row.service}`;
  const { old, new: now } = change;
  if (old.status !== undefined && old.status !== now.status)
    return `${name}, ${formatStatus(old.status)} → ${formatStatus(now.status)}`;
  if (old.amount !== undefined && old.amount !== now.amount)
    return `${name}, ${formatMoney(old.amount, currency)} → ${formatMoney(now.amount, currency)}`;
  return `${name}, ${now.service}`;
}
