import { lazy, Suspense, useDeferredValue, useMemo } from 'react';
import { AsOf } from '../app/AsOf.js';
import { useBusinessData } from '../data/businessData.js';
import { isKnown, rowsState, worstOf } from '../data/readState.js';
import { useMinute, useToday } from '../data/today.js';
import { byHour, currentHour, twoDigits, type Hour } from './byHour.js';
import { HoursTable } from './HoursTable.js';
import { TryAgain } from './TryAgain.js';

// The chart library is as large as the rest of the page, and drawing is work: it comes after the rows.
const DayChart = lazy(() => import('./DayChart.js'));

const drawing = <p className="empty">Drawing…</p>;

export function TodayChart() {
  const { business, bookings, payments } = useBusinessData();
  const today = useToday();
  const minute = useMinute();
  const hours = useMemo(
    () => byHour(bookings.rows, payments.rows, today, minute),
    [bookings.rows, payments.rows, today, minute],
  );
  const settled = useDeferredValue(useSame(hours));
  const read = worstOf(rowsState(bookings.status), rowsState(payments.status));
  return (
    <section className="panel chart" aria-labelledby="chart-title" data-state={read.state}>
      <div className="panel-head">
        <div className="panel-title">
          <h3 id="chart-title">Today by the hour</h3>
          <p className="table-note">{'asOf' in read ? <AsOf at={read.asOf} /> : null}</p>
        </div>
      </div>
      <p className="legend">
        <span data-mark="bar">Bookings</span>
        <span data-mark="line">Revenue</span>
      </p>
      {read.state === 'failed' ? (
        <div className="chart-frame">
          <p className="empty">
            The chart needs rows that could not be read.{' '}
            <TryAgain reads={[bookings.refresh, payments.refresh]} what="the rows of the chart" />
          </p>
        </div>
      ) : (
        <div className="chart-frame" aria-hidden="true">
          <Suspense fallback={drawing}>
            {isKnown(read) ? (
              <DayChart hours={settled} now={twoDigits(currentHour(today, minute))} currency={business.currency} />
            ) : (
              drawing
            )}
          </Suspense>
        </div>
      )}
      {isKnown(read) ? <HoursTable hours={settled} currency={business.currency} /> : null}
    </section>
  );
}

/** The same array until its numbers change, so that the chart is drawn only then. */
function useSame(hours: Hour[]): readonly Hour[] {
  const text = JSON.stringify(hours);
  return useMemo(() => JSON.parse(text) as Hour[], [text]);
}
