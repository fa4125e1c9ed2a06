import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { BookingsPage } from '../support/bookingsPage.js';
import { openWindow } from '../support/chromium.js';
import { closed, edit, FormsLab } from '../support/forms.js';
import { salon } from '../support/lab.js';

let forms: FormsLab;

beforeAll(async () => {
  forms = await FormsLab.open();
});

afterAll(() => forms.lab.close());

afterEach(() => forms.tidy());

declare global {
  /** Resolves when the page has had a turn of the wheel, and done what it does about it. */
  var turned: Promise<void>;
}

/** Turns the wheel over what the pointer is on; resolves when the page has had the event. */
async function turnWheel(page: Page): Promise<void> {
  // Listens before the wheel is turned: the event does not wait for a script that is on its way.
  await page.evaluate(() => {
    globalThis.turned = new Promise((resolve) => {
      addEventListener(
        'wheel',
        () => {
          // What the browser does about it comes after its event.
          requestAnimationFrame(() => {
            requestAnimationFrame(() => {
              resolve();
            });
          });
        },
        { once: true },
      );
    });
  });
  await page.mouse.wheel(0, 120);
  await page.evaluate(() => globalThis.turned);
}

it('money and minutes stay what they are when the wheel is turned over them', async () => {
  const bookings = await forms.openBookings();
  const { page, form } = bookings;
  await bookings.addButton.click();
  for (const [label, value] of [
    ['Minutes', '30'],
    ['Amount', '48.50'],
  ] as const) {
    const field = form.getByLabel(label);
    await field.fill(value);
    await field.hover();
    await turnWheel(page);
    expect(await field.inputValue()).toBe(value);
    await page.keyboard.press('ArrowDown');
    expect(await field.inputValue()).toBe(value);
  }
  await page.keyboard.press('Escape');
  await form.getByRole('button', { name: 'Discard' }).click();
});

it('money is written as people write it in their language, and shown as it was understood', async () => {
  const window = await openWindow(forms.lab.browser, `${forms.lab.dashboard}?business=${salon}&day=all`, {
    locale: 'de-DE',
  });
  forms.windows.push(window);
  const bookings = new BookingsPage(window.page);
  await bookings.untilRowsLive();
  const id = await forms.newRow('Form euro', bookings);
  const form = await edit(bookings, id);
  const amount = form.getByLabel('Amount');
  expect(await amount.inputValue()).toBe('48,50');
  await amount.fill('1.200');
  await amount.blur();
  expect(await amount.inputValue()).toBe('1200,00');
  await amount.fill('52,5');
  await form.getByRole('button', { name: 'Save' }).click();
  await closed(bookings);
  expect(await forms.booking(id)).toMatchObject({ amount: 52.5 });
});

it('an amount has no more decimals than its currency, and says so', async () => {
  const { db } = forms.lab;
  const business = '33333333-3333-4333-8333-333333333333';
  await db.query(
    "insert into businesses (id, name, currency, time_zone) values ($1, 'Form Tokyo', 'JPY', 'Asia/Tokyo')",
    [business],
  );
  const bookings = await forms.openBookings(business);
  const { form } = bookings;
  await bookings.addButton.click();
  await bookings.submit({ Client: 'Form yen', Amount: '1200.50' }, 'Add');
  await form.getByText('Without decimals.').waitFor();
  expect(await form.getByLabel('Amount').getAttribute('aria-invalid')).toBe('true');
  await bookings.submit({ Amount: '1200' }, 'Add');
  await closed(bookings);
  const { rows } = await db.query('select amount::float from bookings where business_id = $1', [business]);
  expect(rows).toEqual([{ amount: 1_200 }]);
  await db.query('delete from businesses where id = $1', [business]);
});

it('a payment says when it was paid, or that it is paid when it is saved', async () => {
  const { db } = forms.lab;
  const { rows } = await db.query<{ id: string }>(
    `insert into payment_transactions (business_id, amount, currency, method, status, reference, paid_at)
     values ($1, 18, 'USD', 'cash', 'paid', 'P-AGAIN', now() - interval '1 day') returning id`,
    [salon],
  );
  const id = rows[0]?.id ?? '';
  const dashboard = await forms.openBookings();
  const { form } = dashboard;
  await dashboard.show('Payments');
  const row = dashboard.row(id, 'payments');
  const open = (): Promise<void> => row.getByRole('button', { name: /^Edit/ }).click();
  await open();
  await form.getByText(/^Paid \w+,? \d+ \w+, \d\d:\d\d$/).waitFor();
  await dashboard.submit({ Status: 'failed' }, 'Save');
  await row.getByText('failed').waitFor();
  await open();
  await form.getByLabel('Status').selectOption('paid');
  await form.getByText('Paid when it is saved').waitFor();
  await dashboard.submit({}, 'Save');
  await row.getByText('paid', { exact: true }).waitFor();
  const paid = await db.query(
    "select paid_at > now() - interval '1 hour' as now from payment_transactions where id = $1",
    [id],
  );
  expect(paid.rows).toEqual([{ now: true }]);
  await db.query('delete from payment_transactions where id = $1', [id]);
});
