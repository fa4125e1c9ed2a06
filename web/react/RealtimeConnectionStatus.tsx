import type { CSSProperties, ReactNode } from 'react';
import type { ConnectionStatus, SubscriptionStatus } from '../core/index.js';
import { OVERALL_LOOKS, SUBSCRIPTION_LOOKS } from './statusTexts.js';
import { useConnectionStatus } from './useConnectionStatus.js';
import { useRealtimeManager } from './useRealtimeManager.js';

export interface RealtimeConnectionStatusProps {
  /** Added to `switchboard-status`. */
  className?: string | undefined;
  /** What the button says. Default 'Reconnect'. */
  reconnectLabel?: string | undefined;
}

const ROW: CSSProperties = { display: 'inline-flex', alignItems: 'center', gap: '0.5em', position: 'relative' };
const PANEL: CSSProperties = {
  position: 'absolute',
  insetInlineEnd: 0,
  zIndex: 'var(--switchboard-panel-layer, 10)',
  minWidth: '18em',
  padding: '0.75em 1em',
  color: 'var(--switchboard-panel-text, CanvasText)',
  background: 'var(--switchboard-panel, Canvas)',
  border: '1px solid var(--switchboard-border, GrayText)',
  borderRadius: '6px',
};
const LIST: CSSProperties = { listStyle: 'none', margin: '0 0 0.5em', padding: 0 };

/**
 * Shows how the connection stands: green and “Live”, yellow while some or none of the subscriptions is live yet, red when offline, grey when nothing
 * is wanted; always with a sign and words too, announced to screen readers. Details of each connection and subscription open on demand, and a button
 * reconnects at once.
 *
 * Themable by the CSS variables `--switchboard-live`, `-partial`, `-offline`, `-idle`, `-panel`, `-panel-text`, `-panel-layer` and `-border`. The element
 * carries the state as `data-state`.
 */
export function RealtimeConnectionStatus(props: RealtimeConnectionStatusProps): ReactNode {
  const { className, reconnectLabel = 'Reconnect' } = props;
  const manager = useRealtimeManager();
  const { overall, connections, subscriptions } = useConnectionStatus();
  const look = OVERALL_LOOKS[overall];
  return (
    <div
      className={className === undefined ? 'switchboard-status' : `switchboard-status ${className}`}
      data-state={overall}
      style={ROW}
    >
      <details>
        <summary style={{ cursor: 'pointer' }}>
          <span role="status">
            <span aria-hidden="true" style={{ color: look.color }}>
              {look.sign}
            </span>{' '}
            {look.text}
          </span>
        </summary>
        <div style={PANEL}>
          <Connections entries={connections} />
          <Subscriptions entries={subscriptions} />
        </div>
      </details>
      <button
        type="button"
        onClick={() => {
          manager.reconnectAll();
        }}
      >
        {reconnectLabel}
      </button>
    </div>
  );
}

function Connections({ entries }: { entries: readonly ConnectionStatus[] }): ReactNode {
  if (entries.length === 0) return <p>No connection.</p>;
  return (
    <ul style={LIST} aria-label="Connections">
      {entries.map((entry) => (
        <li key={entry.id}>
          Connection {entry.id}: {entry.state}
          {entry.rttMs === null ? null : `, ${entry.rttMs} ms`}
          {entry.attempts === 0 ? null : `, ${entry.attempts} failed attempts`}
          <Problem entry={entry} />
        </li>
      ))}
    </ul>
  );
}

function Subscriptions({ entries }: { entries: readonly SubscriptionStatus[] }): ReactNode {
  if (entries.length === 0) return <p>No subscriptions.</p>;
  return (
    <ul style={LIST} aria-label="Subscriptions">
      {entries.map((entry) => {
        const look = SUBSCRIPTION_LOOKS[entry.state];
        return (
          <li key={entry.id}>
            <span aria-hidden="true" style={{ color: look.color }}>
              {look.sign}
            </span>{' '}
            {entry.table}
            {entry.filter === null ? null : ` (${entry.filter})`}: {look.text} since <Time at={entry.since} />
            <Problem entry={entry} />
          </li>
        );
      })}
    </ul>
  );
}

function Problem({ entry }: { entry: ConnectionStatus | SubscriptionStatus }): ReactNode {
  if (entry.message === '' && entry.nextRetryAt === null) return null;
  return (
    <div>
      {entry.message}
      {entry.nextRetryAt === null ? null : (
        <>
          {' '}
          Next try at <Time at={entry.nextRetryAt} />.
        </>
      )}
    </div>
  );
}

function Time({ at }: { at: number }): ReactNode {
  const date = new Date(at);
  return <time dateTime={date.toISOString()}>{date.toLocaleTimeString()}</time>;
}
