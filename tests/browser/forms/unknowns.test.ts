import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { untilSettled, type BookingsPage } from '../support/bookingsPage.js';
import { closed, FormsLab, goOnline, hold } from '../support/forms.js';
import { salon } from '../support/lab.js';

let forms: FormsLab;

beforeAll(async () => {
  forms = await FormsLab.open();
});

afterAll(() => forms.lab.close());

afterEach(() => forms.tidy());

const refused = { status: 500, headers: { 'access-control-allow-origin': '*' }, body: '{"message":"boom"}' };

/** The name of a client of the salon that no other client has, and its id. */
async function someClient(): Promise<{ id: number; name: string }> {
  const { rows } = await forms.lab.db.query<{ id: number; name: string }>(
    `select min(id)::int as id, full_name as name from clients where business_id = $1 group by full_name
       having count(*) = 1 order by full_name limit 1`,
    [salon],
  );
  const [client] = rows;
  if (client === undefined) throw new Error('the salon has no client');
  return client;
}

it('a new booking says that it has a name only while clients are not read, and gets its client when they come', async () => {
  const bookings = await forms.openBookings();
  const { page } = bookings;
  const { id, name } = await someClient();
  const release = await hold(page, 'GET', 'clients');
  await bookings.addButton.click();
  await bookings.form.getByLabel('Client', { exact: true }).fill(name);
  await bookings.form.getByText('The clients are not read yet: looked up when this is saved.').waitFor();
  release();
  await bookings.form.getByText(`#${id}`).waitFor();
  await bookings.submit({ Service: 'Form tied' }, 'Add');
  await closed(bookings);
  const { rows } = await forms.lab.db.query('delete from bookings where service = $1 returning client_id::int', [
    'Form tied',
  ]);
  expect(rows).toEqual([{ client_id: id }]);
});

it('a new booking says that clients could not be read', async () => {
  const bookings = await forms.openBookings();
  await bookings.page.route('**/rest/v1/clients?*', (route) => route.fulfill(refused));
  await bookings.addButton.click();
  await bookings.form.getByLabel('Client', { exact: true }).fill('Form nobody');
  await bookings.form.getByText('The clients could not be read: looked up again when this is saved.').waitFor();
  for (const window of forms.windows) window.problems.splice(0);
});

it('a client is found whatever case, accents and blanks the name is typed with, and has its own name then', async () => {
  const { db } = forms.lab;
  const { rows } = await db.query<{ id: number }>(
    "insert into clients (business_id, full_name) values ($1, 'Form Zoë Lind') returning id::int",
    [salon],
  );
  const [{ id } = { id: 0 }] = rows;
  const bookings = await forms.openBookings();
  await bookings.addButton.click();
  const name = bookings.form.getByLabel('Client', { exact: true });
  await name.fill(' form  ZOE lind');
  await bookings.form.getByText(`#${id}`).waitFor();
  await name.blur();
  expect(await name.inputValue()).toBe('Form Zoë Lind');
  await bookings.submit({}, 'Add');
  await closed(bookings);
  const added = await db.query('select client_name from bookings where client_id = $1', [id]);
  expect(added.rows).toEqual([{ client_name: 'Form Zoë Lind' }]);
  await db.query('delete from clients where id = $1', [id]);
});

/** A window that goes offline before it has read the clients, with the form of a new booking of this name. */
async function addOffline(name: string): Promise<BookingsPage> {
  const bookings = await forms.openBookings();
  const { page } = bookings;
  await page.getByRole('button', { name: 'Lab', exact: true }).click();
  await page.getByRole('button', { name: 'Go offline' }).click();
  await bookings.addButton.click();
  await bookings.submit({ Client: name, Service: 'Form offline' }, 'Add');
  await bookings.form.getByText('Waiting for a connection').waitFor();
  return bookings;
}

it('a booking that was added offline before clients were read gets its client when it is saved', async () => {
  const { id, name } = await someClient();
  const bookings = await addOffline(name.toLowerCase());
  await goOnline(bookings);
  await closed(bookings);
  const { rows } = await forms.lab.db.query(
    "delete from bookings where service = 'Form offline' returning client_id::int, client_name",
  );
  expect(rows).toEqual([{ client_id: id, client_name: name }]);
});

it('a booking that was added offline for one of two namesakes asks which, and is nobody else’s', async () => {
  const { db } = forms.lab;
  await db.query("insert into clients (business_id, full_name) values ($1, 'Form Twin'), ($1, 'Form Twin')", [salon]);
  const bookings = await addOffline('Form Twin');
  const { form } = bookings;
  await goOnline(bookings);
  await form.getByText('2 clients are called “Form Twin”: choose which one.').waitFor();
  const { rows } = await db.query<{ id: number }>(
    "select max(id)::int as id from clients where full_name = 'Form Twin'",
  );
  const [{ id } = { id: 0 }] = rows;
  await form.getByLabel('Which Form Twin?').selectOption(String(id));
  await form.getByRole('button', { name: 'Add', exact: true }).click();
  await closed(bookings);
  const added = await db.query("delete from bookings where service = 'Form offline' returning client_id::int");
  expect(added.rows).toEqual([{ client_id: id }]);
  await db.query("delete from clients where full_name = 'Form Twin'");
});

it('bookings of one client on one day differ in the form of a payment', async () => {
  const { db } = forms.lab;
  await db.query(
    `insert into bookings (business_id, client_name, service, starts_at)
     select $1, 'Form twice', 'Cut', date_trunc('day', now()) + interval '400 days' + interval '1 hour' * number
       from generate_series(10, 13) as number`,
    [salon],
  );
  const bookings = await forms.openBookings();
  await bookings.show('Payments');
  await bookings.page.getByRole('button', { name: 'Add payment' }).click();
  await bookings.form.getByLabel('Find a booking').fill('Form twice');
  const labels = await bookings.form.getByLabel('For the booking').locator('option').allInnerTexts();
  const mine = labels.filter((label) => label.startsWith('Form twice'));
  expect(new Set(mine).size).toBe(4);
});

it('an alert that row level security hides from updates is not acknowledged, which is said once', async () => {
  const { page } = await forms.openBookings();
  await forms.lab.db.query(
    "insert into admin_alerts (business_id, severity, title) values ($1, 'warning', 'Form alert')",
    [salon],
  );
  await page.getByRole('button', { name: 'Look at them' }).click();
  const methods: string[] = [];
  await page.route('**/rest/v1/admin_alerts?*', (route) => {
    const method = route.request().method();
    methods.push(method);
    return method === 'PATCH' ? route.fulfill({ ...refused, status: 200, body: '[]' }) : route.continue();
  });
  const button = page.getByRole('button', { name: /^Acknowledge: Form alert/ });
  await button.waitFor();
  await untilSettled(page);
  await button.click();
  await page.getByRole('alert').getByText('You are not allowed to change this.').waitFor();
  expect(methods.filter((method) => method === 'PATCH')).toHaveLength(1);
  await forms.lab.db.query("delete from admin_alerts where title = 'Form alert'");
});
