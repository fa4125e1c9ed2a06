import { useMemo, useState } from 'react';
import { useBusinessData } from '../../data/businessData.js';
import { paidBookings } from '../../data/paid.js';
import { isKnown, rowsState } from '../../data/readState.js';
import { useMinute, useToday } from '../../data/today.js';
import { choiceOf, offerBookings, paidAlready, type BookingOffer } from '../bookingChoices.js';
import { withChosen } from './choices.js';
import { SelectField, TextField } from './Field.js';

type Props = {
  /** An id; empty for none. */
  value: string;
  /** Id of the payment that is edited; undefined for a new one. */
  payment: string | undefined;
  onValue: (value: string) => void;
};

const NONE = { value: '', label: 'None' };

/** One of all bookings: the nearest to now are offered, the others can be found by their words. */
export function BookingField({ value, payment, onValue }: Props) {
  const { bookings, business, payments } = useBusinessData();
  const [search, setSearch] = useState('');
  const today = useToday();
  const now = useMinute();
  const paid = paidBookings(payments.rows);
  const offer = useMemo(
    () => offerBookings(bookings.rows, { search, today, now, paid }),
    [bookings.rows, search, today, now, paid],
  );
  const chosen = value === '' ? NONE : choiceOf(bookings.rows, value, business.time_zone, paid);
  return (
    <>
      <TextField
        label="Find a booking"
        name="find-booking"
        type="search"
        autoComplete="off"
        placeholder="Client, service or day"
        value={search}
        hint={isKnown(rowsState(bookings.status)) ? foundText(search, offer) : 'The bookings are not read yet.'}
        onValue={setSearch}
        onKeyDown={(event) => {
          // Would save the form.
          if (event.key === 'Enter') event.preventDefault();
        }}
      />
      <SelectField
        label="For the booking"
        name="booking"
        choices={withChosen([NONE, ...offer.choices], chosen.value, chosen.label)}
        value={value}
        hint={value === '' ? undefined : paidAlready(paid.get(Number(value)), today, payment)}
        onValue={onValue}
      />
    </>
  );
}

function foundText(search: string, { choices, found }: BookingOffer): string | undefined {
  const isCut = found > choices.length;
  if (search.trim() === '') return isCut ? `The nearest ${choices.length} of ${found} are listed.` : undefined;
  if (found === 0) return 'No booking found.';
  return isCut ? `The nearest ${choices.length} of ${found} found are listed.` : `${found} found.`;
}
