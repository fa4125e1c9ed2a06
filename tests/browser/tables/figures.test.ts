import { afterAll, beforeAll, expect, it } from 'vitest';
import { insertBookingsAt } from '../support/bookings.js';
import { dayControl, openSalon } from '../support/bookingsPage.js';
import { openLab, salon, screenshotPath, type Lab } from '../support/lab.js';

let lab: Lab;

beforeAll(async () => {
  lab = await openLab();
});

afterAll(() => lab.close());

it('what is not paid for a completed booking stays in sight, and moves nothing', async () => {
  const { page } = await openSalon(lab, '', { locale: 'en-US' });
  const figure = page.locator('[data-figure="revenue"][data-state="live"]');
  await figure.waitFor();
  const sum = async (label: string): Promise<number> => {
    const [, text = ''] = new RegExp(`${label}: (.*)`).exec(await figure.innerText()) ?? [];
    return Number(text.replace(/[^\d.]/g, ''));
  };
  const place = (): Promise<object | null> => page.locator('.figures').boundingBox();
  const [id] = await insertBookingsAt(lab.db, [[0, '12:00', 'Figures open']]);
  await expect.poll(() => page.locator('.feed').innerText()).toContain('Figures open');
  const [before, expected, unpaid] = [await place(), await sum('Still expected'), await sum('Unpaid')];
  await lab.db.query(`update bookings set status = 'completed' where id = $1`, [id]);
  await expect.poll(() => sum('Unpaid'), { timeout: 30_000 }).toBeCloseTo(unpaid + 48);
  expect(await sum('Still expected')).toBeCloseTo(expected - 48);
  await lab.db.query(
    `insert into payment_transactions (business_id, booking_id, amount, currency, status, method, paid_at)
     values ($1, $2, 30, 'USD', 'paid', 'card', now())`,
    [salon, id],
  );
  await expect.poll(() => sum('Unpaid'), { timeout: 30_000 }).toBeCloseTo(unpaid + 18);
  expect(await place()).toEqual(before);
  await page.screenshot({ path: screenshotPath('unpaid') });
  await page.context().close();
});

it('keep their place when the connection is lost', async () => {
  const { page } = await openSalon(lab);
  const places = (): Promise<number[]> =>
    page.locator('.figure').evaluateAll((cards) => cards.map((card) => card.getBoundingClientRect().height));
  await page.locator('[data-figure="revenue"][data-state="live"]').waitFor();
  const before = await places();
  await lab.backend.faults.refuse({ mode: 'drop' });
  lab.backend.faults.drop();
  await page.locator('[data-figure="revenue"] .as-of').waitFor();
  expect(await places()).toEqual(before);
  await lab.backend.faults.reset();
  await page.context().close();
});

it('a day that is in no calendar is answered with those of today', async () => {
  const dashboard = await openSalon(lab, '&day=2026-02-31');
  await dashboard.page.getByText('The address names a day that is not there.').waitFor();
  const { date, pressed } = await dayControl(dashboard.page);
  expect(date).not.toBe('');
  expect(pressed).toEqual(['Today']);
  await dashboard.page.context().close();
});
