import type { BrowserContext, Page } from 'playwright-core';
import type * as Package from 'switchboard-realtime';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { TabsWorld, type Carrier } from '../support/tabsWorld.js';

interface Client {
  id: number;
  full_name: string;
}

interface Desk {
  manager: Package.RealtimeManager;
  rows: Package.LiveRows<Client>;
  /** Names of the clients that came, in order. */
  names: string[];
  /** By id. */
  gaps: Record<number, { from: number; to: number | null }>;
  live: number;
}

declare global {
  var desk: Desk;
}

/** Of all carriers together, half of each kind. */
const CARRIERS = 100;
const LONG_MS = 900_000;

let world: TabsWorld;
let context: BrowserContext;

beforeAll(async () => {
  world = await TabsWorld.open();
});

afterEach(async () => {
  await world.leave(context);
  await world.db.query('delete from clients');
});

afterAll(() => world.close());

/** Runs in the page: follows the clients, and keeps their rows. Resolves when changes flow. */
async function openDesk({ url, apikey, rest }: Record<'url' | 'apikey' | 'rest', string>): Promise<unknown> {
  const manager = globalThis.switchboard.createRealtimeManager({ url, apikey, tabs: true });
  const headers = { apikey, authorization: `Bearer ${apikey}` };
  const rows = manager.liveRows<Client>({
    table: 'clients',
    key: 'id',
    fetch: async ({ signal }) => {
      const response = await fetch(`${rest}/clients?select=*&order=id`, { headers, signal });
      return { rows: (await response.json()) as Client[], next: null };
    },
  });
  const desk: Desk = { manager, rows, names: [], gaps: {}, live: 0 };
  globalThis.desk = desk;
  await new Promise<void>((resolve) => {
    manager.subscribe(
      { table: 'clients', event: 'INSERT', onGap: ({ id, from, to }) => (desk.gaps[id] = { from, to }) },
      (change) => desk.names.push(String(change.new.full_name)),
      (status) => {
        if (status !== 'SUBSCRIBED') return;
        desk.live += 1;
        resolve();
      },
    );
  });
  return manager.status().tabs?.carrier;
}

async function open(carrier: Carrier): Promise<Page> {
  const page = await world.openPage(context);
  const { url, rest, anonKey: apikey } = world.backend;
  expect(await page.evaluate(openDesk, { url, rest, apikey })).toBe(carrier);
  return page;
}

interface Written {
  name: string;
  /** Unix ms before and after the commit. */
  begun: number;
  ended: number;
}

async function write(name: string): Promise<Written> {
  const begun = Date.now();
  await world.db.query('insert into clients (business_id, full_name) values (gen_random_uuid(), $1)', [name]);
  return { name, begun, ended: Date.now() };
}

/** Resolves with what came until this client had come. */
async function seen(page: Page, last: string): Promise<Pick<Desk, 'names' | 'gaps'>> {
  await page.waitForFunction((name) => globalThis.desk.names.includes(name), last);
  return page.evaluate(() => ({ names: globalThis.desk.names, gaps: globalThis.desk.gaps }));
}

/** What the page should have and has not, outside of every gap. */
function unreported(written: readonly Written[], { names, gaps }: Pick<Desk, 'names' | 'gaps'>): Written[] {
  const came = new Set(names);
  return written
    .filter(({ name }) => !came.has(name))
    .filter(
      ({ begun, ended }) => !Object.values(gaps).some(({ from, to }) => from <= ended && begun <= (to ?? Infinity)),
    );
}

/** Resolves when the page's rows are those of the table. */
async function expectRows(page: Page): Promise<void> {
  const { rows } = await world.db.query<{ full_name: string }>('select full_name from clients');
  await page.waitForFunction(
    (expected) => {
      const { rows } = globalThis.desk;
      const names = rows.rows().map((row) => row.full_name);
      return rows.status().state === 'live' && names.sort().join() === expected;
    },
    rows
      .map((row) => row.full_name)
      .sort()
      .join(),
  );
}

it(
  '40 tabs have one socket, and each change comes once to each of them',
  async () => {
    context = await world.newContext('worker');
    const pages: Page[] = [];
    for (let opened = 0; opened < 40; opened += 1) pages.push(await open('worker'));
    expect(world.backend.stats()).toMatchObject({ connections: 1 });
    const names = ['Ana', 'Ben', 'Cleo'];
    for (const name of names) await write(name);
    for (const page of pages) expect(await seen(page, 'Cleo')).toEqual({ names, gaps: {} });
    for (const page of pages) await expectRows(page);
  },
  LONG_MS,
);

describe.each(['worker', 'tab'] as const)('with a %s as the carrier', (carrier) => {
  it(
    `${String(CARRIERS / 2)} carriers are ended, no tab is stuck, no loss is unreported, and rows are those of the table`,
    async () => {
      context = await world.newContext(carrier);
      let pages: Page[] = [];
      for (let round = 0; round < CARRIERS / 2; round += 1) {
        while (pages.length < 3) pages.push(await open(carrier));
        const lives = new Map<Page, number>();
        for (const page of pages) lives.set(page, await page.evaluate(() => globalThis.desk.live));
        const written: Written[] = [];
        const stop = new AbortController();
        const writing = (async () => {
          while (!stop.signal.aborted) written.push(await write(`${String(round)} ${String(written.length)}`));
        })();
        const first = pages[0] as Page;
        // In the middle of what is written, at some moment of it.
        await first.waitForFunction(
          (name) => globalThis.desk.names.includes(name),
          `${String(round)} ${String(round % 7)}`,
        );
        pages = await world.endCarrier(carrier, pages);
        for (const page of pages)
          await page.waitForFunction((least) => globalThis.desk.live >= least, (lives.get(page) ?? 0) + 1);
        stop.abort();
        await writing;
        written.push(await write(`${String(round)} last`));
        for (const page of pages) expect(unreported(written, await seen(page, `${String(round)} last`))).toEqual([]);
      }
      for (const page of pages) await expectRows(page);
      expect(world.backend.stats()).toMatchObject({ connections: 1 });
    },
    LONG_MS,
  );
});
