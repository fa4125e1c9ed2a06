import pg from 'pg';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { fastTiming, startBackend, type Backend } from 'switchboard-backend';
import { launchChromium, slowDown } from './chromium.js';
import { servePlainPage, untilServer } from './plainPage.js';
import type { StaticServer } from './staticServer.js';
import { killWorker, openTab } from './tabs.js';

/** Longer than anything here takes, with many tabs on a slow machine. */
const TIMEOUT_MS = 300_000;

export type Carrier = 'worker' | 'tab';

/** Server, database and browser for tests of tabs with one line. */
export class TabsWorld {
  private constructor(
    readonly backend: Backend,
    readonly db: pg.Client,
    readonly browser: Browser,
    private readonly server: StaticServer,
  ) {}

  static async open(): Promise<TabsWorld> {
    const [backend, browser] = await Promise.all([
      startBackend({ seed: false, timing: fastTiming, beatMs: 200 }),
      launchChromium(),
    ]);
    const db = new pg.Client(backend.postgres);
    await db.connect();
    return new TabsWorld(backend, db, browser, await servePlainPage(backend, "worker-src 'self'"));
  }

  /** What pages share, without SharedWorker when a tab is to be the carrier. */
  async newContext(carrier: Carrier): Promise<BrowserContext> {
    const context = await this.browser.newContext();
    context.setDefaultTimeout(TIMEOUT_MS);
    if (carrier === 'tab') {
      await context.addInitScript(() => {
        Reflect.deleteProperty(globalThis, 'SharedWorker');
      });
    }
    return context;
  }

  async openPage(context: BrowserContext): Promise<Page> {
    const { page } = await openTab(context, `${this.server.origin}/page/index.html`);
    await slowDown(page);
    return page;
  }

  /** Kills the worker, or closes the tab that has the core. Resolves with the tabs that are left. */
  async endCarrier(carrier: Carrier, pages: readonly Page[]): Promise<Page[]> {
    if (carrier === 'worker') {
      await killWorker(this.browser);
      return [...pages];
    }
    for (const page of pages) {
      const hasCore = await page.evaluate(() =>
        performance.getEntriesByType('resource').some(({ name }) => name.endsWith('.wasm')),
      );
      if (!hasCore) continue;
      await page.close();
      return pages.filter((other) => other !== page);
    }
    throw new Error('no tab has a core');
  }

  /** Resolves when the server has seen all of its sockets go. */
  async leave(context: BrowserContext): Promise<void> {
    await context.close();
    await untilServer(this.backend, ({ connections }) => connections === 0);
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.server.close();
    await this.db.end();
    await this.backend.stop();
  }
}
