import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openSalon, type BookingsPage } from '../support/bookingsPage.js';
import { openLab, salon, screenshotPath, type Lab } from '../support/lab.js';

let lab: Lab;

beforeAll(async () => {
  lab = await openLab();
});

afterAll(() => lab.close());

beforeEach(async () => {
  await lab.db.query('delete from staff_attendance where business_id = $1', [salon]);
  await lab.db.query("delete from bookings where client_name like 'Aim %'");
});

async function insert(client: string, inHours: number): Promise<string> {
  const { rows } = await lab.db.query<{ id: string }>(
    `insert into bookings (business_id, client_name, service, starts_at)
     values ($1, $2, 'Treatment', now() + interval '1 hour' * $3::int) returning id::text`,
    [salon, client, inHours],
  );
  return rows[0]?.id ?? '';
}

async function statusOf(id: string): Promise<string> {
  const { rows } = await lab.db.query<{ status: string }>('select status from bookings where id = $1', [id]);
  return rows[0]?.status ?? '';
}

async function pointAt(page: Page, button: Locator): Promise<readonly [number, number]> {
  const box = await button.boundingBox();
  const place = [(box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + (box?.height ?? 0) / 2] as const;
  await page.mouse.move(...place);
  return place;
}

async function press(page: Page): Promise<void> {
  await page.mouse.down();
  await page.mouse.up();
}

const wordsAt = (page: Page, [x, y]: readonly [number, number]): Promise<string> =>
  page.evaluate(
    ([left, top]) => document.elementFromPoint(left, top)?.closest('button')?.getAttribute('aria-label') ?? '',
    [x, y] as const,
  );
const stopped = (page: Page) => page.locator('[data-sonner-toast]', { hasText: 'Nothing was changed' });
const open = (search: string): Promise<BookingsPage> => openSalon(lab, search, { reducedMotion: 'reduce' });

describe('a press that finds another row under the pointer than was aimed at', () => {
  it('cancels nothing and says why; the next one counts', async () => {
    const dashboard = await open('&client=Aim');
    const { page } = dashboard;
    const aimed = await insert('Aim later', 48);
    const place = await pointAt(page, dashboard.row(aimed).getByRole('button', { name: /^Cancel/ }));
    const other = await insert('Aim sooner', 24);
    await expect.poll(() => wordsAt(page, place)).toMatch(/^Cancel booking of Aim sooner/);
    await press(page);
    await stopped(page).getByText('press again: Cancel booking of Aim sooner').waitFor();
    await page.screenshot({ path: screenshotPath('aim-missed') });
    expect([await statusOf(aimed), await statusOf(other)]).toEqual(['pending', 'pending']);
    await press(page);
    await dashboard.row(other).getByText('cancelled').waitFor();
    expect([await statusOf(aimed), await statusOf(other)]).toEqual(['pending', 'cancelled']);
    await page.context().close();
  });

  it('is not stopped after scrolling, or when only other rows have moved', async () => {
    const dashboard = await open('&client=Aim');
    const { page } = dashboard;
    const aimed = await insert('Aim first', 24);
    await pointAt(page, dashboard.row(aimed).getByRole('button', { name: /^Cancel/ }));
    const below = await insert('Aim second', 48);
    await dashboard.row(below).waitFor();
    await press(page);
    await dashboard.row(aimed).getByText('cancelled').waitFor();
    expect(await stopped(page).count()).toBe(0);
    await page.context().close();
  });
});

describe('who clocks in elsewhere while the pointer is on the button', () => {
  async function openStaff(): Promise<{ page: Page; button: Locator; name: string; clockIn: () => Promise<void> }> {
    const { page } = await open('&view=staff');
    await page.locator('[data-figure="staff"][data-state="live"]').waitFor();
    const button = page.getByRole('button', { name: /^Clock in/ }).first();
    const name = ((await button.getAttribute('aria-label')) ?? '').replace('Clock in: ', '');
    const clockIn = async (): Promise<void> => {
      await lab.db.query(
        `insert into staff_attendance (business_id, staff_id, work_date, clock_in)
         select business_id, id, current_date, now() - interval '1 hour' from staff where business_id = $1 and full_name = $2`,
        [salon, name],
      );
      await page.getByRole('button', { name: `Clock out: ${name}` }).waitFor();
    };
    return { page, button, name, clockIn };
  }

  const openEntries = async (): Promise<number> => {
    const { rowCount } = await lab.db.query(
      'select from staff_attendance where business_id = $1 and clock_out is null',
      [salon],
    );
    return rowCount ?? 0;
  };

  it('is not clocked out by the press that was to clock in', async () => {
    const { page, button, name, clockIn } = await openStaff();
    await pointAt(page, button);
    await clockIn();
    await press(page);
    await stopped(page).getByText(`press again: Clock out: ${name}`).waitFor();
    expect(await openEntries()).toBe(1);
    await page.context().close();
  });

  it('is not clocked out by the key that was to clock in', async () => {
    const { page, button, clockIn } = await openStaff();
    await button.focus();
    await clockIn();
    await page.keyboard.press('Enter');
    await stopped(page).waitFor();
    expect(await openEntries()).toBe(1);
    await page.context().close();
  });

  it('is clocked out with a word, and that can be taken back', async () => {
    const { page, name, clockIn } = await openStaff();
    await clockIn();
    await page.getByRole('button', { name: `Clock out: ${name}` }).click();
    const toast = page.locator('[data-sonner-toast]', { hasText: 'Clocked out' });
    await toast.getByText(name).waitFor();
    await page.getByRole('button', { name: `Clock in: ${name}` }).waitFor();
    expect(await openEntries()).toBe(0);
    await toast.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('button', { name: `Clock out: ${name}` }).waitFor();
    const { rows } = await lab.db.query(
      'select clock_out, minutes_worked from staff_attendance where business_id = $1',
      [salon],
    );
    expect(rows).toEqual([{ clock_out: null, minutes_worked: null }]);
    await page.context().close();
  });
});
