import { useState } from 'react';
import { useBusinessData } from '../data/businessData.js';
import type { Payment } from '../data/database.js';
import { paidBookings } from '../data/paid.js';
import { isKnown, rowsState } from '../data/readState.js';
import { formatStatus, formatWhen } from '../format.js';
import { useEditSession, type EditSession } from '../writing/index.js';
import { choicesOf, withChosen } from './fields/choices.js';
import {
  amountRule,
  amountText,
  openAmountText,
  openBeside,
  openChange,
  overpaymentQuestion,
  showAmount,
} from './amounts.js';
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
  const open = useOpenAmount(session, state.draft, isNew);
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
      question={open.question}
      opener={opener}
      onClose={onClose}
    >
      {state.phase === 'editing' ? <OpenNews open={open} amount={amount} currency={currency} /> : null}
      <NumberField
        label="Amount"
        name="amount"
        rule={amountRule(currency, MAX_AMOUNT)}
        stored={session.row === undefined ? undefined : amountText(session.row.amount, currency)}
        required
        value={amount}
        hint={open.isTaken ? 'What is open for the booking.' : undefined}
        onValue={setter('amount')}
      />
      <SelectField
        label="Method"
        name="method"
        choices={withChosen(methods, method, formatStatus(method))}
        value={method}
        onValue={setter('method')}
      />
      <BookingField value={booking} payment={session.row?.id} onValue={open.choose} />
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

type NewsProps = { open: ReturnType<typeof useOpenAmount>; amount: string; currency: string };

/** What another desk took meanwhile. */
function OpenNews({ open: { news, offer, take }, amount, currency }: NewsProps) {
  if (news === undefined) return null;
  return (
    <div className="form-note" data-tone="calm">
      <p role="status">{news}</p>
      {offer === '' || offer === amount ? null : (
        <button type="button" className="quiet-button" onClick={take}>
          Take {showAmount(offer, currency)}
        </button>
      )}
    </div>
  );
}

/** What is open for the booking of the form: a new payment takes that as its amount, as long as nobody has typed another one. */
function useOpenAmount(session: EditSession<Payment, PaymentDraft>, draft: PaymentDraft, isNew: boolean) {
  const { business, bookings, payments } = useBusinessData();
  const { row } = session;
  const currency = row?.currency ?? business.currency;
  const paid = paidBookings(payments.rows);
  const isRead = isKnown(rowsState(payments.status));
  const bookingOf = (id: string) => (isRead ? bookings.rows.find((one) => String(one.id) === id) : undefined);
  const openFor = (id: string): number | null => openBeside({ booking: bookingOf(id), row, paid });
  const [taken, setTaken] = useState('');
  /** When the booking was chosen. */
  const [before, setBefore] = useState(() => openFor(draft.booking));
  const booking = bookingOf(draft.booking);
  const offer = isNew ? openAmountText(booking, paid, currency) : '';
  const take = (amount: string): void => {
    session.set('amount', amount);
    setTaken(amount);
  };
  return {
    isTaken: taken !== '' && draft.amount === taken && taken === offer,
    /** Says that something else is open by now. */
    news: openChange(before, openFor(draft.booking), currency),
    question: overpaymentQuestion({ draft, row, booking, paid, currency }),
    /** What a new payment could take; empty: nothing. */
    offer,
    take: () => {
      take(offer);
      setBefore(openFor(draft.booking));
    },
    choose: (id: string): void => {
      session.set('booking', id);
      setBefore(openFor(id));
      if (isNew && isRead && (draft.amount.trim() === '' || draft.amount === taken))
        take(openAmountText(bookingOf(id), paid, currency));
    },
  };
}

/** On which day it counts. */
function paidText(status: string, seen: Payment | undefined, zone: string): string | undefined {
  const kept = paidAt(status, seen);
  if (kept !== null) return `${status === 'paid' ? 'Paid' : 'Was paid'} ${formatWhen(kept, zone)}`;
  return status === 'paid' ? 'Paid when it is saved' : undefined;
}
