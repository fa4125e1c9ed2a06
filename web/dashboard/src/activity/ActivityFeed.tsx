import type { CSSProperties } from 'react';
import { useBusinessData } from '../data/businessData.js';
import { formatAge, formatClockWithSeconds, locale } from '../format.js';
import { describe } from './describe.js';
import { useActivity } from './useActivity.js';

const verbs = { INSERT: 'New', UPDATE: 'Changed', DELETE: 'Removed', TRUNCATE: 'Emptied' } as const;

/** The latest changes as they came in. */
export function ActivityFeed() {
  const { business } = useBusinessData();
  const { latest, isLive } = useActivity(business.id);
  return (
    <section className="panel feed" aria-labelledby="feed-title" data-live={isLive}>
      <div className="panel-head">
        <h3 id="feed-title">As it happens</h3>
        <span className="hint">{isLive ? null : 'not live'}</span>
      </div>
      {/* Can be scrolled, so it can be reached by keyboard. */}
      <div className="feed-frame" tabIndex={0} role="group" aria-label="Latest changes">
        {latest.length === 0 ? <p className="empty">Changes show up here the moment they are committed.</p> : null}
        <ol style={{ '--rows': latest.length } as CSSProperties}>
          {latest.map((seen, index) => (
            <li key={seen.number} data-event={seen.change.eventType} style={{ '--index': index } as CSSProperties}>
              <span className="verb">{verbs[seen.change.eventType]}</span>
              <span className="what">{describe(seen, business.currency)}</span>
              {seen.age === null ? null : (
                <small title="From the commit in the database to this page, by the clocks of both">
                  after {formatAge(seen.age)}
                </small>
              )}
              <time dateTime={seen.change.commit_timestamp} lang={locale}>
                {formatClockWithSeconds(seen.change.commit_timestamp, business.time_zone)}
              </time>
            </li>
          ))}
        </ol>
      </div>
    </section>
  );
}
