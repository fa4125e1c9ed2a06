import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { Backend } from 'switchboard-backend';
import { slowDown } from './chromium.js';
import type * as Package from 'switchboard-realtime';
import { expect } from 'vitest';

/** What a page of one origin keeps of its manager. */
export interface TabSeen {
  manager: Package.RealtimeManager;
  /** Names of the clients that came, in order. */
  names: unknown[];
  /** Status and code of each notice. */
  notices: string[];
  /** Code of each gap, and whether it is over. */
  gaps: string[];
}

declare global {
  var switchboard: typeof Package;
  var tab: TabSeen;
}

export type TabOptions = Package.EndpointOptions &
  Package.TuningOptions & { tabs: boolean | Package.TabsOption } & { token?: string };

/** A page of the context at this address, with everything that went wrong in it. */
export async function openTab(context: BrowserContext, url: string): Promise<{ page: Page; problems: string[] }> {
  const page = await context.newPage();
  await slowDown(page);
  const problems: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  await page.goto(url);
  await page.waitForFunction(() => 'switchboard' in globalThis);
  return { page, problems };
}

/** Runs in the page: subscribes to clients. Resolves when changes flow, with what carries the line. */
export async function follow(options: TabOptions): Promise<string> {
  const { token, ...rest } = options;
  const manager = globalThis.switchboard.createRealtimeManager(rest);
  if (token !== undefined) manager.setAuth(token);
  const tab: TabSeen = { manager, names: [], notices: [], gaps: [] };
  globalThis.tab = tab;
  await new Promise<void>((resolve) => {
    manager.subscribe(
      { table: 'clients', onGap: ({ code, over }) => tab.gaps.push(`${code} ${over ? 'over' : 'open'}`) },
      (change) => tab.names.push(change.new.full_name),
      (status, { code }) => {
        tab.notices.push(`${status} ${code}`);
        if (status === 'SUBSCRIBED') resolve();
      },
    );
  });
  const { carrier, code } = manager.status().tabs ?? {};
  return `${String(carrier)} ${String(code)}`;
}

/** Subscribes in each of the tabs, and expects one socket, channel and binding for all of them, and each change once in each. */
export async function expectOneLine(
  backend: Backend,
  tabs: readonly { page: Page; problems: string[] }[],
  options: TabOptions,
  carrier: string,
  insertClient: (name: string) => Promise<void>,
): Promise<void> {
  const before = backend.stats();
  for (const { page } of tabs) expect(await page.evaluate(follow, options)).toBe(carrier);
  const { connections, channels, accepted, joins, entries } = backend.stats();
  expect({ connections, channels }).toEqual({ connections: 1, channels: 1 });
  expect({ accepted, joins, entries }).toEqual({
    accepted: before.accepted + 1,
    joins: before.joins + 1,
    entries: before.entries + 1,
  });
  const names = ['Ana', 'Ben', 'Cleo'];
  for (const name of names) await insertClient(name);
  for (const { page, problems } of tabs) {
    expect(await untilNames(page, names.length)).toEqual(names);
    expect(await page.evaluate(() => globalThis.tab.notices)).toEqual(['SUBSCRIBED OK']);
    expect(problems).toEqual([]);
  }
}

/** Resolves when the page has heard of so many clients. */
export async function untilNames(page: Page, count: number): Promise<unknown[]> {
  await page.waitForFunction((least) => globalThis.tab.names.length >= least, count);
  return page.evaluate(() => globalThis.tab.names);
}

/** Ends the worker for all tabs, as the browser's task manager does. */
export async function killWorker(browser: Browser): Promise<void> {
  const devTools = await browser.newBrowserCDPSession();
  const { targetInfos } = await devTools.send('Target.getTargets');
  const workers = targetInfos.filter(({ type }) => type === 'shared_worker');
  if (workers.length === 0) throw new Error('there is no SharedWorker');
  for (const { targetId } of workers) await devTools.send('Target.closeTarget', { targetId });
  await devTools.detach();
}

/** Resolves when the page was live so many times. */
export async function untilLive(page: Page, times: number): Promise<void> {
  await page.waitForFunction(
    (least) => globalThis.tab.notices.filter((notice) => notice === 'SUBSCRIBED OK').length >= least,
    times,
  );
}
