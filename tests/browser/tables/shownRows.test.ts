import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertBookingsAt, removeBookings } from '../support/bookings.js';
import { dayControl, openSalon } from '../support/bookingsPage.js';
import { watchFlashes } from '../support/flashes.js';
import { openLab, salon, screenshotPath, type Lab } from '../support/lab.js';
import { toastOf } from '../support/toasts.js';

let lab: Lab;

beforeAll(async () => {
  lab = await openLab();
});

afterAll(async () => {
  await lab.close();
});

describe('the control of the day', () => {
  it.each([
    ['', ['Today']],
    ['&day=2027-03-14', []],
    ['&day=all', ['All days']],
  ] as const)(
    'shows no day while a search looks at all days, and then the one from before, with "%s"',
    async (search, pressed) => {
      const { page } = await openSalon(lab, search);
      const before = await dayControl(page);
      expect(before.pressed).toEqual(pressed);
      await page.getByLabel('Find a client').fill('o');
      await page.getByText('All days: what is found').waitFor();
      expect(await dayControl(page)).toEqual({ date: '', pressed: [] });
      await page.screenshot({ path: screenshotPath('search') });
      await page.getByLabel('Find a client').fill('');
      await page.getByText('All days: what is found').waitFor({ state: 'detached' });
      expect(await dayControl(page)).toEqual(before);
      await page.context().close();
    },
  );
});

describe('a row flashes', () => {
  it('when its data changed, and not because other rows are on display', async () => {
    const ids = await insertBookingsAt(lab.db, [
      [0, '12:00', 'Flash today'],
      [1, '12:00', 'Flash tomorrow'],
    ]);
    const dashboard = await openSalon(lab);
    const { page } = dashboard;
    await dashboard.row(ids[0] ?? '').waitFor();
    const flashes = await watchFlashes(page);
    const find = page.getByLabel('Find a client');
    await page.getByRole('button', { name: 'All days' }).click();
    await page.locator('[data-row]').nth(49).waitFor();
    await page.getByRole('button', { name: 'Today', exact: true }).click();
    await page.getByRole('button', { name: 'The day after' }).click();
    await dashboard.row(ids[1] ?? '').waitFor();
    await find.fill('flash');
    await dashboard.row(ids[0] ?? '').waitFor();
    await find.fill('');
    await dashboard.row(ids[0] ?? '').waitFor({ state: 'detached' });
    expect(await flashes()).toEqual([]);
    // Not on display: it is no news when it comes into view.
    await lab.db.query("update bookings set service = 'Seen later' where id = $1", [ids[0]]);
    await lab.db.query("update bookings set service = 'Seen now' where id = $1", [ids[1]]);
    await dashboard
      .row(ids[1] ?? '')
      .getByText('Seen now')
      .waitFor();
    expect(await flashes()).toEqual([ids[1]]);
    await page.getByRole('button', { name: 'All days' }).click();
    await dashboard
      .row(ids[0] ?? '')
      .getByText('Seen later')
      .waitFor();
    expect(await flashes()).toEqual([ids[1]]);
    await page.context().close();
    await removeBookings(lab.db, ids);
  });
});

describe('a payment', () => {
  it('says whose it is', async () => {
    const { rows } = await lab.db.query<{ id: string; client_name: string }>(
      `select payment_transactions.id, client_name from payment_transactions join bookings on bookings.id = booking_id
        where payment_transactions.business_id = $1 and payment_transactions.status = 'failed'`,
      [salon],
    );
    const ids = rows.map(({ id }) => id);
    expect(ids.length).toBeGreaterThan(0);
    for (const width of [320, 390, 1440]) {
      const dashboard = await openSalon(lab, `&view=payments&rows=${ids.join(',')}`, {
        viewport: { width, height: 900 },
      });
      for (const { id, client_name } of rows) {
        const cell = dashboard.row(id, 'payments').getByRole('rowheader');
        await cell.getByText(client_name, { exact: true }).waitFor();
        expect(await cell.evaluate((node) => node.scrollWidth <= node.clientWidth)).toBe(true);
      }
      await dashboard.page.screenshot({ path: screenshotPath(`payments-${String(width)}`), fullPage: true });
      await dashboard.page.context().close();
    }
    // The client is who the booking is for now.
    const dashboard = await openSalon(lab, `&view=payments&rows=${ids[0] ?? ''}`);
    const change = (name: string) =>
      lab.db.query(
        'update bookings set client_name = $2 where id = (select booking_id from payment_transactions where id = $1)',
        [ids[0], name],
      );
    await change('Renamed Client');
    await dashboard
      .row(ids[0] ?? '', 'payments')
      .getByText('Renamed Client')
      .waitFor();
    await change(rows[0]?.client_name ?? '');
    await lab.db.query(
      "insert into payment_transactions (business_id, amount, currency, method, status, reference) values ($1, 7, 'USD', 'cash', 'paid', 'P-NOBODY')",
      [salon],
    );
    await dashboard.page.getByRole('button', { name: 'Show the others' }).click();
    await dashboard.page.locator('[data-row]', { hasText: 'P-NOBODY' }).getByText('No booking').waitFor();
    await dashboard.page.context().close();
    await lab.db.query("delete from payment_transactions where reference = 'P-NOBODY'");
  });
});

