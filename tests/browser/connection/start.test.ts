import type { Page, Route } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityProblems } from '../support/axe.js';
import { BookingsPage } from '../support/bookingsPage.js';
import { openWindow } from '../support/chromium.js';
import { openLab, report, salon, screenshotPath, type Lab } from '../support/lab.js';

let lab: Lab;
let page: Page;

beforeAll(async () => {
  lab = await openLab();
});

afterEach(async () => {
  await lab.backend.faults.reset();
  await page.context().close();
});

afterAll(async () => {
  await lab.close();
});

/** A window whose requests to `pattern` are answered by `answer`, until the returned function lets them through. */
async function openWith(pattern: string, answer: (route: Route) => Promise<void>): Promise<() => Promise<void>> {
  ({ page } = await openWindow(lab.browser, 'about:blank', { locale: 'en-US' }));
  await page.route(pattern, answer);
  await page.goto(`${lab.dashboard}?business=${salon}`);
  return () => page.unroute(pattern);
}

const refuse = (route: Route): Promise<void> => route.abort('connectionrefused');
const fail = (route: Route): Promise<void> => route.fulfill({ status: 500, body: '{"message":"boom"}' });
const usable = (): Promise<void> => new BookingsPage(page).untilRowsLive();

describe('the page at its start', () => {
  it('shows its outline before any script, style sheet or font has come', async () => {
    ({ page } = await openWindow(lab.browser, 'about:blank'));
    await page.route('**/assets/**', () => undefined);
    await page.goto(lab.dashboard, { waitUntil: 'commit' });
    await page.getByText('Loading the dashboard…').waitFor();
    await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0);
  });

  it('waits for a backend that is not there, counts down to the next try, and is usable when it is', async () => {
    const release = await openWith('**/rest/v1/**', refuse);
    await page.getByRole('alert').getByText('The businesses could not be read.').waitFor();
    await page.getByText(/Next try in \d s\./).waitFor();
    expect(await page.locator('header .switchboard-trigger').innerText()).toBe('Starting');
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.screenshot({ path: screenshotPath('start-refused') });
    await release();
    const back = performance.now();
    await usable();
    report('backendBack', { usableAfterMs: Math.round(performance.now() - back) });
  });

  it('is usable at once when somebody tries again', async () => {
    const release = await openWith('**/rest/v1/businesses*', refuse);
    await page.getByRole('button', { name: 'Try again' }).waitFor();
    await release();
    await page.getByRole('button', { name: 'Try again' }).click();
    await usable();
  });

  it('waits for its configuration, with a heading and a way to try again', async () => {
    const release = await openWith('**/config.json', (route) => route.fulfill({ status: 404, body: 'none' }));
    await page.getByRole('alert').getByText('The settings of this page (config.json) could not be read.').waitFor();
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Switchboard');
    expect(await page.getByRole('main').count()).toBe(1);
    await page.getByRole('button', { name: 'Try again' }).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await release();
    await usable();
  });

  it('shows its rows as soon as they are read when realtime is refused, and is live when it is not', async () => {
    ({ page } = await openWindow(lab.browser, 'about:blank', { locale: 'en-US' }));
    await lab.backend.faults.refuse({ mode: 'drop' });
    let answered = 0;
    page.on('requestfinished', (request) => {
      if (answered === 0 && request.url().includes('/rest/v1/bookings')) answered = performance.now();
    });
    await page.goto(`${lab.dashboard}?business=${salon}&day=all`);
    await page.locator('[data-table="bookings"] [data-row]').first().waitFor();
    report('realtimeRefused', { rowsAfterRestMs: Math.round(performance.now() - answered) });
    await page.locator('section[aria-label="Bookings"] .as-of').waitFor();
    const dashboard = new BookingsPage(page);
    await dashboard.untilStatus('offline');
    // The network is well.
    expect(await page.locator('header .switchboard-trigger').innerText()).toBe('Not connected');
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.screenshot({ path: screenshotPath('realtime-refused'), fullPage: true });
    await lab.backend.faults.reset();
    await usable();
    await dashboard.untilStatus('live');
  });
});

describe('a card whose rows cannot be read', () => {
  it('says so, sums up nothing, and comes back by itself', async () => {
    const release = await openWith('**/rest/v1/bookings*', fail);
    const table = page.locator('section[aria-label="Bookings"]');
    await table.getByRole('alert').getByText('Bookings could not be read.').waitFor();
    await page.locator('[data-figure="bookings"][data-state="failed"]').waitFor();
    expect(await page.locator('[data-figure="bookings"] .figure-value').innerText()).toBe('–');
    await page.locator('[data-figure="revenue"]').getByText('Still expected: –').waitFor();
    await page.locator('[data-figure="revenue"]').getByText('Unpaid: –').waitFor();
    expect(await page.locator('header .switchboard-trigger').innerText()).not.toBe('Live');
    expect(await page.locator('body').innerText()).not.toContain('boom');
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.screenshot({ path: screenshotPath('card-failed'), fullPage: true });
    await release();
    await table.getByRole('button', { name: 'Try again' }).click();
    await usable();
  });

  it.each([
    ['alerts', 'admin_alerts'],
    ['staff', 'staff'],
  ])('says so of the %s too', async (figure, table) => {
    const release = await openWith(`**/rest/v1/${table}?*`, fail);
    const card = page.locator(`[data-figure="${figure}"]`);
    await card.getByText('Could not be read.').waitFor();
    await release();
    await card.and(page.locator('[data-state="live"]')).waitFor();
  });
});

describe('a page whose line is cut', () => {
  it('says of each card how old it is, and never Live above rows that are old', async () => {
    ({ page } = await openWindow(lab.browser, `${lab.dashboard}?business=${salon}`, { locale: 'en-US' }));
    await usable();
    await page.evaluate(() => {
      globalThis.contradictions = 0;
      new MutationObserver(() => {
        const isLive = document.querySelector('.switchboard-status')?.getAttribute('data-state') === 'live';
        const isOld = document.querySelector('[data-rows-state="stale"], [data-rows-state="polling"]') !== null;
        if (isLive && isOld) globalThis.contradictions += 1;
      }).observe(document.body, { subtree: true, childList: true, attributes: true });
    });
    await lab.backend.faults.refuse({ mode: 'drop' });
    lab.backend.faults.drop();
    for (const part of ['[data-figure="bookings"]', '[data-figure="revenue"]', '[data-figure="staff"]', '.chart'])
      await page
        .locator(`${part} .as-of`)
        .getByText(/as of .+ \(just now\)/)
        .waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.screenshot({ path: screenshotPath('cut-off'), fullPage: true });
    await lab.backend.faults.reset();
    await usable();
    await page.locator('.figures .as-of').first().waitFor({ state: 'detached' });
    expect(await page.evaluate(() => globalThis.contradictions)).toBe(0);
  });
});

declare global {
  /** How often the page said Live above rows that are not. */
  var contradictions: number;
}
