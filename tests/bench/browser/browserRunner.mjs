// @ts-check
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { build, preview } from 'vite';
import { BenchError } from '../feed/ledger.mjs';

/** @typedef {import('./page.mjs').Bench} Bench */
/** @typedef {{ bench: Bench }} BenchWindow */
/** @typedef {import('playwright-core').Page} Page */

const here = fileURLToPath(new URL('.', import.meta.url));

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--js-flags=--expose-gc',
  '--enable-precise-memory-info',
];

/** With these a page's clock is exact to 5 µs instead of 100. */
const ISOLATION = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };

/** @param {string} folder to be served at the root, with the page in `page/` */
async function serve(folder) {
  await build({
    configFile: false,
    logLevel: 'error',
    root: here,
    base: './',
    build: {
      outDir: `${folder}/page`,
      emptyOutDir: true,
      target: 'es2022',
      assetsInlineLimit: 0,
      modulePreload: false,
    },
  });
  const server = await preview({
    configFile: false,
    logLevel: 'error',
    root: here,
    build: { outDir: folder },
    preview: { host: '127.0.0.1', port: 0, headers: ISOLATION },
  });
  const origin = server.resolvedUrls?.local[0];
  if (origin === undefined) throw new Error('the page is not served');
  return { origin, close: () => server.close() };
}

/**
 * Measures in Chromium, each scenario in a page of its own.
 *
 * @param {string} executablePath
 * @param {string} folder holds the bundles, see `bundleBoth`; is served
 * @returns {Promise<import('../runner.mjs').Runner>}
 */
export async function openBrowser(executablePath, folder) {
  const server = await serve(folder);
  const browser = await chromium.launch({ executablePath, args: FLAGS });

  /** @template T @param {(page: Page) => Promise<T>} use @returns {Promise<T>} */
  const inPage = async (use) => {
    const page = await browser.newPage();
    try {
      await page.goto(`${server.origin}page/index.html`);
      await page.waitForFunction('globalThis.bench !== undefined');
      return await use(page);
    } catch (error) {
      throw new BenchError(error instanceof Error ? error.message : String(error));
    } finally {
      await page.close();
    }
  };
  /** All rounds of tasks are in one page. @type {Promise<Page> | null} */
  let taskPage = null;
  const openTaskPage = async () => {
    const page = await browser.newPage();
    await page.goto(`${server.origin}page/index.html`);
    await page.waitForFunction('globalThis.bench !== undefined');
    return page;
  };
  return {
    where: `Chromium ${browser.version()}`,
    run: (scenario, effort) =>
      inPage((page) =>
        page.evaluate(
          (job) => /** @type {BenchWindow} */ (/** @type {unknown} */ (globalThis)).bench.run(job.scenario, job.effort),
          { scenario, effort: { ...effort, atMost: Math.min(effort.atMost, 1e9) } },
        ),
      ),
    load: (side, { entry }) =>
      inPage((page) =>
        page.evaluate(
          (job) => /** @type {BenchWindow} */ (/** @type {unknown} */ (globalThis)).bench.load(job.side, job.address),
          { side, address: `/${relative(folder, entry)}` },
        ),
      ),
    tasks: async (who, messages) => {
      taskPage ??= openTaskPage();
      return mainThreadTime(await taskPage, who, messages);
    },
    close: async () => {
      await browser.close();
      await server.close();
    },
  };
}

/**
 * By the browser's own count of the time in tasks, garbage collections within them included.
 *
 * @param {Page} page
 * @param {import('../measure/sides.mjs').Side | 'limit'} who
 * @param {number} messages
 */
async function mainThreadTime(page, who, messages) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable');
  const taskSeconds = async () => {
    const { metrics } = await devtools.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN;
  };
  await page.evaluate(
    (job) => /** @type {BenchWindow} */ (/** @type {unknown} */ (globalThis)).bench.prepare(job.who, job.messages),
    { who, messages },
  );
  const before = await taskSeconds();
  await page.evaluate(() => /** @type {BenchWindow} */ (/** @type {unknown} */ (globalThis)).bench.deliver());
  const after = await taskSeconds();
  await devtools.detach();
  return ((after - before) / messages) * 1e9;
}
