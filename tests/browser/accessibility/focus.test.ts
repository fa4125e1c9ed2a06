import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { removeBookings } from '../support/bookings.js';
import type { BookingsPage } from '../support/bookingsPage.js';
import { closed, edit, focused, FormsLab } from '../support/forms.js';
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

const remove = (...ids: string[]): Promise<void> => removeBookings(lab.db, ids);

async function newRows(bookings: BookingsPage, ...names: string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const name of names) ids.push(await forms.newRow(name, bookings));
  return ids;
}

const button = (bookings: BookingsPage, id: string, verb: RegExp) =>
  bookings.row(id).getByRole('button', { name: verb });

/** The focus must get there by itself, and may be nowhere on the way. */
async function expectFocus(page: Page, name: RegExp): Promise<void> {
  await expect.poll(() => focused(page)).toMatch(name);
}

describe.each([1440, 390])('at %i px, when somebody else removes the row that has the focus', (width) => {
  async function open(): Promise<BookingsPage> {
    const bookings = await forms.openBookings();
    await bookings.page.setViewportSize({ width, height: 900 });
    return bookings;
  }

  it('the focus goes to Edit of the next row, never to Cancel, also when that row goes too', async () => {
    const bookings = await open();
    const [first = '', second = '', third = ''] = await newRows(bookings, 'Form one', 'Form two', 'Form three');
    await button(bookings, first, /^Cancel/).focus();
    await remove(first, second);
    await bookings.expectNoRow(first);
    await expectFocus(bookings.page, /^Edit booking of Form three/);
    // And from there on.
    await bookings.page.keyboard.press('Shift+Tab');
    expect(await focused(bookings.page)).not.toMatch(/booking of/);
    await button(bookings, third, /^Edit/).focus();
    await remove(third);
    await bookings.expectNoRow(third);
    await expectFocus(bookings.page, /^Edit booking of/);
  });

  it('the focus goes to the row before the last, and to the table when there is none', async () => {
    const bookings = await open();
    await bookings.page.getByLabel('Find a client').fill('Form only');
    const [first = '', second = ''] = await newRows(bookings, 'Form only A', 'Form only B');
    await button(bookings, second, /^Edit/).focus();
    await remove(second);
    await expectFocus(bookings.page, /^Edit booking of Form only A/);
    await remove(first);
    await bookings.expectNoRow(first);
    await expectFocus(bookings.page, /^Bookings$/);
    await bookings.page.keyboard.press('Tab');
    expect(await focused(bookings.page)).toBe('Add booking');
  });

  it('the focus goes to the chosen view after a form whose opener is gone', async () => {
    const bookings = await open();
    const [id = ''] = await newRows(bookings, 'Form opener');
    await edit(bookings, id);
    await remove(id);
    await bookings.form.getByText('This booking was removed').waitFor();
    await bookings.page.keyboard.press('Escape');
    await closed(bookings);
    await expectFocus(bookings.page, /^Bookings$/);
  });
});

