import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { insertBooking } from '../support/bookings.js';
import { BookingsPage } from '../support/bookingsPage.js';
import { openWindow, type Window } from '../support/chromium.js';
import { openLab, salon, screenshotPath, type Lab } from '../support/lab.js';
import { RealChromium } from '../support/realChromium.js';

/** None, or a transparent one. */
const NO_SHADOW = /^none$|^rgba\(0, 0, 0, 0\)/;

let lab: Lab;
let window: Window;

beforeAll(async () => {
  lab = await openLab();
});

afterEach(async () => {
  await lab.backend.faults.reset();
  await window.page.context().close();
});

afterAll(async () => {
  await lab.close();
});

const open = async (search = ''): Promise<BookingsPage> => {
  window = await openWindow(lab.browser, `${lab.dashboard}?business=${salon}&day=all${search}`);
  return new BookingsPage(window.page);
};

/** The words and the colour of the indicator, and the page's colours by name. */
function look(
  page: Page,
): Promise<{ words: string; color: string; good: string; warn: string; bad: string; off: string }> {
  return page.evaluate(() => {
    const status = document.querySelector('.switchboard-trigger');
    const icon = status?.querySelector('svg');
    const colorOf = (name: string): string => {
      const probe = document.body.appendChild(document.createElement('i'));
      probe.style.color = `var(--${name})`;
      const { color } = getComputedStyle(probe);
      probe.remove();
      return color;
    };
    return {
      words: status?.textContent ?? '',
      color: icon ? getComputedStyle(icon).color : '',
      good: colorOf('good'),
      warn: colorOf('warn'),
      bad: colorOf('bad'),
      off: colorOf('text-quiet'),
    };
  });
}

