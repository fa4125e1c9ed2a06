import type { BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityProblems } from '../support/axe.js';
import { BookingsPage, openSalon } from '../support/bookingsPage.js';
import { openWindow } from '../support/chromium.js';
import { closed, edit } from '../support/forms.js';
import { insertBooking } from '../support/bookings.js';
import { openLab, physio, salon, screenshotPath, type Lab } from '../support/lab.js';

declare global {
  /** What the number of people, and the note on each row, said one after the other. */
  var whoSeen: string[];
}

let lab: Lab;
let booking: string;
const pages: Page[] = [];

beforeAll(async () => {
  lab = await openLab();
  booking = await insertBooking(lab.db, salon, 'Wilhelmina Featherstonehaugh');
});

afterEach(async () => {
  await Promise.all(pages.splice(0).map((page) => page.context().close()));
  await lab.backend.faults.reset();
});

afterAll(async () => {
  await lab.close();
});

async function open(options: BrowserContextOptions = {}, query = '&day=all'): Promise<BookingsPage> {
  const dashboard = await openSalon(lab, query, options);
  pages.push(dashboard.page);
  await dashboard.row(booking).waitFor();
  return dashboard;
}

/** The button that shows that so many are here. */
const who = ({ page }: BookingsPage, count: number): Locator =>
  page.getByRole('button', { name: `Who is here: ${String(count)}, ` });

const note = (dashboard: BookingsPage): Locator => dashboard.row(booking).locator('.editors');

/** Has the page keep every text that the count and the note get from now on. */
async function watch({ page }: BookingsPage): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const text = (): string =>
      [...document.querySelectorAll('.who-count, .editors')].map(({ textContent }) => textContent).join('; ');
    globalThis.whoSeen = [text()];
    new MutationObserver(() => {
      if (text() !== globalThis.whoSeen.at(-1)) globalThis.whoSeen.push(text());
    }).observe(document.body, { childList: true, characterData: true, subtree: true });
  });
  return () => page.evaluate(() => globalThis.whoSeen);
}

/** What the server answers a join that it does not allow. */
function refusal(join: string): string {
  const [joinRef, ref, topic] = JSON.parse(join) as string[];
  const response = { reason: 'Unauthorized: You do not have permissions to read from this Channel topic' };
  return JSON.stringify([joinRef, ref, topic, 'phx_reply', { status: 'error', response }]);
}

/** Another client on the salon's channel, present with whatever it likes. */
async function stranger({ page }: BookingsPage, payload: object): Promise<void> {
  const { realtime, anonKey } = lab.backend;
  await page.evaluate(
    async ([url, topic, present]) => {
      const socket = new WebSocket(url);
      await new Promise((opened) => (socket.onopen = opened));
      const config = { presence: { key: 'stranger', enabled: true }, broadcast: {}, private: false };
      socket.send(JSON.stringify(['1', '1', topic, 'phx_join', { config }]));
      await new Promise((answered) => (socket.onmessage = answered));
      const track = { type: 'presence', event: 'track', payload: JSON.parse(present) as unknown };
      socket.send(JSON.stringify(['1', '2', topic, 'presence', track]));
    },
    [
      `${realtime.replace(/^http/, 'ws')}/websocket?apikey=${anonKey}&vsn=2.0.0`,
      `realtime:business:${salon}`,
      JSON.stringify(payload),
    ] as const,
  );
}

