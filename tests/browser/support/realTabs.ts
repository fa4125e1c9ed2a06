import pg from 'pg';
import { fastTiming, startBackend, type Backend } from 'switchboard-backend';
import { expect } from 'vitest';
import { servePlainPage, untilServer } from './plainPage.js';
import { RealChromium, type Tab } from './realChromium.js';
import type { StaticServer } from './staticServer.js';
import { follow } from './tabs.js';

/** Tabs of a Chromium that is left alone, with a backend of their own. */
export class RealTabs {
  /** The names that were added, in order. */
  readonly added: string[] = [];
  readonly #open = new Set<Tab>();

  private constructor(
    readonly backend: Backend,
    readonly chromium: RealChromium,
    readonly server: StaticServer,
    private readonly db: pg.Client,
  ) {}

  static async start(): Promise<RealTabs> {
    const [backend, chromium] = await Promise.all([
      startBackend({ seed: false, timing: fastTiming }),
      RealChromium.launch(),
    ]);
    const db = new pg.Client(backend.postgres);
    await db.connect();
    return new RealTabs(backend, chromium, await servePlainPage(backend, "worker-src 'self'"), db);
  }

  async stop(): Promise<void> {
    await this.chromium.close();
    await this.server.close();
    await this.db.end();
    await this.backend.stop();
  }

  /** Tabs that follow over this carrier, the first of them in front. */
  async open(carrier: string, count = 2): Promise<Tab[]> {
    const tabs: Tab[] = [];
    for (let left = count; left > 0; left -= 1) {
      const tab = await this.chromium.open(`${this.server.origin}/page/index.html`);
      this.#open.add(tab);
      await this.follow(carrier, tab);
      tabs.push(tab);
    }
    await tabs[0]?.show();
    await this.untilConnections(1);
    return tabs;
  }

  /** Has a page that is being loaded follow over this carrier. */
  async follow(carrier: string, tab: Tab): Promise<void> {
    await tab.run(untilLoaded, null);
    if (carrier === 'tab') await tab.run(() => Reflect.deleteProperty(globalThis, 'SharedWorker'), null);
    const options = { url: this.backend.realtime, apikey: this.backend.anonKey, tabs: true };
    expect(await tab.run(follow, options)).toContain(carrier);
  }

  /** All that are open, so that the next test begins with none. */
  async close(): Promise<void> {
    for (const tab of this.#open) await tab.close();
    this.#open.clear();
    await this.untilConnections(0);
  }

  untilConnections(count: number): Promise<void> {
    return untilServer(this.backend, ({ connections }) => connections === count);
  }

  /** Adds a client. */
  async add(): Promise<string> {
    const name = `client ${String(this.added.length + 1)}`;
    this.added.push(name);
    await this.db.query('insert into clients (business_id, full_name) values (gen_random_uuid(), $1)', [name]);
    return name;
  }

  /** Adds a client and resolves when all of these tabs have received it. */
  async expectFlow(...tabs: Tab[]): Promise<void> {
    const name = await this.add();
    for (const tab of tabs) await tab.run(untilName, name);
  }
}

/** Runs in the page: resolves when it has the package. */
function untilLoaded(): Promise<void> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (!('switchboard' in globalThis)) return;
      clearInterval(timer);
      resolve();
    }, 10);
  });
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
export function untilLive(times: number): Promise<string[]> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const { notices } = globalThis.tab;
      if (notices.filter((notice) => notice === 'SUBSCRIBED OK').length < times) return;
      clearInterval(timer);
      resolve(notices);
    }, 10);
  });
}