describe('the status in the header', () => {
  it('is green and says Live', async () => {
    const dashboard = await open();
    await dashboard.untilStatus('live');
    const { words, color, good } = await look(window.page);
    expect({ words, color }).toEqual({ words: 'Live', color: good });
  });

  it('is yellow while it connects', async () => {
    await lab.backend.faults.refuse({ mode: 'hang' });
    const dashboard = await open();
    await dashboard.untilStatus('connecting');
    const { words, color, warn } = await look(window.page);
    expect({ words, color }).toEqual({ words: 'Connecting', color: warn });
  });

  it('is yellow and says so when one table cannot be had', async () => {
    await lab.db.query('alter publication supabase_realtime drop table admin_alerts');
    const dashboard = await open('&via=postgres_changes');
    await dashboard.untilStatus('partial');
    const { words, color, warn } = await look(window.page);
    expect({ words, color }).toEqual({ words: 'Partly live', color: warn });
    await dashboard.statusTrigger.click();
    const panel = window.page.getByRole('dialog');
    await panel.getByText('The server refuses to report these changes.').waitFor();
    // What the server said is for developers.
    const raw = panel.getByText(/BAD_BINDING: /);
    expect(await raw.first().isVisible()).toBe(false);
    expect(await panel.innerText()).not.toMatch(/subscribe|publication|binding/i);
    await window.page.screenshot({ path: screenshotPath('partial') });
    await panel.getByText('Details for developers').click();
    await raw.first().waitFor({ state: 'visible' });
    await lab.db.query('alter publication supabase_realtime add table admin_alerts');
  });

  it('has room for its longest words', async () => {
    const dashboard = await open();
    await dashboard.untilStatus('live');
    await lab.backend.faults.refuse({ mode: 'drop' });
    lab.backend.faults.drop();
    await dashboard.statusTrigger.getByText('Not connected').waitFor();
    const room = await dashboard.statusTrigger.evaluate((trigger) => {
      const words = document.createRange();
      words.selectNodeContents(trigger);
      return trigger.getBoundingClientRect().right - words.getBoundingClientRect().right;
    });
    expect(room).toBeGreaterThanOrEqual(8);
  });

  it.each([390, 1280])('has a button to reconnect that lies on no text of its details at %i px', async (width) => {
    window = await openWindow(lab.browser, `${lab.dashboard}?business=${salon}`, { viewport: { width, height: 480 } });
    const dashboard = new BookingsPage(window.page);
    await dashboard.untilStatus('live');
    await dashboard.statusTrigger.click();
    const panel = window.page.getByRole('dialog');
    await panel.getByText('Details for developers').click();
    await panel.getByRole('list', { name: 'Subscriptions' }).waitFor();
    await window.page.screenshot({ path: screenshotPath(`details-reconnect-${String(width)}`) });
    // What is below is announced by a shadow, as long as there is something below.
    const shadow = (): Promise<string> =>
      panel.locator('.switchboard-foot').evaluate((foot) => getComputedStyle(foot).boxShadow);
    expect(await shadow()).not.toMatch(NO_SHADOW);
    const beside = await panel.evaluate((element) => {
      const button = element.querySelector('.switchboard-reconnect')?.getBoundingClientRect();
      if (button === undefined) return ['no button'];
      const { left, bottom } = element.getBoundingClientRect();
      const right = left + element.clientWidth;
      const heights = [button.top - 1, (button.top + button.bottom) / 2, bottom - 3];
      return heights.flatMap((y) =>
        [left + 8, button.right + 8, (button.right + right) / 2, right - 8].map(
          (x) => document.elementFromPoint(x, y)?.className ?? 'nothing',
        ),
      );
    });
    expect(await panel.evaluate(({ scrollHeight, clientHeight }) => scrollHeight > clientHeight)).toBe(true);
    expect(new Set(beside)).toEqual(new Set(['switchboard-foot']));
    await panel.evaluate((element) => {
      element.scrollTop = element.scrollHeight;
    });
    await expect.poll(shadow).toMatch(NO_SHADOW);
  });

  it('is grey and says Starting while no business is known', async () => {
    window = await openWindow(lab.browser, 'about:blank');
    await window.page.route('**/rest/v1/businesses*', () => undefined);
    await window.page.goto(lab.dashboard);
    await new BookingsPage(window.page).untilStatus('idle');
    const { words, color, off } = await look(window.page);
    expect({ words, color }).toEqual({ words: 'Starting', color: off });
  });

  it('is red when the browser is offline, and green with all rows when it is online again', async () => {
    const dashboard = await open();
    await dashboard.untilRowsLive();
    await window.page.context().setOffline(true);
    lab.backend.faults.drop();
    await dashboard.untilStatus('offline');
    const { words, color, bad } = await look(window.page);
    expect({ words, color }).toEqual({ words: 'Offline', color: bad });
    const id = await insertBooking(lab.db, salon, 'Offline guest');
    await window.page.context().setOffline(false);
    await dashboard.untilStatus('live');
    await dashboard.row(id).waitFor();
  });
});

describe('a dashboard in the back/forward cache', () => {
  it('is live again with all rows when it is shown', async () => {
    window = await openWindow(lab.browser, 'about:blank');
    const chromium = await RealChromium.launch();
    try {
      const tab = await chromium.open(`${lab.dashboard}?business=${salon}&day=all`);
      await tab.show();
      await tab.run(untilShown, '[aria-label="Bookings"][data-rows-state="live"]');
      await tab.run(() => {
        document.title = 'kept';
      }, null);
      await tab.navigate(`${lab.dashboard}icon.svg`);
      const id = await insertBooking(lab.db, salon, 'Came meanwhile');
      await tab.back();
      await tab.run(untilShown, `[data-table="bookings"] [data-row="${id}"]`);
      await tab.run(untilShown, '.switchboard-status[data-state="live"]');
      expect(await tab.run(() => document.title, null)).toBe('kept'); // else it was loaded again
    } finally {
      await chromium.close();
    }
  });
});

/** Runs in the page: resolves when there is such an element. */
function untilShown(selector: string): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (document.querySelector(selector) === null) return;
      observer.disconnect();
      resolve();
    };
    const observer = new MutationObserver(look);
    observer.observe(document, { subtree: true, childList: true, attributes: true });
    look();
  });
}
