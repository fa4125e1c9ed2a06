import { useState } from 'react';
import { useBusinessData } from '../data/businessData.js';
import type { Booking, Payment } from '../data/database.js';
import { formatStatus, formatWhen } from '../format.js';
import { useEditSession, type EditSession } from '../writing/index.js';
import { choicesOf, withChosen, type Choice } from './fields/choices.js';
import { SelectField, TextField } from './fields/Field.js';
import { FormSheet } from './sheet/FormSheet.js';
import type { PaymentDraft } from './paymentFields.js';
import { currentRow } from './currentRow.js';

const methods = choicesOf(['card', 'cash', 'transfer']);
const statuses = choicesOf(['pending', 'paid', 'failed', 'cancelled']);
const LATEST_BOOKINGS = 50;
const MAX_AMOUNT = 9_999_999_999.99;

type Props = { session: EditSession<Payment, PaymentDraft>; opener: Element | null; onClose: () => void };

export function PaymentForm({ session, opener, onClose }: Props) {
  const { business, bookings, payments } = useBusinessData();
  const [isNew] = useState(session.row === undefined);
  const state = useEditSession(session, currentRow(payments, isNew ? undefined : session.row?.id));
  const { amount, booking, method, status, reference } = state.draft;
  const setter =
    <Name extends keyof PaymentDraft>(name: Name) =>
    (value: PaymentDraft[Name]): void => {
      session.set(name, value);
    };

  return (
    <FormSheet
      title={isNew ? 'Add a payment' : 'Payment'}
      description={`${business.name}, amounts in ${business.currency}`}
      subject="payment"
      verb={isNew ? 'Add' : 'Save'}
      session={session}
      state={state}
      opener={opener}
      onClose={onClose}
    >
      <TextField
        label="Amount"
        name="amount"
        type="number"
        min="0"
        max={MAX_AMOUNT}
        step="0.01"
        required
        value={amount}
        onValue={setter('amount')}
      />
      <SelectField
        label="For the booking"
        name="booking"
        choices={withChosen(bookingChoices(bookings.rows, booking, business.time_zone), booking, `#${booking}`)}
        value={booking}
        onValue={setter('booking')}
      />
      <SelectField
        label="Method"
        name="method"
        choices={withChosen(methods, method, formatStatus(method))}
        value={method}
        onValue={setter('method')}
      />
      <SelectField
        label="Status"
        name="status"
        choices={withChosen(statuses, status, formatStatus(status))}
        value={status}
        onValue={setter('status')}
      />
      <TextField label="Reference" name="reference" maxLength={200} value={reference} onValue={setter('reference')} />
    </FormSheet>
  );
}

/** The latest bookings, and the one that is chosen already. */
function bookingChoices(bookings: readonly Booking[], chosen: string, zone: string): Choice[] {
  const offered = bookings.filter(({ id }, index) => index < LATEST_BOOKINGS || String(id) === chosen);
  return [
    { value: '', label: 'None' },
    ...offered.map(({ id, client_name, service, starts_at }) => ({
      value: String(id),
      label: `${client_name}, ${service}, ${formatWhen(starts_at, zone)}`,
    })),
  ];
}
