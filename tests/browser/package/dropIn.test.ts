import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Locator, Page } from 'playwright-core';
import { fastTiming, startBackend, type Backend } from 'switchboard-backend';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { build } from 'vite';
import { launchChromium, openWindow } from '../support/chromium.js';
import { serveFolders, type StaticServer } from '../support/staticServer.js';

declare global {
  /** Of the application. */
  var say: (text: string) => Promise<string>;
  var leave: () => Promise<string>;
}

let backend: Backend;
let browser: Browser;
let db: pg.Client;
let server: StaticServer;
let outDir: string;

/** The application, bundled with the drop-in in the place of realtime-js. */
beforeAll(async () => {
  [backend, browser] = await Promise.all([startBackend({ seed: false, timing: fastTiming }), launchChromium()]);
  db = new pg.Client(backend.postgres);
  await db.connect();
  outDir = await mkdtemp(join(tmpdir(), 'switchboard-drop-in-'));
  await build({
    root: fileURLToPath(new URL('../dropIn', import.meta.url)),
    configFile: false,
    logLevel: 'error',
    base: './',
    resolve: { alias: { '@supabase/realtime-js': 'switchboard-realtime-js' } },
    build: { outDir, emptyOutDir: true, assetsInlineLimit: 0, target: 'es2022', modulePreload: { polyfill: false } },
  });
  const policy = `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; img-src data:; connect-src 'self' ${backend.url} ${backend.url.replace('http', 'ws')}`;
  server = await serveFolders({ application: outDir }, policy);
});

afterAll(async () => {
  await server.close();
  await browser.close();
  await db.end();
  await backend.stop();
  await rm(outDir, { recursive: true, force: true });
});

interface Application {
  page: Page;
  problems: string[];
  statuses: Locator;
  /** The items of a list. */
  list: (label: string) => Promise<string[]>;
}

async function open(name: string): Promise<Application> {
  const query = new URLSearchParams({ url: backend.url, key: backend.anonKey, name }).toString();
  const { page, problems } = await openWindow(browser, `${server.origin}/application/index.html?${query}`);
  const list = (label: string): Promise<string[]> => page.getByLabel(label).getByRole('listitem').allInnerTexts();
  return { page, problems, statuses: page.getByRole('status'), list };
}

async function insertClient(fullName: string): Promise<void> {
  await db.query(`insert into clients (business_id, full_name) values ($1, $2)`, [
    backend.businesses[0]?.id ?? null,
    fullName,
  ]);
}

it('an application of supabase-js subscribes, broadcasts, is present and survives a cut with the drop-in', async () => {
  const [ana, ben] = await Promise.all([open('ana'), open('ben')]);
  const both = [ana, ben];
  const shows = (application: Application, label: string, items: string[]): Promise<void> =>
    expect.poll(() => application.list(label), { timeout: 45_000 }).toEqual(items);
  await Promise.all(both.map((each) => shows(each, 'Who is here', ['ana', 'ben'])));
  await insertClient('Before the cut');
  expect(await ana.page.evaluate(() => globalThis.say('before'))).toBe('ok');
  await Promise.all(both.map((each) => shows(each, 'Clients', ['Before the cut'])));
  await shows(ben, 'Messages', ['before']);
  expect(backend.stats()).toMatchObject({ accepted: 2, connections: 2 });

  backend.faults.drop();
  await Promise.all(both.map(({ statuses }) => statuses.getByText('SUBSCRIBED CHANNEL_ERROR SUBSCRIBED').waitFor()));
  await Promise.all(both.map((each) => shows(each, 'Who is here', ['ana', 'ben'])));
  await insertClient('After the cut');
  expect(await ben.page.evaluate(() => globalThis.say('after'))).toBe('ok');
  await Promise.all(both.map((each) => shows(each, 'Clients', ['Before the cut', 'After the cut'])));
  await shows(ana, 'Messages', ['after']);
  expect(backend.stats()).toMatchObject({ accepted: 4, connections: 2 });

  expect(await ben.page.evaluate(() => globalThis.leave())).toBe('ok');
  await shows(ana, 'Who is here', ['ana']);
  expect(both.flatMap(({ problems }) => problems)).toEqual([]);
});
