import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { insertBooking } from '../support/bookings.js';
import { untilSettled, type BookingsPage } from '../support/bookingsPage.js';
import { closed, edit, FormsLab } from '../support/forms.js';
import { salon, type Lab } from '../support/lab.js';
import { toastOf } from '../support/toasts.js';

const HOUR_MS = 3_600_000;

declare global {
  /** How many requests read attendance. */
  var attendanceReads: number;
}

/** Runs in the page: counts from now on. */
function countReads(): void {
  globalThis.attendanceReads = 0;
  const { fetch } = globalThis;
  globalThis.fetch = (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    if (url.includes('/staff_attendance?') && (init?.method ?? 'GET') === 'GET') globalThis.attendanceReads += 1;
    return fetch(input, init);
  };
}

let forms: FormsLab;
let lab: Lab;

// Polls show nothing here within the time of a test: what is read is read because of the write.
beforeAll(async () => {
  forms = await FormsLab.open({ pollEveryMs: HOUR_MS, pollEveryReducedMs: HOUR_MS });
  lab = forms.lab;
});

afterAll(() => lab.close());

afterEach(() => forms.tidy());

describe('without realtime, the page shows at once', () => {
  const rowOf = (bookings: BookingsPage, text: string, table = 'bookings') =>
    bookings.page.locator(`[data-table="${table}"] [data-row]`, { hasText: text });

  it('a booking that was added, edited, cancelled and restored here', async () => {
    const bookings = await forms.openWithoutRealtime();
    await bookings.addBooking({ Client: 'Form own', Amount: '11.5' });
    const row = rowOf(bookings, 'Form own');
    await row.waitFor();
    const id = (await row.getAttribute('data-row')) ?? '';

    let form = await edit(bookings, id);
    await form.getByLabel('Amount').fill('45.25');
    await form.getByRole('button', { name: 'Save' }).click();
    await closed(bookings);
    await row.getByText('45.25').waitFor();
    form = await edit(bookings, id);
    expect(await form.getByLabel('Amount').inputValue()).toBe('45.25');
    await bookings.page.keyboard.press('Escape');
    await closed(bookings);

    await untilSettled(bookings.page);
    await row.getByRole('button', { name: /^Cancel/ }).click();
    await row.getByText('cancelled').waitFor();
    await toastOf(bookings.page, 'Booking cancelled').getByRole('button', { name: 'Undo' }).click();
    await row.getByText('pending').waitFor();
  });

  it('a booking that was added again', async () => {
    const id = await insertBooking(lab.db, salon, 'Form again');
    const bookings = await forms.openWithoutRealtime();
    const form = await edit(bookings, id);
    await form.getByLabel('Amount').fill('12.75');
    await lab.db.query('delete from bookings where id = $1', [id]);
    await form.getByRole('button', { name: 'Save' }).click();
    await form.getByText(/This booking was removed at/).waitFor();
    await bookings.row(id).waitFor({ state: 'detached' });
    await form.getByRole('button', { name: 'Add it again' }).click();
    await closed(bookings);
    await bookings.row(id).getByText('12.75').waitFor();
  });

  it('what others did to a booking that could not be cancelled', async () => {
    const id = await insertBooking(lab.db, salon, 'Form both');
    const bookings = await forms.openWithoutRealtime();
    await bookings.row(id).waitFor();
    await lab.db.query("update bookings set status = 'completed' where id = $1", [id]);
    await bookings
      .row(id)
      .getByRole('button', { name: /^Cancel/ })
      .click();
    await toastOf(bookings.page, 'Not cancelled').waitFor();
    await bookings.row(id).getByText('completed').waitFor();
  });

  it('a payment that was added and cancelled', async () => {
    const bookings = await forms.openWithoutRealtime();
    await bookings.show('Payments');
    await bookings.page.getByRole('button', { name: 'Add payment' }).click();
    await bookings.submit({ Amount: '7313.25' }, 'Add');
    await closed(bookings);
    const row = rowOf(bookings, '7,313.25', 'payments');
    await row.waitFor();
    await untilSettled(bookings.page);
    await row.getByRole('button', { name: /^Cancel/ }).click();
    await row.getByText('cancelled').waitFor();
    await lab.db.query('delete from payment_transactions where amount = 7313.25');
  });

  it('that somebody was clocked in, and that an alert was acknowledged', async () => {
    await lab.db.query('delete from staff_attendance where business_id = $1', [salon]);
    await lab.db.query('update admin_alerts set acknowledged = true where business_id = $1', [salon]);
    await lab.db.query("insert into admin_alerts (business_id, severity, title) values ($1, 'warning', 'Form alert')", [
      salon,
    ]);
    const bookings = await forms.openWithoutRealtime();
    await bookings.show('Staff');
    const person = bookings.page.locator('[data-table="staff"] [data-row]').first();
    await person.getByRole('button', { name: 'Clock in' }).click();
    await person.getByRole('button', { name: 'Clock out' }).waitFor();
    await bookings.page.getByRole('button', { name: 'Look at them' }).click();
    await bookings.form.getByRole('button', { name: /^Acknowledge/ }).click();
    await bookings.form.getByText('All done.').waitFor();
    await lab.db.query("delete from admin_alerts where title like 'Form %'");
  });

  it('who was clocked in and out, with one read for each', async () => {
    await lab.db.query('delete from staff_attendance where business_id = $1', [salon]);
    const bookings = await forms.openWithoutRealtime();
    await bookings.show('Staff');
    const person = bookings.page.locator('[data-table="staff"] [data-row]').first();
    await person.getByText('away').waitFor();
    await bookings.page.evaluate(countReads);
    await person.getByRole('button', { name: 'Clock in' }).click();
    await person.getByText('present').waitFor();
    await person.getByRole('button', { name: 'Clock out' }).click();
    await person.getByText('away').waitFor();
    // A read is two requests: today's entries, and those that are open.
    expect(await bookings.page.evaluate(() => globalThis.attendanceReads)).toBe(4);
  });
});
