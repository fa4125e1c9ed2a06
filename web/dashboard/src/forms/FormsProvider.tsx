import { useCallback, useMemo, useState, type ReactNode } from 'react';
import { toast } from 'sonner';
import { useBusinessData } from '../data/businessData.js';
import type { Booking, Payment, TableName } from '../data/database.js';
import { formatMoney, formatWhen } from '../format.js';
import { showOf } from '../tables/bookings/showBooking.js';
import { EditorsProvider } from '../presence/editors.js';
import { toastChange, withAction } from '../toasts/rowToasts.js';
import type { EditSession, VersionedRow } from '../writing/index.js';
import { BookingForm } from './BookingForm.js';
import type { BookingDraft } from './bookingFields.js';
import { FormsContext, type Forms } from './formsContext.js';
import { PaymentForm } from './PaymentForm.js';
import type { PaymentDraft } from './paymentFields.js';
import { followSave, saveWithToast } from './saveToasts.js';
import { useSessions, type Sessions } from './useSessions.js';

type OpenForm = { readonly opener: Element | null; readonly isNew: boolean } & (
  | { readonly kind: 'booking'; readonly session: EditSession<Booking, BookingDraft> }
  | { readonly kind: 'payment'; readonly session: EditSession<Payment, PaymentDraft> }
);

/** Holds the forms that are open, of which the last is shown, and lets everything below write. */
export function FormsProvider({ children }: { children: ReactNode }) {
  const sessions = useSessions();
  const { business } = useBusinessData();
  const zone = business.time_zone;
  const [open, setOpen] = useState<readonly OpenForm[]>([]);
  const form = open.at(-1);
  const { cancelBooking, cancelPayment } = useCancelling(sessions, zone);
  const forms = useMemo(
    (): Forms => ({
      openBooking: (row) => {
        setOpen([{ kind: 'booking', session: sessions.booking(row), isNew: false, ...opener() }]);
      },
      addBooking: (date) => {
        setOpen([{ kind: 'booking', session: sessions.newBooking(date), isNew: true, ...opener() }]);
      },
      openPayment: (row) => {
        setOpen([{ kind: 'payment', session: sessions.payment(row), isNew: row === undefined, ...opener() }]);
      },
      cancelBooking,
      cancelPayment,
    }),
    [sessions, cancelBooking, cancelPayment],
  );
  const close = useCallback(
    (closed: OpenForm) => {
      setOpen((forms) => forms.filter((form) => form !== closed));
      const { phase } = closed.session.state();
      const confirm = (): void => {
        // What is new is confirmed where it is added.
        if (!closed.isNew) toastSaved(closed, zone, phase !== 'saved');
      };
      if (phase === 'saved') confirm();
      const follow = <Row extends VersionedRow, Draft extends object>(
        session: EditSession<Row, Draft>,
        noun: string,
        describe: (draft: Draft) => string,
      ): void => {
        if (phase !== 'saving' && phase !== 'waiting') return;
        const words = { noun, description: describe(session.state().draft), zone };
        followSave(session, words, confirm, () => {
          // Above the one that is open, if any: that one is as it was afterwards.
          setOpen((forms) => [...forms, closed]);
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
      <EditorsProvider editing={form?.kind === 'booking' ? form.session.row?.id : undefined}>
        {children}
      </EditorsProvider>
      {form === undefined ? null : <OpenedForm key={open.length} form={form} onClose={close} />}
    </FormsContext>
  );
}

function opener(): { opener: Element | null } {
  return { opener: document.activeElement };
}

/** Confirms a change that can't be seen: the booking has another day now, or does not match the search any more. `always`: in any case. */
function toastSaved({ kind, session }: OpenForm, zone: string, always: boolean): void {
  if (kind === 'payment') {
    if (always) toast.success('Payment saved');
    return;
  }
  const { row } = session;
  if (row === undefined) return;
  const show = showOf(row, zone);
  if (show === undefined && !always) return;
  const description = `${row.client_name}, ${row.service}, ${formatWhen(row.starts_at, zone)}`;
  toast.success('Booking saved', { description, ...(show === undefined ? {} : withAction('Show', show)) });
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
