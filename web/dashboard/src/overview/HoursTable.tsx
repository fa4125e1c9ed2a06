import { formatCount, formatHour, formatMoney, locale } from '../format.js';
import type { Hour } from './byHour.js';

/** The numbers of the chart. */
export function HoursTable({ hours, currency }: { hours: readonly Hour[]; currency: string }) {
  return (
    <details className="chart-table">
      <summary>As a table</summary>
      <table>
        <caption className="only-heard">Today by the hour</caption>
        <thead>
          <tr>
            <th scope="col">Hour</th>
            <th scope="col">Bookings</th>
            <th scope="col">Revenue so far</th>
          </tr>
        </thead>
        <tbody>
          {hours.map(({ hour, bookings, revenue }) => (
            <tr key={hour}>
              <th scope="row" lang={locale}>
                {formatHour(Number(hour))}
              </th>
              <td>{formatCount(bookings)}</td>
              <td lang={locale}>{formatMoney(revenue, currency)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
