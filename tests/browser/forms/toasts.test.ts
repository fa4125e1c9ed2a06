import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { closed, edit, FormsLab, hold } from '../support/forms.js';
import { salon, type Lab } from '../support/lab.js';
import { toastOf } from '../support/toasts.js';

let forms: FormsLab;
let lab: Lab;

beforeAll(async () => {
  forms = await FormsLab.open();
  ({ lab } = forms);
});

afterAll(async () => {
  await lab.close();
});

afterEach(async () => {
  await forms.tidy();
});

/** Has the page keep each text that a toast ever had. */
async function watchToasts(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    globalThis.toastTexts = [];
    new MutationObserver(() => {
      for (const toast of document.querySelectorAll('[data-sonner-toast]')) {
        const { textContent: text } = toast;
        if (!globalThis.toastTexts.includes(text)) globalThis.toastTexts.push(text);
      }
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  return () => page.evaluate(() => globalThis.toastTexts);
}

describe('what is added in this window', () => {
  it('is confirmed and not announced as news, and is news in the others', async () => {
    const [here, elsewhere] = [await forms.openBookings(), await forms.openBookings()];
    const [seenHere, seenElsewhere] = [await watchToasts(here.page), await watchToasts(elsewhere.page)];
    await here.addBooking({ Client: 'Form mine', Service: 'Treatment' });
    await toastOf(here.page, 'Booking added').waitFor();
    await toastOf(elsewhere.page, 'New booking').waitFor();
    // Changes come in order: whatever would have been said of the first one was said before this.
    await elsewhere.addBooking({ Client: 'Form theirs', Service: 'Treatment' });
    await toastOf(here.page, /Form theirs/).waitFor();
    const mine = (await seenHere()).filter((text) => text.includes('Form mine'));
    expect(mine).toEqual([
      expect.stringMatching(/^Booking addedForm mine, Treatment, \w{3},? \d{1,2} \w{3,4}, \d\d:\d\d$/),
    ]);
    expect((await seenHere()).filter((text) => text.includes('Form theirs'))).toEqual([
      'New bookingForm theirs, Treatment',
    ]);
    expect((await seenElsewhere()).filter((text) => text.includes('Form mine'))).toEqual([
      'New bookingForm mine, Treatment',
    ]);
  });

  it('is confirmed, and no news, also when realtime is faster than the answer', async () => {
    const bookings = await forms.openBookings();
    const { page } = bookings;
    const early: string[] = [];
    await page.route('**/rest/v1/bookings?*', async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      const response = await route.fetch();
      await toastOf(page, /Form late/).waitFor();
      early.push(await toastOf(page, /Form late/).innerText());
      await route.fulfill({ response });
    });
    await bookings.addButton.click();
    await bookings.submit({ Client: 'Form late', Service: 'Treatment' }, 'Add');
    await closed(bookings);
    await toastOf(page, 'Booking added').waitFor();
    expect(early).toEqual([expect.stringContaining('Booking added')]);
    expect(await toastOf(page, /Form late/).count()).toBe(1);
  });

  it('is a payment or a person who has clocked in too', async () => {
    const dashboard = await forms.openBookings();
    const { page } = dashboard;
    const seen = await watchToasts(page);
    await dashboard.show('Payments');
    await page.getByRole('button', { name: 'Add payment' }).click();
    await dashboard.submit({ Amount: '12.5', Reference: 'P-TOAST' }, 'Add');
    await closed(dashboard);
    await toastOf(page, 'Payment added').waitFor();
    await dashboard.show('Staff');
    const person = page.locator('[data-table="staff"] [data-row]', { hasText: 'present' }).first();
    await person.getByRole('button', { name: 'Clock out' }).click();
    await page.getByRole('button', { name: 'Clock in' }).first().click();
    await toastOf(page, 'Clocked in').waitFor();
    // Later in both tables.
    await lab.db.query(
      `insert into payment_transactions (business_id, amount, currency, method, status, reference)
       values ($1, 7, 'USD', 'cash', 'paid', 'P-TOAST')`,
      [salon],
    );
    const { rows } = await lab.db.query<{ full_name: string }>(
      `with person as (select * from staff where business_id = $1 and active limit 1), entry as (
         insert into staff_attendance (business_id, staff_id, work_date, clock_in, clock_out)
         select business_id, id, current_date - 3, now(), now() from person)
       select full_name from person`,
      [salon],
    );
    const name = rows[0]?.full_name ?? '';
    await toastOf(page, 'New payment').waitFor();
    await toastOf(page, `${name} has clocked in`).waitFor();
    const texts = await seen();
    expect(texts.filter((text) => text.startsWith('New payment'))).toEqual(['New payment$7.00']);
    expect(texts.filter((text) => text.includes('has clocked in'))).toEqual([`${name} has clocked in`]);
    await lab.db.query("delete from payment_transactions where reference = 'P-TOAST'");
    await lab.db.query('delete from staff_attendance where business_id = $1 and work_date = current_date - 3', [salon]);
  });
});

describe('the toast of a row', () => {
  it('goes with the row', async () => {
    const bookings = await forms.openBookings();
    const { page } = bookings;
    // Stays as long as the mouse is on it, but for this.
    const id = await forms.newRow('Form short', bookings);
    await toastOf(page, /Form short/).hover();
    await lab.db.query('delete from bookings where id = $1', [id]);
    await toastOf(page, /Form short/).waitFor({ state: 'detached' });
  });

  it('goes with the row when it offers to undo, which would do nothing', async () => {
    const bookings = await forms.openBookings();
    const { page } = bookings;
    const id = await forms.newRow('Form undo', bookings);
    await bookings
      .row(id)
      .getByRole('button', { name: /^Cancel/ })
      .click();
    const undo = toastOf(page, 'Booking cancelled');
    await undo.hover();
    await lab.db.query('delete from bookings where id = $1', [id]);
    await undo.waitFor({ state: 'detached' });
  });

  it('goes with an alert that is acknowledged elsewhere', async () => {
    const { page } = await forms.openBookings();
    const { rows } = await lab.db.query<{ id: string }>(
      "insert into admin_alerts (business_id, severity, title) values ($1, 'warning', 'Form alert') returning id",
      [salon],
    );
    await toastOf(page, 'Form alert').hover();
    await page.locator('[data-figure="alerts"][data-state="live"]').waitFor();
    await lab.db.query('update admin_alerts set acknowledged = true where id = $1', [rows[0]?.id]);
    await toastOf(page, 'Form alert').waitFor({ state: 'detached' });
    await lab.db.query("delete from admin_alerts where title = 'Form alert'");
  });
});

describe('the buttons of a toast', () => {
  it('work beside an open form, which stays as it is', async () => {
    const bookings = await forms.openBookings();
    const { page } = bookings;
    const [id, other] = [await forms.newRow('Form undo', bookings), await forms.newRow('Form other', bookings)];
    await bookings
      .row(id)
      .getByRole('button', { name: /^Cancel/ })
      .click();
    await toastOf(page, 'Booking cancelled').waitFor();
    const form = await edit(bookings, other);
    await form.getByLabel('Service').fill('Typed');
    await toastOf(page, 'Booking cancelled').getByRole('button', { name: 'Undo', includeHidden: true }).click();
    await expect.poll(async () => (await forms.booking(id))['status']).toBe('pending');
    expect(await form.getByText('Close without saving?').count()).toBe(0);
    expect(await form.getByLabel('Service').inputValue()).toBe('Typed');
  });

  it('open what was not saved above an open form, and lead back to that', async () => {
    const bookings = await forms.openBookings();
    const { page } = bookings;
    const [id, other] = [await forms.newRow('Form failed', bookings), await forms.newRow('Form other', bookings)];
    const release = await hold(page, 'PATCH', 'bookings', {
      status: 400,
      body: '{"code":"22001","message":"too long"}',
    });
    const first = await edit(bookings, id);
    await first.getByLabel('Service').fill('Refused');
    await first.getByRole('button', { name: 'Save', exact: true }).click();
    await page.keyboard.press('Escape');
    await first.getByRole('button', { name: 'Save in the background' }).click();
    await closed(bookings);
    await (await edit(bookings, other)).getByLabel('Service').fill('Typed');
    release();
    await toastOf(page, 'Booking not saved').getByRole('button', { name: 'Open', includeHidden: true }).click();
    await page.getByRole('dialog', { name: 'Booking of Form failed' }).waitFor();
    expect(await bookings.form.getByLabel('Service').inputValue()).toBe('Refused');
    await bookings.form.getByRole('button', { name: 'Close', exact: true }).first().click();
    await bookings.form.getByRole('button', { name: 'Discard' }).click();
    await page.getByRole('dialog', { name: 'Booking of Form other' }).waitFor();
    expect(await bookings.form.getByLabel('Service').inputValue()).toBe('Typed');
    for (const window of forms.windows) window.problems.splice(0);
  });
});

declare global {
  var toastTexts: string[];
}
