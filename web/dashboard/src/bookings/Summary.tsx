import type { Booking } from '../data/database.js';
import { formatMoney } from './format.js';

type Figure = { label: string; value: string };

/** Counts over the rows that are shown. */
export function Summary({ rows, currency }: { rows: readonly Booking[]; currency: string }) {
  return (
    <dl className="figures">
      {figures(rows, currency).map(({ label, value }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function figures(rows: readonly Booking[], currency: string): Figure[] {
  const open = rows.filter(({ status }) => status === 'pending' || status === 'confirmed');
  const expected = open.reduce((sum, { amount }) => sum + (amount ?? 0), 0);
  return [
    { label: 'Shown', value: String(rows.length) },
    { label: 'Open', value: String(open.length) },
    { label: 'Expected', value: formatMoney(expected, currency) },
  ];
}
