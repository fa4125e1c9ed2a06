import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { firstBookings, insertBooking } from '../support/bookings.js';
import { BookingsPage } from '../support/bookingsPage.js';
import { openWindow, slowDown } from '../support/chromium.js';
import { edit } from '../support/forms.js';
import { openLab, salon, screenshotPath, type Lab } from '../support/lab.js';
import { untilServer } from '../support/plainPage.js';
import type { Carrier } from '../support/tabsWorld.js';

const WAIT = { timeout: 60_000 };
const SHOWN = 50;

let lab: Lab;
let context: BrowserContext;
let problems: string[];

beforeAll(async () => {
  lab = await openLab();
});

afterEach(async () => {
  await context.close();
  await untilServer(lab.backend, ({ connections }) => connections === 0);
});

afterAll(() => lab.close());

/** Tabs of one browser with the lab open, all on the same business. */
async function openTabs(carrier: Carrier, count: number): Promise<BookingsPage[]> {
  const first = await openWindow(lab.browser, 'about:blank');
  context = first.page.context();
  problems = first.problems;
  if (carrier === 'tab') await context.addInitScript(() => void Reflect.deleteProperty(globalThis, 'SharedWorker'));
  const tabs: BookingsPage[] = [];
  for (let opened = 0; opened < count; opened += 1) {
    const page = opened === 0 ? first.page : await context.newPage();
    if (opened > 0) await slowDown(page);
    await page.goto(`${lab.dashboard}?business=${salon}&day=all&lab`);
    const tab = new BookingsPage(page);
    await tab.untilRowsLive();
    await tab.untilStatus('live');
    tabs.push(tab);
  }
  return tabs;
}

const sharers = ({ page }: BookingsPage): Promise<string[]> =>
  page.getByRole('list', { name: 'Tabs with this line' }).getByRole('listitem').allInnerTexts();

/** All tabs show the table's rows, and what happens now arrives in each. */
async function expectEqualRows(tabs: readonly BookingsPage[]): Promise<void> {
  const id = await insertBooking(lab.db, salon, 'In each tab');
  for (const tab of tabs) await tab.row(id).waitFor(WAIT);
  for (const tab of tabs) {
    await expect.poll(() => tab.shownBookings(), WAIT).toEqual(await firstBookings(lab.db, salon, SHOWN));
  }
  await lab.db.query('delete from bookings where id = $1', [id]);
  for (const tab of tabs) await tab.expectNoRow(id);
}

const press = (page: Page, name: RegExp): Promise<void> => page.locator('.lab').getByRole('button', { name }).click();

