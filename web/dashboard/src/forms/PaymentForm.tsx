import { useState } from 'react';
import { useBusinessData } from '../data/businessData.js';
import type { Payment } from '../data/database.js';
import { paidBookings } from '../data/paid.js';
import { isKnown, rowsState } from '../data/readState.js';
import { formatStatus, formatWhen } from '../format.js';
import { useEditSession, type EditSession } from '../writing/index.js';
import { choicesOf, withChosen } from './fields/choices.js';
import { amountRule, amountText, openAmountText } from './amounts.js';
import { BookingField } from './fields/BookingField.js';
import { SelectField, TextField } from './fields/Field.js';
import { NumberField } from './fields/NumberField.js';
import { FormSheet } from './sheet/FormSheet.js';
import { paidAt, type PaymentDraft } from './paymentFields.js';
import { currentRow } from './currentRow.js';

const methods = choicesOf(['card', 'cash', 'transfer']);
const statuses = choicesOf(['pending', 'paid', 'failed', 'cancelled']);
const MAX_AMOUNT = 9_999_999_999.99;

type Props = { session: EditSession<Payment, PaymentDraft>; opener: Element | null; onClose: () => void };

export function PaymentForm({ session, opener, onClose }: Props) {
  const { business, payments } = useBusinessData();
  const [isNew] = useState(session.row === undefined);
  const state = useEditSession(session, currentRow(payments, isNew ? undefined : session.row?.id));
  const currency = session.row?.currency ?? business.currency;
  const { amount, booking, method, status, reference } = state.draft;
  const { taken, takeAmount } = useAmountOfBooking(session, isNew);
  const setter =
    <Name extends keyof PaymentDraft>(name: Name) =>
    (value: PaymentDraft[Name]): void => {
      session.set(name, value);
    };

  return (
    <FormSheet
      title={isNew ? 'Add a payment' : 'Payment'}
      description={`${business.name}, amounts in ${currency}`}
      subject="payment"
      verb={isNew ? 'Add' : 'Save'}
      session={session}
      state={state}
      opener={opener}
      onClose={onClose}
    >
      <NumberField
        label="Amount"
        name="amount"
        rule={amountRule(currency, MAX_AMOUNT)}
        stored={session.row === undefined ? undefined : amountText(session.row.amount, currency)}
        required
        value={amount}
        hint={taken !== '' && amount === taken ? 'What is open for the booking.' : undefined}
        onValue={setter('amount')}
      />
      <SelectField
        label="Method"
        name="method"
        choices={withChosen(methods, method, formatStatus(method))}
        value={method}
        onValue={setter('method')}
      />
      <BookingField value={booking} payment={session.row?.id} onValue={takeAmount} />
      <SelectField
        label="Status"
        name="status"
        choices={withChosen(statuses, status, formatStatus(status))}
        value={status}
        hint={paidText(status, session.row, business.time_zone)}
        onValue={setter('status')}
      />
      <TextField label="Reference" name="reference" maxLength={200} value={reference} onValue={setter('reference')} />
    </FormSheet>
  );
}

/** Choosing a booking, which fills in what is open for it as long as nobody has typed another amount. `taken`: what was filled in; empty: nothing. */
function useAmountOfBooking(session: EditSession<Payment, PaymentDraft>, isNew: boolean) {
  const { business, bookings, payments } = useBusinessData();
  const [taken, setTaken] = useState('');
  const takeAmount = (id: string): void => {
    const { amount } = session.state().draft;
    session.set('booking', id);
    if (!isNew || !isKnown(rowsState(payments.status)) || (amount.trim() !== '' && amount !== taken)) return;
    const booking = bookings.rows.find((candidate) => String(candidate.id) === id);
    const open = openAmountText(booking, paidBookings(payments.rows), business.currency);
    session.set('amount', open);
    setTaken(open);
  };
  return { taken, takeAmount };
}

/** On which day it counts. */
function paidText(status: string, seen: Payment | undefined, zone: string): string | undefined {
  const kept = paidAt(status, seen);
  if (kept !== null) return `${status === 'paid' ? 'Paid' : 'Was paid'} ${formatWhen(kept, zone)}`;
  return status === 'paid' ? 'Paid when it is saved' : undefined;
}
