import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { untilSettled, type BookingsPage } from '../support/bookingsPage.js';
import { closed, edit, FormsLab, goOnline, hold } from '../support/forms.js';
import { salon, type Lab } from '../support/lab.js';
import { toastOf } from '../support/toasts.js';

const DAY_MS = 86_400_000;
/** As the form's input takes them, on days of their own. */
const [mine, theirs] = [3, 4].map((days) => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 11));

let forms: FormsLab;
let lab: Lab;

beforeAll(async () => {
  forms = await FormsLab.open();
  ({ lab } = forms);
});

afterAll(() => lab.close());

afterEach(async () => {
  await forms.tidy();
  await lab.db.query("delete from payment_transactions where reference = 'P-DURING'");
});

/** Two people with the bookings of one business before them. */
async function twoPeople(name: string): Promise<{ here: BookingsPage; colleague: BookingsPage; id: string }> {
  const [here, colleague] = await Promise.all([forms.openBookings(), forms.openBookings()]);
  const id = await forms.newRow(name, here);
  await colleague.row(id).waitFor();
  return { here, colleague, id };
}

async function goOffline({ page }: BookingsPage): Promise<void> {
  await page.getByRole('button', { name: 'Lab', exact: true }).click();
  await page.getByRole('button', { name: 'Go offline' }).click();
}

async function cancel(bookings: BookingsPage, id: string, table = 'bookings'): Promise<void> {
  // A button of a row that has just come does nothing.
  await untilSettled(bookings.page);
  await bookings
    .row(id, table)
    .getByRole('button', { name: /^Cancel/ })
    .click();
}

const press = (page: Page, name: string): Promise<void> =>
  toastOf(page).getByRole('button', { name, exact: true, includeHidden: true }).click();

/** Edits one field of a booking and saves. */
async function change(bookings: BookingsPage, id: string, label: string, value: string): Promise<void> {
  const form = await edit(bookings, id);
  await form.getByLabel(label).fill(value);
  await form.getByRole('button', { name: 'Save', exact: true }).click();
}

async function startOf(id: string): Promise<string> {
  const { rows } = await lab.db.query<{ starts_at: Date }>('select starts_at from bookings where id = $1', [id]);
  return rows[0]?.starts_at.toISOString() ?? '';
}

/** The day of a date as the pages of these windows write it, without a year. */
const dayText = (date = ''): string =>
  new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' }).format(new Date(`${date}00:00Z`));

const isCancelled = (id: string) => expect.poll(async () => (await forms.booking(id))['status']).toBe('cancelled');

describe('a booking that a colleague cancels while its new start is being saved', () => {
  it('is a question in the form that waits for the connection', async () => {
    const { here, colleague, id } = await twoPeople('Form moved');
    const before = await startOf(id);
    await goOffline(here);
    await change(here, id, 'Starts', `${mine}11:00`);
    await here.form.getByText('Waiting for a connection').waitFor();
    await cancel(colleague, id);
    await isCancelled(id);
    await goOnline(here);
    await here.form.getByText(/Status: was pending, now cancelled\. Yours: pending\./).waitFor();
    expect(await startOf(id)).toBe(before);
    await here.form.getByRole('button', { name: /^Keep mine/ }).click();
    await here.form.getByRole('button', { name: 'Save', exact: true }).click();
    await closed(here);
    expect((await forms.booking(id))['status']).toBe('pending');
    expect(await startOf(id)).not.toBe(before);
  });

  it('is a question of the toast when the form was closed to be saved when the connection is back', async () => {
    const { here, colleague, id } = await twoPeople('Form moved');
    const before = await startOf(id);
    await goOffline(here);
    await change(here, id, 'Starts', `${mine}11:00`);
    await here.form.getByText('Waiting for a connection').waitFor();
    await here.page.keyboard.press('Escape');
    await here.form.getByRole('button', { name: 'Save when back' }).click();
    await closed(here);
    await cancel(colleague, id);
    await isCancelled(id);
    await goOnline(here);
    await toastOf(here.page, 'Booking not saved').getByText('Status: was pending, now cancelled.').waitFor();
    expect(await startOf(id)).toBe(before);
    await press(here.page, 'Open');
    await here.form.getByRole('button', { name: /^Take theirs/ }).click();
    await here.form.getByRole('button', { name: 'Save', exact: true }).click();
    await closed(here);
    expect((await forms.booking(id))['status']).toBe('cancelled');
    expect(await startOf(id)).not.toBe(before);
  });

  it('is a question when only the request was slow', async () => {
    const { here, colleague, id } = await twoPeople('Form moved');
    const before = await startOf(id);
    const release = await hold(here.page, 'PATCH', 'bookings');
    await change(here, id, 'Starts', `${mine}11:00`);
    await cancel(colleague, id);
    await isCancelled(id);
    release();
    await here.form.getByText(/Status: was pending, now cancelled\. Yours: pending\./).waitFor();
    expect(await startOf(id)).toBe(before);
  });
});

