import pg from 'pg';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { fastTiming, startBackend, type Backend } from 'switchboard-backend';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchChromium } from '../support/chromium.js';
import { servePlainPage, untilServer } from '../support/plainPage.js';
import type { StaticServer } from '../support/staticServer.js';
import { expectOneLine, follow, killWorker, openTab, untilLive, untilNames } from '../support/tabs.js';

let backend: Backend;
let db: pg.Client;
let browser: Browser;
let server: StaticServer;
let context: BrowserContext;

beforeAll(async () => {
  [backend, browser] = await Promise.all([startBackend({ seed: false, timing: fastTiming }), launchChromium()]);
  db = new pg.Client(backend.postgres);
  await db.connect();
  server = await servePlainPage(backend, "worker-src 'self'");
});

beforeEach(async () => {
  context = await browser.newContext();
});

afterEach(async () => {
  await context.close();
  await untilServer(backend, ({ connections }) => connections === 0);
});

afterAll(async () => {
  await browser.close();
  await server.close();
  await db.end();
  await backend.stop();
});

const options = () => ({ url: backend.realtime, apikey: backend.anonKey, tabs: true }) as const;

async function openTabs(count: number): Promise<{ page: Page; problems: string[] }[]> {
  return Promise.all(Array.from({ length: count }, () => openTab(context, `${server.origin}/page/index.html`)));
}

async function insertClient(name: string): Promise<void> {
  await db.query('insert into clients (business_id, full_name) values (gen_random_uuid(), $1)', [name]);
}

describe('tabs with one line', () => {
  it.each([2, 8])(
    '%i of them have one socket, one channel and one binding, and all get each change once',
    async (count) => {
      await expectOneLine(backend, await openTabs(count), options(), 'worker OK', insertClient);
    },
  );

  it('a tab that is closed disturbs no other', async () => {
    const tabs = await openTabs(3);
    for (const { page } of tabs) await page.evaluate(follow, options());
    const { accepted, joins } = backend.stats();
    const [first, ...others] = tabs;
    await first?.page.close();
    await insertClient('After');
    for (const { page, problems } of others) {
      expect(await untilNames(page, 1)).toEqual(['After']);
      expect(await page.evaluate(() => [globalThis.tab.notices, globalThis.tab.gaps])).toEqual([['SUBSCRIBED OK'], []]);
      await page.waitForFunction(() => globalThis.tab.manager.stats().tabs?.count === 2);
      expect(problems).toEqual([]);
    }
    expect(backend.stats()).toMatchObject({ accepted, joins, connections: 1 });
  });

  it('when the worker is killed they share another, and what may be missing is a gap', async () => {
    const tabs = await openTabs(3);
    for (const { page } of tabs) await page.evaluate(follow, options());
    await insertClient('Before');
    for (const { page } of tabs) await untilNames(page, 1);
    const { accepted } = backend.stats();
    for (let times = 1; times <= 3; times += 1) {
      await killWorker(browser);
      for (const { page } of tabs) await untilLive(page, 1 + times);
    }
    expect(backend.stats()).toMatchObject({ accepted: accepted + 3, connections: 1 });
    await insertClient('After');
    for (const { page } of tabs) {
      expect(await untilNames(page, 2)).toEqual(['Before', 'After']);
      const { gaps, notices } = await page.evaluate(() => ({
        gaps: globalThis.tab.gaps,
        notices: globalThis.tab.notices,
      }));
      const [open, over] = ['CONNECTION_LOST open', 'CONNECTION_LOST over'];
      expect(gaps).toEqual([open, over, open, over, open, over]);
      expect(notices.filter((notice) => notice !== 'SUBSCRIBED OK')).toEqual(
        Array.from({ length: 3 }, () => 'CHANNEL_ERROR CONNECTION_LOST'),
      );
    }
  });

  it('two users never share one, and a sign-out takes a tab to another', async () => {
    const tabs = await openTabs(3);
    const tokens = await Promise.all(['ana', 'ana', 'ben'].map((sub) => backend.signToken({ sub })));
    for (const [at, { page }] of tabs.entries()) {
      await page.evaluate(follow, { ...options(), token: tokens[at] ?? '' });
    }
    expect(backend.stats()).toMatchObject({ connections: 2 });
    const counts = () =>
      Promise.all(tabs.map(({ page }) => page.evaluate(() => globalThis.tab.manager.stats().tabs?.count)));
    await expect.poll(counts).toEqual([2, 2, 1]);
    await tabs[0]?.page.evaluate(() => {
      globalThis.tab.manager.setAuth(null);
    });
    if (tabs[0] !== undefined) await untilLive(tabs[0].page, 2);
    await expect.poll(counts).toEqual([1, 1, 1]);
    expect(backend.stats()).toMatchObject({ connections: 3 });
    expect(await tabs[1]?.page.evaluate(() => globalThis.tab.notices)).toEqual(['SUBSCRIBED OK']);
  });
});

describe('a tab that can not have the worker', () => {
  it.each([
    ['the file of the worker is missing', { tabs: { worker: '/package/none.js' } }, 'tab WORKER_FAILED'],
    [
      'the file of the worker is not the worker',
      { tabs: { worker: '/package/core/base/hasOwn.js' } },
      'tab WORKER_FAILED',
    ],
    ['the option `tabs` is off', { tabs: false }, 'undefined undefined'],
  ] as const)('is found by others, or alone, when %s', async (_name, more, expected) => {
    const [tab] = await openTabs(1);
    expect(await tab?.page.evaluate(follow, { ...options(), ...more })).toBe(expected);
    await insertClient('Own');
    if (tab !== undefined) expect(await untilNames(tab.page, 1)).toEqual(['Own']);
  });

  it('shares the line of a tab where a policy forbids the worker', async () => {
    const strict = await servePlainPage(backend, "worker-src 'none'");
    const { page } = await openTab(context, `${strict.origin}/page/index.html`);
    expect(await page.evaluate(follow, options())).toBe('tab WORKER_FAILED');
    await strict.close();
  });
});
