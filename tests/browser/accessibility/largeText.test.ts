import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityProblems } from '../support/axe.js';
import { insertBookingsAt, removeBookings } from '../support/bookings.js';
import { BookingsPage } from '../support/bookingsPage.js';
import { launchChromium, openWindow } from '../support/chromium.js';
import { openLab, salon, screenshotPath, type Lab } from '../support/lab.js';

let lab: Lab;
/** Whose reader has chosen a text size of 200 %. */
let large: Browser;
let ids: string[];

beforeAll(async () => {
  [lab, large] = await Promise.all([openLab(), launchChromium(['--blink-settings=defaultFontSize=32'])]);
  ids = await insertBookingsAt(lab.db, [[0, '23:59', 'Last of the day']]);
});

afterAll(async () => {
  await removeBookings(lab.db, ids);
  await large.close();
  await lab.close();
});

async function open(browser: Browser, width: number, height: number, search = ''): Promise<Page> {
  const { page } = await openWindow(browser, `${lab.dashboard}?business=${salon}${search}`, {
    locale: 'en-US',
    viewport: { width, height },
    reducedMotion: 'reduce',
  });
  await new BookingsPage(page).untilStatus('live');
  await page.locator('.table-panel[data-rows-state="live"] [data-row]').first().waitFor();
  await page.evaluate(() => document.fonts.ready);
  return page;
}

/** How far the page's contents stick out to the right, in pixels. */
const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** How far down the page the name in the first row ends, in pixels. */
const firstNameEnd = (page: Page): Promise<number> =>
  page
    .locator('[data-row] [data-slot="title"]')
    .first()
    .evaluate((name) => name.getBoundingClientRect().bottom + scrollY);

describe('in text of 200 %', () => {
  it.each([
    [360, 780],
    [390, 844],
    [768, 1024],
    [1280, 800],
  ])('the first booking is in sight and nothing sticks out at %i × %i px', async (width, height) => {
    const page = await open(large, width, height);
    await page.screenshot({ path: screenshotPath(`large-text-${String(width)}`) });
    expect(await firstNameEnd(page)).toBeLessThanOrEqual(height);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    await page.context().close();
  });

  it.each(['bookings', 'payments', 'clients', 'staff'])('nothing of the %s sticks out at 320 px', async (view) => {
    const page = await open(large, 320, 640, `&view=${view}&day=all`);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    await page.context().close();
  });

  it('unfolds the figures and what chooses the bookings on demand, and is accessible', async () => {
    const page = await open(large, 390, 844);
    expect(await accessibilityProblems(page)).toEqual([]);
    const figure = page.locator('[data-figure="bookings"]');
    expect(await figure.isVisible()).toBe(false);
    await page.getByRole('button', { name: /^\w{3}, \w{3} \d{1,2}: \d+ bookings?/ }).click();
    await figure.waitFor({ state: 'visible' });
    await page.getByRole('button', { name: 'Today', exact: true, expanded: false }).click();
    await page.getByLabel('Find a client').fill('Last of');
    await page.getByRole('button', { name: '“Last of”', expanded: true }).waitFor();
    await page.locator('.switchboard-trigger').click();
    const isAbove = await page.getByRole('dialog').evaluate((panel) => {
      const { left, right, bottom } = panel.getBoundingClientRect();
      return panel.contains(document.elementFromPoint((left + right) / 2, bottom - 8));
    });
    expect(isAbove).toBe(true);
    await page.keyboard.press('Escape');
    await page.screenshot({ path: screenshotPath('large-text-unfolded'), fullPage: true });
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.context().close();
  });
});

it('the head of the page folds as well when the text becomes large while the page is open', async () => {
  const page = await open(lab.browser, 390, 844);
  const figure = page.locator('[data-figure="bookings"]');
  expect(await figure.isVisible()).toBe(true);
  const scale = (size: string): Promise<void> =>
    page.evaluate((value) => {
      document.documentElement.style.fontSize = value;
    }, size);
  await scale('200%');
  await figure.waitFor({ state: 'hidden' });
  expect(await overflow(page)).toBeLessThanOrEqual(0);
  await scale('');
  await figure.waitFor({ state: 'visible' });
  await page.context().close();
});

it.each([375, 320])('the first booking is in sight on a short phone of %i px', async (width) => {
  const height = width === 375 ? 667 : 568;
  const page = await open(lab.browser, width, height);
  expect(await firstNameEnd(page)).toBeLessThanOrEqual(height);
  await page.context().close();
});

it('what scrolls comes to rest below the header, however its parts wrap', async () => {
  const page = await open(lab.browser, 1280, 1600);
  const measure = (): Promise<{ header: number; margin: number; gap: number }> =>
    page.evaluate(() => {
      const tables = document.querySelector('.tables') ?? document.body;
      const probe = document.body.appendChild(document.createElement('i'));
      probe.style.cssText = 'position: absolute; width: var(--gap)';
      const gap = probe.getBoundingClientRect().width;
      probe.remove();
      return {
        header: document.querySelector('header')?.getBoundingClientRect().height ?? 0,
        margin: Number.parseFloat(getComputedStyle(tables).scrollMarginTop),
        gap,
      };
    });
  const usual = await measure();
  expect(usual.margin).toBe(usual.header + usual.gap);
  await page.setViewportSize({ width: 900, height: 1600 });
  await page.evaluate(() => {
    document.documentElement.style.fontSize = '175%';
  });
  await expect.poll(async () => (await measure()).header).toBeGreaterThan(2 * usual.header);
  await expect.poll(async () => (({ header, margin, gap }) => margin - header - gap)(await measure())).toBe(0);
  await page.context().close();
});
