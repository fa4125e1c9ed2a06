import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { fastTiming, startBackend, type Backend } from 'switchboard-backend';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const salon = '11111111-1111-4111-8111-111111111111';
const migration = new URL('../../../../web/backend/migrations/0011_counted_for_clients.sql', import.meta.url);

let backend: Backend;
let db: pg.Client;
let other: pg.Client;
/** Two clients without bookings. */
let ada: number;
let grace: number;

beforeAll(async () => {
  backend = await startBackend({ timing: fastTiming });
  [db, other] = [new pg.Client(backend.postgres), new pg.Client(backend.postgres)];
  await Promise.all([db.connect(), other.connect()]);
});

afterAll(async () => {
  await Promise.all([db.end(), other.end()]);
  await backend.stop();
});

beforeEach(async () => {
  const { rows } = await db.query<{ id: number }>(
    "insert into clients (business_id, full_name) values ($1, 'Counted'), ($1, 'Counted') returning id::int",
    [salon],
  );
  [ada = 0, grace = 0] = rows.map(({ id }) => id);
});

afterEach(async () => {
  await db.query(`delete from payment_transactions where reference = 'counted'`);
  await db.query("delete from bookings where service = 'Counted'");
  await db.query("delete from clients where full_name = 'Counted'");
});

/** Visits and money spent, of each client. */
async function counted(...ids: number[]): Promise<string[]> {
  const { rows } = await db.query<{ text: string }>(
    "select visits || ' visits, ' || lifetime_value as text from clients where id = any($1) order by array_position($1, id::int)",
    [ids],
  );
  return rows.map(({ text }) => text);
}

async function addBooking(client: number | null, status = 'pending'): Promise<number> {
  const { rows } = await db.query<{ id: number }>(
    `insert into bookings (business_id, client_id, client_name, service, starts_at, status)
     values ($1, $2, 'Counted', 'Counted', now(), $3) returning id::int`,
    [salon, client, status],
  );
  return rows[0]?.id ?? 0;
}

async function pay(booking: number | null, amount: number | string, status = 'paid', by = db): Promise<string> {
  const { rows } = await by.query<{ id: string }>(
    `insert into payment_transactions (business_id, booking_id, amount, currency, method, status, reference)
     values ($1, $2, $3, 'USD', 'cash', $4, 'counted') returning id`,
    [salon, booking, amount, status],
  );
  return rows[0]?.id ?? '';
}

const setBooking = (id: number, columns: string, by = db): Promise<unknown> =>
  by.query(`update bookings set ${columns} where id = $1`, [id]);
const setPayment = (id: string, columns: string): Promise<unknown> =>
  db.query(`update payment_transactions set ${columns} where id = $1`, [id]);

describe('visits of a client', () => {
  it('are the bookings that are completed, whatever becomes of them', async () => {
    const first = await addBooking(ada);
    expect(await counted(ada)).toEqual(['0 visits, 0.00']);
    await setBooking(first, "status = 'completed'");
    const second = await addBooking(ada, 'completed');
    expect(await counted(ada)).toEqual(['2 visits, 0.00']);
    for (const status of ['cancelled', 'no_show', 'confirmed']) {
      await setBooking(first, `status = '${status}'`);
      expect(await counted(ada)).toEqual(['1 visits, 0.00']);
      await setBooking(first, "status = 'completed'");
      expect(await counted(ada)).toEqual(['2 visits, 0.00']);
    }
    await setBooking(first, `client_id = ${grace}`);
    expect(await counted(ada, grace)).toEqual(['1 visits, 0.00', '1 visits, 0.00']);
    await setBooking(second, 'client_id = null');
    expect(await counted(ada, grace)).toEqual(['0 visits, 0.00', '1 visits, 0.00']);
    await db.query('delete from bookings where id = $1', [first]);
    expect(await counted(ada, grace)).toEqual(['0 visits, 0.00', '0 visits, 0.00']);
  });

  it('are counted once for many bookings in one statement', async () => {
    for (let index = 0; index < 5; index += 1) await addBooking(index % 2 === 0 ? ada : grace);
    await db.query("update bookings set status = 'completed' where service = 'Counted'");
    expect(await counted(ada, grace)).toEqual(['3 visits, 0.00', '2 visits, 0.00']);
    await db.query("delete from bookings where service = 'Counted'");
    expect(await counted(ada, grace)).toEqual(['0 visits, 0.00', '0 visits, 0.00']);
  });
});

