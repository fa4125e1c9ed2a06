import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityProblems } from './support/axe.js';
import { insertBooking } from './support/bookings.js';
import { BookingsPage } from './support/bookingsPage.js';
import { openWindow } from './support/chromium.js';
import { openLab, salon, screenshotPath, type Lab } from './support/lab.js';

let lab: Lab;

beforeAll(async () => {
  lab = await openLab();
});

afterAll(async () => {
  await lab.close();
});

/** How far the page's contents stick out to the right, in pixels. */
function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** Height of the header in pixels. */
function headerHeight(page: Page): Promise<number> {
  return page.locator('header').evaluate((header) => header.getBoundingClientRect().height);
}

const sizes = { wide: { width: 1280, height: 800 }, narrow: { width: 390, height: 844 } } as const;

describe.each(['light', 'dark'] as const)('the page in %s', (colorScheme) => {
  it.each(['wide', 'narrow'] as const)('fits a %s window, live and cut off, and is accessible', async (size) => {
    const { page } = await openWindow(lab.browser, `${lab.dashboard}?day=all`, {
      colorScheme,
      viewport: sizes[size],
      reducedMotion: 'reduce',
    });
    const bookings = new BookingsPage(page);
    await bookings.choose(salon);
    await bookings.untilStatus('live');
    const id = await insertBooking(lab.db, salon, 'Wilhelmina Featherstonehaugh-Cholmondeley');
    await bookings.row(id).waitFor();
    await lab.db.query("update bookings set status = 'confirmed' where id = $1", [id]);
    await bookings.untilChanges(2);
    await page.screenshot({ path: screenshotPath(`${size}-${colorScheme}-live`) });
    expect(await overflow(page)).toBeLessThanOrEqual(0);

    await bookings.statusTrigger.click();
    await page.screenshot({ path: screenshotPath(`${size}-${colorScheme}-details`) });
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    expect(await accessibilityProblems(page)).toEqual([]);
    await bookings.statusTrigger.click();

    const height = await headerHeight(page);
    await lab.backend.faults.refuse({ mode: 'drop' });
    lab.backend.faults.drop();
    await bookings.status.and(page.locator(':not([data-state="live"])')).waitFor();
    await page.screenshot({ path: screenshotPath(`${size}-${colorScheme}-cut-off`) });
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    expect(await headerHeight(page)).toBe(height);
    expect(await accessibilityProblems(page)).toEqual([]);

    await lab.backend.faults.reset();
    await bookings.untilStatus('live');
    await page.context().close();
    await lab.db.query('delete from bookings where id = $1', [id]);
  });
});

describe('the lab', () => {
  it('leaves the table beside it room for its words', async () => {
    const { page } = await openWindow(lab.browser, `${lab.dashboard}?business=${salon}&day=all`, {
      viewport: sizes.wide,
    });
    await new BookingsPage(page).untilRowsLive();
    await page.getByRole('button', { name: 'Lab', exact: true }).click();
    await page.locator('.lab').waitFor();
    await page.evaluate(() => document.fonts.ready);
    const cut = await page
      .locator('[data-table="bookings"] td:is([data-slot="sub"], [data-slot="value"], [data-slot="meta"])')
      .evaluateAll((cells) =>
        cells.filter((cell) => cell.scrollWidth > cell.clientWidth).map(({ textContent }) => textContent),
      );
    expect(cut).toEqual([]);
    await page.context().close();
  });
});

describe('the alerts', () => {
  it('have the way to their rows on a line of its own', async () => {
    const { page } = await openWindow(lab.browser, `${lab.dashboard}?business=${salon}`, { viewport: sizes.wide });
    await page.getByRole('button', { name: 'Look at them' }).click();
    const alert = page.locator('.alerts li:has(.link)').first();
    const [about, link] = await Promise.all(
      ['.quiet', '.link'].map((part) =>
        alert.locator(part).evaluate((element) => element.getBoundingClientRect().toJSON() as DOMRect),
      ),
    );
    expect(link?.top).toBeGreaterThanOrEqual(about?.bottom ?? Infinity);
    await page.context().close();
  });
});
