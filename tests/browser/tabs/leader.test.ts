import pg from 'pg';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { fastTiming, startBackend, type Backend } from 'switchboard-backend';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchChromium } from '../support/chromium.js';
import { servePlainPage, untilServer } from '../support/plainPage.js';
import type { StaticServer } from '../support/staticServer.js';
import { expectOneLine, follow, openTab, untilLive, untilNames } from '../support/tabs.js';

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
  await context.addInitScript(() => {
    Reflect.deleteProperty(globalThis, 'SharedWorker');
  });
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

interface Opened {
  page: Page;
  problems: string[];
}

async function openTabs(count: number): Promise<Opened[]> {
  return Promise.all(Array.from({ length: count }, () => openTab(context, `${server.origin}/page/index.html`)));
}

async function insertClient(name: string): Promise<void> {
  await db.query('insert into clients (business_id, full_name) values (gen_random_uuid(), $1)', [name]);
}

/** The one that has loaded a core, of those that were never closed. */
async function leaderOf(tabs: readonly Opened[]): Promise<Opened> {
  for (const tab of tabs) {
    const hasCore = await tab.page.evaluate(() =>
      performance.getEntriesByType('resource').some(({ name }) => name.endsWith('.wasm')),
    );
    if (hasCore) return tab;
  }
  throw new Error('no tab has a core');
}

const SHARED = 'tab NO_WORKER';

describe('tabs without SharedWorker', () => {
  it.each([2, 8])(
    '%i of them have one socket, one channel and one binding, and all get each change once',
    async (count) => {
      await expectOneLine(backend, await openTabs(count), options(), SHARED, insertClient);
    },
  );

  it('that start at the same time find one leader', async () => {
    const tabs = await openTabs(6);
    const carriers = await Promise.all(tabs.map(({ page }) => page.evaluate(follow, options())));
    expect(carriers).toEqual(tabs.map(() => SHARED));
    expect(backend.stats()).toMatchObject({ connections: 1 });
  });

  it('take the next leader when one after the other is closed, and what may be missing is a gap', async () => {
    let tabs = await openTabs(4);
    for (const { page } of tabs) await page.evaluate(follow, options());
    const { accepted } = backend.stats();
    for (let closed = 1; closed <= 3; closed += 1) {
      const leader = await leaderOf(tabs);
      await leader.page.close();
      tabs = tabs.filter((tab) => tab !== leader);
      for (const { page } of tabs) await untilLive(page, 1 + closed);
      await untilServer(backend, ({ connections }) => connections === 1);
      await insertClient(`After ${String(closed)}`);
      for (const { page } of tabs) await untilNames(page, closed);
    }
    const [open, over] = ['CONNECTION_LOST open', 'CONNECTION_LOST over'];
    for (const { page } of tabs) {
      expect(await untilNames(page, 3)).toEqual(['After 1', 'After 2', 'After 3']);
      expect(await page.evaluate(() => globalThis.tab.gaps)).toEqual([open, over, open, over, open, over]);
    }
    expect(backend.stats()).toMatchObject({ accepted: accepted + 3 });
  });

  it('take another leader when the one goes elsewhere, and when its manager ends', async () => {
    const tabs = await openTabs(3);
    for (const { page } of tabs) await page.evaluate(follow, options());
    const first = await leaderOf(tabs);
    await first.page.goto('about:blank');
    const others = tabs.filter((tab) => tab !== first);
    for (const { page } of others) await untilLive(page, 2);
    const second = await leaderOf(others);
    await second.page.evaluate(() => globalThis.tab.manager.dispose());
    for (const { page } of others.filter((tab) => tab !== second)) {
      await untilLive(page, 3);
      expect(await page.evaluate(() => globalThis.tab.manager.status().overall)).toBe('live');
    }
  });

  it('that are not the leader disturb nobody when they close', async () => {
    const tabs = await openTabs(3);
    for (const { page } of tabs) await page.evaluate(follow, options());
    const { accepted } = backend.stats();
    const leader = await leaderOf(tabs);
    const [closed, ...others] = tabs.filter((tab) => tab !== leader);
    await closed?.page.close();
    for (const { page } of [leader, ...others]) {
      await page.waitForFunction(() => globalThis.tab.manager.stats().tabs?.count === 2);
      expect(await page.evaluate(() => globalThis.tab.notices)).toEqual(['SUBSCRIBED OK']);
    }
    expect(backend.stats()).toMatchObject({ accepted, connections: 1 });
  });
});
