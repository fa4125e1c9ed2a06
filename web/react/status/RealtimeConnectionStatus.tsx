import type { Placement } from '@floating-ui/react';
import { useId, useState, type ReactNode } from 'react';
import type { OverallState } from '../../core/index.js';
import { useConnectionStatus } from '../useConnectionStatus.js';
import { useRealtimeSetup } from '../provider/useRealtimeManager.js';
import { ReconnectButton } from './ReconnectButton.js';
import { StateIcon } from './StateIcon.js';
import { StatusDetails } from './StatusDetails.js';
import { isDeviceOffline } from './summary.js';
import { completeTexts, type SomeStatusTexts, type StatusTexts } from './texts.js';
import { Since } from './times.js';
import { useDetailsPopover } from './useDetailsPopover.js';
import { OVERALL_WORDS } from './words.js';

export interface RealtimeConnectionStatusProps {
  /** Added to `switchboard-status`. */
  className?: string | undefined;
  /** What is shown, for screen readers and as the title of the details. Default 'Realtime'. */
  label?: string | undefined;
  /** Words for the states, in place of the English ones. */
  words?: Readonly<Partial<Record<OverallState, string>>> | undefined;
  /** Text of the button. Default 'Reconnect'. */
  reconnectLabel?: string | undefined;
  /** All other texts, above all those of the details, for other languages. What is not given is English. */
  texts?: SomeStatusTexts | undefined;
  /**
   * The rows on display are older than the connection (a `liveRows` that is not `live`, for example). While everything
   * is live, the state is shown as `connecting` with the word `texts.catchingUp`, so that it never says Live beside old
   * rows. Default false.
   */
  catchingUp?: boolean | undefined;
  /** Shows only the sign. The words stay for screen readers. For narrow headers. Default false. */
  compact?: boolean | undefined;
  /** Where the details open, if there is room. Default 'bottom-end'. */
  placement?: Placement | undefined;
}

/**
 * Shows the state of the connection: green when every subscription is live, yellow while some or none of them is live
 * yet, red when offline, grey when there are no subscriptions, always with a sign and words too. A change is announced
 * politely to screen readers. An interruption of less than a second does not show.
 *
 * A click, a touch or the keyboard opens the details: one sentence for everyone, each problem once with what to do
 * about it, a button that reconnects at once, and folded, for developers, each connection and each subscription: since
 * when, round-trip time, failed attempts, the next attempt counting down. The button is also beside the sign while it
 * is offline. It says Offline only when the device has no network, and Not connected otherwise.
 *
 * Import `switchboard-realtime/react/styles.css` once. The CSS variables named there set its looks, in light and dark.
 * The element has the state as `data-state`.
 */
export function RealtimeConnectionStatus(props: RealtimeConnectionStatusProps): ReactNode {
  const { className, label = 'Realtime', words, reconnectLabel = 'Reconnect', compact = false } = props;
  const { placement = 'bottom-end' } = props;
  const texts = completeTexts(props.texts);
  const { manager } = useRealtimeSetup('RealtimeConnectionStatus');
  const actual = useConnectionStatus((status) => status.overall);
  const deviceOffline = useConnectionStatus(isDeviceOffline);
  const { catchingUp = false } = props;
  const overall = actual === 'live' && catchingUp ? 'connecting' : actual;
  const { isOpen, trigger, setTrigger, setPanel, triggerProps, panelProps, panelStyle, onBlur } =
    useDetailsPopover(placement);
  const titleId = useId();
  const word = wordOf({ actual, overall, deviceOffline }, words, texts);
  const [hasSettled, setSettled] = useState(false);
  if (!hasSettled && actual !== 'idle' && actual !== 'connecting') setSettled(true);
  const reconnect = (
    <ReconnectButton
      label={reconnectLabel}
      successor={trigger}
      onReconnect={() => {
        manager.reconnectAll();
      }}
    />
  );
  return (
    <div
      className={className === undefined ? 'switchboard-status' : `switchboard-status ${className}`}
      data-state={overall}
      onBlur={onBlur}
    >
      <button
        type="button"
        ref={setTrigger}
        className="switchboard-trigger"
        {...triggerProps({ 'aria-label': texts.trigger(label, word) })}
      >
        <StateIcon look={overall} />
        {compact ? null : <span>{word}</span>}
      </button>
      {isOpen ? (
        <div
          ref={setPanel}
          className="switchboard-panel"
          style={panelStyle}
          {...panelProps({ 'aria-labelledby': titleId })}
        >
          <Details titleId={titleId} title={`${label}: ${word}`} catchingUp={catchingUp} texts={texts} />
          <div className="switchboard-foot">{reconnect}</div>
        </div>
      ) : null}
      {overall === 'offline' && !isOpen ? reconnect : null}
      {/* What every page goes through at its start is not worth an announcement. */}
      <span role="status" className="switchboard-spoken">
        {hasSettled ? `${label}: ${word}` : ''}
      </span>
    </div>
  );
}

type Shown = { actual: OverallState; overall: OverallState; deviceOffline: boolean };

function wordOf(
  { actual, overall, deviceOffline }: Shown,
  words: RealtimeConnectionStatusProps['words'],
  texts: StatusTexts,
): string {
  if (actual !== overall) return texts.catchingUp;
  if (overall === 'offline' && !deviceOffline) return words?.offline ?? texts.notConnected;
  return words?.[overall] ?? OVERALL_WORDS[overall];
}

/** On its own, so that only what is open follows every change. */
type DetailsProps = { titleId: string; title: string; catchingUp: boolean; texts: StatusTexts };

function Details({ titleId, title, catchingUp, texts }: DetailsProps): ReactNode {
  const status = useConnectionStatus();
  return (
    <>
      <p id={titleId} className="switchboard-title">
        {title}
        {status.since === 0 ? null : (
          <span className="switchboard-quiet">
            {' '}
            <Since at={status.since} texts={texts} />
          </span>
        )}
      </p>
      <StatusDetails status={status} catchingUp={catchingUp} texts={texts} />
    </>
  );
}
