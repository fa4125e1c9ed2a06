import { businessProfiles, familyNames, givenNames, type BusinessProfile } from './businesses.js';
import { instantOf, wallTimeOf } from './localTime.js';
import { SeededRandom } from './random.js';

const DAY_MS = 86_400_000;
const DAYS = 30;
const CLIENTS = 24;

/** Rows by table, in an order in which they may be inserted. Ids of identity columns are given. */
export type SeedRows = Record<string, Record<string, unknown>[]>;

interface Draft {
  rows: SeedRows;
  random: SeededRandom;
  /** The month's last day where the business is, as midnight UTC of that date. */
  lastDay: number;
  /** Unix ms. What ends before this moment of the last day is over. */
  now: number;
  nextId: Map<string, number>;
}

/** A month up to `lastDate`: the same rows for the same moment. */
export function seedMonth(lastDate: Date): SeedRows {
  const draft: Draft = {
    rows: {},
    random: new SeededRandom(20_260_101),
    lastDay: 0,
    now: lastDate.getTime(),
    nextId: new Map(),
  };
  for (const business of businessProfiles) {
    const { id, name, currency, time_zone } = business;
    draft.lastDay = Math.floor(wallTimeOf(draft.now, time_zone) / DAY_MS) * DAY_MS;
    put(draft, 'businesses', { id, name, currency, time_zone });
    const staff = addStaff(draft, business);
    const clients = addClients(draft, business);
    for (let day = DAYS - 1; day >= 0; day -= 1) addDay(draft, business, staff, clients, draft.lastDay - day * DAY_MS);
    addAlerts(draft, business);
  }
  return draft.rows;
}

interface Person {
  id: number;
  name: string;
  visits: number;
  cents: number;
  row: Record<string, unknown>;
}

function put(draft: Draft, table: string, row: Record<string, unknown>): void {
  (draft.rows[table] ??= []).push(row);
}

function id(draft: Draft, table: string): number {
  const value = (draft.nextId.get(table) ?? 0) + 1;
  draft.nextId.set(table, value);
  return value;
}

function addStaff(draft: Draft, business: BusinessProfile): Person[] {
  return business.staff.map(({ name, position, rate, skills }) => {
    const row = {
      id: id(draft, 'staff'),
      business_id: business.id,
      full_name: name,
      position,
      email: mailOf(name, 'team.example'),
      active: true,
      hourly_rate: rate,
      skills: [...skills],
      created_at: at(business, draft.lastDay - 400 * DAY_MS, 9),
    };
    put(draft, 'staff', row);
    return { id: row.id, name, visits: 0, cents: 0, row };
  });
}

function addClients(draft: Draft, business: BusinessProfile): [Person, ...Person[]] {
  const { random } = draft;
  const people = Array.from({ length: CLIENTS }, (): Person => {
    const name = `${random.pick(givenNames)} ${random.pick(familyNames)}`;
    const row = {
      id: id(draft, 'clients'),
      business_id: business.id,
      full_name: name,
      email: random.chance(0.85) ? mailOf(name, 'mail.example') : null,
      phone: random.chance(0.7) ? `+1 555 01${String(random.between(0, 99)).padStart(2, '0')}` : null,
      tags: random.chance(0.3) ? [random.pick(['vip', 'new', 'allergy', 'late payer'])] : [],
      preferences: random.chance(0.4) ? { reminder: random.pick(['sms', 'email']), quiet: random.chance(0.5) } : null,
      visits: 0,
      lifetime_value: '0.00',
      created_at: at(business, draft.lastDay - random.between(31, 700) * DAY_MS, random.between(8, 18)),
    };
    put(draft, 'clients', row);
    return { id: row.id, name, visits: 0, cents: 0, row };
  });
  return people as [Person, ...Person[]];
}

function addDay(
  draft: Draft,
  business: BusinessProfile,
  staff: readonly Person[],
  clients: readonly [Person, ...Person[]],
  day: number,
): void {
  // Closed on Sundays, but for the last day: a demonstration has something to show.
  if (new Date(day).getUTCDay() === 0 && day !== draft.lastDay) return;
  addAttendance(draft, business, staff, day);
  const count = draft.random.between(4, 9);
  for (let i = 0; i < count; i += 1) addBooking(draft, business, staff, draft.random.pick(clients), day);
}

function addAttendance(draft: Draft, business: BusinessProfile, staff: readonly Person[], day: number): void {
  for (const person of staff) {
    if (draft.random.chance(0.12)) continue;
    const late = draft.random.between(0, 14);
    const minutes = draft.random.between(420, 500);
    const today = day === draft.lastDay;
    const opened = Date.parse(at(business, day, 8, late));
    const start = today ? Math.min(opened, draft.now) : opened;
    put(draft, 'staff_attendance', {
      id: id(draft, 'staff_attendance'),
      business_id: business.id,
      staff_id: person.id,
      work_date: new Date(day).toISOString().slice(0, 10),
      clock_in: new Date(start).toISOString(),
      clock_out: today ? null : new Date(start + minutes * 60_000).toISOString(),
      minutes_worked: today ? null : minutes,
      notes: late > 10 ? 'late' : null,
    });
  }
}

