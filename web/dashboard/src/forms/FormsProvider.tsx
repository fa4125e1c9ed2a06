import { useCallback, useMemo, useState, type ReactNode } from 'react';
import { useBusinessData } from '../data/businessData.js';
import type { Booking, Payment, TableName } from '../data/database.js';
import { formatMoney } from '../format.js';
import { undoToastId } from '../toasts/rowToasts.js';
import type { EditSession, VersionedRow } from '../writing/index.js';
import { BookingForm } from './BookingForm.js';
import type { BookingDraft } from './bookingFields.js';
import { FormsContext, type Forms } from './formsContext.js';
import { PaymentForm } from './PaymentForm.js';
import type { PaymentDraft } from './paymentFields.js';
import { followSave, saveWithToast } from './saveToasts.js';
import { useSessions, type Sessions } from './useSessions.js';

type OpenForm = { readonly opener: Element | null } & (
  | { readonly kind: 'booking'; readonly session: EditSession<Booking, BookingDraft> }
  | { readonly kind: 'payment'; readonly session: EditSession<Payment, PaymentDraft> }
);

/** Holds the form that is open, and lets everything below write. */
export function FormsProvider({ children }: { children: ReactNode }) {
  const sessions = useSessions();
  const { business } = useBusinessData();
  const zone = business.time_zone;
  const [form, setForm] = useState<OpenForm | null>(null);
  const { cancelBooking, cancelPayment } = useCancelling(sessions, zone);
  const forms = useMemo(
    (): Forms => ({
      openBooking: (row) => {
        setForm({ kind: 'booking', session: sessions.booking(row), opener: document.activeElement });
      },
      addBooking: (date) => {
        setForm({ kind: 'booking', session: sessions.newBooking(date), opener: document.activeElement });
      },
      openPayment: (row) => {
        setForm({ kind: 'payment', session: sessions.payment(row), opener: document.activeElement });
      },
      cancelBooking,
      cancelPayment,
    }),
    [sessions, cancelBooking, cancelPayment],
  );
  const close = useCallback(
    (closed: OpenForm) => {
      setForm((current) => (current === closed ? null : current));
      const follow = <Row extends VersionedRow, Draft extends object>(
        session: EditSession<Row, Draft>,
        noun: string,
        describe: (draft: Draft) => string,
      ): void => {
        const { phase, draft } = session.state();
        if (phase !== 'saving' && phase !== 'waiting') return;
        followSave(session, { noun, isNew: session.row === undefined, description: describe(draft), zone }, () => {
          setForm((current) => current ?? closed);
        });
      };
      if (closed.kind === 'booking')
        follow(closed.session, 'Booking', ({ client, service }) => `${client.name}, ${service}`);
      else follow(closed.session, 'Payment', ({ amount }) => formatMoney(Number(amount), business.currency));
    },
    [zone, business.currency],
  );
  return (
    <FormsContext value={forms}>
      {children}
      {form === null ? null : <OpenedForm form={form} onClose={close} />}
    </FormsContext>
  );
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
  return useMemo(
    () => ({
      cancelBooking: canceller('bookings', 'Booking', zone, sessions.booking, ({ client_name }) => client_name),
      cancelPayment: canceller(
        'payment_transactions',
        'Payment',
        zone,
        sessions.payment,
        ({ reference }) => reference ?? 'No reference',
      ),
    }),
    [sessions, zone],
  );
}

/** Cancels rows, and offers to undo it. A second click while the first is under way does nothing. */
function canceller<Row extends VersionedRow & { status: string }, Draft extends { status: string }>(
  table: TableName,
  noun: string,
  zone: string,
  sessionOf: (row: Row) => EditSession<Row, Draft>,
  describe: (row: Row) => string,
): (row: Row) => void {
  const busy = new Set<number | string>();
  const setStatus = (row: Row, status: string, done: string, failed: string, undo?: (row: Row) => void): void => {
    if (busy.has(row.id)) return;
    busy.add(row.id);
    const session = sessionOf(row);
    session.set('status', status);
    const id = undoToastId(table, row.id);
    const words = { id, done: `${noun} ${done}`, failed, description: describe(row), zone };
    void saveWithToast(session, words, undo).finally(() => busy.delete(row.id));
  };
  return (row) => {
    setStatus(row, 'cancelled', 'cancelled', 'Not cancelled', (cancelled) => {
      setStatus(cancelled, row.status, 'restored', 'Not undone');
    });
  };
}
