import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { countBookings } from '../support/bookings.js';
import { BookingsPage } from '../support/bookingsPage.js';
import { openWindow } from '../support/chromium.js';
import { closed, edit, focused, FormsLab, goOnline, hold } from '../support/forms.js';
import { physio, salon, type Lab } from '../support/lab.js';
import { toastOf } from '../support/toasts.js';

let forms: FormsLab;
let lab: Lab;

beforeAll(async () => {
  forms = await FormsLab.open();
  lab = forms.lab;
});

afterAll(() => lab.close());

afterEach(() => forms.tidy());

/** Leaves the page, and stays when the browser asks. */
async function dismissLeaving(page: Page): Promise<void> {
  const asked = page.waitForEvent('dialog');
  await page.evaluate(() => {
    setTimeout(() => {
      location.reload();
    });
  });
  const dialog = await asked;
  expect(dialog.type()).toBe('beforeunload');
  await dialog.dismiss();
}

describe('clients and staff', () => {
  async function twins(): Promise<number[]> {
    const { rows } = await lab.db.query<{ id: number }>(
      `insert into clients (business_id, full_name, phone) values
         ($1, 'Form Twin', '+1 555 0001'), ($1, 'Form Twin', '+1 555 0002') returning id::int`,
      [physio],
    );
    return rows.map(({ id }) => id);
  }

  it('keep a booking with its client of two with the same name, and let choose between them', async () => {
    const [first = 0, second = 0] = await twins();
    const { rows } = await lab.db.query<{ id: string }>(
      `insert into bookings (business_id, client_id, client_name, service, starts_at)
       values ($1, $2, 'Form Twin', 'Cut', now() + interval '2 days') returning id::text`,
      [physio, second],
    );
    const id = rows[0]?.id ?? '';
    const bookings = await forms.openBookings(physio);
    await bookings.row(id).waitFor();
    let form = await edit(bookings, id);
    await form.getByLabel('Status').selectOption('confirmed');
    await form.getByRole('button', { name: 'Save' }).click();
    await closed(bookings);
    expect(await forms.booking(id)).toMatchObject({ client_id: second, status: 'confirmed' });

    form = await edit(bookings, id);
    await form.getByLabel('Which Form Twin?').selectOption(`+1 555 0001 · #${first}`);
    await form.getByRole('button', { name: 'Save' }).click();
    await closed(bookings);
    expect((await forms.booking(id))['client_id']).toBe(first);

    await bookings.addButton.click();
    await bookings.submit({ Client: 'Form Twin' }, 'Add');
    // The browser asks for a choice.
    expect(await focused(bookings.page)).toBe('client-id');
    await bookings.submit({ 'Which Form Twin?': `+1 555 0002 · #${second}` }, 'Add');
    await closed(bookings);
    const added = await lab.db.query(`select from bookings where client_id = $1`, [second]);
    expect(added.rowCount).toBe(1);
    await lab.db.query("delete from clients where full_name = 'Form Twin'");
  });

  it('stay with a booking while their lists are not there', async () => {
    const window = await openWindow(lab.browser, 'about:blank');
    forms.windows.push(window);
    await window.page.route(/rest\/v1\/(clients|staff)\?/, () => undefined);
    await window.page.goto(`${lab.dashboard}?business=${salon}&day=all`);
    const bookings = new BookingsPage(window.page);
    const { rows } = await lab.db.query<{ id: string }>(
      `select id::text from bookings where business_id = $1 and client_id is not null and staff_id is not null order by starts_at desc, id desc limit 1`,
      [salon],
    );
    const id = rows[0]?.id ?? '';
    const before = await forms.booking(id);
    const form = await edit(bookings, id);
    expect(await form.getByLabel('Staff').inputValue()).toBe(String(before['staff_id']));
    await form.getByLabel('Minutes').fill('77');
    await form.getByRole('button', { name: 'Save' }).click();
    await closed(bookings);
    expect(await forms.booking(id)).toEqual({ ...before, duration_minutes: 77 });
  });

  it('stay with a booking when somebody has left', async () => {
    const bookings = await forms.openBookings();
    const id = await forms.newRow('Form left', bookings);
    const { rows } = await lab.db.query<{ id: number }>(
      `insert into staff (business_id, full_name, position, active) values ($1, 'Form Leaver', 'Barber', false) returning id::int`,
      [salon],
    );
    const [{ id: leaver } = { id: 0 }] = rows;
    await lab.db.query('update bookings set staff_id = $2 where id = $1', [id, leaver]);
    await bookings.untilChanges(2);
    const form = await edit(bookings, id);
    await form.getByRole('option', { name: 'Form Leaver (left)' }).waitFor({ state: 'attached' });
    await form.getByLabel('Minutes').fill('77');
    await form.getByRole('button', { name: 'Save' }).click();
    await closed(bookings);
    expect(await forms.booking(id)).toMatchObject({ staff_id: leaver, duration_minutes: 77 });
    await lab.db.query("delete from staff where full_name = 'Form Leaver'");
  });
});

