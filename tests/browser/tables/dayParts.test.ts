import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { accessibilityProblems } from '../support/axe.js';
import { insertBookingsAt, removeBookings } from '../support/bookings.js';
import { openSalon, type BookingsPage } from '../support/bookingsPage.js';
import { openLab, salon, screenshotPath, type Lab } from '../support/lab.js';

let lab: Lab;
let ids: string[];

beforeAll(async () => {
  lab = await openLab();
  ids = await insertBookingsAt(lab.db, [
    [0, '00:00', 'First of the day'],
    [0, '23:59', 'Last of the day'],
    [0, '23:59', 'Called off'],
    [1, '12:00', 'Tomorrow'],
    [1, '13:00', 'Tomorrow too'],
  ]);
  await lab.db.query("update bookings set status = 'cancelled' where id = $1", [ids[2]]);
});

afterAll(async () => {
  await removeBookings(lab.db, ids);
  await lab.close();
});

const count = (page: Page): Promise<string> => page.locator('.table-count').innerText();
const divider = (page: Page): Locator => page.locator('[data-table="bookings"] .divider');

async function topOf(part: Locator): Promise<number> {
  return (await part.boundingBox())?.y ?? NaN;
}

async function rowTop(dashboard: BookingsPage, id = ''): Promise<number> {
  return topOf(dashboard.row(id));
}

it('the number of bookings today says what it leaves out, and the count of the table what it counts', async () => {
  const dashboard = await openSalon(lab);
  const { page } = dashboard;
  await dashboard.row(ids[2] ?? '').waitFor();
  const { rows } = await lab.db.query<{ all: number; today: number; cancelled: number }>(
    `select count(*)::int as all, count(*) filter (where is_today)::int as today,
            count(*) filter (where is_today and status = 'cancelled')::int as cancelled
       from (select status, (starts_at at time zone time_zone)::date = (now() at time zone time_zone)::date as is_today
               from bookings join businesses on businesses.id = business_id where business_id = $1) as bookings`,
    [salon],
  );
  const { all = NaN, today = NaN, cancelled = NaN } = rows[0] ?? {};
  expect(await count(page)).toBe(`${String(today)} today of ${String(all)}`);
  expect(await dashboard.figure('bookings').innerText()).toBe(String(today - cancelled));
  await page
    .locator('[data-figure="bookings"]')
    .getByText(`plus ${String(cancelled)} cancelled`)
    .waitFor();
  await page.getByRole('button', { name: 'The day after' }).click();
  await dashboard.row(ids[3] ?? '').waitFor();
  expect(await count(page)).toMatch(/^\d+ on this day of \d+$/);
  await page.getByRole('button', { name: 'All days' }).click();
  await divider(page).waitFor();
  expect(await count(page)).toBe(String(all));
  await page.getByLabel('Find a client').fill('of the day');
  await page.getByText(`2 found of ${String(all)}`).waitFor();
  await page.context().close();
});

it.each([
  ['desktop', 1440],
  ['tablet', 768],
  ['phone', 390],
])('a line is between what is to come and what has begun, on a %s', async (device, width) => {
  const dashboard = await openSalon(lab, '', { viewport: { width, height: 1200 }, reducedMotion: 'reduce' });
  const { page } = dashboard;
  await divider(page).getByText('Earlier').waitFor();
  expect(await topOf(divider(page))).toBeGreaterThan(await rowTop(dashboard, ids[1]));
  expect(await topOf(divider(page))).toBeLessThan(await rowTop(dashboard, ids[0]));
  const overlaps = await page.locator('[data-table="bookings"] tbody').evaluate((body) => {
    const boxes = [...body.querySelectorAll('tr')].map((row) => row.getBoundingClientRect());
    const sorted = boxes.sort((one, other) => one.top - other.top);
    const end = sorted.at(-1)?.bottom ?? 0;
    const covered = sorted.filter(({ top }, index) => index > 0 && top < (sorted[index - 1]?.bottom ?? 0) - 0.5);
    return covered.length + Math.max(0, end - body.getBoundingClientRect().bottom);
  });
  expect(overlaps).toBe(0);
  expect(await accessibilityProblems(page)).toEqual([]);
  await page.screenshot({ path: screenshotPath(`divider-${device}`) });
  await page.getByRole('button', { name: 'The day after' }).click();
  await dashboard.row(ids[3] ?? '').waitFor();
  expect(await divider(page).count()).toBe(0);
  await page.context().close();
});
