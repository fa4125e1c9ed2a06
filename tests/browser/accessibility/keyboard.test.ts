import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityProblems } from '../support/axe.js';
import { openSalon, type BookingsPage } from '../support/bookingsPage.js';
import { openWindow } from '../support/chromium.js';
import { openLab, salon, screenshotPath, type Lab } from '../support/lab.js';

let lab: Lab;
let page: Page;

beforeAll(async () => {
  lab = await openLab();
});

afterEach(async () => {
  await page.context().close();
});

afterAll(async () => {
  await lab.close();
});

const ALONE = 'Who is here: 1, only you';

async function open(search = '', options = {}): Promise<BookingsPage> {
  const dashboard = await openSalon(lab, search, options);
  ({ page } = dashboard);
  await page.locator('[data-figure="alerts"][data-state="live"]').waitFor();
  await dashboard.untilStatus('live');
  // Comes after the rows, and without the window of the test before.
  await page.getByRole('button', { name: ALONE }).waitFor();
  return dashboard;
}

/** Presses Tab until the page's end and returns the names of what it stops at. */
async function tabStops(): Promise<string[]> {
  await page.evaluate(() => {
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    getSelection()?.removeAllRanges();
  });
  const names: string[] = [];
  for (let stop = 0; stop < 60; stop += 1) {
    await page.keyboard.press('Tab');
    const name = await page.evaluate(focusedName);
    if (name === null) return names;
    names.push(name);
  }
  throw new Error(`there are more than 60 tab stops: ${names.join(', ')}`);
}

/** Runs in the page. Null when nothing has the focus. */
function focusedName(): string | null {
  const element = document.activeElement;
  if (element === null || element === document.body) return null;
  const label = element.getAttribute('aria-label') ?? element.closest('label')?.innerText ?? element.textContent;
  return label.trim().replace(/\s+/g, ' ');
}

const head = ['Business', 'Realtime: Live. Details', ALONE, 'Lab', 'Look at them'];
const side = ['As a table', 'Latest changes'];

describe('Tab', () => {
  it.each([
    [
      'bookings',
      ['Bookings', 'Add booking', 'The day before', 'Day', 'Day', 'Day', 'Day', 'The day after', 'Today', 'All days'],
    ],
    ['payments', ['Payments', 'Add payment']],
    ['clients', ['Clients']],
    ['staff', ['Staff']],
  ] as const)('goes through the %s in the order of the page, with one stop for all rows', async (view, expected) => {
    await open(`&view=${view}&day=all`);
    expect(await accessibilityProblems(page)).toEqual([]);
    const stops = await tabStops();
    expect(
      stops.slice(0, head.length + expected.length).map((name) => name.replace(/^Business .*/, 'Business')),
    ).toEqual([...head, ...expected]);
    expect(stops.slice(-side.length)).toEqual(side);
    const rows = stops.filter((name) => /^(Edit|Cancel|Clock)/.test(name));
    expect(rows.length).toBe(view === 'clients' ? 0 : 1);
    expect(new Set(stops.filter((name) => name !== 'Day')).size).toBe(stops.filter((name) => name !== 'Day').length);
  });

  it('finds each button of the rows by the arrows, each with a name of its own', async () => {
    await open('&day=all');
    const names = await page
      .locator('[data-row] button')
      .evaluateAll((buttons) => buttons.map((button) => button.getAttribute('aria-label') ?? ''));
    expect(new Set(names).size).toBe(names.length);
    const edits = names.filter((name) => name.startsWith('Edit'));
    await page.locator('[data-row] button[tabindex="0"]').focus();
    for (const key of ['Home', 'ArrowDown', 'ArrowDown', 'ArrowUp']) await page.keyboard.press(key);
    expect(await page.evaluate(focusedName)).toBe(edits[1]);
    await page.keyboard.press('End');
    expect(await page.evaluate(focusedName)).toBe(edits.at(-1));
    expect(await page.locator('[data-row] button[tabindex="0"]').count()).toBe(1);
  });
});

describe('the lab', () => {
  it('takes the focus, is next to its button, and gives the focus back when Escape closes it', async () => {
    await open();
    const button = page.getByRole('button', { name: 'Lab', exact: true });
    await button.focus();
    await page.keyboard.press('Enter');
    await page.locator('.lab:focus').waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.keyboard.press('Tab');
    expect(await page.evaluate(focusedName)).toBe('Close the lab');
    await page.keyboard.press('Escape');
    await page.locator('.lab').waitFor({ state: 'detached' });
    expect(await page.evaluate(focusedName)).toBe('Lab');
    await page.keyboard.press('Enter');
    await page.locator('.lab:focus').waitFor();
    await page.keyboard.press('Shift+Tab');
    expect(await page.evaluate(focusedName)).toBe('Lab');
  });
});

describe('a click', () => {
  it('on a tab leaves no ring, as a key does', async () => {
    await open();
    const ring = (): Promise<string> =>
      page.locator('.tabs [data-state="active"]').evaluate((tab) => getComputedStyle(tab).outlineStyle);
    await page.getByRole('tab', { name: 'Clients' }).click();
    expect(await ring()).toBe('none');
    await page.keyboard.press('ArrowRight');
    await page.locator('.tabs:not([data-pressed="true"]) [data-state="active"]:focus-visible').waitFor();
    await expect.poll(ring, { timeout: 30_000 }).toBe('solid');
  });
});

