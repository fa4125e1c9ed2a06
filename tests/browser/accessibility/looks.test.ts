import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityProblems } from '../support/axe.js';
import { insertBooking } from '../support/bookings.js';
import { BookingsPage } from '../support/bookingsPage.js';
import { openWindow } from '../support/chromium.js';
import { openLab, salon, screenshotPath, type Lab } from '../support/lab.js';
import { toastOf } from '../support/toasts.js';

let lab: Lab;

beforeAll(async () => {
  lab = await openLab();
});

afterEach(async () => {
  await lab.backend.faults.reset();
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

describe('the figures on a phone', () => {
  it.each([390, 320])(
    'of %i px have no more room below than a line, and keep their height when cut off',
    async (width) => {
      const { page } = await openWindow(lab.browser, `${lab.dashboard}?business=${salon}`, {
        viewport: { width, height: 900 },
      });
      const bookings = new BookingsPage(page);
      await bookings.untilStatus('live');
      await page.locator('.figure[data-state="live"]').nth(3).waitFor();
      const measure = (): Promise<{ height: number; free: number; line: number; isShort: boolean }[]> =>
        page.locator('.figures').evaluate((figures) =>
          // A row of cards is as high as its highest.
          [0, 2].map((first) => {
            const cards = [...figures.querySelectorAll('.figure')].slice(first, first + 2);
            const frees = cards.map((card) => {
              const text = document.createRange();
              text.selectNodeContents(card);
              const padding = parseFloat(getComputedStyle(card).paddingBottom);
              const rects = [...text.getClientRects()].filter(({ height }) => height > 0);
              // The boxes of the texts alone, not of what reserves room around them.
              const leaves = [...card.querySelectorAll('*')].filter(({ children }) => children.length === 0);
              const bottom = Math.max(
                ...leaves.map((leaf) => leaf.getBoundingClientRect().bottom),
                rects[0]?.bottom ?? 0,
              );
              return card.getBoundingClientRect().bottom - padding - bottom;
            });
            const line = 1.5 * parseFloat(getComputedStyle(cards[0]?.querySelector('h3') ?? figures).fontSize);
            // What a note says, and so its length, depends on the time of day.
            const isShort = cards.every((card) => {
              const note = card.querySelector('.figure-notes > div');
              return (
                note !== null && note.getBoundingClientRect().height < 2 * parseFloat(getComputedStyle(note).fontSize)
              );
            });
            return { height: cards[0]?.getBoundingClientRect().height ?? 0, free: Math.min(...frees), line, isShort };
          }),
        );
      const live = await measure();
      for (const { free, line } of live) expect(free).toBeLessThanOrEqual(line + 1);
      await lab.backend.faults.refuse({ mode: 'drop' });
      lab.backend.faults.drop();
      await page.locator('.figure .as-of').nth(3).waitFor();
      await page.screenshot({ path: screenshotPath(`figures-cut-off-${String(width)}`) });
      // A note of one line leaves room for the age.
      const cutOff = await measure();
      if (width === 390) {
        expect(live.some(({ isShort }) => isShort)).toBe(true);
        for (const [row, { height, isShort }] of live.entries()) if (isShort) expect(cutOff[row]?.height).toBe(height);
      }
      await lab.backend.faults.reset();
      await page.context().close();
    },
  );
});

describe('the head of the chart', () => {
  it.each([390, 1280])('moves nothing when it says how old the chart is, at %i px', async (width) => {
    const { page } = await openWindow(lab.browser, `${lab.dashboard}?business=${salon}`, {
      locale: 'en-US',
      viewport: { width, height: 800 },
    });
    const bookings = new BookingsPage(page);
    await bookings.untilStatus('live');
    const tops = (): Promise<number[]> =>
      page.locator('.chart').evaluate((chart) => {
        const parts = [...chart.querySelectorAll('h3, .legend, .chart-frame')];
        return parts.map((part) => part.getBoundingClientRect().top - chart.getBoundingClientRect().top);
      });
    const live = await tops();
    await lab.backend.faults.refuse({ mode: 'drop' });
    lab.backend.faults.drop();
    await page.locator('.chart .as-of').waitFor();
    expect(await tops()).toEqual(live);
    await page.context().close();
  });
});

describe('in text of double size', () => {
  it('the icons and the toasts grow too', async () => {
    const { page } = await openWindow(lab.browser, `${lab.dashboard}?business=${salon}&day=all`, {
      viewport: sizes.wide,
      reducedMotion: 'reduce',
    });
    const bookings = new BookingsPage(page);
    await bookings.untilRowsLive();
    await page.locator('.feed[data-live="true"]').waitFor();
    const id = await insertBooking(lab.db, salon, 'Large');
    await toastOf(page, /Large/).waitFor();
    await toastOf(page, /Large/).hover();
    const measure = (): Promise<(number | undefined)[]> =>
      page.evaluate(() => [
        ...[
          '.brand img',
          '.top .icon',
          '.primary .icon',
          '[data-row] .icon-button',
          '[data-row] .icon-button .icon',
        ].map((part) => document.querySelector(part)?.getBoundingClientRect().width),
        ...['[data-sonner-toast]', '.legend span'].map((part) =>
          parseFloat(getComputedStyle(document.querySelector(part) ?? document.body).fontSize),
        ),
        parseFloat(getComputedStyle(document.querySelector('[data-sonner-toast]') ?? document.body).width),
        parseFloat(getComputedStyle(document.querySelector('.legend span') ?? document.body, '::before').width),
      ]);
    const usual = await measure();
    await page.evaluate(() => {
      document.documentElement.style.fontSize = '200%';
    });
    await page.screenshot({ path: screenshotPath('large-text-toast') });
    expect(await measure()).toEqual(usual.map((size) => 2 * (size ?? NaN)));
    await page.context().close();
    await lab.db.query('delete from bookings where id = $1', [id]);
  });
});

describe('the note on rows that an alert is about', () => {
  it.each(['bookings', 'payments'])(
    'is as far from the edge as the title of the %s, and away from the rows',
    async (view) => {
      const column = view === 'bookings' ? 'id::text' : 'id';
      const table = view === 'bookings' ? 'bookings' : 'payment_transactions';
      const { rows } = await lab.db.query<{ id: string }>(
        `select ${column} as id from ${table} where business_id = $1 limit 1`,
        [salon],
      );
      const { page } = await openWindow(
        lab.browser,
        `${lab.dashboard}?business=${salon}&view=${view}&rows=${rows[0]?.id ?? ''}`,
        { viewport: { width: 1440, height: 900 } },
      );
      const note = page.getByText(`1 ${view.slice(0, -1)} that an alert is about.`);
      const boxOf = (part: typeof note): Promise<DOMRect> =>
        part.evaluate((element) => element.getBoundingClientRect().toJSON() as DOMRect);
      const [text, title, head] = await Promise.all([
        boxOf(note),
        boxOf(page.locator('.table-panel h3')),
        boxOf(page.locator('.table-panel thead')),
      ]);
      if (view === 'payments') expect(text.left).toBe(title.left);
      expect(head.top - text.bottom).toBeGreaterThanOrEqual(8);
      await page.context().close();
    },
  );
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

it('the picker of the business is readable in large text at each width', async () => {
  const { page } = await openWindow(lab.browser, `${lab.dashboard}?business=${salon}`, { viewport: sizes.wide });
  await new BookingsPage(page).untilRowsLive();
  const widths: [number, number, number][] = [];
  for (const percent of [100, 200])
    for (const width of [640, 700, 768, 820, 1024]) {
      await page.setViewportSize({ width, height: 900 });
      await page.evaluate((size) => {
        document.documentElement.style.fontSize = size;
      }, `${percent}%`);
      const select = page.locator('.picker select');
      const ems = await select.evaluate(
        (element) =>
          element.getBoundingClientRect().width / parseFloat(getComputedStyle(document.documentElement).fontSize),
      );
      if (ems < 9 || (await overflow(page)) > 0) widths.push([percent, width, ems]);
    }
  await page.screenshot({ path: screenshotPath('picker-large-text') });
  expect(widths).toEqual([]);
  await page.context().close();
});