describe('a save belongs to its form', () => {
  const goOffline = (page: Page): Promise<void> => page.getByRole('button', { name: 'Go offline' }).click();

  async function openOffline(): Promise<BookingsPage> {
    const bookings = await forms.openBookings();
    await bookings.page.getByRole('button', { name: 'Lab', exact: true }).click();
    await goOffline(bookings.page);
    return bookings;
  }

  it('asks when it is closed while it waits for a connection, and is gone when discarded', async () => {
    const bookings = await openOffline();
    const { page } = bookings;
    const before = await countBookings(lab.db, salon);
    await bookings.addButton.click();
    await bookings.submit({ Client: 'Form waiting' }, 'Add');
    await bookings.form.getByText('Waiting for a connection').waitFor();
    await page.keyboard.press('Escape');
    await bookings.form.getByText('This is not saved yet: there is no connection.').waitFor();
    await bookings.form.getByRole('button', { name: 'Discard' }).click();
    await closed(bookings);
    await bookings.addButton.click();
    await bookings.form.getByLabel('Client').fill('Form second');
    await goOnline(bookings);
    await page.locator('.feed[data-live="true"]').waitFor();
    await bookings.form.getByRole('button', { name: 'Add', exact: true }).click();
    await closed(bookings);
    await bookings.untilChanges(1);
    expect(await bookings.changes()).toEqual(['New Form second, Consultation']);
    expect(await countBookings(lab.db, salon)).toBe(before + 1);
  });

  it('is saved when the connection is back, and leaves the next form alone', async () => {
    const bookings = await openOffline();
    const { page } = bookings;
    await bookings.addButton.click();
    await bookings.submit({ Client: 'Form later' }, 'Add');
    await page.keyboard.press('Escape');
    await bookings.form.getByRole('button', { name: 'Save when back' }).click();
    await closed(bookings);
    const waiting = toastOf(page, 'Waiting for a connection');
    await waiting.getByText('Form later, Consultation').waitFor();
    await bookings.addButton.click();
    await bookings.form.getByLabel('Client').fill('Form second');
    await goOnline(bookings);
    await toastOf(page, 'Booking added').waitFor();
    await waiting.waitFor({ state: 'detached' });
    expect(await bookings.form.getByLabel('Client').inputValue()).toBe('Form second');
  });

  it('is asked about before the page is left with it, also without a form', async () => {
    const bookings = await forms.openBookings();
    const { page } = bookings;
    const id = await forms.newRow('Form row', bookings);
    await page.getByRole('button', { name: 'Lab', exact: true }).click();
    await goOffline(page);
    await bookings
      .row(id)
      .getByRole('button', { name: /^Cancel/ })
      .click();
    const waiting = toastOf(page, 'Waiting for a connection');
    await waiting.waitFor();
    await dismissLeaving(page);
    await page.getByRole('button', { name: 'Go online' }).click();
    await toastOf(page, 'Booking cancelled').waitFor();
    expect(await forms.booking(id)).toMatchObject({ status: 'cancelled' });

    await page.getByRole('button', { name: 'Go offline' }).click();
    await toastOf(page, 'Booking cancelled').getByRole('button', { name: 'Undo' }).click();
    await waiting.waitFor();
    await dismissLeaving(page);
    await waiting.getByRole('button', { name: 'Discard' }).click();
    // Would fail at a dialog that nobody answers.
    await page.reload();
    await bookings.untilRowsLive();
  });

  it('can be discarded after its form was closed', async () => {
    const bookings = await openOffline();
    const { page } = bookings;
    const before = await countBookings(lab.db, salon);
    await bookings.addButton.click();
    await bookings.submit({ Client: 'Form later' }, 'Add');
    await page.keyboard.press('Escape');
    await bookings.form.getByRole('button', { name: 'Save when back' }).click();
    await closed(bookings);
    const waiting = toastOf(page, 'Waiting for a connection');
    await waiting.getByRole('button', { name: 'Discard' }).click();
    await waiting.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Go online' }).click();
    await bookings.untilStatus('live');
    await bookings.addBooking({ Client: 'Form second' });
    await bookings.untilChanges(1);
    expect(await bookings.changes()).toEqual(['New Form second, Consultation']);
    expect(await countBookings(lab.db, salon)).toBe(before + 1);
  });

  it('opens again when something has to be decided after it was closed', async () => {
    const bookings = await forms.openBookings();
    const { page } = bookings;
    const id = await forms.newRow('Form decided', bookings);
    await page.getByRole('button', { name: 'Lab', exact: true }).click();
    await goOffline(page);
    const form = await edit(bookings, id);
    await form.getByLabel('Status').selectOption('confirmed');
    await form.getByRole('button', { name: 'Save' }).click();
    await page.keyboard.press('Escape');
    await form.getByRole('button', { name: 'Save when back' }).click();
    await closed(bookings);
    await lab.db.query("update bookings set status = 'no_show' where id = $1", [id]);
    await page.getByRole('button', { name: 'Go online' }).click();
    const toast = toastOf(page, 'Booking not saved');
    await toast.getByText('Status: was pending, now no show.').waitFor();
    await toast.getByRole('button', { name: 'Open' }).click();
    await form.getByRole('button', { name: 'Keep mine: status confirmed' }).click();
    await form.getByRole('button', { name: 'Save' }).click();
    await closed(bookings);
    expect(await forms.booking(id)).toMatchObject({ status: 'confirmed' });
  });

  it('shows that a slow save is under way, which closes its own form only', async () => {
    const bookings = await forms.openBookings();
    const { page } = bookings;
    const release = await hold(page, 'POST', 'bookings');
    await bookings.addButton.click();
    await bookings.submit({ Client: 'Form slow' }, 'Add');
    await bookings.form.getByRole('button', { name: 'Saving…' }).waitFor();
    await page.keyboard.press('Escape');
    await bookings.form.getByRole('button', { name: 'Save in the background' }).click();
    await closed(bookings);
    await bookings.addButton.click();
    await bookings.form.getByLabel('Client').fill('Form second');
    release();
    await toastOf(page, 'Booking added').waitFor();
    expect(await bookings.form.getByLabel('Client').inputValue()).toBe('Form second');
  });

  it('asks before typed text is lost by Escape or a click beside it', async () => {
    const bookings = await forms.openBookings();
    const { page } = bookings;
    await bookings.addButton.click();
    await bookings.form.getByLabel('Client').fill('Form typed');
    await page.keyboard.press('Escape');
    await bookings.form.getByText('Close without saving?').waitFor();
    expect(await focused(page)).toBe('Keep editing');
    await page.keyboard.press('Enter');
    expect(await focused(page)).toBe('client');
    await page.mouse.click(5, 300);
    await bookings.form.getByRole('button', { name: 'Discard' }).click();
    await closed(bookings);
    await bookings.addButton.click();
    expect(await bookings.form.getByLabel('Client').inputValue()).toBe('');
    await page.keyboard.press('Escape');
    await closed(bookings);
  });

  it('has the browser ask before typed text is lost with the page, and only then', async () => {
    const bookings = await forms.openBookings();
    const { page } = bookings;
    await bookings.addButton.click();
    await bookings.form.getByLabel('Client').fill('Form leaving');
    await dismissLeaving(page);
    await page.keyboard.press('Escape');
    await bookings.form.getByRole('button', { name: 'Discard' }).click();
    await closed(bookings);
    // Would fail at a dialog that nobody answers.
    await page.reload();
    await bookings.untilRowsLive();
  });
});