describe('the details of the status', () => {
  it('begin with a sentence for everyone, and unfold by the keyboard', async () => {
    await open();
    const trigger = page.locator('header .switchboard-trigger');
    await trigger.hover();
    expect(await page.getByRole('dialog').count()).toBe(0);
    await trigger.focus();
    await page.keyboard.press('Enter');
    const panel = page.getByRole('dialog');
    await panel.getByText('Bookings, payments and 5 more are live.').waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate(focusedName)).toBe('Details for developers');
    await page.keyboard.press('Enter');
    await panel.getByRole('list', { name: 'Subscriptions' }).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.screenshot({ path: screenshotPath('details-unfolded') });
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
    expect(await page.evaluate(focusedName)).toBe('Realtime: Live. Details');
  });
});

describe('the address of the page', () => {
  it('leads back through the views, and each has a title of its own', async () => {
    const dashboard = await open();
    await expect.poll(() => page.title()).toBe('Bookings · Juniper Hair Studio · Switchboard');
    await dashboard.show('Staff');
    await expect.poll(() => page.title()).toBe('Staff · Juniper Hair Studio · Switchboard');
    await page.goBack();
    await page.getByRole('tabpanel', { name: 'Bookings' }).waitFor();
    await page.goForward();
    await page.getByRole('tabpanel', { name: 'Staff' }).waitFor();
  });

  it.each([
    ['?business=nobody', 'The address names a business that is not there.'],
    [`?business=${salon}&view=bookigns`, 'The address names a table that is not there. These are the bookings.'],
    [`?business=${salon}&day=2026-02-30x`, 'The address names a day that is not there.'],
    [`?business=${salon}&day=9999-12-31`, 'The address names a day that is not there.'],
  ])('is answered when it names what is not there: %s', async (search, answer) => {
    ({ page } = await openWindow(lab.browser, lab.dashboard + search));
    const notice = page.getByRole('alert').getByText(answer);
    await notice.waitFor();
    await page.locator('section[data-rows-state="live"]').waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    if (search.startsWith('?business=nobody')) return;
    await page.getByRole('tab', { name: 'Payments' }).click();
    await notice.waitFor({ state: 'detached' });
  });

  it.each(['bookings&day=all', 'payments', 'bookings'])('is not questioned when it says %s', async (view) => {
    await open(`&view=${view}`);
    expect(await page.locator('.notice').count()).toBe(0);
  });
});

describe('in the colours of the system', () => {
  it('what is chosen, pressed, critical or drawn differs visibly from the rest', async () => {
    await open('', { forcedColors: 'active' });
    await page.getByRole('button', { name: 'Lab', exact: true }).click();
    await page.getByRole('button', { name: /^Go offline/ }).click();
    const outline = (selector: string): Promise<string> =>
      page
        .locator(selector)
        .first()
        .evaluate((element) => getComputedStyle(element).outlineStyle);
    expect(await outline('.tabs [data-state="active"]')).toBe('solid');
    expect(await outline('.tabs [data-state="inactive"]')).toBe('none');
    expect(await outline('.lab [aria-pressed="true"]')).toBe('solid');
    const legend = await page
      .locator('.legend span')
      .evaluateAll((marks) => marks.map((mark) => getComputedStyle(mark, '::before').backgroundColor));
    expect(new Set(legend).size).toBe(2);
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.screenshot({ path: screenshotPath('forced-colors') });
  });
});

describe('the day picker', () => {
  it('takes a day that is typed, whose year is at first one of antiquity', async () => {
    await open();
    const day = page.getByLabel('Day', { exact: true });
    await day.focus();
    await page.keyboard.type('05052026');
    expect(await day.inputValue()).toBe('2026-05-05');
    expect(new URL(page.url()).searchParams.get('day')).toBe('2026-05-05');
  });

  it('makes one step of the history of a day that is typed, and one more of the next', async () => {
    await open();
    const day = page.getByLabel('Day', { exact: true });
    const dayIn = (): string | null => new URL(page.url()).searchParams.get('day');
    await day.focus();
    const before = await page.evaluate(() => history.length);
    await page.keyboard.type('05052026');
    expect(await page.evaluate(() => history.length)).toBe(before + 1);
    await page.getByRole('tab', { name: 'Bookings' }).focus();
    await day.focus();
    await page.keyboard.type('06062026');
    expect(await page.evaluate(() => history.length)).toBe(before + 2);
    await page.goBack();
    expect(dayIn()).toBe('2026-05-05');
    await page.goBack();
    expect(dayIn()).toBeNull();
  });

  it.each(['0000-01-01', '0001-01-01', '0999-12-31', '2026-02-30', '9999-12-30', '9999-12-31'])(
    'leaves the page in place when its address says %s',
    async (date) => {
      await open(`&day=${date}`);
      expect(await page.getByLabel('Day', { exact: true }).count()).toBe(1);
    },
  );
});
