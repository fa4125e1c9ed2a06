import { fastTiming, startBackend, type Backend } from 'switchboard-backend';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium, openWindow } from '../support/chromium.js';
import { servePlainPage } from '../support/plainPage.js';
import type { StaticServer } from '../support/staticServer.js';

let backend: Backend;
let browser: Browser;
let server: StaticServer | null = null;

beforeAll(async () => {
  [backend, browser] = await Promise.all([startBackend({ seed: false, timing: fastTiming }), launchChromium()]);
});

afterEach(async () => {
  await server?.close();
  server = null;
});

afterAll(async () => {
  await browser.close();
  await backend.stop();
});

describe.each(['switchboard.js', 'switchboard.wasm'])('a page whose request for %s hangs', (file) => {
  /** Opens it; only the first request for the file hangs. */
  async function openPage(loadTimeoutMs: number): Promise<{
    notices: () => Promise<string[]>;
    live: () => Promise<unknown>;
    reconnect: () => Promise<void>;
    hung: () => number;
    problems: string[];
  }> {
    let hung = 0;
    server = await servePlainPage(backend, '', (path) => path.endsWith(`/${file}`) && (hung += 1) === 1);
    const { page, problems } = await openWindow(browser, `${server.origin}/page/index.html`);
    await page.evaluate(
      (options) => {
        const manager = globalThis.switchboard.createRealtimeManager(options);
        globalThis.seen = { manager, notices: [], names: [], look: null };
        manager.subscribe(
          { table: 'clients' },
          () => undefined,
          (status, { code, message }) => {
            globalThis.seen.notices.push(`${status} ${code} ${message}`);
          },
        );
      },
      { url: backend.realtime, apikey: backend.anonKey, loadTimeoutMs },
    );
    return {
      notices: () => page.evaluate(() => globalThis.seen.notices),
      live: () => page.waitForFunction(() => globalThis.seen.manager.status().overall === 'live'),
      reconnect: () =>
        page.evaluate(() => {
          globalThis.seen.manager.reconnectAll();
        }),
      hung: () => hung,
      problems,
    };
  }

  it('reports that in its time, and is live by another request', async () => {
    const { notices, live, problems } = await openPage(500);
    await live();
    expect((await notices())[0]).toMatch(/^CHANNEL_ERROR LOAD_FAILED .*nothing came for 0\.5 s$/);
    expect((await notices()).at(-1)).toMatch(/^SUBSCRIBED/);
    expect(problems).toEqual([expect.stringContaining('nothing came for 0.5 s')]);
  });

  it('is live by another request as soon as it is to reconnect', async () => {
    const { notices, live, reconnect, hung } = await openPage(600_000);
    await expect.poll(hung).toBe(1);
    await expect
      .poll(
        async () => {
          await reconnect();
          return hung();
        },
        { timeout: 30_000 },
      )
      .toBeGreaterThan(1);
    await live();
    expect((await notices())[0]).toMatch(/^SUBSCRIBED/);
  });
});
