import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { untilSettled } from '../support/bookingsPage.js';
import { openWindow } from '../support/chromium.js';
import { watchFlashes } from '../support/flashes.js';
import { hold } from '../support/forms.js';
import { openLab, salon, screenshotPath, type Lab } from '../support/lab.js';
import { toastOf } from '../support/toasts.js';

const migration = readFileSync(
  new URL('../../../web/backend/migrations/0009_clocked_in_once.sql', import.meta.url),
  'utf8',
);

let lab: Lab;

beforeAll(async () => {
  lab = await openLab();
});

afterAll(async () => {
  await lab.close();
});

beforeEach(async () => {
  await lab.db.query('delete from staff_attendance where business_id = $1', [salon]);
});

async function openStaff(): Promise<Page> {
  const { page } = await openWindow(lab.browser, `${lab.dashboard}?business=${salon}&view=staff`);
  await page.locator('[data-table="staff"] [data-row]').first().waitFor();
  await page.locator('[data-figure="staff"][data-state="live"]').waitFor();
  await page.locator('.chart-frame').waitFor();
  await untilSettled(page);
  return page;
}

const firstPerson = (page: Page) => page.locator('[data-table="staff"] [data-row]').first();

async function entries(where = 'true'): Promise<number> {
  const { rowCount } = await lab.db.query(`select from staff_attendance where business_id = $1 and ${where}`, [salon]);
  return rowCount ?? 0;
}

it('who clocks in in two windows at once is at work once, and the second window says since when', async () => {
  const [one, other] = [await openStaff(), await openStaff()];
  const flashes = await watchFlashes(one);
  // The other window has pressed, too, before it hears of the first.
  const release = await hold(other, 'POST', 'staff_attendance');
  await firstPerson(other).getByRole('button', { name: 'Clock in' }).click();
  await firstPerson(one).getByRole('button', { name: 'Clock in' }).click();
  await firstPerson(one).getByRole('button', { name: 'Clock out' }).waitFor();
  release();
  const toast = toastOf(other, /by another window/);
  const { rows } = await lab.db.query<{ clock: string }>(
    `select to_char(clock_in at time zone 'America/New_York', 'HH24:MI') as clock from staff_attendance where business_id = $1`,
    [salon],
  );
  await toast.getByText(`Already clocked in at ${rows[0]?.clock ?? ''} by another window`).waitFor();
  await other.screenshot({ path: screenshotPath('clocked-in-twice') });
  const said = await toastOf(other, /clocked in/i).allInnerTexts();
  expect(said).toEqual([expect.stringContaining(await firstPerson(other).getByRole('rowheader').innerText())]);
  expect(rows).toHaveLength(1);
  expect(new Set(await flashes())).toEqual(new Set([await firstPerson(one).getAttribute('data-row')]));
  await firstPerson(other).getByRole('button', { name: 'Clock out' }).click();
  await firstPerson(one).getByText('away').waitFor();
  expect(await entries('clock_out is null')).toBe(0);
  await Promise.all([one, other].map((page) => page.context().close()));
});

it('who forgot to clock out days ago can do so, and then clock in', async () => {
  const page = await openStaff();
  const name = await firstPerson(page).getByRole('rowheader').innerText();
  await lab.db.query(
    `insert into staff_attendance (business_id, staff_id, work_date, clock_in)
     select business_id, id, current_date - 5, now() - interval '5 days' from staff where business_id = $1 and full_name = $2`,
    [salon, name],
  );
  await firstPerson(page).getByRole('button', { name: 'Clock out' }).waitFor();
  await untilSettled(page);
  await firstPerson(page).getByRole('button', { name: 'Clock out' }).click();
  await firstPerson(page).getByText('away').waitFor();
  await firstPerson(page).getByRole('button', { name: 'Clock in' }).click();
  await firstPerson(page).getByText('present').waitFor();
  expect(await entries()).toBe(2);
  expect(await entries('clock_out is null')).toBe(1);
  await page.context().close();
});

it('entries that a database has twice are closed before it lets in no more', async () => {
  await lab.db.query('drop index staff_attendance_clocked_in');
  await lab.db.query(
    `insert into staff_attendance (business_id, staff_id, work_date, clock_in, notes)
     select business_id, id, current_date, now() - interval '1 hour' * number, 'late'
       from staff, generate_series(1, 3) as number where business_id = $1`,
    [salon],
  );
  await lab.db.query(migration);
  expect(await entries('clock_out is null')).toBe(4);
  expect(await entries("clock_out is null and clock_in <= now() - interval '3 hours' and notes = 'late'")).toBe(4);
  expect(await entries("clock_out = clock_in and minutes_worked = 0 and notes = 'late; clocked in twice'")).toBe(8);
  const again = lab.db.query(
    `insert into staff_attendance (business_id, staff_id, work_date, clock_in)
     select business_id, id, current_date, now() from staff where business_id = $1`,
    [salon],
  );
  await expect(again).rejects.toMatchObject({ code: '23505' });
});

