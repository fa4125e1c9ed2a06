import { useCallback, useMemo, type ReactNode } from 'react';
import { useBusinessData } from '../data/businessData.js';
import { formatMoney } from '../format.js';
import { EditorsProvider } from '../presence/editors.js';
import { BookingForm } from './BookingForm.js';
import { canceller } from './saves/cancelling.js';
import { describeBooking } from './saves/describeChange.js';
import { FormsContext, type Forms } from './formsContext.js';
import { PaymentForm } from './PaymentForm.js';
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
    const cancelBooking = canceller('bookings', 'Booking', zone, sessions.seenBooking);
    const cancelPayment = canceller('payment_transactions', 'Payment', zone, sessions.seenPayment);
    return {
      cancelBooking: (row) => {
        cancelBooking(row, (stored) => describeBooking(stored, zone));
      },
      cancelPayment: (row, clientOf) => {
        cancelPayment(row, (stored) => `${clientOf(stored)}, ${formatMoney(stored.amount, stored.currency)}`);
      },
    };
  }, [sessions, zone]);
}