describe('a booking that is added', () => {
  const toast = (page: Page) => toastOf(page, 'Booking added');

  it('is for the day on display, and so it is there', async () => {
    const dashboard = await openSalon(lab, '&day=2027-03-14');
    const { page } = dashboard;
    await dashboard.addButton.click();
    expect(await dashboard.form.getByLabel('Starts').inputValue()).toBe('2027-03-14T09:00');
    await page.screenshot({ path: screenshotPath('add-on-a-day') });
    await dashboard.submit({ Client: 'Day chosen', Service: 'Treatment' }, 'Add');
    await toast(page)
      .getByText(/^Day chosen, Treatment, Sun,? 14 Mar( 2027)?, 09:00$/)
      .waitFor();
    await page.locator('[data-row]', { hasText: 'Day chosen' }).waitFor();
    expect(await toast(page).getByRole('button', { name: 'Show' }).count()).toBe(0);
    await page.getByRole('button', { name: 'The day after' }).click();
    await dashboard.addButton.click();
    expect(await dashboard.form.getByLabel('Starts').inputValue()).toBe('2027-03-15T09:00');
    await page.context().close();
    await lab.db.query("delete from bookings where client_name = 'Day chosen'");
  });

  it.each(['', '&day=all', '&day=2027-03-14&client=zoe'])('is for the next hour with "%s"', async (search) => {
    const dashboard = await openSalon(lab, search);
    const query = `select to_char(date_trunc('hour', now() at time zone 'America/New_York') + interval '1 hour',
      'YYYY-MM-DD"T"HH24:MI') as hour`;
    const before = await lab.db.query<{ hour: string }>(query);
    await dashboard.addButton.click();
    const starts = await dashboard.form.getByLabel('Starts').inputValue();
    const after = await lab.db.query<{ hour: string }>(query);
    expect([before.rows[0]?.hour, after.rows[0]?.hour]).toContain(starts);
    await dashboard.page.context().close();
  });

  it.each(['&day=2027-03-14', '&client=nobody', '&day=2027-03-14&client=nobody'])(
    'on another day than the one on display is shown on request, with "%s"',
    async (search) => {
      const dashboard = await openSalon(lab, search);
      const { page } = dashboard;
      await dashboard.addButton.click();
      const starts = '2027-04-02T10:30';
      await dashboard.submit({ Client: 'Day other', Service: 'Treatment', Starts: starts }, 'Add');
      await toast(page)
        .getByText(/, Fri,? 2 Apr( 2027)?, 10:30$/)
        .waitFor();
      await page.screenshot({ path: screenshotPath('added-on-another-day') });
      await toast(page).getByRole('button', { name: 'Show' }).click();
      const row = page.locator('[data-row]', { hasText: 'Day other' });
      await row.locator('button:focus').waitFor();
      expect(await page.getByLabel('Day', { exact: true }).inputValue()).toBe('2027-04-02');
      expect(await page.getByLabel('Find a client').inputValue()).toBe('');
      await page.context().close();
      await lab.db.query("delete from bookings where client_name = 'Day other'");
    },
  );
});

describe('a booking that is edited', () => {
  const toast = (page: Page) => toastOf(page, 'Booking saved');

  it.each([
    ['gets another day', '&day=2027-03-14', { Starts: '2027-04-02T10:30' }],
    ['no longer matches the search', '&client=moved', { Client: 'Someone else', Starts: '2027-04-02T10:30' }],
  ])('and %s is shown on request', async (_what, search, fields) => {
    const { rows } = await lab.db.query<{ id: string }>(
      `insert into bookings (business_id, client_name, service, starts_at, duration_minutes, status)
       values ($1, 'Moved', 'Treatment', '2027-03-14 10:00 America/New_York', 30, 'confirmed') returning id::text`,
      [salon],
    );
    const id = rows[0]?.id ?? '';
    const dashboard = await openSalon(lab, search);
    const { page } = dashboard;
    await dashboard.row(id).getByRole('button', { name: /^Edit/ }).click();
    await dashboard.submit(fields, 'Save');
    await toast(page)
      .getByText(/Treatment, Fri,? 2 Apr( 2027)?, 10:30$/)
      .waitFor();
    await page.screenshot({ path: screenshotPath('moved-to-another-day') });
    await toast(page).getByRole('button', { name: 'Show' }).click();
    await dashboard.row(id).locator('button:focus').waitFor();
    expect((await dayControl(page)).date).toBe('2027-04-02');
    await page.context().close();
    await lab.db.query('delete from bookings where id = $1', [id]);
  });

  it('and stays on display is not confirmed further', async () => {
    const dashboard = await openSalon(lab, '&day=all');
    const { page } = dashboard;
    await page.locator('[data-row]').first().getByRole('button', { name: /^Edit/ }).click();
    await dashboard.submit({ Minutes: '35' }, 'Save');
    await dashboard.form.waitFor({ state: 'detached' });
    await page.locator('[data-row]').first().getByText('35 min').waitFor();
    expect(await toast(page).count()).toBe(0);
    await page.context().close();
  });
});
