import { useBusinessData } from '../data/businessData.js';
import type { Booking, Payment } from '../data/database.js';
import { useRest } from '../data/rest.js';
import { formatDay } from '../format.js';
import { SelectField, TextField, type Choice } from './Field.js';
import { FormSheet } from './FormSheet.js';
import { choicesOf, numberOf, textOf } from './values.js';

const methods = choicesOf(['card', 'cash', 'transfer']);
const statuses = choicesOf(['pending', 'paid', 'failed', 'cancelled']);
const LATEST_BOOKINGS = 50;

type Props = {
  /** Undefined: a new one. */
  payment: Payment | undefined;
  onClose: () => void;
};

export function PaymentForm({ payment, onClose }: Props) {
  const rest = useRest();
  const { business, bookings } = useBusinessData();

  async function save(form: FormData): Promise<void> {
    const values = readPayment(form, payment);
    const { id: business_id, currency } = business;
    if (payment === undefined) await rest.insert('payment_transactions', { ...values, business_id, currency });
    else await rest.update('payment_transactions', payment.id, values);
  }

  return (
    <FormSheet
      title={payment === undefined ? 'Add a payment' : 'Payment'}
      description={`${business.name}, amounts in ${business.currency}`}
      verb={payment === undefined ? 'Add' : 'Save'}
      save={save}
      onClose={onClose}
    >
      <TextField
        label="Amount"
        name="amount"
        type="number"
        min="0"
        step="0.01"
        required
        defaultValue={payment?.amount}
      />
      <SelectField
        label="For the booking"
        name="booking"
        choices={bookingChoices(bookings.rows, payment?.booking_id, business.time_zone)}
        defaultValue={payment?.booking_id ?? ''}
      />
      <SelectField label="Method" name="method" choices={methods} defaultValue={payment?.method ?? 'card'} />
      <SelectField label="Status" name="status" choices={statuses} defaultValue={payment?.status ?? 'paid'} />
      <TextField label="Reference" name="reference" defaultValue={payment?.reference ?? ''} />
    </FormSheet>
  );
}

/** What the form says. Paid at the time at which it was said first. */
function readPayment(form: FormData, before: Payment | undefined) {
  const status = textOf(form, 'status');
  const reference = textOf(form, 'reference');
  return {
    amount: numberOf(form, 'amount') ?? 0,
    booking_id: numberOf(form, 'booking'),
    method: textOf(form, 'method'),
    reference: reference === '' ? null : reference,
    status,
    paid_at: status === 'paid' ? (before?.paid_at ?? new Date().toISOString()) : null,
  };
}

/** The latest bookings, and the one that is chosen already. */
function bookingChoices(bookings: readonly Booking[], chosen: number | null | undefined, zone: string): Choice[] {
  const offered = bookings.filter(({ id }, index) => index < LATEST_BOOKINGS || id === chosen);
  return [
    { value: '', label: 'None' },
    ...offered.map(({ id, client_name, service, starts_at }) => ({
      value: id,
      label: `${client_name}, ${service}, ${formatDay(starts_at, zone)}`,
    })),
  ];
}
