import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { insertBookingsAt } from '../support/bookings.js';
import type { BookingsPage } from '../support/bookingsPage.js';
import { closed, FormsLab } from '../support/forms.js';
import { salon, screenshotPath } from '../support/lab.js';

let forms: FormsLab;

beforeAll(async () => {
  forms = await FormsLab.open();
});

afterAll(() => forms.lab.close());

afterEach(() => forms.tidy());

async function openPaymentForm(): Promise<BookingsPage> {
  const bookings = await forms.openBookings();
  await bookings.show('Payments');
  await bookings.page.getByRole('button', { name: 'Add payment' }).click();
  return bookings;
}

it('a payment can be for a booking of today, however many are ahead', async () => {
  const { db } = forms.lab;
  await db.query(
    `insert into bookings (business_id, client_name, service, starts_at)
     select $1, 'Form ahead ' || number, 'Cut', now() + interval '1 day' * number from generate_series(2, 200) as number`,
    [salon],
  );
  const [id = ''] = await insertBookingsAt(db, [[0, '00:30', 'Form today']]);
  const bookings = await openPaymentForm();
  const list = bookings.form.getByLabel('For the booking');
  expect(await list.locator('option', { hasText: 'Form today' }).count()).toBe(1);
  await bookings.form.getByText(/^The nearest \d+ of \d+ are listed\.$/).waitFor();
  await list.selectOption(id);
  await bookings.submit({ Amount: '20', Reference: 'P-TODAY' }, 'Add');
  await closed(bookings);
  const { rows } = await db.query(
    "delete from payment_transactions where reference = 'P-TODAY' returning booking_id::text",
  );
  expect(rows).toEqual([{ booking_id: id }]);
});

it('a payment can be for any booking: it is found by words, and Enter there does not save', async () => {
  const { db } = forms.lab;
  const [id = ''] = await insertBookingsAt(db, [[300, '10:00', 'Form Zoë far']]);
  await db.query(
    `insert into bookings (business_id, client_name, service, starts_at)
     select $1, 'Form ahead ' || number, 'Cut', now() + interval '1 day' * number from generate_series(2, 80) as number`,
    [salon],
  );
  const bookings = await openPaymentForm();
  const { form, page } = bookings;
  await form.getByLabel('Amount').fill('20');
  await form.getByLabel('Find a booking').fill('zoe  FAR');
  await form.getByText('1 found.').waitFor();
  await page.keyboard.press('Enter');
  const list = form.getByLabel('For the booking');
  expect(await list.locator('option').count()).toBe(2);
  await list.selectOption(id);
  // What is chosen stays, whatever is looked for afterwards.
  await form.getByLabel('Find a booking').fill('nobody');
  await form.getByText('No booking found.').waitFor();
  expect(await list.inputValue()).toBe(id);
  expect(await list.locator('option:checked').innerText()).toMatch(/^Form Zoë far, /);
  await page.keyboard.press('Escape');
  await form.getByRole('button', { name: 'Discard' }).click();
});

it('a booking that is paid says so in the table and in the form of a payment, which takes another one', async () => {
  const { db } = forms.lab;
  const [id = '', open = ''] = await insertBookingsAt(db, [
    [0, '00:40', 'Form paid'],
    [0, '00:50', 'Form open'],
  ]);
  const pay = (booking: string, amount: number): Promise<unknown> =>
    db.query(
      `insert into payment_transactions (business_id, booking_id, amount, currency, method, status, reference, paid_at)
       values ($1, $2, $3, 'USD', 'cash', 'paid', 'P-PAID', now())`,
      [salon, booking, amount],
    );
  await pay(id, 48);
  await pay(open, 40);
  const bookings = await forms.openBookings();
  await bookings.row(id).getByTitle('Paid').waitFor();
  expect(await bookings.row(open).getByTitle('Paid').count()).toBe(0);
  await bookings.page.screenshot({ path: screenshotPath('booking-paid') });
  await bookings.show('Payments');
  await bookings.page.getByRole('button', { name: 'Add payment' }).click();
  const list = bookings.form.getByLabel('For the booking');
  expect(await list.locator('option', { hasText: /^Form paid, .*, paid$/ }).count()).toBe(1);
  expect(await list.locator('option', { hasText: /^Form open, .*, paid$/ }).count()).toBe(0);
  await list.selectOption(open);
  await bookings.form.getByText(/^Already paid: .*40\.00 (at|on) /).waitFor();
  await list.selectOption(id);
  await bookings.form.getByText(/^Already paid: .*48\.00 (at|on) /).waitFor();
  await bookings.page.screenshot({ path: screenshotPath('payment-of-a-paid-booking') });
  await bookings.submit({ Amount: '48', Reference: 'P-PAID' }, 'Add');
  await closed(bookings);
  const { rowCount } = await db.query("delete from payment_transactions where reference = 'P-PAID'");
  expect(rowCount).toBe(3);
});

it('a new payment takes what is open for its booking, until another amount is typed', async () => {
  const { db } = forms.lab;
  const ids = await insertBookingsAt(db, [
    [0, '00:30', 'Form whole'],
    [0, '00:40', 'Form partly'],
    [0, '00:50', 'Form free'],
  ]);
  const [whole = '', partly = '', free = ''] = ids;
  await db.query('update bookings set amount = null where id = $1', [free]);
  await db.query(
    `insert into payment_transactions (business_id, booking_id, amount, currency, method, status, reference)
     values ($1, $2, 40.5, 'USD', 'cash', 'paid', 'P-PARTLY')`,
    [salon, partly],
  );
  const { form, page } = await openPaymentForm();
  await page.locator('[data-table="payments"] [data-row]', { hasText: 'P-PARTLY' }).waitFor();
  const amount = form.getByLabel('Amount');
  const list = form.getByLabel('For the booking');
  const amounts: string[] = [];
  for (const id of [whole, partly, free, whole]) {
    await list.selectOption(id);
    amounts.push(await amount.inputValue());
  }
  expect(amounts).toEqual(['48.00', '7.50', '', '48.00']);
  await form.getByText('What is open for the booking.').waitFor();
  await amount.fill('20');
  expect(await form.getByText('What is open for the booking.').count()).toBe(0);
  await list.selectOption(partly);
  expect(await amount.inputValue()).toBe('20');
  await page.keyboard.press('Escape');
  await form.getByRole('button', { name: 'Discard' }).click();
  await db.query("delete from payment_transactions where reference = 'P-PARTLY'");
});