describe('what goes by itself while it has the focus', () => {
  it('is a toast: the focus goes back to where it came from, after Undo too', async () => {
    const bookings = await forms.openBookings();
    const { page } = bookings;
    const [id = ''] = await newRows(bookings, 'Form undone');
    await button(bookings, id, /^Cancel/).focus();
    await page.keyboard.press('Enter');
    await bookings.row(id).getByText('cancelled').waitFor();
    const toast = toastOf(page, 'Booking cancelled');
    await toast.getByRole('button', { name: 'Undo' }).focus();
    await page.keyboard.press('Enter');
    await toast.waitFor({ state: 'detached' });
    await bookings.row(id).getByText('pending').waitFor();
    await expectFocus(page, /^Cancel booking of Form undone/);
  });

  it('is the way to read again', async () => {
    const bookings = await forms.openBookings();
    const { page } = bookings;
    await page.route('**/rest/v1/staff?*', (route) => route.fulfill({ status: 500, body: '{}' }));
    await lab.db.query("update staff set position = position || '' where business_id = $1", [salon]);
    await page.reload();
    const again = page.getByRole('button', { name: 'Try again: Staff present' });
    await again.focus();
    await page.unroute('**/rest/v1/staff?*');
    await page.keyboard.press('Enter');
    await again.waitFor({ state: 'detached' });
    await expectFocus(page, /^Today$/);
    expect(forms.windows[0]?.problems.splice(0).every((text) => text.includes('500'))).toBe(true);
  });

  it('is the button that reconnects, which the status follows', async () => {
    const bookings = await forms.openBookings();
    const { page } = bookings;
    await forms.withoutRealtime(bookings, async () => {
      await bookings.status.locator('.switchboard-reconnect').focus();
    });
    await expectFocus(page, /^Realtime: Live/);
  });

  it('is a view that Back takes away', async () => {
    const bookings = await forms.openBookings();
    const { page } = bookings;
    await bookings.show('Staff');
    await page
      .getByRole('button', { name: /^Clock/ })
      .first()
      .focus();
    await page.evaluate(() => {
      history.back();
    });
    await page.getByRole('tabpanel', { name: 'Bookings' }).waitFor();
    await expectFocus(page, /^Bookings$/);
  });

  it('is not what somebody has left', async () => {
    const bookings = await forms.openBookings();
    const { page } = bookings;
    const [id = ''] = await newRows(bookings, 'Form left alone');
    await button(bookings, id, /^Edit/).focus();
    await page.locator('.page-head h2').click();
    await remove(id);
    await bookings.expectNoRow(id);
    expect(await page.evaluate(() => document.activeElement === document.body)).toBe(true);
  });
});

describe('a switch of the lab', () => {
  it('keeps the focus while it is under way', async () => {
    const bookings = await forms.openBookings();
    const { page } = bookings;
    await page.route('**/lab/burst', () => undefined);
    await page.getByRole('button', { name: 'Lab', exact: true }).click();
    await page.getByRole('button', { name: /^Burst/ }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('Writing…').waitFor();
    expect(await focused(page)).toMatch(/^Burst/);
    expect(await page.locator('.lab button:focus').count()).toBe(1);
  });
});

describe('the rows that an alert is about', () => {
  it('have the focus when somebody follows the alert to them', async () => {
    const bookings = await forms.openBookings();
    const { page } = bookings;
    const [first = '', second = ''] = await newRows(bookings, 'Form pointed', 'Form pointed too');
    const { rows } = await lab.db.query<{ id: string }>(
      `insert into payment_transactions (business_id, amount, currency, method, status, reference)
       values ($1, 18, 'USD', 'cash', 'paid', 'P-FOCUS') returning id`,
      [salon],
    );
    await lab.db.query('update admin_alerts set acknowledged = true where business_id = $1', [salon]);
    await lab.db.query(
      `insert into admin_alerts (business_id, severity, title, context) values
         ($1, 'warning', 'Form bookings', $2), ($1, 'warning', 'Form payments', $3)`,
      [
        salon,
        JSON.stringify({ booking_ids: [Number(first), Number(second)] }),
        JSON.stringify({ payment_ids: [rows[0]?.id] }),
      ],
    );
    for (const [view, expected] of [
      ['bookings', /^Edit booking of Form pointed/],
      ['payments', /^Edit payment P-FOCUS/],
    ] as const) {
      await page.getByRole('button', { name: 'Look at them' }).focus();
      await page.keyboard.press('Enter');
      await page
        .getByRole('listitem')
        .filter({ hasText: `Form ${view}` })
        .getByRole('button', { name: `Show the ${view}` })
        .focus();
      await page.keyboard.press('Enter');
      await closed(bookings);
      await expectFocus(page, expected);
      // Not below the header.
      const [header, panel] = await Promise.all(
        ['header', '.tables'].map((part) => page.locator(part).evaluate((element) => element.getBoundingClientRect())),
      );
      expect(panel?.top).toBeGreaterThanOrEqual(header?.bottom ?? Infinity);
    }
    await lab.db.query("delete from admin_alerts where title like 'Form %'");
    await lab.db.query("delete from payment_transactions where reference = 'P-FOCUS'");
  });
});
