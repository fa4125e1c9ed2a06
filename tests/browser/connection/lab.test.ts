import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Road } from 'switchboard-realtime';
import { insertBooking, firstBookings } from '../support/bookings.js';
import { BookingsPage } from '../support/bookingsPage.js';
import { openWindow, type Window } from '../support/chromium.js';
import { openLab, report, salon, screenshotPath, type Lab } from '../support/lab.js';

const WAIT = { timeout: 45_000 };
const SHOWN = 50;

let lab: Lab;
let window: Window;
let dashboard: BookingsPage;

beforeAll(async () => {
  lab = await openLab();
});

afterAll(async () => {
  await lab.close();
});

async function open(via: Road): Promise<void> {
  const viewport = { width: 1440, height: 900 };
  window = await openWindow(lab.browser, `${lab.dashboard}?day=all&via=${via}`, { viewport });
  dashboard = new BookingsPage(window.page);
  await dashboard.choose(salon);
  await dashboard.untilRowsLive();
  await window.page.getByRole('button', { name: 'Lab', exact: true }).click();
}

async function press(name: RegExp): Promise<void> {
  await window.page.locator('.lab').getByRole('button', { name }).click();
}

/** Everything is live again, what was missed is there, and what happens now arrives. */
async function expectMended(): Promise<void> {
  await dashboard.untilStatus('live');
  await dashboard.untilRowsLive();
  await expect.poll(() => dashboard.shownBookings(), WAIT).toEqual(await firstBookings(lab.db, salon, SHOWN));
  const id = await insertBooking(lab.db, salon, 'Afterwards');
  await dashboard.row(id).waitFor();
  await lab.db.query('delete from bookings where id = $1', [id]);
  await dashboard.expectNoRow(id);
}

async function remove(...ids: readonly string[]): Promise<void> {
  await lab.db.query('delete from bookings where id = any($1)', [ids]);
}

