import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { insertBooking } from '../support/bookings.js';
import { BookingsPage } from '../support/bookingsPage.js';
import { openWindow, type Window } from '../support/chromium.js';
import { openLab, salon, type Lab } from '../support/lab.js';

let lab: Lab;
let window: Window;

beforeAll(async () => {
  lab = await openLab();
});

afterAll(async () => {
  await lab.close();
});

afterEach(async () => {
  await window.page.context().close();
});

/** Chromium reports each refused socket on the console; anything else is ours. */
function ownProblems(): string[] {
  return window.problems.filter((text) => !/WebSocket connection to .* failed/.test(text));
}

describe('when the realtime server goes away', () => {
  it.each([
    // By their numbers the changes are fetched, else the rows.
    ['broadcast', ['New Meanwhile, Cut and finish', 'Removed Before, Cut and finish']],
    ['postgres_changes', []],
  ] as const)('says so, comes back by itself and shows what happened meanwhile: %s', async (via, meant) => {
    window = await openWindow(lab.browser, `${lab.dashboard}?day=all&via=${via}`);
    const bookings = new BookingsPage(window.page);
    await bookings.choose(salon);
    const before = await insertBooking(lab.db, salon, 'Before');
    await bookings.row(before).waitFor();

    await lab.backend.faults.refuse({ mode: 'drop' });
    lab.backend.faults.drop();
    await bookings.status.and(window.page.locator(':not([data-state="live"])')).waitFor();
    const meanwhile = await insertBooking(lab.db, salon, 'Meanwhile');
    await lab.db.query('delete from bookings where id = $1', [before]);
    await lab.backend.faults.reset();

    await bookings.untilStatus('live');
    await bookings.row(meanwhile).waitFor();
    await bookings.expectNoRow(before);
    const after = await insertBooking(lab.db, salon, 'After');
    await bookings.row(after).waitFor();
    await bookings.untilChanges(2 + meant.length);
    expect(await bookings.changes()).toEqual(['New Before, Cut and finish', ...meant, 'New After, Cut and finish']);
    expect(ownProblems()).toEqual([]);
  });

  it('comes back after a restart without anyone doing anything', async () => {
    // A line of its own, whose socket the page has.
    window = await openWindow(lab.browser, `${lab.dashboard}?day=all&tabs=off`);
    const bookings = new BookingsPage(window.page);
    await bookings.choose(salon);
    const closed = new Promise<void>((resolve) => {
      window.page.once('websocket', (socket) => {
        socket.once('framereceived', () => {
          resolve();
        });
      });
    });
    await lab.backend.restartRealtime();
    await closed;
    await bookings.untilStatus('live');
    const after = await insertBooking(lab.db, salon, 'After the restart');
    await bookings.row(after).waitFor();
    expect(ownProblems()).toEqual([]);
  });
});

describe('while the page is hidden', () => {
  it('a worker from the bundle keeps time under the policy of the page, until it is shown', async () => {
    window = await openWindow(lab.browser, `${lab.dashboard}?day=all`);
    const { page } = window;
    await new BookingsPage(page).choose(salon);
    const started = page.waitForEvent('worker');
    await page.evaluate(showAs, 'hidden');
    const worker = await started;
    expect(worker.url()).toMatch(/\/assets\/tickWorker-[\w-]+\.js$/);
    expect(await worker.evaluate(() => typeof onmessage)).toBe('function');
    const ended = worker.waitForEvent('close');
    await page.evaluate(showAs, 'visible');
    await ended;
    expect(ownProblems()).toEqual([]);
  });
});

/** Runs in the page. Playwright's own pages are never hidden. */
function showAs(visibilityState: string): void {
  Object.defineProperty(document, 'visibilityState', { configurable: true, value: visibilityState });
  document.dispatchEvent(new Event('visibilitychange'));
}