describe('who is here', () => {
  it('are the windows on the same business, by name, until they are closed', async () => {
    const first = await open();
    await who(first, 1).waitFor();
    const second = await open();
    await Promise.all([who(first, 2).waitFor(), who(second, 2).waitFor()]);
    const [firstName, secondName] = [await first.ownName(), await second.ownName()];

    await who(first, 2).press('Enter');
    const list = first.page.getByRole('dialog', { name: 'Who is here' });
    const people = list.getByRole('listitem').locator('.who-name');
    expect(await people.allInnerTexts()).toEqual([
      expect.stringMatching(new RegExp(`^${firstName}\\s+you$`)),
      secondName,
    ]);
    expect(await accessibilityProblems(first.page)).toEqual([]);
    await first.page.keyboard.press('Escape');
    await list.waitFor({ state: 'detached' });
    expect(await first.page.evaluate(() => document.activeElement?.className)).toContain('who');

    await second.page.getByLabel('Business').selectOption(physio);
    await Promise.all([who(first, 1).waitFor(), who(second, 1).waitFor()]);
    await second.page.getByLabel('Business').selectOption(salon);
    await who(first, 2).waitFor();
    await second.page.close();
    await who(first, 1).waitFor();
  });

  it('keep their name when the page is loaded again', async () => {
    const dashboard = await open();
    const name = await dashboard.ownName();
    await dashboard.page.reload();
    await who(dashboard, 1).waitFor();
    expect(await dashboard.ownName()).toBe(name);
  });

  it('are named in the details of the connection when they are not known', async () => {
    const { page } = await openWindow(lab.browser, 'about:blank');
    pages.push(page);
    await page.routeWebSocket(/realtime/, (socket) => {
      const server = socket.connectToServer();
      socket.onMessage((message) => {
        const text = String(message);
        if (!text.includes('phx_join') || !text.includes(`realtime:business:${salon}`)) server.send(message);
        else socket.send(refusal(text));
      });
    });
    await page.goto(`${lab.dashboard}?business=${salon}&tabs=off`);
    const dashboard = new BookingsPage(page);
    await dashboard.untilRowsLive();
    await dashboard.statusTrigger.click();
    await page.getByText('Concerns Who is here.').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Who is here: not known yet' }).click();
    await page.getByText('Not known yet who else is here.').waitFor();
  });

  it('may have any name and send anything: names are text, and cut', async () => {
    const dashboard = await open({ viewport: { width: 390, height: 844 } });
    await who(dashboard, 1).waitFor();
    await stranger(dashboard, { name: `<img src=x> ${'long '.repeat(200)}`, editing: Number(booking) });
    await who(dashboard, 2).click();
    const name = dashboard.page.getByRole('dialog', { name: 'Who is here' }).locator('bdi').nth(1);
    expect(await name.innerText()).toMatch(/^<img src=x> long .{0,50}…$/);
    expect(await note(dashboard).locator('bdi').innerText()).toBe(await name.innerText());
    expect(await dashboard.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await dashboard.page.screenshot({ path: screenshotPath('who-is-here-long-name') });
  });

  it.each([{}, { name: 7, editing: {} }, { name: '  ', editing: null }, { name: ['a'] }])(
    'are somebody when they say no name: %j',
    async (payload) => {
      const dashboard = await open();
      await who(dashboard, 1).waitFor();
      await stranger(dashboard, payload);
      await who(dashboard, 2).click();
      const list = dashboard.page.getByRole('dialog', { name: 'Who is here' });
      expect(await list.locator('.who-name').nth(1).innerText()).toBe('Somebody');
      expect(await dashboard.page.locator('.editors').count()).toBe(0);
    },
  );
});

describe('the note on a booking', () => {
  it('is there while somebody else has its form open', async () => {
    const first = await open();
    const second = await open();
    await who(second, 2).waitFor();
    const name = await second.ownName();
    await edit(second, booking);
    await note(first).waitFor();
    expect((await note(first).textContent())?.trim()).toBe(`${name} is editing this booking`);
    expect(await note(second).count()).toBe(0);
    await who(first, 2).click();
    await first.page.getByRole('dialog').getByText('is editing a booking').waitFor();
    await first.page.keyboard.press('Escape');

    await second.page.keyboard.press('Escape');
    await closed(second);
    await note(first).waitFor({ state: 'detached' });

    await edit(second, booking);
    await note(first).waitFor();
    await second.page.close();
    await note(first).waitFor({ state: 'detached' });
  });

  it('names one and counts the others', async () => {
    const [first, second, third] = [await open(), await open(), await open()];
    await edit(second, booking);
    await note(first).waitFor();
    await edit(third, booking);
    await note(first).getByText('and 1 more are editing').waitFor();
  });

  it('does not flicker when this window loses its connection and comes back', async () => {
    // Playwright takes the network from pages, not from a worker for all of them.
    const first = await open({}, '&day=all&tabs=off');
    const second = await open();
    await edit(second, booking);
    await note(first).waitFor();
    await who(first, 2).waitFor();
    const seen = await watch(first);
    await lab.backend.faults.refuse({ mode: 'drop' });
    await first.page.context().setOffline(true);
    await first.status.and(first.page.locator(':not([data-state="live"])')).waitFor();
    await lab.backend.faults.reset();
    await first.page.context().setOffline(false);
    await first.untilStatus('live');
    // Whatever the reconnect brought has come before what is done now.
    await second.page.keyboard.press('Escape');
    await closed(second);
    await note(first).waitFor({ state: 'detached' });
    expect(await seen()).toEqual([expect.stringMatching(/^2; .* is editing this booking$/), '2']);
  });
});

describe.each(['light', 'dark'] as const)('the looks in %s', (colorScheme) => {
  it.each([390, 900, 1440])('%i pixels wide, fit and are accessible', async (width) => {
    const second = await open();
    const first = await open({ colorScheme, viewport: { width, height: 900 }, reducedMotion: 'reduce' });
    const box = await first.row(booking).boundingBox();
    await edit(second, booking);
    await note(first).waitFor();
    expect((await first.row(booking).boundingBox())?.height).toBe(box?.height);
    const cut = await first.row(booking).evaluate((row) => {
      const outer = row.getBoundingClientRect();
      return [...row.querySelectorAll('td, .editors')].filter((part) => {
        const { top, bottom } = part.getBoundingClientRect();
        return top < outer.top || bottom > outer.bottom;
      }).length;
    });
    expect(cut).toBe(0);
    await first.row(booking).scrollIntoViewIfNeeded();
    await first.page.screenshot({ path: screenshotPath(`who-is-here-${String(width)}-${colorScheme}-note`) });
    await who(first, 2).click();
    await first.page.getByRole('dialog').waitFor();
    await first.page.screenshot({ path: screenshotPath(`who-is-here-${String(width)}-${colorScheme}-list`) });
    expect(await first.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    expect(await accessibilityProblems(first.page)).toEqual([]);
  });
});
