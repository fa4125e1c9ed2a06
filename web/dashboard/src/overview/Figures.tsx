import { useMemo, type CSSProperties, type ReactNode } from 'react';
import { AsOf } from '../app/AsOf.js';
import { Fold } from '../app/room/Fold.js';
import { InLocale } from '../app/InLocale.js';
import { overlongHours } from '../data/attendance.js';
import { useBusinessData } from '../data/businessData.js';
import { useAttendance, useOpenAlerts, useStaff } from '../data/queries.js';
import { paidBookings } from '../data/paid.js';
import { isKnown, rowsState, useQueryState, worstOf, type ReadState } from '../data/readState.js';
import { useMinute, useToday } from '../data/today.js';
import { formatCount, formatMoney } from '../format.js';
import { AlertsDialog } from './AlertsDialog.js';
import { TodayInShort } from './TodayInShort.js';
import { bookingFigures, criticalOf, isPresent, revenue, type BookingFigures } from './figures.js';
import { TryAgain } from './TryAgain.js';

/** Today in four numbers. */
export function Figures() {
  return (
    <Fold className="today" summary={<TodayInShort />}>
      <section className="figures" aria-label="Today">
        <BookingsFigure />
        <RevenueFigure />
        <StaffFigure />
        <AlertsFigure />
      </section>
    </Fold>
  );
}

function BookingsFigure() {
  const { bookings } = useBusinessData();
  const today = useToday();
  const now = useMinute();
  const booked = useMemo(() => bookingFigures(bookings.rows, today, now), [bookings.rows, today, now]);
  return (
    <Figure
      name="bookings"
      label="Bookings today"
      read={rowsState(bookings.status)}
      reads={[bookings.refresh]}
      value={formatCount(booked.total)}
      note={bookedText(booked)}
    />
  );
}

/** What the number is made of, and what it leaves out. */
function bookedText({ completed, begun, coming, missed, cancelled }: BookingFigures): string {
  const parts = [`${formatCount(completed)} done`, `${formatCount(coming)} to come`];
  if (begun > 0) parts.splice(1, 0, `${formatCount(begun)} begun`);
  if (missed > 0) parts.push(`${formatCount(missed)} missed`);
  if (cancelled > 0) parts.push(`plus ${formatCount(cancelled)} cancelled`);
  return parts.join(', ');
}

function RevenueFigure() {
  const { business, bookings, payments } = useBusinessData();
  const today = useToday();
  const now = useMinute();
  const { expected, unpaid } = useMemo(
    () => bookingFigures(bookings.rows, today, now, paidBookings(payments.rows)),
    [bookings.rows, payments.rows, today, now],
  );
  const paid = useMemo(() => revenue(payments.rows, today), [payments.rows, today]);
  const paymentsRead = rowsState(payments.status);
  const bookingsRead = rowsState(bookings.status);
  const areBookingsKnown = isKnown(bookingsRead);
  const money = (sum: number): string => (areBookingsKnown ? formatMoney(sum, business.currency) : '–');
  return (
    <Figure
      name="revenue"
      label="Revenue today"
      read={areBookingsKnown ? worstOf(paymentsRead, bookingsRead) : paymentsRead}
      reads={[payments.refresh]}
      value={formatMoney(paid.sum, business.currency)}
      note={
        <>
          {/* Each last in its line, and there when it is nothing, so that a longer sum moves nothing. */}
          <div>
            Still expected: <InLocale>{money(expected)}</InLocale>
          </div>
          <div>
            Unpaid: <InLocale>{money(unpaid)}</InLocale>
          </div>
        </>
      }
    />
  );
}

function StaffFigure() {
  const staff = useStaff();
  const attendance = useAttendance();
  const now = useMinute();
  const overlong = attendance.data?.filter((entry) => overlongHours(entry, now) !== null).length ?? 0;
  const present = staff.data?.filter(({ id }) => isPresent(attendance.data ?? [], id)).length ?? 0;
  return (
    <Figure
      name="staff"
      label="Staff present"
      read={worstOf(useQueryState(staff), useQueryState(attendance))}
      reads={[staff.refetch, attendance.refetch]}
      value={formatCount(present)}
      note={`of ${formatCount(staff.data?.length ?? 0)}${overlong === 0 ? '' : `, ${formatCount(overlong)} for too long`}`}
    />
  );
}

function AlertsFigure() {
  const alerts = useOpenAlerts();
  const critical = criticalOf(alerts.data);
  return (
    <Figure
      name="alerts"
      label="Open alerts"
      read={useQueryState(alerts)}
      reads={[alerts.refetch]}
      value={formatCount(alerts.data?.length ?? 0)}
      worst={critical === 0 ? undefined : `${formatCount(critical)} critical`}
      note={<AlertsDialog alerts={alerts.data ?? []} />}
    />
  );
}

type FigureProps = {
  name: string;
  label: string;
  read: ReadState;
  /** What reads it again. */
  reads: readonly (() => Promise<unknown>)[];
  value: string;
  note: ReactNode;
  /** What of it is bad, in words; absent when nothing is. */
  worst?: string | undefined;
};

/** One number, where it is known, and how old it is where it may not be the newest. */
function Figure({ name, label, read, reads, value, note, worst }: FigureProps) {
  const shown = isKnown(read) ? value : '–';
  return (
    <div
      className="panel figure"
      data-figure={name}
      data-tone={worst === undefined ? undefined : 'bad'}
      data-state={read.state}
    >
      <h3>{label}</h3>
      <p className="figure-value" style={{ '--length': Math.max(shown.length, 4) } as CSSProperties}>
        <InLocale>{shown}</InLocale>
        {worst !== undefined && isKnown(read) ? (
          <>
            <span className="only-heard">, </span>
            <span className="figure-tone">{worst}</span>
          </>
        ) : null}
      </p>
      <div className="figure-notes">
        <div>
          {read.state === 'loading' ? 'Loading' : null}
          {read.state === 'failed' ? (
            <>
              <span role="alert">Could not be read.</span> <TryAgain reads={reads} what={label} />
            </>
          ) : null}
          {isKnown(read) ? note : null}
        </div>
        {'asOf' in read ? <AsOf at={read.asOf} /> : null}
      </div>
    </div>
  );
}
