import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityProblems } from '../support/axe.js';
import { untilSettled, type BookingsPage } from '../support/bookingsPage.js';
import { closed, edit, focused, FormsLab, hold } from '../support/forms.js';
import { salon, screenshotPath, type Lab } from '../support/lab.js';
import { toastOf, untilToastsRest } from '../support/toasts.js';

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
  await lab.db.query("delete from payment_transactions where reference = 'P-UNDO'");
});

async function cancel(bookings: BookingsPage, id: string, table = 'bookings'): Promise<void> {
  const row = bookings.row(id, table);
  await untilSettled(bookings.page);
  await row.getByRole('button', { name: /^Cancel/ }).click();
}

describe('Tab', () => {
  it('leads from an open form to the toasts and back, and nowhere behind them', async () => {
    const bookings = await forms.openBookings();
    const { page } = bookings;
    const [id, other] = [await forms.newRow('Form undo', bookings), await forms.newRow('Form other', bookings)];
    await cancel(bookings, id);
    await toastOf(page, 'Booking cancelled').waitFor();
    const form = await edit(bookings, other);
    expect(await accessibilityProblems(page)).toEqual([]);
    const save = form.getByRole('button', { name: 'Save', exact: true });
    await save.focus();
    const stops: string[] = [];
    while (!stops.includes('Save') && stops.length < 60) {
      await page.keyboard.press('Tab');
      stops.push(await focused(page));
    }
    expect(stops.filter((name) => name === 'Undo')).toHaveLength(1);
    expect(stops).toContain('client');
    expect(stops.at(-1)).toBe('Save');
    expect(stops.filter((name) => /Business|Add booking|Lab|^Edit/.test(name))).toEqual([]);
    // And the other way round.
    await form.getByRole('button', { name: 'Close', exact: true }).first().focus();
    while ((await focused(page)) !== 'Undo') await page.keyboard.press('Shift+Tab');
    expect(await page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineStyle)).toBe(
      'solid',
    );
    await page.screenshot({ path: screenshotPath('undo-by-keyboard') });
    await page.keyboard.press('Enter');
    await expect.poll(async () => (await forms.booking(id))['status']).toBe('pending');
    expect(await form.isVisible()).toBe(true);
    await page.keyboard.press('Escape');
    await closed(bookings);
    // The page behind is as before.
    await cancel(bookings, id);
    await toastOf(page, 'Booking cancelled').waitFor();
  });
});

describe('the toast of a change', () => {
  it('of which another one is taken back stays', async () => {
    const bookings = await forms.openBookings();
    const { page } = bookings;
    const id = await forms.newRow('Form undo', bookings);
    for (const round of [1, 2]) {
      await cancel(bookings, id);
      await toastOf(page, 'Booking cancelled').getByRole('button', { name: 'Undo' }).click();
      await toastOf(page, 'Booking restored').waitFor();
      await toastOf(page, 'Booking restored').hover();
      await untilToastsRest(page);
      expect([round, await toastOf(page, 'Booking restored').count()]).toEqual([round, 1]);
    }
    expect((await forms.booking(id))['status']).toBe('pending');
  });

  it.each(['payments', 'bookings'] as const)('of %s goes when somebody changes the status again', async (what) => {
    const dashboard = await forms.openBookings();
    const { page } = dashboard;
    let id = await forms.newRow('Form again', dashboard);
    const table = what === 'payments' ? 'payment_transactions' : 'bookings';
    if (what === 'payments') {
      const { rows } = await lab.db.query<{ id: string }>(
        `insert into payment_transactions (business_id, amount, currency, method, status, reference)
         values ($1, 7, 'USD', 'cash', 'pending', 'P-UNDO') returning id`,
        [salon],
      );
      id = rows[0]?.id ?? '';
      await dashboard.show('Payments');
      await dashboard.row(id, what).waitFor();
    }
    await cancel(dashboard, id, what);
    const undo = toastOf(page, what === 'payments' ? 'Payment cancelled' : 'Booking cancelled');
    // Stays as long as the mouse is on it, but for this.
    await undo.hover();
    // The offer is still one where only something else has changed.
    const other = what === 'payments' ? "reference = 'P-UNDO'" : 'duration_minutes = 55';
    await lab.db.query(`update ${table} set ${other}, amount = 8 where id = $1`, [id]);
    await dashboard.row(id, what).getByText('8.00').waitFor();
    expect(await undo.count()).toBe(1);
    await lab.db.query(`update ${table} set status = $2 where id = $1`, [
      id,
      what === 'payments' ? 'paid' : 'confirmed',
    ]);
    await undo.waitFor({ state: 'detached' });
  });
});

describe('a save in the background that takes a moment', () => {
  it('is shown, until it is saved', async () => {
    const bookings = await forms.openBookings();
    const { page } = bookings;
    const [id, other] = [await forms.newRow('Form slow', bookings), await forms.newRow('Form other', bookings)];
    const release = await hold(page, 'PATCH', 'bookings');
    await cancel(bookings, id);
    await toastOf(page, 'Saving…').getByText('Form slow').waitFor();
    const form = await edit(bookings, other);
    await form.getByLabel('Service').fill('Slow');
    await form.getByRole('button', { name: 'Save', exact: true }).click();
    await page.keyboard.press('Escape');
    await form.getByRole('button', { name: 'Save in the background' }).click();
    await closed(bookings);
    await toastOf(page, 'Saving…').getByText('Form other').waitFor();
    await page.screenshot({ path: screenshotPath('saving-toast') });
    release();
    await toastOf(page, 'Booking cancelled').waitFor();
    await toastOf(page, 'Booking saved').waitFor();
    await toastOf(page, 'Saving…').first().waitFor({ state: 'detached' });
    expect(await toastOf(page, 'Saving…').count()).toBe(0);
  });
});