describe('what a client has spent', () => {
  it('is what is paid for their bookings, in part, more than once, and refunded', async () => {
    const booking = await addBooking(ada);
    const first = await pay(booking, 40);
    const second = await pay(booking, '8.50', 'pending');
    expect(await counted(ada)).toEqual(['0 visits, 40.00']);
    await setPayment(second, "status = 'paid'");
    expect(await counted(ada)).toEqual(['0 visits, 48.50']);
    await setPayment(first, 'amount = 30.25');
    expect(await counted(ada)).toEqual(['0 visits, 38.75']);
    for (const status of ['cancelled', 'failed', 'refunded', 'pending']) {
      await setPayment(first, `status = '${status}'`);
      expect(await counted(ada)).toEqual(['0 visits, 8.50']);
      await setPayment(first, "status = 'paid'");
    }
    // Money that was given back can be a payment, too.
    const refund = await pay(booking, -30);
    expect(await counted(ada)).toEqual(['0 visits, 8.75']);
    await db.query('delete from payment_transactions where id = $1', [refund]);
    expect(await counted(ada)).toEqual(['0 visits, 38.75']);
  });

  it('goes with the booking to another client, with the payment to another booking, and counts without either no more', async () => {
    const [first, second] = [await addBooking(ada), await addBooking(grace)];
    const payment = await pay(first, 20);
    await setBooking(first, `client_id = ${grace}`);
    expect(await counted(ada, grace)).toEqual(['0 visits, 0.00', '0 visits, 20.00']);
    await setBooking(first, `client_id = ${ada}`);
    await setPayment(payment, `booking_id = ${second}`);
    expect(await counted(ada, grace)).toEqual(['0 visits, 0.00', '0 visits, 20.00']);
    await setPayment(payment, 'booking_id = null');
    expect(await counted(ada, grace)).toEqual(['0 visits, 0.00', '0 visits, 0.00']);
    await setPayment(payment, `booking_id = ${first}`);
    await db.query('delete from bookings where id = $1', [first]);
    expect(await counted(ada, grace)).toEqual(['0 visits, 0.00', '0 visits, 0.00']);
    // A form adds a booking that was removed again, with its number.
    await db.query(
      `insert into bookings (id, business_id, client_id, client_name, service, starts_at) values ($1, $2, $3, 'Counted', 'Counted', now())`,
      [first, salon, ada],
    );
    expect(await counted(ada)).toEqual(['0 visits, 20.00']);
  });

  it('can be more than a payment can be', async () => {
    const booking = await addBooking(ada);
    await pay(booking, '9999999999.99');
    await pay(booking, '9999999999.99');
    expect(await counted(ada)).toEqual(['0 visits, 19999999999.98']);
  });
});

describe('two who write at the same time', () => {
  /** Does `first` in a transaction, which is committed when the other connection waits for it with `second`. */
  async function bothAtOnce(first: () => Promise<unknown>, second: () => Promise<unknown>): Promise<void> {
    const { rows } = await other.query<{ pid: number }>('select pg_backend_pid() as pid');
    const waits = async (): Promise<number | null> =>
      (await db.query('select from pg_locks where pid = $1 and not granted', [rows[0]?.pid])).rowCount;
    await db.query('begin');
    await first();
    const done = second();
    await expect.poll(waits, { timeout: 30_000 }).toBe(1);
    await db.query('commit');
    await done;
  }

  it('count both visits', async () => {
    const [first, second] = [await addBooking(ada), await addBooking(ada)];
    await bothAtOnce(
      () => setBooking(first, "status = 'completed'"),
      () => setBooking(second, "status = 'completed'", other),
    );
    expect(await counted(ada)).toEqual(['2 visits, 0.00']);
  });

  it('count both payments', async () => {
    const booking = await addBooking(ada);
    await bothAtOnce(
      () => pay(booking, 10),
      () => pay(booking, 5, 'paid', other),
    );
    expect(await counted(ada)).toEqual(['0 visits, 15.00']);
  });

  it('count a payment for the client whom the booking has got meanwhile', async () => {
    const booking = await addBooking(ada);
    await bothAtOnce(
      () => setBooking(booking, `client_id = ${grace}`),
      () => pay(booking, 10, 'paid', other),
    );
    expect(await counted(ada, grace)).toEqual(['0 visits, 0.00', '0 visits, 10.00']);
    await bothAtOnce(
      () => pay(booking, 5),
      () => setBooking(booking, `client_id = ${ada}`, other),
    );
    expect(await counted(ada, grace)).toEqual(['0 visits, 15.00', '0 visits, 0.00']);
  });
});

it('who may write bookings and payments need not be able to write clients, and cannot count by themselves', async () => {
  const booking = await addBooking(ada);
  await db.query('revoke all on clients from anon');
  await db.query('set role anon');
  await setBooking(booking, "status = 'completed'");
  await pay(booking, 10);
  await expect(db.query("select count_for_clients('{1}')")).rejects.toThrow('permission denied');
  await db.query('reset role');
  await db.query('grant all on clients to anon');
  expect(await counted(ada)).toEqual(['1 visits, 10.00']);
});

it('what says nothing new about a client leaves the row alone', async () => {
  const booking = await addBooking(ada, 'completed');
  const place = async (): Promise<unknown[]> =>
    (await db.query<{ ctid: string }>('select ctid::text from clients where id = $1', [ada])).rows;
  const before = await place();
  await setBooking(booking, "amount = 12, duration_minutes = 5, starts_at = now(), status = 'completed'");
  await setPayment(await pay(booking, 7, 'pending'), "status = 'failed'");
  await pay(null, 7);
  expect(await place()).toEqual(before);
});

describe('all clients', () => {
  const wrong = `select id from clients
    where (visits, lifetime_value) is distinct from (
      (select count(*) from bookings where client_id = clients.id and status = 'completed'),
      (select coalesce(sum(payment.amount), 0) from bookings join payment_transactions payment on booking_id = bookings.id
        where client_id = clients.id and payment.status = 'paid'))`;

  it('have their numbers in the seeded month', async () => {
    expect((await db.query(wrong)).rows).toEqual([]);
    const { rows } = await db.query(
      'select sum(visits) > 200 as visits, sum(lifetime_value) > 1000 as spent from clients',
    );
    expect(rows).toEqual([{ visits: true, spent: true }]);
  });

  it('get them in a database that has been in use', async () => {
    await db.query('drop function count_for_clients, count_booking, count_payment cascade');
    await db.query('alter table clients alter column lifetime_value type numeric(12, 2)');
    await db.query('update clients set visits = 3, lifetime_value = 4');
    await db.query(await readFile(migration, 'utf8'));
    expect((await db.query(wrong)).rows).toEqual([]);
  });
});
