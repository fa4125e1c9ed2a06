import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { accessibilityProblems } from '../support/axe.js';
import { insertBookingsAt } from '../support/bookings.js';
import type { BookingsPage } from '../support/bookingsPage.js';
import { closed, focused, FormsLab } from '../support/forms.js';
import { salon, screenshotPath } from '../support/lab.js';

let forms: FormsLab;

beforeAll(async () => {
  forms = await FormsLab.open();
});

afterAll(() => forms.lab.close());

afterEach(async () => {
  await forms.tidy();
  await forms.lab.db.query("delete from payment_transactions where reference = 'P-PAID'");
});

/** A payment that another desk has taken. */
const pay = (booking: string, amount: number): Promise<unknown> =>
  forms.lab.db.query(
    `insert into payment_transactions (business_id, booking_id, amount, currency, method, status, reference, paid_at)
     values ($1, $2, $3, 'USD', 'cash', 'paid', 'P-PAID', now())`,
    [salon, booking, amount],
  );

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
  await pay(id, 48);
  await pay(open, 40);
  const bookings = await forms.openBookings();
  await bookings.row(id).getByTitle('Paid').waitFor();
  await bookings
    .row(open)
    .getByTitle(/^Paid in part, .*8\.00 open$/)
    .waitFor();
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
  await bookings.form.getByText(/^Nothing is open for the booking\. Save .*48\.00 anyway\?$/).waitFor();
  await bookings.form.getByRole('button', { name: 'Add anyway' }).click();
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
    [0, '00:55', 'Form off'],
  ]);
  const [whole = '', partly = '', free = '', off = ''] = ids;
  await db.query('update bookings set amount = null where id = $1', [free]);
  await db.query("update bookings set status = 'cancelled' where id = $1", [off]);
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
  for (const id of [whole, partly, free, off, whole]) {
    await list.selectOption(id);
    amounts.push(await amount.inputValue());
  }
  expect(amounts).toEqual(['48.00', '7.50', '', '', '48.00']);
  await form.getByText('What is open for the booking.').waitFor();
  await amount.fill('20');
  expect(await form.getByText('What is open for the booking.').count()).toBe(0);
  await list.selectOption(partly);
  expect(await amount.inputValue()).toBe('20');
  await page.keyboard.press('Escape');
  await form.getByRole('button', { name: 'Discard' }).click();
  await db.query("delete from payment_transactions where reference = 'P-PARTLY'");
});

it('the form says when another desk takes the payment meanwhile, and asks before more is saved than is open', async () => {
  const { db } = forms.lab;
  const [id = ''] = await insertBookingsAt(db, [[0, '00:30', 'Form twice']]);
  const dashboard = await openPaymentForm();
  const { form, page } = dashboard;
  const amount = form.getByLabel('Amount');
  await form.getByLabel('For the booking').selectOption(id);
  await form.getByLabel('Reference').fill('P-PAID');
  expect(await amount.inputValue()).toBe('48.00');
  await pay(id, 40);
  const news = form.getByText(/^What is open for the booking has changed: it was .*48\.00, now it is .*8\.00\.$/);
  await news.waitFor();
  expect(await amount.inputValue()).toBe('48.00');
  expect(await form.getByText('What is open for the booking.', { exact: true }).count()).toBe(0);
  const saved = async (): Promise<unknown[]> =>
    (
      await db.query<{ amount: number }>(
        'select amount::float from payment_transactions where booking_id = $1 order by created_at',
        [id],
      )
    ).rows;
  // The second of two clicks does not answer the question.
  await form.getByRole('button', { name: 'Add', exact: true }).dblclick();
  const question = form.getByText(/^Only .*8\.00 is open for the booking\. Save .*48\.00 anyway\?$/);
  await question.waitFor();
  expect(await accessibilityProblems(page)).toEqual([]);
  await page.screenshot({ path: screenshotPath('payment-of-more-than-is-open') });
  await form.getByRole('button', { name: 'Keep editing' }).click();
  await question.waitFor({ state: 'detached' });
  expect(await focused(page)).toBe('amount');
  await page.keyboard.press('Enter');
  await question.waitFor();
  expect(await focused(page)).toBe('Keep editing');
  await page.keyboard.press('Enter');
  await question.waitFor({ state: 'detached' });
  expect(await saved()).toEqual([{ amount: 40 }]);
  await form.getByRole('button', { name: /^Take .*8\.00$/ }).click();
  expect(await amount.inputValue()).toBe('8.00');
  expect(await news.count()).toBe(0);
  await form.getByRole('button', { name: 'Add', exact: true }).click();
  await closed(dashboard);
  expect(await saved()).toEqual([{ amount: 40 }, { amount: 8 }]);
  await dashboard.show('Bookings');
  await dashboard.row(id).getByTitle('Paid', { exact: true }).waitFor();
});

it('a booking for which two desks took the payment says by how much it is overpaid, until one is given back', async () => {
  const { db } = forms.lab;
  const [id = ''] = await insertBookingsAt(db, [[0, '00:30', 'Form twice']]);
  const dashboard = await openPaymentForm();
  const { form, page } = dashboard;
  await form.getByLabel('For the booking').selectOption(id);
  await form.getByLabel('Reference').fill('P-PAID');
  await pay(id, 48);
  await form.getByText(/now it is nothing\.$/).waitFor();
  expect(await form.getByRole('button', { name: /^Take / }).count()).toBe(0);
  await form.getByRole('button', { name: 'Add', exact: true }).click();
  await form.getByRole('button', { name: 'Add anyway' }).click();
  await closed(dashboard);
  const { rows } = await db.query<{ id: string }>(
    'select id from payment_transactions where booking_id = $1 order by created_at desc',
    [id],
  );
  expect(rows).toHaveLength(2);
  // What was paid can be edited without a question.
  const row = dashboard.row(rows[0]?.id ?? '', 'payments');
  await row.getByRole('button', { name: /^Edit/ }).click();
  await dashboard.submit({ Method: 'transfer' }, 'Save');
  await closed(dashboard);
  await dashboard.show('Bookings');
  const mark = dashboard.row(id).getByTitle(/^Overpaid by .*48\.00$/);
  await mark.waitFor();
  expect(await dashboard.row(id).locator('[data-slot="value"]').innerText()).toMatch(/Overpaid by .*48\.00/);
  expect(await accessibilityProblems(page)).toEqual([]);
  await page.screenshot({ path: screenshotPath('booking-overpaid') });
  await db.query("update payment_transactions set status = 'cancelled' where id = $1", [rows[0]?.id]);
  await dashboard.row(id).getByTitle('Paid', { exact: true }).waitFor();
  expect(await mark.count()).toBe(0);
});
