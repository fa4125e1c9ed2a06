import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { startBackend, type Backend } from 'switchboard-backend';
import { serveDashboard, type DashboardServer } from '../../../web/tools/start/dashboardServer.mjs';
import { BookingsPage } from '../support/bookingsPage.js';
import { launchChromium, openWindow } from '../support/chromium.js';
import { salon } from '../support/lab.js';

let browser: Browser;
/** One for each start: `npm start` gives its backend other ports, another key and a new database. */
let backends: Backend[];
let server: DashboardServer;

beforeAll(async () => {
  [browser, backends] = await Promise.all([launchChromium(), Promise.all([startBackend(), startBackend()])]);
});

afterEach(async () => {
  await server.close();
});

afterAll(async () => {
  await browser.close();
  await Promise.all(backends.map((backend) => backend.stop()));
});

/** Serves the dashboard for one of the backends. Once there was one, on the same port as before. */
async function start(which: number, port = 0): Promise<void> {
  const { realtime, rest, anonKey: apikey } = backends[which] ?? expect.fail('no such backend');
  server = await serveDashboard({ port, config: { realtime, rest, apikey } });
}

async function restart(which: number): Promise<void> {
  const { port } = new URL(server.url);
  await server.close();
  await start(which, Number(port));
}

describe('a start of the server with another backend on the same port', () => {
  it.each([
    ['a reload', false, (page: Page) => page.reload()],
    ['a visit', true, (page: Page, url: string) => page.goto(url)],
    ['Back', true, (page: Page) => page.goBack()],
  ])('gives %s a page that may speak to it', async (_name, isElsewhere, visit) => {
    await start(0);
    const url = `${server.url}?business=${salon}`;
    const { page, problems } = await openWindow(browser, url);
    const dashboard = new BookingsPage(page);
    await dashboard.untilRowsLive();
    if (isElsewhere) await page.goto('about:blank');
    await restart(1);
    problems.length = 0;
    await visit(page, url);
    await dashboard.untilRowsLive();
    await dashboard.untilStatus('live');
    expect(problems.filter((problem) => problem.includes('refused by'))).toEqual([]);
    await page.context().close();
  });
});
