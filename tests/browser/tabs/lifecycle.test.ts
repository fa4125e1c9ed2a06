import pg from 'pg';
import { fastTiming, startBackend, type Backend } from 'switchboard-backend';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { servePlainPage, untilServer } from '../support/plainPage.js';
import { RealChromium, type Tab } from '../support/realChromium.js';
import type { StaticServer } from '../support/staticServer.js';
import { follow } from '../support/tabs.js';

let backend: Backend;
let db: pg.Client;
let chromium: RealChromium;
let server: StaticServer;

beforeAll(async () => {
  [backend, chromium] = await Promise.all([startBackend({ seed: false, timing: fastTiming }), RealChromium.launch()]);
  db = new pg.Client(backend.postgres);
  await db.connect();
  server = await servePlainPage(backend, "worker-src 'self'");
});

afterAll(async () => {
  await chromium.close();
  await server.close();
  await db.end();
  await backend.stop();
});

let named = 0;

/** Adds a client and resolves when all of these tabs have received it. */
async function expectFlow(...tabs: Tab[]): Promise<void> {
  const name = `client ${String((named += 1))}`;
  await db.query('insert into clients (business_id, full_name) values (gen_random_uuid(), $1)', [name]);
  for (const tab of tabs) await tab.run(untilName, name);
}

/** Runs in the page. */
function untilName(name: string): Promise<void> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (!globalThis.tab.names.includes(name)) return;
      clearInterval(timer);
      resolve();
    }, 10);
  });
}

/** Runs in the page: resolves with all notices when it was live so many times. */
function untilLive(times: number): Promise<string[]> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const { notices } = globalThis.tab;
      if (notices.filter((notice) => notice === 'SUBSCRIBED OK').length < times) return;
      clearInterval(timer);
      resolve(notices);
    }, 10);
  });
}

/** Tabs that follow, the first of them in front. */
async function openTabs(carrier: string): Promise<[Tab, Tab]> {
  const open = async (): Promise<Tab> => {
    const tab = await chromium.open(`${server.origin}/page/index.html`);
    if (carrier === 'tab') await tab.run(() => Reflect.deleteProperty(globalThis, 'SharedWorker'), null);
    expect(await tab.run(follow, { url: backend.realtime, apikey: backend.anonKey, tabs: true })).toContain(carrier);
    return tab;
  };
  const tabs: [Tab, Tab] = [await open(), await open()];
  await tabs[0].show();
  await untilServer(backend, ({ connections }) => connections === 1);
  return tabs;
}

async function close(...tabs: Tab[]): Promise<void> {
  for (const tab of tabs) await tab.close();
  await untilServer(backend, ({ connections }) => connections === 0);
}

describe.each(['worker', 'tab'])('with a %s as the carrier', (carrier) => {
  it('a page in the back/forward cache lets the others go on, and comes back with a gap', async () => {
    const [first, second] = await openTabs(carrier);
    await first.navigate(`${server.origin}/page/index.html?another`);
    // Where it was the carrier, the other one is.
    await second.run(untilLive, carrier === 'worker' ? 1 : 2);
    await expectFlow(second);
    await first.back();
    expect(await first.run(() => typeof globalThis.tab, null)).toBe('object'); // else it was loaded again
    expect(await first.run(untilLive, 2)).toEqual(['SUBSCRIBED OK', 'CHANNEL_ERROR SUSPENDED', 'SUBSCRIBED OK']);
    await expectFlow(first, second);
    expect(backend.stats()).toMatchObject({ connections: 1 });
    await close(first, second);
  });

  it('a frozen page that is not the carrier is not waited for, and gets what came meanwhile', async () => {
    const [first, second] = await openTabs(carrier);
    await second.setFrozen(true);
    await expectFlow(first);
    await second.setFrozen(false);
    await expectFlow(first, second);
    expect(await second.run(() => globalThis.tab.names, null)).toEqual(
      [named - 1, named].map((number) => `client ${String(number)}`),
    );
    await close(first, second);
  });
});
