import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openWindow } from '../support/chromium.js';
import { openLab, salon, screenshotPath, type Lab } from '../support/lab.js';

let lab: Lab;
let page: Page;

beforeAll(async () => {
  lab = await openLab();
});

afterAll(() => lab.close());

afterEach(() => page.context().close());

const staff = () => page.getByRole('region', { name: 'Staff' });
const cell = (slot: string) => staff().locator(`[data-row] [data-slot="${slot}"]`).first();
const clockButtons = () => staff().getByRole('button', { name: /^Clock/ });

/** Has reads of a table fail until the returned function is called. */
async function failReads(table: string): Promise<() => Promise<void>> {
  const pattern = `**/rest/v1/${table}?*`;
  await page.route(pattern, (route) =>
    route.request().method() === 'GET'
      ? route.fulfill({ status: 500, headers: { 'access-control-allow-origin': '*' }, body: '{"message":"boom"}' })
      : route.continue(),
  );
  return () => page.unroute(pattern);
}

async function openBlank(): Promise<void> {
  ({ page } = await openWindow(lab.browser, 'about:blank', { locale: 'en-US' }));
}

async function show(view: string): Promise<void> {
  await page.goto(`${lab.dashboard}?business=${salon}&view=${view}&day=all`);
  await page.locator(`[data-table="${view}"] [data-row]`).first().waitFor();
}

describe('the staff table', () => {
  it('says that attendance could not be read, guesses nobody to be away, and offers no clock', async () => {
    await openBlank();
    const end = await failReads('staff_attendance');
    await show('staff');
    await staff().getByRole('alert').getByText('Attendance could not be read.').waitFor();
    expect(await staff().getByText('Live', { exact: true }).count()).toBe(0);
    expect([await cell('badge').innerText(), await cell('meta').innerText()]).toEqual(['–', '–']);
    expect(await clockButtons().count()).toBe(0);
    await page.screenshot({ path: screenshotPath('attendance-not-read') });
    await end();
    // It is tried again by itself.
    await clockButtons().first().waitFor();
    await staff().getByText('Live', { exact: true }).waitFor();
  });

  it('says that attendance is loading, as long as it is', async () => {
    await openBlank();
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route('**/rest/v1/staff_attendance?*', async (route) => {
      await released;
      await route.continue();
    });
    await show('staff');
    await staff().getByText('Loading: attendance').waitFor();
    expect(await cell('badge').innerText()).toBe('–');
    expect(await clockButtons().count()).toBe(0);
    release();
    await clockButtons().first().waitFor();
  });

  it('says how old attendance is when it cannot be read again', async () => {
    await openBlank();
    await show('staff');
    await staff().getByText('Live', { exact: true }).waitFor();
    await page.locator('header .switchboard-status[data-state="live"]').waitFor();
    await failReads('staff_attendance');
    await lab.db.query('update staff_attendance set notes = $2 where business_id = $1', [salon, 'late']);
    await staff().locator('.table-note .as-of').waitFor();
    expect(await staff().getByText('Live', { exact: true }).count()).toBe(0);
  });
});

it.each([
  ['payments', 'bookings', 'Payments', 'Bookings could not be read.', 'title'],
  ['bookings', 'staff', 'Bookings', 'Staff could not be read.', 'person'],
])('the %s say that %s could not be read, whose names they show', async (view, table, label, text, slot) => {
  await openBlank();
  const end = await failReads(table);
  await show(view);
  const panel = page.getByRole('region', { name: label, exact: true });
  await panel.getByRole('alert').getByText(text).waitFor();
  const names = panel.locator(`[data-row] [data-slot="${slot}"]`);
  expect(new Set(await names.allInnerTexts())).toContain('–');
  await end();
  await panel.getByText('Live', { exact: true }).waitFor();
  expect(await names.allInnerTexts()).not.toContain('–');
});
