import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Locator, Page } from 'playwright-core';
import type { Backend } from 'switchboard-backend';
import { build } from 'vite';
import { serveFolders } from '../../support/staticServer.js';

export const VIEWS = ['Overview', 'Sockets', 'Subscriptions', 'Channels', 'Limits', 'Latency', 'Session'] as const;

/**
 * Bundles tests/browser/inspector/application and serves it. Strict rules are as strict as can be: no inline styles, no
 * eval, trusted types without a single policy. With lax ones, other parts of the page may do what they like.
 */
export async function serveInspectorPage(
  backend: Backend,
  rules: 'strict' | 'lax' = 'strict',
): Promise<{ origin: string; close: () => Promise<void> }> {
  const outDir = await mkdtemp(join(tmpdir(), 'switchboard-inspector-'));
  await build({
    root: fileURLToPath(new URL('../application', import.meta.url)),
    configFile: false,
    logLevel: 'error',
    base: './',
    build: { outDir, emptyOutDir: true, assetsInlineLimit: 0, target: 'es2022', modulePreload: false },
  });
  const connect = `connect-src 'self' ${backend.url} ${backend.url.replace('http', 'ws')}`;
  const strict = "style-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'; base-uri 'none'";
  const more = rules === 'strict' ? strict : "style-src 'self' 'unsafe-inline'; font-src 'self' data:";
  const policy = `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; img-src data:; ${connect}; ${more}`;
  const server = await serveFolders({ page: outDir }, policy);
  return {
    origin: server.origin,
    close: async () => {
      await server.close();
      await rm(outDir, { recursive: true, force: true });
    },
  };
}

/** The inspector as a person sees it. */
export class InspectorPage {
  readonly page: Page;
  readonly panel: Locator;

  constructor(page: Page) {
    this.page = page;
    this.panel = page.getByRole('region', { name: 'Switchboard inspector' });
  }

  get body(): Locator {
    return this.panel.getByRole('tabpanel');
  }

  async show(view: (typeof VIEWS)[number] | 'Timeline'): Promise<void> {
    await this.panel.getByRole('tab', { name: view, exact: true }).click();
    await this.panel.getByRole('tabpanel', { name: view, exact: true }).waitFor();
  }

  /** How far what is in it sticks out to the right, in pixels. */
  overflow(): Promise<number> {
    return this.body.evaluate((body) => body.scrollWidth - body.clientWidth);
  }
}
