import { useMutation } from '@tanstack/react-query';
import { Dialog } from 'radix-ui';
import { useRef } from 'react';
import { toast } from 'sonner';
import type { Alert } from '../data/database.js';
import { useRest } from '../data/rest.js';
import { useZone } from '../data/today.js';
import { AT_ONCE } from '../focus/aim.js';
import { focusOn } from '../focus/focusable.js';
import { formatWhen, locale } from '../format.js';
import { ProblemText } from '../forms/fields/ProblemText.js';
import { Sheet } from '../forms/sheet/Sheet.js';
import { toastProblem } from '../forms/saves/saveToasts.js';
import { withAction } from '../toasts/rowToasts.js';
import { IgnoredError, problemOf, type RowTable } from '../writing/index.js';
import { byUrgency } from './alerts.js';
import { focusOnRows } from './focusOnRows.js';
import { ShowRows } from './ShowRows.js';

/** A button that opens the list of alerts, each with a way to be done with it. */
export function AlertsDialog({ alerts }: { alerts: readonly Alert[] }) {
  const trigger = useRef<HTMLButtonElement>(null);
  const followed = useRef(false);
  const focusAfter = (): void => {
    if (followed.current) focusOnRows();
    else focusOn(trigger.current);
    followed.current = false;
  };
  return (
    <Dialog.Root modal={false}>
      <Dialog.Trigger ref={trigger} className="link" disabled={alerts.length === 0}>
        {alerts.length === 0 ? 'Nothing to look at' : 'Look at them'}
      </Dialog.Trigger>
      <Sheet
        title="Open alerts"
        description="What you acknowledge here disappears in every window."
        focusAfter={focusAfter}
      >
        {alerts.length === 0 ? <p className="empty">All done.</p> : null}
        <ul className="alerts">
          {byUrgency(alerts).map((alert) => (
            <AlertItem
              key={alert.id}
              alert={alert}
              onFollow={() => {
                followed.current = true;
              }}
            />
          ))}
        </ul>
      </Sheet>
    </Dialog.Root>
  );
}

function AlertItem({ alert, onFollow }: { alert: Alert; onFollow: () => void }) {
  const rest = useRest();
  const zone = useZone();
  const set = (acknowledged: boolean): Promise<void> =>
    setAcknowledged(rest.table('admin_alerts'), alert, acknowledged);
  /** From the click on: what is rendered is behind when a second one follows at once. */
  const isTaken = useRef(false);
  const acknowledge = useMutation({
    mutationFn: () => set(true),
    onError: () => {
      isTaken.current = false;
    },
    onSuccess: () => {
      const undo = (): void => {
        isTaken.current = false;
        acknowledge.reset();
        set(false).catch((error: unknown) => {
          toastProblem('Not undone', problemOf(error));
        });
      };
      toast('Alert acknowledged', { description: alert.title, ...withAction('Undo', undo) });
    },
  });
  return (
    // Takes the focus when the item before it goes.
    <li data-severity={alert.severity} data-row={alert.id} tabIndex={-1}>
      <div>
        <strong>{alert.title}</strong>
        {alert.body === null ? null : <p>{alert.body}</p>}
        <span className="quiet">
          {alert.severity} ·{' '}
          <time dateTime={alert.created_at} lang={locale}>
            {formatWhen(alert.created_at, zone)}
          </time>
        </span>
        <ShowRows alert={alert} onFollow={onFollow} />
        <div role="alert">{acknowledge.isError ? <ProblemText problem={problemOf(acknowledge.error)} /> : null}</div>
      </div>
      <button
        type="button"
        className="quiet-button"
        {...AT_ONCE}
        aria-label={`Acknowledge: ${alert.title}, ${formatWhen(alert.created_at, zone)}`}
        aria-disabled={acknowledge.isPending || acknowledge.isSuccess}
        onClick={() => {
          if (isTaken.current) return;
          isTaken.current = true;
          acknowledge.mutate();
        }}
      >
        {acknowledge.isPending ? 'Saving…' : 'Acknowledge'}
      </button>
    </li>
  );
}

const HIDDEN = 'The request was accepted and changed no row: row level security hides it from updates.';

/** Acknowledged is acknowledged, whoever changed what else: the newest state of the alert is the one to write to. Taking it back is no different. */
async function setAcknowledged(table: RowTable<Alert>, alert: Alert, acknowledged: boolean): Promise<void> {
  let seen: Alert | undefined = { ...alert, acknowledged: !acknowledged };
  while (seen !== undefined && seen.acknowledged !== acknowledged) {
    if ((await table.update(seen.id, seen.version, { acknowledged })) !== undefined) return;
    const now: Alert | undefined = await table.find('id', seen.id);
    if (now?.version === seen.version && now.acknowledged !== acknowledged) throw new IgnoredError(HIDDEN);
    seen = now;
  }
}
