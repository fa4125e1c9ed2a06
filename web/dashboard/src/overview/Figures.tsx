import { useMemo, type ReactNode } from 'react';
import { useBusinessData } from '../data/businessData.js';
import { useAttendance, useOpenAlerts, useStaff } from '../data/queries.js';
import { useToday } from '../data/today.js';
import { formatCount, formatMoney } from '../format.js';
import { AlertsDialog } from './AlertsDialog.js';
import { bookingFigures, isPresent, revenue } from './figures.js';

/** Today in four numbers. */
export function Figures() {
  const { business, bookings, payments } = useBusinessData();
  const today = useToday();
  const staff = useStaff();
  const attendance = useAttendance();
  const alerts = useOpenAlerts();
  const booked = useMemo(() => bookingFigures(bookings.rows, today), [bookings.rows, today]);
  const paid = useMemo(() => revenue(payments.rows, today), [payments.rows, today]);
  const present = staff.data?.filter(({ id }) => isPresent(attendance.data ?? [], id)).length;
  const isCritical = alerts.data?.some(({ severity }) => severity === 'critical') ?? false;
  return (
    <section className="figures" aria-label="Today">
      <Figure
        name="bookings"
        label="Bookings today"
        value={bookings.status.state === 'loading' ? undefined : formatCount(booked.total)}
        note={`${booked.completed} done, ${booked.open} to come`}
      />
      <Figure
        name="revenue"
        label="Revenue today"
        value={payments.status.state === 'loading' ? undefined : formatMoney(paid.sum, business.currency)}
        note={`${formatMoney(booked.expected, business.currency)} still expected`}
      />
      <Figure
        name="staff"
        label="Staff present"
        value={present === undefined || attendance.isPending ? undefined : formatCount(present)}
        note={`of ${formatCount(staff.data?.length ?? 0)}`}
      />
      <Figure
        name="alerts"
        label="Open alerts"
        value={alerts.data === undefined ? undefined : formatCount(alerts.data.length)}
        tone={isCritical ? 'bad' : undefined}
        note={<AlertsDialog alerts={alerts.data ?? []} />}
      />
    </section>
  );
}

type FigureProps = {
  name: string;
  label: string;
  /** Undefined while it is not known. */
  value: string | undefined;
  note: ReactNode;
  tone?: 'bad' | undefined;
};

function Figure({ name, label, value, note, tone }: FigureProps) {
  return (
    <div className="panel figure" data-figure={name} data-tone={tone} data-loading={value === undefined}>
      <h2>{label}</h2>
      <p className="figure-value">{value ?? '–'}</p>
      <p className="figure-note">{value === undefined ? 'Loading' : note}</p>
    </div>
  );
}