describe.each(['broadcast', 'postgres_changes'] as const)('the lab, with changes by %s', (via) => {
  const isNumbered = via === 'broadcast';

  beforeAll(() => open(via));
  afterAll(() => window.page.context().close());

  it('opens beside the page, with its counters at work', async () => {
    await window.page.locator('.recharts-surface').first().waitFor();
    await expect.poll(() => dashboard.counter('sockets'), WAIT).toBe(1);
    expect(await dashboard.counter('bindings')).toBeGreaterThan(5);
    // `npm run picture` puts those by broadcasts into the README.
    const name = isNumbered ? '' : `-${via}`;
    const phone = await openWindow(lab.browser, `${lab.dashboard}?business=${salon}&via=${via}`, {
      viewport: { width: 390, height: 844 },
    });
    await new BookingsPage(phone.page).untilRowsLive();
    await phone.page.locator('.recharts-surface').first().waitFor();
    for (const [colorScheme, ending] of [
      ['dark', '-dark'],
      ['light', ''],
    ] as const) {
      await Promise.all([window.page, phone.page].map((page) => page.emulateMedia({ colorScheme })));
      await window.page.screenshot({ path: screenshotPath(`dashboard${name}${ending}`) });
      await phone.page.screenshot({ path: screenshotPath(`dashboard-phone${name}${ending}`) });
    }
    await phone.page.context().close();
  });

  it.each([
    ['cuts the line', /^Cut the line/],
    ['silences the line', /^Half-open/],
    ['restarts the server', /^Restart the server/],
    ['expires the token', /^Expire the token/],
    ['reconnects', /^Reconnect/],
  ])('%s, and the page recovers by itself', async (_what, button) => {
    const gaps = await dashboard.counter('gaps');
    await press(button);
    const meanwhile = await insertBooking(lab.db, salon, 'Meanwhile');
    if (!isNumbered) await expect.poll(() => dashboard.counter('gaps'), WAIT).toBeGreaterThan(gaps);
    await dashboard.row(meanwhile).waitFor();
    await expectMended();
    // What was missed was fetched by its number.
    if (isNumbered) expect(await dashboard.counter('gaps')).toBe(gaps);
    await remove(meanwhile);
  });

  it('pulls the plug of this window, and puts it back', async () => {
    await press(/^Go offline/);
    await dashboard.untilStatus('offline');
    const meanwhile = await insertBooking(lab.db, salon, 'While offline');
    expect(await dashboard.row(meanwhile).count()).toBe(0);
    await press(/^Go online/);
    await dashboard.row(meanwhile).waitFor();
    await expectMended();
    await remove(meanwhile);
  });

  it('loses the next message, which comes by its number, or the next change for good', async () => {
    const before = { gaps: await dashboard.counter('gaps'), filled: await dashboard.counter('filled') };
    await press(/^Lose the next message/);
    await window.page.locator('.lab [data-filled="0"]').waitFor();
    const lost = await insertBooking(lab.db, salon, 'Lost');
    const next = await insertBooking(lab.db, salon, 'Next');
    await dashboard.row(next).waitFor();
    if (isNumbered) {
      await dashboard.row(lost).waitFor();
      await expect.poll(() => dashboard.counter('filled'), WAIT).toBeGreaterThan(before.filled);
      await window.page.locator('.lab').getByText('Since then fetched by number: 1', { exact: true }).waitFor();
    } else {
      expect(await dashboard.row(lost).count()).toBe(0);
      await press(/^Reconnect/);
    }
    await expectMended();
    if (isNumbered) expect(await dashboard.counter('gaps')).toBe(before.gaps);
    await remove(lost, next);
  });

  it('takes the replication away, and only numbers show what was lost', async () => {
    const gaps = await dashboard.counter('gaps');
    await press(/^Replication away/);
    await window.page.locator('.lab').getByText('A booking changes four times a second').waitFor();
    const lost = await insertBooking(lab.db, salon, 'Lost');
    await window.page.locator('.lab').getByText('reaches nobody').waitFor();
    const next = await insertBooking(lab.db, salon, 'Next');
    await dashboard.row(next).waitFor();
    if (isNumbered) {
      await dashboard.row(lost).waitFor();
      expect(await dashboard.counter('filled')).toBeGreaterThan(0);
    } else {
      expect(await dashboard.row(lost).count()).toBe(0);
      await press(/^Reconnect/);
    }
    await expectMended();
    if (isNumbered) expect(await dashboard.counter('gaps')).toBe(gaps);
    await remove(lost, next);
  });

  it('lets a large transaction of others by, and loses nothing', async () => {
    const gaps = await dashboard.counter('gaps');
    await press(/^Large transaction/);
    await window.page.locator('.lab').getByText('A booking changes four times a second').waitFor();
    const meanwhile = await insertBooking(lab.db, salon, 'Meanwhile');
    await dashboard.row(meanwhile).waitFor();
    await window.page.locator('.lab').getByText('40,000 changes of another business').waitFor();
    await expectMended();
    expect(await dashboard.counter('gaps')).toBe(gaps);
    const ages = await window.page
      .locator('.feed small')
      .evaluateAll((all) => all.map(({ textContent }) => textContent));
    report(`large-transaction-${via}`, { newestFirst: ages });
    await remove(meanwhile);
  });

  it('bursts with ten thousand changes, of which few reach the page, and each row ends as it should', async () => {
    const { page } = window;
    await page.getByRole('button', { name: 'Count from zero' }).click();
    await press(/^Burst/);
    await page.locator('.lab').getByText('10,000 changes written').waitFor();
    await expect.poll(() => dashboard.counter('changes'), WAIT).toBeGreaterThanOrEqual(10_000);
    await expectMended();
    const names = ['messagesIn', 'changes', 'callbacksOut', 'conflated', 'gaps', 'refetches', 'longTasks'];
    const counters = Object.fromEntries(
      await Promise.all(names.map(async (name) => [name, await dashboard.counter(name)] as const)),
    );
    report(`burst-${via}`, counters);
    expect(counters['gaps']).toBe(0);
    expect(counters['conflated']).toBeGreaterThan(0);
    expect(counters['callbacksOut']).toBeLessThan(5_000);
  });

  it('leaves nothing on the console but what Chromium says of refused sockets', () => {
    expect(window.problems.filter((text) => !/WebSocket connection to .* failed/.test(text))).toEqual([]);
  });
});
