import { useCallback, useMemo, type ReactNode } from 'react';
import { useBusinessData } from '../data/businessData.js';
import type { TableName } from '../data/database.js';
import { formatMoney, formatWhen } from '../format.js';
import { EditorsProvider } from '../presence/editors.js';
import { toastChange, withAction } from '../toasts/rowToasts.js';
import type { EditSession, VersionedRow } from '../writing/index.js';
import { BookingForm } from './BookingForm.js';
import { FormsContext, type Forms } from './formsContext.js';
import { PaymentForm } from './PaymentForm.js';
import { saveWithToast } from './saveToasts.js';
import { useOpenForms, type OnUnfinished, type OpenForm } from './useOpenForms.js';
import { useSessions, type Sessions } from './useSessions.js';

type Props = { onUnfinished: OnUnfinished; children: ReactNode };

/** Holds the forms of a business that are open, of which the last is shown, and lets everything below write. */
export function FormsProvider({ onUnfinished, children }: Props) {
  const sessions = useSessions();
  const { business } = useBusinessData();
  const { open, show, close } = useOpenForms(onUnfinished);
  const form = open.at(-1);
  const { cancelBooking, cancelPayment } = useCancelling(sessions, business.time_zone);
  const forms = useMemo(
    (): Forms => ({
      openBooking: (row) => {
        show({ kind: 'booking', session: sessions.booking(row), isNew: false, ...opener() });
      },
      addBooking: (date) => {
        show({ kind: 'booking', session: sessions.newBooking(date), isNew: true, ...opener() });
      },
      openPayment: (row) => {
        show({ kind: 'payment', session: sessions.payment(row), isNew: row === undefined, ...opener() });
      },
      cancelBooking,
      cancelPayment,
    }),
    [sessions, show, cancelBooking, cancelPayment],
  );
  return (
    <FormsContext value={forms}>
      <EditorsProvider editing={form?.kind === 'booking' ? form.session.row?.id : undefined}>
        {children}
        {form === undefined ? null : <OpenedForm key={open.length} form={form} onClose={close} />}
      </EditorsProvider>
    </FormsContext>
  );
}

function opener(): { opener: Element | null } {
  return { opener: document.activeElement };
}

function OpenedForm({ form, onClose }: { form: OpenForm; onClose: (form: OpenForm) => void }) {
  const close = useCallback(() => {
    onClose(form);
  }, [form, onClose]);
  const { opener } = form;
  return form.kind === 'booking' ? (
    <BookingForm session={form.session} opener={opener} onClose={close} />
  ) : (
    <PaymentForm session={form.session} opener={opener} onClose={close} />
  );
}

/** Cancelling without a form. */
function useCancelling(sessions: Sessions, zone: string): Pick<Forms, 'cancelBooking' | 'cancelPayment'> {
  return useMemo(() => {
    const cancelBooking = canceller('bookings', 'Booking', zone, sessions.booking);
    const cancelPayment = canceller('payment_transactions', 'Payment', zone, sessions.payment);
    return {
      cancelBooking: (row) => {
        cancelBooking(row, `${row.client_name}, ${row.service}, ${formatWhen(row.starts_at, zone)}`);
      },
      cancelPayment: (row, client) => {
        cancelPayment(row, `${client}, ${formatMoney(row.amount, row.currency)}`);
      },
    };
  }, [sessions, zone]);
}

/** Cancels rows, and offers to undo it. A second click while the first is under way does nothing. */
function canceller<Row extends VersionedRow & { status: string }, Draft extends { status: string }>(
  table: TableName,
  noun: string,
  zone: string,
  sessionOf: (row: Row) => EditSession<Row, Draft>,
): (row: Row, description: string) => void {
  const busy = new Set<number | string>();
  return (row, description) => {
    const setStatus = (from: Row, status: string, done: string, failed: string, undo?: (row: Row) => void): void => {
      if (busy.has(from.id)) return;
      busy.add(from.id);
      const session = sessionOf(from);
      session.set('status', status);
      const saved = (row: Row): void => {
        const undoing = (): void => {
          undo?.(row);
        };
        const action = undo === undefined ? {} : withAction('Undo', undoing);
        toastChange(table, row, `${noun} ${done}`, { description, ...action });
      };
      void saveWithToast(session, { failed, description, zone }, saved).finally(() => busy.delete(from.id));
    };
    setStatus(row, 'cancelled', 'cancelled', 'Not cancelled', (cancelled) => {
      setStatus(cancelled, row.status, 'restored', 'Not undone');
    });
  };
}