describe('the focus', () => {
  it('is on the first field of a form, and goes back to what opened it', async () => {
    const bookings = await forms.openBookings();
    const id = await forms.newRow('Form focus', bookings);
    const { page } = bookings;
    await bookings.addButton.click();
    expect(await focused(page)).toBe('client');
    await page.keyboard.press('Escape');
    await closed(bookings);
    await expect.poll(() => focused(page)).toBe('Add booking');
    const form = await edit(bookings, id);
    expect(await focused(page)).toBe('client');
    await form.getByLabel('Minutes').fill('50');
    await page.keyboard.press('Enter');
    await closed(bookings);
    await expect.poll(() => focused(page)).toMatch(/^Edit booking of Form focus, /);
    await bookings
      .row(id)
      .getByRole('button', { name: /^Cancel/ })
      .click();
    await bookings.row(id).getByText('cancelled').waitFor();
    expect(await focused(page)).toMatch(/^Cancel booking of Form focus, /);
  });

  it('goes to the next alert when one is acknowledged, and to what closes the list after the last', async () => {
    await lab.db.query('update admin_alerts set acknowledged = true where business_id = $1', [salon]);
    await lab.db.query(
      `insert into admin_alerts (business_id, severity, title) values ($1, 'warning', 'Form one'), ($1, 'warning', 'Form two')`,
      [salon],
    );
    const bookings = await forms.openBookings();
    const { page } = bookings;
    await page.getByRole('button', { name: 'Look at them' }).click();
    const alerts = bookings.form.getByRole('listitem');
    await alerts.first().getByRole('button', { name: 'Acknowledge' }).click();
    await expect.poll(() => alerts.count()).toBe(1);
    await expect.poll(() => focused(page)).toMatch(/^Form (one|two)/);
    // Enter meant the alert that is gone.
    await page.keyboard.press('Enter');
    expect(await alerts.count()).toBe(1);
    await page.keyboard.press('Tab');
    await expect.poll(() => focused(page)).toMatch(/^Acknowledge: Form/);
    await page.keyboard.press('Enter');
    await expect.poll(() => alerts.count()).toBe(0);
    await expect.poll(() => focused(page)).toBe('Close');
    await lab.db.query("delete from admin_alerts where title like 'Form %'");
  });
});

