import { useMutation } from '@tanstack/react-query';
import { Dialog } from 'radix-ui';
import { useRef } from 'react';
import type { Alert } from '../data/database.js';
import { useRest } from '../data/rest.js';
import { useZone } from '../data/today.js';
import { focusOn } from '../focus/focusable.js';
import { formatWhen, locale } from '../format.js';
import { ProblemText } from '../forms/fields/ProblemText.js';
import { Sheet } from '../forms/sheet/Sheet.js';
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
  const acknowledge = useMutation({
    mutationFn: () => acknowledgeAlert(rest.table('admin_alerts'), alert),
  });
  return (
    <li data-severity={alert.severity}>
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
        aria-label={`Acknowledge: ${alert.title}, ${formatWhen(alert.created_at, zone)}`}
        aria-disabled={acknowledge.isPending || acknowledge.isSuccess}
        onClick={() => {
          if (acknowledge.isIdle || acknowledge.isError) acknowledge.mutate();
        }}
      >
        {acknowledge.isPending ? 'Saving…' : 'Acknowledge'}
      </button>
    </li>
  );
}

const HIDDEN = 'The request was accepted and changed no row: row level security hides it from updates.';

/** Acknowledged is acknowledged, whoever changed what else: the newest state of the alert is the one to write to. */
async function acknowledgeAlert(table: RowTable<Alert>, alert: Alert): Promise<void> {
  let seen: Alert | undefined = alert;
  while (seen?.acknowledged === false) {
    if ((await table.update(seen.id, seen.version, { acknowledged: true })) !== undefined) return;
    const now: Alert | undefined = await table.find('id', seen.id);
    if (now?.version === seen.version && !now.acknowledged) throw new IgnoredError(HIDDEN);
    seen = now;
  }
}
