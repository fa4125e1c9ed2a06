import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { untilSettled } from '../support/bookingsPage.js';
import { openWindow } from '../support/chromium.js';
import { openLab, salon, type Lab } from '../support/lab.js';
import { toastOf } from '../support/toasts.js';

let lab: Lab;

beforeAll(async () => {
  lab = await openLab();
});

afterAll(() => lab.close());

beforeEach(async () => {
  await lab.db.query('delete from staff_attendance where business_id = $1', [salon]);
});

const firstPerson = (page: Page) => page.locator('[data-table="staff"] [data-row]').first();
const press = (page: Page, name: string): Promise<void> => firstPerson(page).getByRole('button', { name }).click();

/** A window with the staff, its first person's name, and the requests that it sends to write. */
async function openStaff(): Promise<{ page: Page; name: string; writes: string[] }> {
  const { page } = await openWindow(lab.browser, `${lab.dashboard}?business=${salon}&view=staff`);
  await firstPerson(page).waitFor();
  await page.locator('[data-figure="staff"][data-state="live"]').waitFor();
  await untilSettled(page);
  const writes: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes('staff_attendance') && request.method() !== 'GET') writes.push(request.method());
  });
  return { page, name: await firstPerson(page).getByRole('rowheader').innerText(), writes };
}

/** Pulls the plug, or puts it back. */
async function plug(page: Page, isPlugged: boolean): Promise<void> {
  if (!isPlugged) await page.getByRole('button', { name: 'Lab', exact: true }).click();
  await page.getByRole('button', { name: isPlugged ? 'Go online' : 'Go offline' }).click();
  if (isPlugged) await page.locator('[data-figure="staff"][data-state="live"]').waitFor();
  await untilSettled(page);
}

async function openEntries(): Promise<number> {
  const { rowCount } = await lab.db.query('select from staff_attendance where business_id = $1 and clock_out is null', [
    salon,
  ]);
  return rowCount ?? 0;
}

it('who clocks in while offline hears that nothing was sent, and what to do, and nothing is sent later', async () => {
  const { page, name, writes } = await openStaff();
  await plug(page, false);
  await press(page, 'Clock in');
  const toast = toastOf(page, 'Not clocked in');
  await toast.getByText(`${name}: there is no connection, so nothing was sent. Clock in when it is back`).waitFor();
  await plug(page, true);
  expect([writes, await openEntries()]).toEqual([[], 0]);
  await press(page, 'Clock in');
  await toastOf(page, 'Clocked in').getByText(name, { exact: true }).waitFor();
  await toast.waitFor({ state: 'detached' });
  expect([writes, await openEntries()]).toEqual([['POST'], 1]);
  await page.context().close();
});

it('who clocks out while offline hears the same, and can undo it later when that fails too', async () => {
  const { page, name } = await openStaff();
  await press(page, 'Clock in');
  await firstPerson(page).getByRole('button', { name: 'Clock out' }).waitFor();
  await untilSettled(page);
  await plug(page, false);
  await press(page, 'Clock out');
  await toastOf(page, 'Not clocked out').getByText(`${name}: there is no connection`).waitFor();
  await plug(page, true);
  await press(page, 'Clock out');
  const undo = (title: string): Promise<void> =>
    toastOf(page, title).getByRole('button', { name: 'Undo', includeHidden: true }).click();
  await toastOf(page, 'Clocked out').waitFor();
  await page.getByRole('button', { name: 'Go offline' }).click();
  await undo('Clocked out');
  await toastOf(page, 'Not undone')
    .getByText(`${name}: there is no connection, so nothing was sent. Undo it`)
    .waitFor();
  await plug(page, true);
  expect(await openEntries()).toBe(0);
  await undo('Not undone');
  await expect.poll(openEntries).toBe(1);
  await page.context().close();
});
