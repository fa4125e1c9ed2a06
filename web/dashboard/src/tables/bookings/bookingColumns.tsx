import { useMemo } from 'react';
import { InLocale } from '../../app/InLocale.js';
import { useBusinessData } from '../../data/businessData.js';
import type { Booking } from '../../data/database.js';
import { useEveryStaff } from '../../data/queries.js';
import { paidBookings, paidState, type PaidState } from '../../data/paid.js';
import { formatMoney, formatWhen } from '../../format.js';
import { WithEditors } from '../../presence/editors.js';
import { RowActions } from '../rows/RowActions.js';
import type { Column } from '../rows/RowTable.js';
import { StatusBadge } from '../StatusBadge.js';
import { useMoneyWidth, useTimeWidth } from '../rows/useWidths.js';
import { When } from '../When.js';

const startOf = (booking: Booking): string => booking.starts_at;
const final = new Set(['cancelled', 'completed', 'no_show']);

type BookingActions = { edit: (row: Booking) => void; cancel: (row: Booking) => void };

/** The columns of bookings. `hasDay`: whether they may be of several days. */
export function useBookingColumns({ edit, cancel }: BookingActions, hasDay: boolean): readonly Column<Booking>[] {
  const { business, bookings } = useBusinessData();
  const { data: staff } = useEveryStaff();
  const timeWidth = useTimeWidth(hasDay, bookings.rows, startOf);
  const moneyWidth = useMoneyWidth(bookings.rows, business.currency);
  const { currency, time_zone: zone } = business;
  return useMemo((): readonly Column<Booking>[] => {
    const names = new Map(staff?.map(({ id, full_name }) => [id, full_name]));
    const personOf = ({ staff_id }: Booking): string => {
      if (staff_id === null) return 'Anyone';
      return names.get(staff_id) ?? (staff === undefined ? '–' : `#${staff_id}`);
    };
    return [
      { head: 'Starts', slot: 'meta', width: timeWidth, cell: (row) => <When iso={row.starts_at} hasDay={hasDay} /> },
      {
        head: 'Client',
        slot: 'title',
        width: 'minmax(0, 4fr)',
        cell: (row) => <WithEditors id={row.id}>{row.client_name}</WithEditors>,
      },
      { head: 'Service', slot: 'sub', width: 'minmax(0, 3fr)', cell: ({ service }) => service },
      { head: 'Staff', slot: 'person', width: 'minmax(0, 3fr)', cell: personOf },
      { head: 'Length', slot: 'more', width: '4.25rem', isNumber: true, cell: (row) => `${row.duration_minutes} min` },
      {
        ...{ head: 'Amount', slot: 'value', width: `calc(${moneyWidth} + 1.25rem)`, isNumber: true },
        cell: (row) => (
          <>
            <PaidMark booking={row} />
            <InLocale>{formatMoney(row.amount, currency)}</InLocale>
          </>
        ),
      },
      { head: 'Status', slot: 'badge', width: '6.5rem', cell: ({ status }) => <StatusBadge status={status} /> },
      {
        head: 'Actions',
        slot: 'actions',
        width: '4.75rem',
        cell: (row) => (
          <RowActions
            what={`booking of ${row.client_name}, ${formatWhen(row.starts_at, zone)}`}
            onEdit={() => {
              edit(row);
            }}
            onCancel={
              final.has(row.status)
                ? undefined
                : () => {
                    cancel(row);
                  }
            }
          />
        ),
      },
    ];
  }, [edit, cancel, hasDay, staff, timeWidth, moneyWidth, currency, zone]);
}

/** Beside the amount of a booking for which something was paid. Asks for itself: the row does not change when a payment does. */
function PaidMark({ booking }: { booking: Booking }) {
  const { business, payments } = useBusinessData();
  const state = paidState(booking, paidBookings(payments.rows));
  if (state === undefined) return null;
  const words = paidWords(state, business.currency);
  return (
    <span className="paid-mark" data-paid={state.is} title={words}>
      <span aria-hidden="true">{SIGNS[state.is]}</span>
      <span className="only-heard">{words}: </span>
    </span>
  );
}

const SIGNS = { paid: '✓', partly: '◐', over: '!' } as const;

function paidWords(state: PaidState, currency: string): string {
  if (state.is === 'over') return `Overpaid by ${formatMoney(state.by, currency)}`;
  return state.is === 'paid' ? 'Paid' : `Paid in part, ${formatMoney(state.open, currency)} open`;
}
