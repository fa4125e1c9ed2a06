import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWindow } from '../support/chromium.js';
import { openLab, physio, salon, screenshotPath, type Lab } from '../support/lab.js';

let lab: Lab;

beforeAll(async () => {
  lab = await openLab();
});

afterAll(async () => {
  await lab.close();
});

async function open(locale: string, business = salon): Promise<Page> {
  const { page } = await openWindow(lab.browser, `${lab.dashboard}?business=${business}&day=all`, { locale });
  await page.locator('.chart-now').first().waitFor({ state: 'attached' });
  return page;
}

const ticks = (page: Page): Promise<string[]> =>
  page.locator('.chart .recharts-xAxis-tick-labels text').allTextContents();

describe('the hours of the chart', () => {
  it.each([
    ['en-US', /^\d{1,2}\sAM$|^\d{1,2}\sPM$/, /^\d{1,2}:00\s[AP]M$/],
    ['en-GB', /^\d\d$/, /^\d\d:00$/],
    ['de-DE', /^\d\d$/, /^\d\d:00$/],
  ])('are counted in %s as the times of the table are', async (locale, short, full) => {
    const page = await open(locale);
    const times = await page.locator('[data-row] .when b').allTextContents();
    expect(times.filter((time) => !short.test(time.replace(/:\d\d/, '')) || /^0.*M$/.test(time))).toEqual([]);
    expect((await ticks(page)).filter((tick) => !short.test(tick))).toEqual([]);
    await page.getByText('As a table').click();
    const hours = await page.locator('.chart-table tbody th').allTextContents();
    expect(hours.filter((hour) => !full.test(hour))).toEqual([]);
    await page.locator('.chart-frame').hover({ position: { x: 200, y: 100 } });
    const tooltip = page.locator('.recharts-tooltip-label');
    await expect.poll(() => tooltip.innerText()).toMatch(full);
    await page.context().close();
  });
});

describe('the revenue of the first hour of a day', () => {
  it('is drawn, as a dot that ends the line later', async () => {
    // Where the physio is, the day has begun less than an hour ago.
    await lab.db.query(
      `update businesses set time_zone = 'Etc/GMT' || to_char(extract(hour from now())::int, 'SG99') where id = $1`,
      [physio],
    );
    await lab.db.query('delete from bookings where business_id = $1', [physio]);
    await lab.db.query(`update payment_transactions set paid_at = null, status = 'pending' where business_id = $1`, [
      physio,
    ]);
    await lab.db.query(
      `insert into payment_transactions (business_id, amount, currency, method, status, reference, paid_at)
       values ($1, 40, 'EUR', 'cash', 'paid', 'P-FIRST', now())`,
      [physio],
    );
    const page = await open('en-GB', physio);
    const dots: Locator = page.locator('.chart-latest');
    await expect.poll(() => dots.count()).toBe(1);
    expect(await dots.getAttribute('r')).toBe('4');
    await page.screenshot({ path: screenshotPath('chart-first-hour') });
    const hours = await page.locator('.chart-table tbody td:last-child').allTextContents();
    expect(hours.filter((revenue) => revenue.includes('40'))).toHaveLength(1);
    await page.context().close();
  });
});
