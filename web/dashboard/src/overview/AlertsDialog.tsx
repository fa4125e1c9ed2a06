import { useMutation } from '@tanstack/react-query';
import { Dialog } from 'radix-ui';
import type { Alert } from '../data/database.js';
import { useRest } from '../data/rest.js';
import { useZone } from '../data/today.js';
import { formatClock, formatDay } from '../format.js';
import { Sheet } from '../forms/Sheet.js';

/** A button that opens the list of alerts, each with a way to be done with it. */
export function AlertsDialog({ alerts }: { alerts: readonly Alert[] }) {
  return (
    <Dialog.Root>
      <Dialog.Trigger className="link" disabled={alerts.length === 0}>
        {alerts.length === 0 ? 'Nothing to look at' : 'Look at them'}
      </Dialog.Trigger>
      <Sheet title="Open alerts" description="What you acknowledge here disappears in every window.">
        {alerts.length === 0 ? <p className="empty">All done.</p> : null}
        <ul className="alerts">
          {alerts.map((alert) => (
            <AlertItem key={alert.id} alert={alert} />
          ))}
        </ul>
      </Sheet>
    </Dialog.Root>
  );
}

function AlertItem({ alert }: { alert: Alert }) {
  const rest = useRest();
  const zone = useZone();
  const acknowledge = useMutation({
    mutationFn: () => rest.update('admin_alerts', alert.id, { acknowledged: true }),
  });
  return (
    <li data-severity={alert.severity}>
      <div>
        <strong>{alert.title}</strong>
        <span className="quiet">
          {alert.severity} · {formatDay(alert.created_at, zone)}, {formatClock(alert.created_at, zone)}
        </span>
        {acknowledge.isError ? <span role="alert">{acknowledge.error.message}</span> : null}
      </div>
      <button
        type="button"
        className="quiet-button"
        disabled={acknowledge.isPending}
        onClick={() => {
          acknowledge.mutate();
        }}
      >
        Acknowledge
      </button>
    </li>
  );
}