describe('a booking that a colleague moves', () => {
  it('while it is being cancelled is not cancelled before that was confirmed, and is named as it is then', async () => {
    const { here, colleague, id } = await twoPeople('Form moved');
    await goOffline(here);
    await cancel(here, id);
    await toastOf(here.page, 'Waiting for a connection').waitFor();
    await change(colleague, id, 'Starts', `${theirs}10:00`);
    await closed(colleague);
    await goOnline(here);
    const question = toastOf(here.page, 'Not cancelled');
    await question.getByText('It was moved to').waitFor();
    expect(await question.innerText()).toContain(dayText(theirs));
    expect((await forms.booking(id))['status']).toBe('pending');
    await press(here.page, 'Cancel it anyway');
    const done = toastOf(here.page, 'Booking cancelled');
    await done.waitFor();
    expect(await done.innerText()).toContain(dayText(theirs));
    await isCancelled(id);
  });

  it('after it was cancelled is not restored before that was confirmed, and is named as it is then', async () => {
    const { here, colleague, id } = await twoPeople('Form moved');
    await cancel(here, id);
    await toastOf(here.page, 'Booking cancelled').hover();
    await change(colleague, id, 'Starts', `${theirs}10:00`);
    await closed(colleague);
    await press(here.page, 'Undo');
    await toastOf(here.page, 'Not undone').getByText('It was moved to').waitFor();
    expect((await forms.booking(id))['status']).toBe('cancelled');
    await press(here.page, 'Restore it anyway');
    const done = toastOf(here.page, 'Booking restored');
    await done.waitFor();
    expect(await done.innerText()).toContain(dayText(theirs));
    expect((await forms.booking(id))['status']).toBe('pending');
  });
});

it('what a colleague changed elsewhere in the booking is part of the confirmation', async () => {
  const { here, colleague, id } = await twoPeople('Form moved');
  const release = await hold(here.page, 'PATCH', 'bookings');
  await change(here, id, 'Minutes', '45');
  await change(colleague, id, 'Amount', '99.5');
  await closed(colleague);
  release();
  await closed(here);
  await toastOf(here.page, 'Booking saved')
    .getByText(/Changed by someone else: amount was .*48\.50, now .*99\.50\./)
    .waitFor();
});

it('a payment of which a colleague changes the amount while it is being cancelled is not cancelled unasked', async () => {
  const [here, colleague] = await Promise.all([forms.openBookings(), forms.openBookings()]);
  const { rows } = await lab.db.query<{ id: string }>(
    `insert into payment_transactions (business_id, amount, currency, method, status, reference)
     values ($1, 7, 'USD', 'cash', 'paid', 'P-DURING') returning id`,
    [salon],
  );
  const id = rows[0]?.id ?? '';
  for (const window of [here, colleague]) {
    await window.show('Payments');
    await window.row(id, 'payments').waitFor();
  }
  const release = await hold(here.page, 'PATCH', 'payment_transactions');
  await cancel(here, id, 'payments');
  await colleague.row(id, 'payments').getByRole('button', { name: /^Edit/ }).click();
  await colleague.submit({ Amount: '70' }, 'Save');
  await closed(colleague);
  release();
  await toastOf(here.page, 'Not cancelled')
    .getByText(/Amount: was .*7\.00, now .*70\.00\./)
    .waitFor();
  await press(here.page, 'Cancel it anyway');
  await toastOf(here.page, 'Payment cancelled').getByText('70.00').waitFor();
});

it('a start of another year is written with the year, and one that is far away is pointed out', async () => {
  const bookings = await forms.openBookings();
  const year = new Date().getUTCFullYear();
  await bookings.addButton.click();
  const { form, page } = bookings;
  await form.getByLabel('Client', { exact: true }).fill('Form year');
  await form.getByLabel('Starts').fill(`${year + 3}-11-27T15:00`);
  await form.getByText(`This is more than a year ahead:`).waitFor();
  await form.getByLabel('Starts').fill(`${year - 10}-11-27T15:00`);
  await form.getByText(new RegExp(`This is in the past: .*${year - 10}`)).waitFor();
  await form.getByRole('button', { name: 'Add', exact: true }).click();
  await closed(bookings);
  await toastOf(page, 'Booking added')
    .getByText(`27 Nov ${year - 10}`)
    .waitFor();
  await page.getByLabel('Find a client').fill('Form year');
  const when = page.locator('[data-table="bookings"] [data-row] .when').first();
  await when.getByText(String(year - 10)).waitFor();
  expect(await when.evaluate(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)).toBe(false);
});
