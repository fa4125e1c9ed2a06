import { lazy, Suspense, useDeferredValue, useMemo } from 'react';
import { useBusinessData } from '../data/businessData.js';
import { useToday } from '../data/today.js';
import { byHour, type Hour } from './byHour.js';

// The chart library is as large as the rest of the page, and drawing is work: it comes after the rows.
const DayChart = lazy(() => import('./DayChart.js'));

const drawing = <p className="empty">Drawing…</p>;

export function TodayChart() {
  const { business, bookings, payments } = useBusinessData();
  const today = useToday();
  const hours = useMemo(() => byHour(bookings.rows, payments.rows, today), [bookings.rows, payments.rows, today]);
  const settled = useDeferredValue(useSame(hours));
  const hasRows = bookings.status.state !== 'loading';
  return (
    <section className="panel chart" aria-labelledby="chart-title">
      <div className="panel-head">
        <h2 id="chart-title">Today by the hour</h2>
        <p className="legend">
          <span data-mark="bar">Bookings</span>
          <span data-mark="line">Revenue</span>
        </p>
      </div>
      <div className="chart-frame">
        <Suspense fallback={drawing}>
          {hasRows ? <DayChart hours={settled} currency={business.currency} /> : drawing}
        </Suspense>
      </div>
    </section>
  );
}

/** The same array until its numbers change, so that the chart is drawn only then. */
function useSame(hours: Hour[]): readonly Hour[] {
  const text = JSON.stringify(hours);
  return useMemo(() => JSON.parse(text) as Hour[], [text]);
}
