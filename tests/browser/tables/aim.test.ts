import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openSalon, untilSettled, type BookingsPage } from '../support/bookingsPage.js';
import { openLab, salon, screenshotPath, type Lab } from '../support/lab.js';
import { toastOf } from '../support/toasts.js';

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
/** From now on rows settle when the returned function is called: what a test does between is not too late on a slow machine. */
async function holdSettling(page: Page): Promise<() => Promise<void>> {
  await page.evaluate(() => {
    const { setTimeout } = globalThis;
    const held: (() => void)[] = [];
    const hold = (work: () => void, ms?: number): unknown => (ms === 600 ? held.push(work) : setTimeout(work, ms));
    Object.assign(globalThis, {
      setTimeout: hold,
      settle: () => {
        held.splice(0).forEach((work) => {
          work();
        });
      },
    });
  });
  return () =>
    page.evaluate(() => {
      (globalThis as unknown as { settle: () => void }).settle();
    });
}

const stopped = (page: Page) => toastOf(page, 'Nothing was changed');
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
    await untilSettled(page);
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
    await untilSettled(page);
    await press(page);
    await dashboard.row(aimed).getByText('cancelled').waitFor();
    expect(await stopped(page).count()).toBe(0);
    await page.context().close();
  });
});

it('a hand on its way, or a finger, that finds a row which has just come cancels nothing', async () => {
  const dashboard = await openSalon(lab, '&client=Aim', { reducedMotion: 'reduce', hasTouch: true });
  const { page } = dashboard;
  const aimed = await insert('Aim later', 48);
  const place = await pointAt(page, dashboard.row(aimed).getByRole('button', { name: /^Cancel/ }));
  await untilSettled(page);
  await page.mouse.move(0, 0);
  await holdSettling(page);
  const other = await insert('Aim sooner', 24);
  await expect.poll(() => wordsAt(page, place)).toMatch(/^Cancel booking of Aim sooner/);
  await page.mouse.move(...place, { steps: 4 });
  await press(page);
  await stopped(page).first().waitFor();
  await page.touchscreen.tap(...place);
  await expect.poll(() => stopped(page).count()).toBe(2);
  expect([await statusOf(aimed), await statusOf(other)]).toEqual(['pending', 'pending']);
  await page.context().close();
});

it('an alert is acknowledged only where it was aimed at, and that can be taken back', async () => {
  const { page } = await open('');
  const titles = ['Aim mild', 'Aim grave'];
  await lab.db.query('update admin_alerts set acknowledged = true where business_id = $1', [salon]);
  const add = (title: string, severity: string): Promise<unknown> =>
    lab.db.query('insert into admin_alerts (business_id, severity, title) values ($1, $2, $3)', [
      salon,
      severity,
      title,
    ]);
  const acknowledged = async (): Promise<string[]> => {
    const { rows } = await lab.db.query<{ title: string }>(
      'select title from admin_alerts where acknowledged and title = any($1) order by title',
      [titles],
    );
    return rows.map(({ title }) => title);
  };
  await add('Aim mild', 'info');
  await page.getByRole('button', { name: 'Look at them' }).click();
  await page.getByRole('button', { name: /^Acknowledge: Aim mild/ }).waitFor();
  const settle = await holdSettling(page);
  await add('Aim grave', 'critical');
  const button = page.getByRole('button', { name: /^Acknowledge: Aim grave/ });
  await button.click();
  await stopped(page).getByText('press again: Acknowledge: Aim grave').waitFor();
  expect(await acknowledged()).toEqual([]);
  await settle();
  await untilSettled(page);
  await button.click();
  const toast = toastOf(page, 'Alert acknowledged');
  await toast.getByText('Aim grave').waitFor();
  await button.waitFor({ state: 'detached' });
  expect(await acknowledged()).toEqual(['Aim grave']);
  await toast.getByRole('button', { name: 'Undo' }).click();
  await button.waitFor();
  expect(await acknowledged()).toEqual([]);
  await lab.db.query('delete from admin_alerts where title = any($1)', [titles]);
  await page.context().close();
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
    await untilSettled(page);
    await page.getByRole('button', { name: `Clock out: ${name}` }).click();
    const toast = toastOf(page, 'Clocked out');
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
