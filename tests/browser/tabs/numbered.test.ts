import type { BrowserContext, Page } from 'playwright-core';
import type * as Package from 'switchboard-realtime';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { TabsWorld, type Carrier } from '../support/tabsWorld.js';

let world: TabsWorld;
let context: BrowserContext;
let shop = 0;

declare global {
  var deals: { manager: Package.RealtimeManager; numbers: unknown[]; gaps: string[]; live: number };
}

beforeAll(async () => {
  world = await TabsWorld.open();
  await world.db.query(`
    create table deals (id bigint generated always as identity primary key, shop int, state text not null default 'new');
    alter publication supabase_realtime add table deals;
    grant select on deals to anon;
    select switchboard.track('deals', by => 'shop')`);
});

afterEach(() => world.leave(context));

afterAll(() => world.close());

/** Runs in the page: follows the deals of a shop by their numbers. Resolves with what carries the line. */
async function followDeals({ url, apikey, rest, shop }: Record<'url' | 'apikey' | 'rest' | 'shop', string>) {
  const rpc: Package.RpcCallback = async (name, args, { signal }) => {
    const headers = { apikey, authorization: `Bearer ${apikey}`, 'content-type': 'application/json' };
    const request = { method: 'POST', headers, body: JSON.stringify(args), signal };
    const response = await fetch(`${rest}/rpc/${name}`, request);
    if (!response.ok) throw new Error(await response.text());
    return response.text();
  };
  const tables = { deals: { by: 'shop' } };
  const manager = globalThis.switchboard.createRealtimeManager({ url, apikey, tabs: true, tables, rpc });
  const deals: typeof globalThis.deals = { manager, numbers: [], gaps: [], live: 0 };
  globalThis.deals = deals;
  await new Promise<void>((resolve) => {
    manager.subscribe(
      { table: 'deals', filter: `shop=eq.${shop}`, via: 'broadcast', onGap: ({ code }) => deals.gaps.push(code) },
      ({ number }) => deals.numbers.push(number),
      (status) => {
        if (status !== 'SUBSCRIBED') return;
        deals.live += 1;
        resolve();
      },
    );
  });
  return manager.status().tabs?.carrier;
}

async function openTabs(carrier: Carrier, count: number): Promise<Page[]> {
  context = await world.newContext(carrier);
  shop += 1;
  const { url, rest, anonKey: apikey } = world.backend;
  const pages: Page[] = [];
  for (let opened = 0; opened < count; opened += 1) {
    const page = await world.openPage(context);
    expect(await page.evaluate(followDeals, { url, rest, apikey, shop: String(shop) })).toBe(carrier);
    pages.push(page);
  }
  return pages;
}

async function write(count: number): Promise<void> {
  for (let written = 0; written < count; written += 1)
    await world.db.query('insert into deals (shop) values ($1)', [shop]);
}

/** Resolves with what came when the change with this number has come. */
async function upTo(page: Page, number: number): Promise<{ numbers: unknown[]; gaps: string[] }> {
  await page.waitForFunction((last) => globalThis.deals.numbers.includes(last), number);
  return page.evaluate(() => ({ numbers: globalThis.deals.numbers, gaps: globalThis.deals.gaps }));
}

const all = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 1);

describe.each(['worker', 'tab'] as const)('numbered changes with a %s as the carrier', (carrier) => {
  it('come once and in order in each tab, over one line', async () => {
    const { joins } = world.backend.stats();
    const pages = await openTabs(carrier, 2);
    // One for the shop's changes, and one for the beat.
    expect(world.backend.stats()).toMatchObject({ connections: 1, channels: 2, joins: joins + 2 });
    await write(40);
    for (const page of pages) expect(await upTo(page, 40)).toEqual({ numbers: all(40), gaps: [] });
  });

  it('come once and in order while one carrier after the other is ended, and none is a gap', async () => {
    let pages = await openTabs(carrier, 4);
    let written = 0;
    for (let ended = 1; ended <= 3; ended += 1) {
      const writing = write(60);
      await upTo(pages[0] as Page, written + 5);
      pages = await world.endCarrier(carrier, pages);
      await writing;
      written += 60;
      for (const page of pages) {
        expect(await upTo(page, written)).toEqual({ numbers: all(written), gaps: [] });
        await page.waitForFunction((least) => globalThis.deals.live >= least, 1 + ended);
      }
    }
    for (const page of pages) {
      const [subscription] = await page.evaluate(() => globalThis.deals.manager.status().subscriptions);
      expect(subscription).toMatchObject({ state: 'live', road: 'broadcast' });
    }
    expect(world.backend.stats()).toMatchObject({ connections: 1 });
  });
});
