import type { Booking } from '../data/database.js';
import { changedId } from './changes.js';
import { formatClock, formatDay, formatMoney, formatStatus } from './format.js';
import type { SeenChange } from './useBookings.js';
import { useFlash } from './useFlash.js';

type Props = {
  rows: readonly Booking[];
  currency: string;
  /** Newest first; their rows are lit for a moment. */
  recent: readonly SeenChange[];
};

export function BookingsTable({ rows, currency, recent }: Props) {
  const lastChanges = new Map([...recent].reverse().map(({ number, change }) => [changedId(change), number]));
  return (
    <div className="table-frame" tabIndex={0} role="region" aria-label="List of bookings">
      <table className="bookings">
        <thead>
          <tr>
            <th scope="col">Starts</th>
            <th scope="col">Client</th>
            <th scope="col">Service</th>
            <th scope="col" className="number">
              Minutes
            </th>
            <th scope="col" className="number">
              Amount
            </th>
            <th scope="col">Status</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <BookingRow key={row.id} row={row} currency={currency} lastChange={lastChanges.get(row.id)} />
          ))}
        </tbody>
      </table>
      {rows.length === 0 ? <p className="quiet">No bookings yet.</p> : null}
    </div>
  );
}

type RowProps = { row: Booking; currency: string; lastChange: number | undefined };

function BookingRow({ row, currency, lastChange }: RowProps) {
  const ref = useFlash<HTMLTableRowElement>(lastChange);
  return (
    <tr ref={ref} data-booking={row.id}>
      <td className="starts">
        <time dateTime={row.starts_at}>
          <span>{formatDay(row.starts_at)}</span> <b>{formatClock(row.starts_at)}</b>
        </time>
      </td>
      <th scope="row" className="client">
        {row.client_name}
      </th>
      <td className="service">{row.service}</td>
      <td className="number minutes">{row.duration_minutes}</td>
      <td className="number amount">{formatMoney(row.amount, currency)}</td>
      <td className="status">
        <span className="badge" data-status={row.status}>
          {formatStatus(row.status)}
        </span>
      </td>
    </tr>
  );
}
