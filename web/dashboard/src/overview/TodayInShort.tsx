import { InLocale } from '../app/InLocale.js';
import { useBusinessData } from '../data/businessData.js';
import { useOpenAlerts } from '../data/queries.js';
import { isKnown, rowsState } from '../data/readState.js';
import { useMinute, useToday } from '../data/today.js';
import { formatCount, formatDay } from '../format.js';
import { bookingFigures, criticalOf } from './figures.js';

/** The figures of today in one line, for where there is no room for more. */
export function TodayInShort() {
  const { bookings } = useBusinessData();
  const today = useToday();
  const { total } = bookingFigures(bookings.rows, today, useMinute());
  const critical = criticalOf(useOpenAlerts().data);
  return (
    <span>
      <InLocale>{formatDay(today.from, today.zone)}</InLocale>
      {isKnown(rowsState(bookings.status)) ? `: ${formatCount(total)} ${total === 1 ? 'booking' : 'bookings'}` : null}
      {critical === 0 ? null : <span className="today-critical">, {formatCount(critical)} critical</span>}
    </span>
  );
}
