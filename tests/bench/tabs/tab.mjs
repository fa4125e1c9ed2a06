// @ts-check
// Chromium with tabs, as the runner sees them.
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { build, preview } from 'vite';

/** @typedef {import('playwright-core').BrowserContext} BrowserContext */
/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('playwright-core').CDPSession} CDPSession */
/** @typedef {import('./page.mjs').Bench} Bench */
/** @typedef {'own' | 'worker' | 'tab'} Carrier */
/** @typedef {Tab} OpenTab */

const here = fileURLToPath(new URL('.', import.meta.url));

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  // One for each tab, whose main thread can then be measured by itself.
  '--renderer-process-limit=200',
];

/** Bundles the page as an application would be. @param {string} outDir emptied */
export async function servePage(outDir) {
  const shared = /** @type {const} */ ({ configFile: false, logLevel: 'error', root: here });
  await build({
    ...shared,
    build: { outDir, emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0, modulePreload: false },
  });
  const headers = { 'cache-control': 'max-age=3600' };
  const server = await preview({ ...shared, build: { outDir }, preview: { host: '127.0.0.1', port: 0, headers } });
  const address = server.resolvedUrls?.local[0];
  if (address === undefined) throw new Error('the page is not served');
  return { address, close: () => server.close() };
}

/** @param {string} executablePath */
export function launch(executablePath) {
  return chromium.launch({ executablePath, args: FLAGS });
}

/** Tabs that share what they can, by this carrier. @param {import('playwright-core').Browser} browser @param {Carrier} carrier */
export async function openContext(browser, carrier) {
  const context = await browser.newContext();
  if (carrier === 'tab') await context.addInitScript(() => void Reflect.deleteProperty(globalThis, 'SharedWorker'));
  return context;
}

export class Tab {
  /** @param {Page} page @param {CDPSession} devTools */
  constructor(page, devTools) {
    this.page = page;
    this.devTools = devTools;
  }

  /** @param {BrowserContext} context @param {string} address */
  static async open(context, address) {
    const page = await context.newPage();
    await page.goto(address);
    await page.waitForFunction('globalThis.bench !== undefined');
    return new Tab(page, await context.newCDPSession(page));
  }

  load() {
    return this.page.evaluate(() => /** @type {{ bench: Bench }} */ (/** @type {unknown} */ (globalThis)).bench.load());
  }

  /** Ms until it follows everything. @param {import('./page.mjs').Given} given @param {Carrier} carrier */
  async start(given, carrier) {
    const ms = await this.page.evaluate(
      (options) => /** @type {{ bench: Bench }} */ (/** @type {unknown} */ (globalThis)).bench.start(options),
      given,
    );
    const found = await this.page.evaluate(() =>
      /** @type {{ bench: Bench }} */ (/** @type {unknown} */ (globalThis)).bench.carrier(),
    );
    if (found !== carrier) throw new Error(`the line of this tab is carried by "${found}", not by "${carrier}"`);
    return ms;
  }

  hasCore() {
    return this.page.evaluate(() =>
      /** @type {{ bench: Bench }} */ (/** @type {unknown} */ (globalThis)).bench.hasCore(),
    );
  }

  /** What has come so far. */
  seen() {
    return this.page.evaluate(() => {
      const { tab } = /** @type {{ bench: Bench }} */ (/** @type {unknown} */ (globalThis)).bench;
      const { names, numbers, live, liveAt, gaps } = tab;
      const gapsOf = (/** @type {string} */ table) => [...(gaps[table]?.values() ?? [])];
      return { names, numbers, live, liveAt, gaps: gapsOf('clients'), numberedGaps: gapsOf('deals') };
    });
  }

  /** What its subscriptions were told, and its status. */
  told() {
    return this.page.evaluate(() => {
      const { log, manager } = /** @type {{ bench: Bench }} */ (/** @type {unknown} */ (globalThis)).bench.tab;
      return { log, status: JSON.stringify(manager?.status()) };
    });
  }

