import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
  window = await openWindow(lab.browser, `${lab.dashboard}?day=all`, { viewport: { width: 1440, height: 900 } });
  dashboard = new BookingsPage(window.page);
  await dashboard.choose(salon);
  await dashboard.untilRowsLive();
  await window.page.getByRole('button', { name: 'Lab', exact: true }).click();
});

afterAll(async () => {
  await lab.close();
});

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

describe('the lab', () => {
  it('opens beside the page, with its counters at work', async () => {
    await window.page.locator('.recharts-surface').first().waitFor();
    await expect.poll(() => dashboard.counter('sockets'), WAIT).toBe(1);
    expect(await dashboard.counter('bindings')).toBeGreaterThan(5);
    // `npm run picture` puts these into the README.
    const phone = await openWindow(lab.browser, `${lab.dashboard}?business=${salon}`, {
      viewport: { width: 390, height: 844 },
    });
    await new BookingsPage(phone.page).untilRowsLive();
    await phone.page.locator('.recharts-surface').first().waitFor();
    for (const [colorScheme, ending] of [
      ['dark', '-dark'],
      ['light', ''],
    ] as const) {
      await Promise.all([window.page, phone.page].map((page) => page.emulateMedia({ colorScheme })));
      await window.page.screenshot({ path: screenshotPath(`dashboard${ending}`) });
      await phone.page.screenshot({ path: screenshotPath(`dashboard-phone${ending}`) });
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
    await expect.poll(() => dashboard.counter('gaps'), WAIT).toBeGreaterThan(gaps);
    await dashboard.row(meanwhile).waitFor();
    await expectMended();
    await lab.db.query('delete from bookings where id = $1', [meanwhile]);
  });

  it('pulls the plug of this window, and puts it back', async () => {
    await press(/^Go offline/);
    await dashboard.untilStatus('offline');
    const meanwhile = await insertBooking(lab.db, salon, 'While offline');
    expect(await dashboard.row(meanwhile).count()).toBe(0);
    await press(/^Go online/);
    await dashboard.row(meanwhile).waitFor();
    await expectMended();
    await lab.db.query('delete from bookings where id = $1', [meanwhile]);
  });

  it('bursts with ten thousand changes, of which few reach the page, and each row ends as it should', async () => {
    const { page } = window;
    await page.getByRole('button', { name: 'Count from zero' }).click();
    await press(/^Burst/);
    await page.locator('.lab').getByText('10,000 changes written').waitFor();
    await expect.poll(() => dashboard.counter('messagesIn'), WAIT).toBeGreaterThanOrEqual(10_000);
    await expectMended();
    const names = ['messagesIn', 'callbacksOut', 'conflated', 'gaps', 'refetches', 'longTasks'];
    const counters = Object.fromEntries(
      await Promise.all(names.map(async (name) => [name, await dashboard.counter(name)] as const)),
    );
    report('burst', counters);
    expect(counters['gaps']).toBe(0);
    expect(counters['conflated']).toBeGreaterThan(0);
    expect(counters['callbacksOut']).toBeLessThan(5_000);
  });

  it('leaves nothing on the console but what Chromium says of refused sockets', () => {
    expect(window.problems.filter((text) => !/WebSocket connection to .* failed/.test(text))).toEqual([]);
  });
});
