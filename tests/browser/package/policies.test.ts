import { fastTiming, startBackend, type Backend } from 'switchboard-backend';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium, openWindow } from '../support/chromium.js';
import { servePlainPage, subscribeToClients } from '../support/plainPage.js';
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

/** A live page that believes to be hidden: how many workers tick for it, and what was refused or went wrong. */
async function hiddenPage(policy: string): Promise<{ workers: number; problems: string[] }> {
  server = await servePlainPage(backend, policy);
  const { page, problems } = await openWindow(browser, `${server.origin}/page/index.html`);
  await page.evaluate(subscribeToClients, { url: backend.realtime, apikey: backend.anonKey });
  const workers = await page.evaluate(() => {
    for (const state of ['hidden', 'visible', 'hidden']) {
      Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }
    return globalThis.seen.manager.stats().workers;
  });
  await page.context().close();
  return { workers, problems };
}

describe('a hidden page that requires trusted types', () => {
  it.each(['', 'trusted-types switchboard;'])('has its worker, and nothing is refused (%j)', async (names) => {
    const policy = `require-trusted-types-for 'script'; ${names} worker-src 'self'`;
    expect(await hiddenPage(policy)).toEqual({ workers: 1, problems: [] });
  });

  it('goes without one where the name of the policy is not allowed', async () => {
    const { workers, problems } = await hiddenPage("require-trusted-types-for 'script'; trusted-types other");
    expect(workers).toBe(0);
    expect(problems.join()).toContain('trusted-types');
  });
});

describe('a page without a bundler', () => {
  it('says which package exact numbers need, and where to name it', async () => {
    server = await servePlainPage(backend);
    const { page } = await openWindow(browser, `${server.origin}/page/index.html`);
    const message = await page.evaluate(
      (options) =>
        globalThis.switchboard
          .createRealtimeManager(options)
          .ready()
          .then(String, (error: unknown) => String(error)),
      { url: backend.realtime, apikey: backend.anonKey, numbers: 'string' as const, logger: null },
    );
    expect(message).toMatch(/^SwitchboardError: The parser that `numbers: 'string'` needs, the package lossless-json,/);
    expect(message).toMatch(/name it in the page's import map/);
  });
});