describe('what is refused', () => {
  it('is said in words, with what the server said under a disclosure', async () => {
    const bookings = await forms.openBookings();
    await bookings.addButton.click();
    const form = bookings.form;
    await form.locator('form').evaluate((element: HTMLFormElement) => {
      element.noValidate = true;
    });
    await bookings.submit({ Client: 'Form rich', Amount: '123456789012' }, 'Add');
    await form.getByText('The amount is too large: at most 99,999,999.99.').waitFor();
    const detail = form.getByText('22003');
    expect(await detail.isVisible()).toBe(false);
    await form.getByText('Details').click();
    expect(await detail.isVisible()).toBe(true);
    expect(forms.windows[0]?.problems.splice(0)).toEqual([expect.stringContaining('400')]);
  });

  it('is a name of blanks, and numbers that no booking has', async () => {
    const bookings = await forms.openBookings();
    const before = await countBookings(lab.db, salon);
    await bookings.addButton.click();
    for (const fields of [
      { Client: '   ' },
      { Client: 'Form x', Minutes: '100000' },
      { Minutes: '30', Amount: '1e9' },
    ]) {
      await bookings.submit(fields, 'Add');
      expect(await bookings.form.locator('form').evaluate((form: HTMLFormElement) => form.checkValidity())).toBe(false);
    }
    await bookings.submit({ Amount: '5' }, 'Add');
    await closed(bookings);
    expect(await countBookings(lab.db, salon)).toBe(before + 1);
  });
});

describe('a payment', () => {
  it('keeps when it was paid through cancelling, undoing and editing', async () => {
    const { rows } = await lab.db.query<{ id: string }>(
      `insert into payment_transactions (business_id, amount, currency, method, status, reference, paid_at)
       values ($1, 18, 'USD', 'cash', 'paid', 'P-FORM', now() - interval '1 day') returning id`,
      [salon],
    );
    const id = rows[0]?.id ?? '';
    const paidAt = async (): Promise<string> => {
      const found = await lab.db.query<{ text: string }>(
        "select status || ' ' || (now() - paid_at > interval '1 hour') as text from payment_transactions where id = $1",
        [id],
      );
      return found.rows[0]?.text ?? '';
    };
    const dashboard = await forms.openBookings();
    await dashboard.show('Payments');
    const row = dashboard.row(id, 'payments');
    await row.getByRole('button', { name: /^Cancel/ }).click();
    await row.getByText('cancelled').waitFor();
    expect(await paidAt()).toBe('cancelled true');
    await row.getByRole('button', { name: /^Edit/ }).click();
    await dashboard.submit({ Status: 'paid' }, 'Save');
    await row.getByText('paid', { exact: true }).waitFor();
    expect(await paidAt()).toBe('paid true');
    await lab.db.query('delete from payment_transactions where id = $1', [id]);
  });
});
