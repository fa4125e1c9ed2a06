import { useState } from 'react';
import { useBusinessData } from '../data/businessData.js';
import type { Booking, Client } from '../data/database.js';
import { useClients, useStaff } from '../data/queries.js';
import { useRest } from '../data/rest.js';
import { SelectField, TextField } from './Field.js';
import { FormSheet } from './FormSheet.js';
import { instantOf, wallTime } from '../data/zone.js';
import { choicesOf, numberOf, textOf } from './values.js';

const statuses = choicesOf(['pending', 'confirmed', 'completed', 'cancelled', 'no_show']);
const HOUR_MS = 3_600_000;

type Props = {
  /** Undefined: a new one. */
  booking: Booking | undefined;
  onClose: () => void;
};

export function BookingForm({ booking, onClose }: Props) {
  const rest = useRest();
  const { business } = useBusinessData();
  const { data: clients = [] } = useClients();
  const { data: staff = [] } = useStaff();
  const [starts] = useState(() =>
    wallTime(booking ? Date.parse(booking.starts_at) : nextHour(Date.now()), business.time_zone),
  );

  async function save(form: FormData): Promise<void> {
    const values = readBooking(form, clients, business.time_zone);
    if (booking === undefined) await rest.insert('bookings', { ...values, business_id: business.id });
    else await rest.update('bookings', booking.id, { ...values, updated_at: new Date().toISOString() });
  }

  const names = [...new Set(clients.map(({ full_name }) => full_name))];
  const people = staff.map(({ id, full_name }) => ({ value: id, label: full_name }));
  return (
    <FormSheet
      title={booking === undefined ? 'Add a booking' : `Booking ${booking.id}`}
      description={`${business.name}, amounts in ${business.currency}`}
      verb={booking === undefined ? 'Add' : 'Save'}
      save={save}
      onClose={onClose}
    >
      <TextField label="Client" name="client" required suggestions={names} defaultValue={booking?.client_name} />
      <TextField label="Service" name="service" required defaultValue={booking?.service ?? 'Consultation'} />
      <TextField label="Starts" name="starts" type="datetime-local" required defaultValue={starts} />
      <TextField
        label="Minutes"
        name="minutes"
        type="number"
        min="1"
        required
        defaultValue={booking?.duration_minutes ?? 30}
      />
      <TextField
        label="Amount"
        name="amount"
        type="number"
        min="0"
        step="0.01"
        defaultValue={booking?.amount ?? undefined}
      />
      <SelectField
        label="Staff"
        name="staff"
        choices={[{ value: '', label: 'Anyone' }, ...people]}
        defaultValue={booking?.staff_id ?? ''}
      />
      <SelectField label="Status" name="status" choices={statuses} defaultValue={booking?.status ?? 'pending'} />
    </FormSheet>
  );
}

/** What the form says. A name that is a client's is that client. */
function readBooking(form: FormData, clients: readonly Client[], zone: string) {
  const name = textOf(form, 'client');
  return {
    client_name: name,
    client_id: clients.find(({ full_name }) => full_name === name)?.id ?? null,
    service: textOf(form, 'service'),
    staff_id: numberOf(form, 'staff'),
    starts_at: new Date(instantOf(textOf(form, 'starts'), zone)).toISOString(),
    duration_minutes: numberOf(form, 'minutes') ?? 0,
    amount: numberOf(form, 'amount'),
    status: textOf(form, 'status'),
  };
}

function nextHour(now: number): number {
  return Math.ceil((now + 1) / HOUR_MS) * HOUR_MS;
}