describe.each(['worker', 'tab'] as const)('the dashboard in several tabs, with a %s as the carrier', (carrier) => {
  it('has one socket, says who shares it, and keeps all rows right while the carrier is closed', async () => {
    const tabs = await openTabs(carrier, 3);
    const [first] = tabs as [BookingsPage];
    expect(lab.backend.stats()).toMatchObject({ connections: 1 });
    const carries = carrier === 'worker' ? ['A worker of the browser carries the line'] : [];
    const others = ['Tab 2', 'Tab 3'];
    const own = carrier === 'worker' ? 'This tab' : 'This tab carries the line';
    await expect.poll(() => sharers(first), WAIT).toEqual([...carries, own, ...others]);
    await expectEqualRows(tabs);
    for (let closed = 0; closed < 2; closed += 1) {
      const { accepted } = lab.backend.stats();
      const during = await insertBooking(lab.db, salon, 'While it is closed');
      await press(tabs[2]?.page as Page, /Close the carrier/);
      await untilServer(lab.backend, (stats) => stats.accepted > accepted && stats.connections === 1);
      for (const tab of tabs) {
        await tab.untilStatus('live');
        await tab.untilRowsLive();
      }
      await expectEqualRows(tabs);
      await lab.db.query('delete from bookings where id = $1', [during]);
    }
    await expect.poll(async () => (await sharers(first)).length, WAIT).toBe(carrier === 'worker' ? 4 : 3);
    expect(problems).toEqual([]);
  });

  it('shows who edits in which tab, over one line, to the tabs of this browser and to others', async () => {
    const booking = await insertBooking(lab.db, salon, 'Edited in a tab');
    const [first, second] = (await openTabs(carrier, 2)) as [BookingsPage, BookingsPage];
    const elsewhere = await openWindow(lab.browser, `${lab.dashboard}?business=${salon}&day=all`);
    const other = new BookingsPage(elsewhere.page);
    const who = ({ page }: BookingsPage) =>
      page.getByRole('button', { name: /^Who is here: / }).getAttribute('aria-label');
    for (const page of [first, second, other]) await expect.poll(() => who(page), WAIT).toBe('Who is here: 3, you too');
    const name = await second.ownName();
    await edit(second, booking);
    for (const page of [first, other])
      await expect.poll(() => page.row(booking).locator('.editors bdi').allInnerTexts(), WAIT).toEqual([name]);
    expect(await second.row(booking).locator('.editors').count()).toBe(0);
    await second.page.close();
    for (const page of [first, other]) {
      await expect.poll(() => who(page), WAIT).toBe('Who is here: 2, you too');
      await expect.poll(() => page.row(booking).locator('.editors').count(), WAIT).toBe(0);
    }
    await elsewhere.page.context().close();
    await lab.db.query('delete from bookings where id = $1', [booking]);
  });

  it('goes offline as a whole', async () => {
    const [first, second] = (await openTabs(carrier, 2)) as [BookingsPage, BookingsPage];
    await press(second.page, /^Go offline/);
    for (const tab of [first, second]) await tab.untilStatus('offline');
    await first.page
      .locator('.lab')
      .getByRole('button', { name: /^Go online/ })
      .waitFor();
    for (const colorScheme of ['light', 'dark'] as const)
      for (const width of [360, 1440]) await shoot(first.page, `tabs-${carrier}-offline`, colorScheme, width);
    const missed = await insertBooking(lab.db, salon, 'Missed by both');
    await press(first.page, /^Go online/);
    for (const tab of [first, second]) {
      await tab.untilStatus('live');
      await tab.row(missed).waitFor(WAIT);
    }
    await lab.db.query('delete from bookings where id = $1', [missed]);
  });

  it('looks right', async () => {
    const [, second] = (await openTabs(carrier, 2)) as [BookingsPage, BookingsPage];
    await expect.poll(async () => (await sharers(second)).length, WAIT).toBe(carrier === 'worker' ? 3 : 2);
    for (const colorScheme of ['light', 'dark'] as const)
      for (const width of [360, 1440]) {
        await shoot(second.page, `tabs-${carrier}`, colorScheme, width);
        const overflow = await second.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(overflow).toBeLessThanOrEqual(0);
      }
  });
});

async function shoot(page: Page, name: string, colorScheme: 'light' | 'dark', width: number): Promise<void> {
  await page.emulateMedia({ colorScheme });
  await page.setViewportSize({ width, height: 900 });
  await page.getByRole('heading', { name: 'The line' }).scrollIntoViewIfNeeded();
  await page.screenshot({ path: screenshotPath(`${name}-${colorScheme}-${String(width)}`) });
}

it('a window with `?tabs=off` has a line of its own, and the lab takes it to the shared one', async () => {
  const [first] = (await openTabs('worker', 1)) as [BookingsPage];
  const second = new BookingsPage(await context.newPage());
  await second.page.goto(`${lab.dashboard}?business=${salon}&lab&tabs=off`);
  await second.untilStatus('live');
  expect(lab.backend.stats()).toMatchObject({ connections: 2 });
  await second.page.getByText('Nobody shares the line of this window.').waitFor();
  await press(second.page, /^One line for all tabs/);
  await second.untilStatus('live');
  await untilServer(lab.backend, ({ connections }) => connections === 1);
  await expect.poll(async () => (await sharers(first)).length, WAIT).toBe(3);
  expect(new URL(second.page.url()).searchParams.get('tabs')).toBe(null);
});
