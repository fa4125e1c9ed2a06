import type { Booking, Client } from '../data/database.js';
import { formatStatus, formatWhen } from '../format.js';
import { dateOf, instantsOf, instantOf, wallTime, zoneNameAt } from '../data/zone.js';
import { numberIn } from './fields/numbers.js';
import type { Fields } from '../writing/index.js';
import { amountText, showAmount } from './amounts.js';
import { decidedClient, type ChosenClient } from './clientNames.js';

/** A time on the clocks of the business. */
export type LocalTime = {
  /** As `<input type="datetime-local">` has it. */
  readonly wall: string;
  /** Of a time that comes twice, because clocks go back: the second. */
  readonly isSecond: boolean;
};

export type BookingDraft = {
  readonly client: ChosenClient;
  readonly service: string;
  readonly starts: LocalTime;
  readonly minutes: string;
  readonly amount: string;
  /** An id; empty for anyone. */
  readonly staff: string;
  readonly status: string;
};

/**
 * What a booking's form changes, and in which columns.
 *
 * @param zone of the business
 * @param staffName undefined: not known
 * @param readClients of the business; null: they can't be read
 */
export function bookingFields(
  currency: string,
  zone: string,
  staffName: (id: number) => string | undefined,
  readClients: () => Promise<readonly Client[] | null>,
): Fields<Booking, BookingDraft> {
  return {
    client: {
      label: 'client',
      read: ({ client_id, client_name }) => ({ id: client_id, name: client_name }),
      // The name was typed before the clients were there.
      complete: async (client) => (client.id === 'unchosen' ? decidedClient(client, await readClients()) : client),
      write: ({ id, name }) => ({ client_id: id === 'unchosen' ? null : id, client_name: name.trim() }),
      show: ({ id, name }) => (typeof id === 'number' ? `${name} (#${id})` : name),
    },
    service: text('service', 'service'),
    starts: {
      label: 'start',
      read: ({ starts_at }) => localTime(Date.parse(starts_at), zone),
      write: (starts) => (starts.wall === '' ? {} : { starts_at: new Date(momentOf(starts, zone)).toISOString() }),
      show: (starts) => (starts.wall === '' ? 'none' : showMoment(momentOf(starts, zone), zone)),
    },
    minutes: {
      label: 'minutes',
      read: ({ duration_minutes }) => String(duration_minutes),
      write: (minutes) => ({ duration_minutes: numberIn(minutes) }),
      show: String,
    },
    amount: {
      label: 'amount',
      read: ({ amount }) => amountText(amount, currency),
      write: (amount) => ({ amount: amount.trim() === '' ? null : numberIn(amount) }),
      show: (amount) => (amount.trim() === '' ? 'none' : showAmount(amount, currency)),
    },
    staff: {
      label: 'staff',
      read: ({ staff_id }) => String(staff_id ?? ''),
      write: (staff) => ({ staff_id: staff === '' ? null : Number(staff) }),
      show: (staff) => (staff === '' ? 'anyone' : (staffName(Number(staff)) ?? `#${staff}`)),
    },
    status: { label: 'status', read: ({ status }) => status, write: (status) => ({ status }), show: formatStatus },
  };
}

export function localTime(moment: number, zone: string): LocalTime {
  const wall = wallTime(moment, zone);
  const [, second] = instantsOf(wall, zone);
  return { wall, isSecond: second !== undefined && moment >= second };
}

/** Unix ms. */
export function momentOf({ wall, isSecond }: LocalTime, zone: string): number {
  return (isSecond ? instantsOf(wall, zone)[1] : undefined) ?? instantOf(wall, zone);
}

/** With the name of the zone's time where the same time comes twice. */
function showMoment(moment: number, zone: string): string {
  const text = formatWhen(moment, zone);
  return instantsOf(wallTime(moment, zone), zone).length > 1 ? `${text} ${zoneNameAt(moment, zone)}` : text;
}

function text(label: string, column: 'service') {
  return {
    label,
    read: (row: Booking) => row[column],
    write: (value: string) => ({ [column]: value.trim() }),
    show: String,
  };
}

const HOUR_MS = 3_600_000;
const MORNING = '09:00';

/** What the form of a new booking holds at first. `date`: of the day that it is for; null, and today, mean the next full hour. */
export function newBooking(now: number, zone: string, date: string | null = null): BookingDraft {
  const nextHour = Math.ceil((now + 1) / HOUR_MS) * HOUR_MS;
  const isToday = date === null || date === dateOf(now, zone);
  return {
    client: { id: null, name: '' },
    service: 'Consultation',
    starts: isToday ? localTime(nextHour, zone) : { wall: `${date}T${MORNING}`, isSecond: false },
    minutes: '30',
    amount: '',
    staff: '',
    status: 'pending',
  };
}
