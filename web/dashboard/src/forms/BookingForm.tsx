import { useCallback, useState } from 'react';
import { useBusinessData } from '../data/businessData.js';
import type { Booking } from '../data/database.js';
import { useClients, useEveryStaff } from '../data/queries.js';
import { cityOf } from '../data/zone.js';
import { formatStatus } from '../format.js';
import { AlsoEditing } from '../presence/editors.js';
import { useEditSession, type EditSession } from '../writing/index.js';
import { amountRule, amountText } from './amounts.js';
import type { BookingDraft } from './bookingFields.js';
import type { ChosenClient } from './clientNames.js';
import { choicesOf, withChosen } from './fields/choices.js';
import { ClientField } from './fields/ClientField.js';
import { SelectField, TextField } from './fields/Field.js';
import { NumberField } from './fields/NumberField.js';
import { StartsField } from './fields/StartsField.js';
import { FormSheet } from './sheet/FormSheet.js';
import { currentRow } from './currentRow.js';
import { OverlapHint } from './OverlapHint.js';

const statuses = choicesOf(['pending', 'confirmed', 'completed', 'cancelled', 'no_show']);
const MINUTES = { min: 1, max: 1440, decimals: 0 };
const MAX_AMOUNT = 99_999_999.99;

type Props = { session: EditSession<Booking, BookingDraft>; opener: Element | null; onClose: () => void };

export function BookingForm({ session, opener, onClose }: Props) {
  const { business, bookings } = useBusinessData();
  const [isNew] = useState(session.row === undefined);
  const [original] = useState(session.state().draft.client);
  const state = useEditSession(session, currentRow(bookings, isNew ? undefined : session.row?.id));
  return (
    <FormSheet
      title={isNew ? 'Add a booking' : `Booking of ${original.name}`}
      description={`${business.name}, amounts in ${business.currency}, times in ${cityOf(business.time_zone)}`}
      subject="booking"
      verb={isNew ? 'Add' : 'Save'}
      session={session}
      state={state}
      opener={opener}
      onClose={onClose}
    >
      <AlsoEditing id={isNew ? undefined : session.row?.id} />
      <WhoFields session={session} draft={state.draft} original={original} />
      <WhenFields session={session} draft={state.draft} zone={business.time_zone} />
      <WhatFields session={session} draft={state.draft} />
      {/* What is being added may be in the list already. */}
      {isNew && state.phase !== 'editing' ? null : <OverlapHint id={session.row?.id} draft={state.draft} />}
    </FormSheet>
  );
}

type FieldsProps = { session: EditSession<Booking, BookingDraft>; draft: BookingDraft };

function WhoFields({ session, draft, original }: FieldsProps & { original: ChosenClient }) {
  const { data: clients, isError } = useClients();
  const setClient = useCallback(
    (value: ChosenClient) => {
      session.set('client', value);
    },
    [session],
  );
  return (
    <>
      <ClientField value={draft.client} original={original} clients={clients} isFailed={isError} onValue={setClient} />
      <TextField
        label="Service"
        name="service"
        required
        maxLength={200}
        value={draft.service}
        onValue={(value) => {
          session.set('service', value);
        }}
      />
    </>
  );
}

function WhenFields({ session, draft, zone }: FieldsProps & { zone: string }) {
  return (
    <>
      <StartsField
        value={draft.starts}
        stored={session.row?.starts_at}
        zone={zone}
        onValue={(value) => {
          session.set('starts', value);
        }}
      />
      <NumberField
        label="Minutes"
        name="minutes"
        rule={MINUTES}
        stored={session.row === undefined ? undefined : String(session.row.duration_minutes)}
        required
        value={draft.minutes}
        onValue={(value) => {
          session.set('minutes', value);
        }}
      />
    </>
  );
}

function WhatFields({ session, draft: { amount, staff: person, status } }: FieldsProps) {
  const { currency } = useBusinessData().business;
  const { data: staff = [] } = useEveryStaff();
  const people = staff
    .filter(({ active, id }) => active || String(id) === person)
    .map(({ id, full_name, active }) => ({ value: String(id), label: active ? full_name : `${full_name} (left)` }));
  const anyone = { value: '', label: 'Anyone' };
  return (
    <>
      <NumberField
        label="Amount"
        name="amount"
        rule={amountRule(currency, MAX_AMOUNT)}
        stored={session.row === undefined ? undefined : amountText(session.row.amount, currency)}
        value={amount}
        onValue={(value) => {
          session.set('amount', value);
        }}
      />
      <SelectField
        label="Staff"
        name="staff"
        choices={withChosen([anyone, ...people], person, `#${person}`)}
        value={person}
        onValue={(value) => {
          session.set('staff', value);
        }}
      />
      <SelectField
        label="Status"
        name="status"
        choices={withChosen(statuses, status, formatStatus(status))}
        value={status}
        onValue={(value) => {
          session.set('status', value);
        }}
      />
    </>
  );
}
