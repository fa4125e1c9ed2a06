import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import type { Browser, BrowserContext } from 'playwright-core';
import { fastTiming, startBackend, type Backend } from 'switchboard-backend';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { build } from 'vite';
import { launchChromium } from '../support/chromium.js';
import { servePlainPage, untilServer } from '../support/plainPage.js';
import { serveFolders, type StaticServer } from '../support/staticServer.js';
import { follow, openTab, type TabOptions } from '../support/tabs.js';

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL('../../..', import.meta.url));
const PAGE = '<!doctype html><link rel="icon" href="data:," /><script type="module" src="./application.js"></script>';
const APPLICATION = `
  import { createRealtimeManager } from 'switchboard-realtime';
  globalThis.switchboard = { createRealtimeManager };
`;

let backend: Backend;
let browser: Browser;
let context: BrowserContext;
let server: StaticServer | null = null;
let folder: string;

beforeAll(async () => {
  [backend, browser] = await Promise.all([startBackend({ seed: false, timing: fastTiming }), launchChromium()]);
  folder = await mkdtemp(join(tmpdir(), 'switchboard-worker-'));
});

afterEach(async () => {
  await context.close();
  await untilServer(backend, ({ connections }) => connections === 0);
  await server?.close();
  server = null;
});

afterAll(async () => {
  await browser.close();
  await backend.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Two pages of the application under a policy with `workers` in it; what carries the line of each, and what the server has of them. */
async function openTwice(outDir: string, workers: string, more: Partial<TabOptions> = {}): Promise<unknown> {
  const endpoint = backend.realtime.replace(/\/realtime.*/u, '');
  const policy = `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; img-src data:; connect-src 'self' ${endpoint}; ${workers}`;
  server = await serveFolders({ application: outDir }, policy);
  context = await browser.newContext();
  const carriers: string[] = [];
  for (let opened = 0; opened < 2; opened += 1) {
    const { page, problems } = await openTab(context, `${server.origin}/application/index.html`);
    const options = { url: backend.realtime, apikey: backend.anonKey, tabs: true, ...more };
    carriers.push(await page.evaluate(follow, options));
    expect(problems).toEqual([]);
  }
  return { carriers, connections: backend.stats().connections };
}

const shared = { carriers: ['worker OK', 'worker OK'], connections: 1 };

/** As Vite ships it. */
async function bundleWithVite(): Promise<string> {
  const app = join(root, 'test-output', 'worker-application');
  const outDir = join(folder, 'vite');
  const entry = '\0application';
  await build({
    root: app,
    configFile: false,
    logLevel: 'error',
    base: './',
    plugins: [
      {
        name: 'application',
        resolveId: (source) => (source === 'application' ? entry : undefined),
        load: (id) => (id === entry ? APPLICATION : undefined),
      },
    ],
    resolve: { alias: { 'switchboard-realtime': join(root, 'web/dist/core/index.js') } },
    build: {
      outDir,
      emptyOutDir: true,
      assetsInlineLimit: 0,
      target: 'es2022',
      modulePreload: false,
      rolldownOptions: { input: 'application', output: { entryFileNames: 'application.js' } },
    },
  });
  await writeFile(join(outDir, 'index.html'), PAGE);
  return outDir;
}

describe('the file of the worker for all tabs', () => {
  it("is shipped by Vite as it is, and loaded from the page's origin", async () => {
    const outDir = await bundleWithVite();
    const scripts = (await readdir(join(outDir, 'assets'))).filter((name) => /^worker-.*\.js$/u.test(name));
    expect(scripts).toHaveLength(1);
    const packaged = await readFile(require.resolve('switchboard-realtime/tabs-worker.js'), 'utf8');
    expect(await readFile(join(outDir, 'assets', scripts[0] ?? ''), 'utf8')).toBe(packaged);
    expect(await openTwice(outDir, "worker-src 'self'")).toEqual(shared);
  });

  it.each(['', "worker-src 'self'"])('needs no blob: and no policy of its own (%j)', async (workers) => {
    expect(await openTwice(await bundleWithVite(), workers)).toEqual(shared);
  });

  it('is at the address of the option, with a bundler that ships no files', async () => {
    const outDir = join(folder, 'esbuild');
    await esbuild.build({
      stdin: { contents: APPLICATION, resolveDir: root },
      bundle: true,
      splitting: true,
      format: 'esm',
      outdir: outDir,
      entryNames: 'application',
      logLevel: 'error',
    });
    await writeFile(join(outDir, 'index.html'), PAGE);
    await copyFile(require.resolve('switchboard-realtime/tabs-worker.js'), join(outDir, 'tabs-worker.js'));
    await copyFile(require.resolve('switchboard-realtime/switchboard.wasm'), join(outDir, 'core.wasm'));
    const more = { wasm: './core.wasm', tabs: { worker: './tabs-worker.js' } } as const;
    expect(await openTwice(outDir, "worker-src 'self'", more as Partial<TabOptions>)).toEqual(shared);
  });

  it('is not needed in one script that does not know where its files are: one of the tabs has the line, and the status says why', async () => {
    const outDir = join(folder, 'script');
    await esbuild.build({
      stdin: { contents: APPLICATION, resolveDir: root },
      ...{ bundle: true, format: 'iife', outfile: join(outDir, 'application.js'), logLevel: 'silent' },
    });
    await writeFile(join(outDir, 'index.html'), PAGE);
    await copyFile(require.resolve('switchboard-realtime/switchboard.wasm'), join(outDir, 'core.wasm'));
    const carriers = ['tab WORKER_FAILED', 'tab WORKER_FAILED'];
    expect(await openTwice(outDir, "worker-src 'self'", { wasm: './core.wasm' } as Partial<TabOptions>)).toEqual({
      ...{ carriers, connections: 1 },
    });
  });

  it('is not started from a page that allows scripts with a trusted address only, whose tabs share the line of one of them', async () => {
    server = await servePlainPage(backend, "require-trusted-types-for 'script'; worker-src 'self'");
    context = await browser.newContext();
    const carriers: string[] = [];
    for (let opened = 0; opened < 2; opened += 1) {
      const { page } = await openTab(context, `${server.origin}/page/index.html`);
      carriers.push(await page.evaluate(follow, { url: backend.realtime, apikey: backend.anonKey, tabs: true }));
    }
    expect(carriers).toEqual(['tab WORKER_FAILED', 'tab WORKER_FAILED']);
    expect(backend.stats()).toMatchObject({ connections: 1 });
  });
});