function addBooking(
  draft: Draft,
  business: BusinessProfile,
  staff: readonly Person[],
  client: Person,
  day: number,
): void {
  const { random } = draft;
  const service = random.pick(business.services);
  const today = day === draft.lastDay;
  const starts = at(business, day, random.between(9, 17), random.pick([0, 15, 30, 45]));
  const isOpen = today && Date.parse(starts) + service.minutes * 60_000 > draft.now;
  const status = isOpen
    ? random.pick(['pending', 'confirmed'])
    : random.pick(['completed', 'completed', 'completed', 'completed', 'cancelled', 'no_show']);
  const created = at(business, day - random.between(1, 9) * DAY_MS, random.between(8, 20), random.between(0, 59));
  const booking = {
    id: id(draft, 'bookings'),
    business_id: business.id,
    client_id: client.id,
    client_name: client.name,
    staff_id: staff[random.between(0, staff.length - 1)]?.id ?? null,
    service: service.name,
    status,
    starts_at: starts,
    duration_minutes: service.minutes,
    amount: service.price,
    tags: random.chance(0.2) ? [random.pick(['first visit', 'walk-in', 'gift card'])] : [],
    notes: random.chance(0.25)
      ? { text: random.pick(['Prefers mornings', 'Bring the forms', 'Parking needed 🚗']) }
      : null,
    created_at: created,
    updated_at: isOpen ? created : starts,
  };
  put(draft, 'bookings', booking);
  if (status === 'completed') addPayment(draft, business, client, booking.id, service.price, starts);
}

function addPayment(
  draft: Draft,
  business: BusinessProfile,
  client: Person,
  bookingId: number,
  price: string,
  time: string,
): void {
  const { random } = draft;
  const failed = random.chance(0.05);
  const paymentId = random.uuid();
  const method = random.pick(['card', 'card', 'cash', 'transfer']);
  put(draft, 'payment_transactions', {
    id: paymentId,
    business_id: business.id,
    booking_id: bookingId,
    amount: price,
    currency: business.currency,
    method,
    status: failed ? 'failed' : 'paid',
    reference: `P${String(bookingId).padStart(6, '0')}`,
    metadata: method === 'card' ? { last4: String(random.between(1000, 9999)), attempts: failed ? 2 : 1 } : null,
    paid_at: failed ? null : time,
    created_at: time,
  });
  if (failed) return;
  client.visits += 1;
  client.cents += Math.round(Number(price) * 100);
  client.row.visits = client.visits;
  client.row.lifetime_value = (client.cents / 100).toFixed(2);
  put(draft, 'client_business_transactions', {
    id: id(draft, 'client_business_transactions'),
    business_id: business.id,
    client_id: client.id,
    payment_id: paymentId,
    kind: 'payment',
    amount: price,
    balance: (client.cents / 100).toFixed(2),
    description: `Booking ${bookingId}`,
    created_at: time,
  });
}

function addAlerts(draft: Draft, business: BusinessProfile): void {
  const { random } = draft;
  for (let i = 0; i < 8; i += 1) {
    const [severity, title] = random.pick([
      ['info', 'Weekly report is ready'],
      ['warning', 'Two bookings overlap'],
      ['critical', 'Card payments are failing'],
    ] as const);
    const day = draft.lastDay - random.between(0, DAYS - 1) * DAY_MS;
    const created = Date.parse(at(business, day, random.between(0, 23), random.between(0, 59)));
    put(draft, 'admin_alerts', {
      id: random.uuid(),
      business_id: business.id,
      severity,
      title,
      ...about(draft, business, severity),
      acknowledged: random.chance(0.6),
      created_at: new Date(Math.min(created, draft.now)).toISOString(),
    });
  }
}

type Severity = 'info' | 'warning' | 'critical';

/** What an alert is about: in words, and in `context` the ids of the rows that are meant. */
function about(draft: Draft, business: BusinessProfile, severity: Severity): { body: string; context: object | null } {
  const { random } = draft;
  if (severity === 'warning') {
    const pair = random.pick(overlaps(draft, business));
    const person = draft.rows['staff']?.find((row) => row['id'] === pair[0]['staff_id']);
    const [one, other] = pair.map((row) => `${String(row['client_name'])} (${String(row['service'])})`);
    const body = `${one} and ${other}, both with ${String(person?.['full_name'])}`;
    return { body, context: { booking_ids: pair.map((row) => row['id']) } };
  }
  if (severity === 'info') return { body: 'Bookings and revenue of the last seven days', context: null };
  const failed = (draft.rows['payment_transactions'] ?? []).filter(
    (row) => row['business_id'] === business.id && row['status'] === 'failed',
  );
  const latest = failed.slice(-3).map((row) => row['id']);
  return { body: `${latest.length} payments failed`, context: { payment_ids: latest } };
}

type Pair = readonly [Record<string, unknown>, Record<string, unknown>];

/** Bookings of one person at the same time. */
function overlaps(draft: Draft, business: BusinessProfile): readonly [Pair, ...Pair[]] {
  const rows = (draft.rows['bookings'] ?? []).filter(
    (row) => row['business_id'] === business.id && row['status'] !== 'cancelled',
  );
  const pairs: Pair[] = [];
  for (const [index, one] of rows.entries()) {
    for (const other of rows.slice(index + 1)) {
      if (one['staff_id'] === other['staff_id'] && isSameTime(one, other)) pairs.push([one, other]);
    }
  }
  return pairs as [Pair, ...Pair[]];
}

function isSameTime(one: Record<string, unknown>, other: Record<string, unknown>): boolean {
  const [a, b] = [one, other].map((row) => Date.parse(String(row['starts_at']))) as [number, number];
  return a < b + Number(other['duration_minutes']) * 60_000 && b < a + Number(one['duration_minutes']) * 60_000;
}

/** A time of a day on the clocks of the business. `day` is midnight UTC of the date. */
function at({ time_zone }: BusinessProfile, day: number, hour: number, minute = 0): string {
  return new Date(instantOf(day + (hour * 60 + minute) * 60_000, time_zone)).toISOString();
}

function mailOf(name: string, domain: string): string {
  const local = name
    .normalize('NFD')
    .toLowerCase()
    .replaceAll('ł', 'l')
    .replace(/[^a-z]+/g, '.')
    .replace(/^\.|\.$/g, '');
  return `${local}@${domain}`;
}