it('all entries of a person are closed where the database has let in several', async () => {
  await lab.db.query('drop index staff_attendance_clocked_in');
  const page = await openStaff();
  const name = await firstPerson(page).getByRole('rowheader').innerText();
  await lab.db.query(
    `insert into staff_attendance (business_id, staff_id, work_date, clock_in)
     select business_id, id, current_date, now() from staff, generate_series(1, 3) where business_id = $1 and full_name = $2`,
    [salon, name],
  );
  await firstPerson(page).getByRole('button', { name: 'Clock out' }).waitFor();
  await expect.poll(() => entries('clock_out is null')).toBe(3);
  await untilSettled(page);
  await firstPerson(page).getByRole('button', { name: 'Clock out' }).click();
  await firstPerson(page).getByText('away').waitFor();
  expect(await entries('clock_out is null')).toBe(0);
  await page.context().close();
});

/** Lets requests of the page arrive, and loses the answers. Returns what ends that. */
async function loseAnswers(page: Page, methods: readonly string[]): Promise<() => void> {
  let isLosing = true;
  await page.route('**/rest/v1/staff_attendance?*', async (route) => {
    if (!isLosing || !methods.includes(route.request().method())) return route.continue();
    await route.fetch();
    return route.abort('connectionreset');
  });
  // Not by `unroute`: Playwright answers the requests that are still with the handler then, and the handler fails.
  return () => {
    isLosing = false;
  };
}

it('who clocks in and out, while the answers to that are lost, was saved', async () => {
  const page = await openStaff();
  await loseAnswers(page, ['POST', 'PATCH']);
  await firstPerson(page).getByRole('button', { name: 'Clock in' }).click();
  await toastOf(page, 'Clocked in').waitFor();
  await firstPerson(page).getByRole('button', { name: 'Clock out' }).click();
  await firstPerson(page).getByText('away').waitFor();
  expect(await entries('clock_out is not null')).toBe(1);
  await page.getByRole('tab', { name: 'Bookings' }).click();
  expect(await toastOf(page, /Not clocked|No answer|Already|by another window/).count()).toBe(0);
  await page.context().close();
});

it('who clocks in again, because nothing was answered at first, hears that it was saved', async () => {
  const page = await openStaff();
  // Realtime does not show the entry either.
  await lab.backend.faults.refuse({ mode: 'drop' });
  lab.backend.faults.drop();
  await page.locator('header .switchboard-status:not([data-state="live"])').waitFor();
  const answered = await loseAnswers(page, ['POST', 'GET']);
  await firstPerson(page).getByRole('button', { name: 'Clock in' }).click();
  await toastOf(page, 'No answer yet').waitFor();
  answered();
  await page.route('**/rest/v1/staff_attendance?*', (route) =>
    route.request().url().includes('idempotency_key') ? route.continue() : route.abort('connectionreset'),
  );
  await firstPerson(page).getByRole('button', { name: 'Clock in' }).click();
  await toastOf(page, 'Clocked in').waitFor();
  expect(await entries()).toBe(1);
  await lab.backend.faults.reset();
  await page.context().close();
});

it('who was clocked out elsewhere while the answer to clocking in was lost stays out', async () => {
  const page = await openStaff();
  let isFirst = true;
  await page.route('**/rest/v1/staff_attendance?*', async (route) => {
    if (route.request().method() !== 'POST' || !isFirst) return route.continue();
    isFirst = false;
    await route.fetch();
    await lab.db.query('update staff_attendance set clock_out = now() where business_id = $1', [salon]);
    return route.abort('connectionreset');
  });
  await firstPerson(page).getByRole('button', { name: 'Clock in' }).click();
  await toastOf(page, 'Already changed by someone else').waitFor();
  expect([await entries(), await entries('clock_out is null')]).toEqual([1, 0]);
  await page.context().close();
});

it('who came, by a wrong clock, later than now cannot leave before, and the window says why', async () => {
  const page = await openStaff();
  const name = await firstPerson(page).getByRole('rowheader').innerText();
  await lab.db.query(
    `insert into staff_attendance (business_id, staff_id, work_date, clock_in)
     select business_id, id, current_date, now() + interval '2 hours' from staff where business_id = $1 and full_name = $2`,
    [salon, name],
  );
  await firstPerson(page).getByRole('button', { name: 'Clock out' }).waitFor();
  await untilSettled(page);
  await firstPerson(page).getByRole('button', { name: 'Clock out' }).click();
  const toast = toastOf(page, 'Not clocked out');
  await toast.getByText(`${name}: The time of clocking in is still to come`).waitFor();
  expect(await entries('clock_out is null and minutes_worked is null')).toBe(1);
  await page.context().close();
});