  /** @param {string} name @param {number} [timeout] ms */
  async untilHeard(name, timeout = 60_000) {
    await this.page.waitForFunction(
      (wanted) =>
        /** @type {{ bench: Bench }} */ (/** @type {unknown} */ (globalThis)).bench.tab.names.includes(wanted),
      name,
      { timeout },
    );
  }

  /** @param {number} count @param {number} timeout ms */
  async untilNumbered(count, timeout) {
    await this.page.waitForFunction(
      (least) => {
        const { tab } = /** @type {{ bench: Bench }} */ (/** @type {unknown} */ (globalThis)).bench;
        return (tab.numbers.at(-1) ?? 0) >= least;
      },
      count,
      { timeout },
    );
  }

  /** Until subscriptions have become live so often. @param {number} times @param {number} timeout ms */
  async untilLive(times, timeout) {
    await this.page.waitForFunction(
      (least) => /** @type {{ bench: Bench }} */ (/** @type {unknown} */ (globalThis)).bench.tab.live >= least,
      times,
      { timeout },
    );
  }

  /**
   * Bytes of the page's heap after a garbage collection: all, with memory of buffers, and that of compiled code alone. Counts what a heap snapshot has,
   * which is of this page only, whoever else is in its process.
   */
  async memory() {
    // What one collection leaves behind another may take.
    for (let times = 0; times < 3; times += 1) await this.devTools.send('HeapProfiler.collectGarbage');
    let text = '';
    const add = (/** @type {{ chunk: string }} */ { chunk }) => void (text += chunk);
    this.devTools.on('HeapProfiler.addHeapSnapshotChunk', add);
    await this.devTools.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
    this.devTools.off('HeapProfiler.addHeapSnapshotChunk', add);
    return sizesOf(JSON.parse(text));
  }

  async watchMainThread() {
    await this.devTools.send('Performance.enable', { timeDomain: 'threadTicks' });
  }

  /** µs of the processor that tasks of its main thread have taken since `watchMainThread`. */
  async mainThread() {
    const { metrics } = await this.devTools.send('Performance.getMetrics');
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN) * 1e6;
  }

  close() {
    return this.page.close();
  }
}

/** @param {{ snapshot: { meta: { node_fields: string[], node_types: [string[]] } }, nodes: number[] }} heap */
function sizesOf({ snapshot: { meta }, nodes }) {
  const { node_fields: fields, node_types: types } = meta;
  const [typeAt, sizeAt] = [fields.indexOf('type'), fields.indexOf('self_size')];
  let [all, code] = [0, 0];
  for (let at = 0; at < nodes.length; at += fields.length) {
    const size = nodes[at + sizeAt] ?? NaN;
    all += size;
    if (types[0][nodes[at + typeAt] ?? NaN] === 'code') code += size;
  }
  return { all, code };
}

/** Ends what carries the line of these tabs. @param {readonly Tab[]} tabs @param {Carrier} carrier @returns the tabs that are left */
export async function endCarrier(tabs, carrier) {
  if (carrier === 'tab') {
    for (const tab of tabs) {
      if (!(await tab.hasCore())) continue;
      const at = Date.now();
      await tab.close();
      return { at, left: tabs.filter((other) => other !== tab) };
    }
    throw new Error('no tab has a core');
  }
  const browser = tabs[0]?.page.context().browser();
  const devTools = await browser?.newBrowserCDPSession();
  if (devTools === undefined) throw new Error('there is no browser');
  const { targetInfos } = await devTools.send('Target.getTargets');
  const workers = targetInfos.filter(({ type }) => type === 'shared_worker');
  if (workers.length === 0) throw new Error('there is no SharedWorker');
  const at = Date.now();
  for (const { targetId } of workers) await devTools.send('Target.closeTarget', { targetId });
  await devTools.detach();
  return { at, left: [...tabs] };
}
