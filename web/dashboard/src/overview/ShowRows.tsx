import { Dialog } from 'radix-ui';
import { setSearch } from '../app/useSearchParameter.js';
import type { Alert } from '../data/database.js';
import { rowsOf } from './alerts.js';

/** Leads to the rows that an alert is about, if it names any. */
export function ShowRows({ alert, onFollow }: { alert: Alert; onFollow: () => void }) {
  const rows = rowsOf(alert);
  if (rows === null) return null;
  return (
    <Dialog.Close
      className="link"
      onClick={() => {
        setSearch({ view: rows.view, rows: rows.ids.join(',') });
        onFollow();
      }}
    >
      Show the {rows.view}
    </Dialog.Close>
  );
}
