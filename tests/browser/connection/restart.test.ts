import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { startBackend, type Backend } from 'switchboard-backend';
import { serveDashboard, type DashboardServer } from '../../../web/tools/start/dashboardServer.mjs';
import { accessibilityProblems } from '../support/axe.js';
import { insertBooking } from '../support/bookings.js';
import { BookingsPage, untilSettled } from '../support/bookingsPage.js';
import { launchChromium, openWindow } from '../support/chromium.js';
import { salon, screenshotPath } from '../support/lab.js';
import { toastOf } from '../support/toasts.js';

let browser: Browser;
/** One for each start: `npm start` gives its backend other ports, another key and a new database. */
let backends: Backend[];
let server: DashboardServer;

beforeAll(async () => {
  [browser, backends] = await Promise.all([
    launchChromium(),
    Promise.all([startBackend({ track: true }), startBackend({ track: true })]),
  ]);
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

/** What a form says while it waits for the server. */
const WAITS = /by itself|as soon as there is one/;

describe('a page that stays open while the server is started again', () => {
  it('says that only a reload helps, keeps what was typed, and promises to save nothing', async () => {
    await start(0);
    const { page } = await openWindow(browser, `${server.url}?business=${salon}&day=all`);
    const dashboard = new BookingsPage(page);
    await dashboard.untilRowsLive();
    const backend = backends.shift() ?? expect.fail('no such backend');
    const db = new pg.Client(backend.postgres);
    await db.connect();
    const row = dashboard.row(await insertBooking(db, salon, 'Form Here'));
    await row.waitFor();
    await untilSettled(page);
    await db.end();
    await backend.stop();
    await row.getByRole('button', { name: /^Cancel/ }).click();
    const toasts = toastOf(page);
    await toasts.getByText('Waiting for the server').waitFor();
    await dashboard.addButton.click();
    await dashboard.submit({ Client: 'Form Kept', Service: 'As typed' }, 'Add');
    await dashboard.form.getByText(WAITS).waitFor();

    await restart(0);
    const notice = dashboard.form.getByText('The server was started again: reload this page.');
    await notice.waitFor();
    await dashboard.form.getByText('so this page can save nothing: reload it.').waitFor();
    await toasts.getByText('Not cancelled').waitFor();
    expect(await toasts.getByText('Waiting for').count()).toBe(0);
    expect(await dashboard.form.innerText()).not.toMatch(WAITS);
    expect(await dashboard.form.getByLabel('Service').inputValue()).toBe('As typed');
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.screenshot({ path: screenshotPath('server-replaced-form') });

    page.once('dialog', (dialog) => void dialog.dismiss());
    await dashboard.form.getByRole('button', { name: 'Reload this page' }).click();
    expect(await dashboard.form.getByLabel('Service').inputValue()).toBe('As typed');

    await dashboard.form.getByRole('button', { name: 'Close', exact: true }).last().click();
    await dashboard.form
      .getByRole('button', { name: 'Discard' })
      .or(dashboard.form.getByRole('button', { name: 'Close anyway' }))
      .click();
    await notice.waitFor({ state: 'detached' });
    await page.screenshot({ path: screenshotPath('server-replaced') });
    await page.locator('main').getByRole('button', { name: 'Reload this page' }).click();
    await dashboard.untilRowsLive();
    await dashboard.untilStatus('live');
    expect(await page.getByText('The server was started again').count()).toBe(0);
    await page.context().close();
  });

  it('goes on by itself where the address and the key are the same', async () => {
    await start(0);
    const { page } = await openWindow(browser, `${server.url}?business=${salon}&day=all`);
    const dashboard = new BookingsPage(page);
    await dashboard.untilRowsLive();
    await backends[0]?.faults.refuse({ mode: 'drop' });
    backends[0]?.faults.drop();
    await dashboard.untilStatus('offline');
    const asked = page.waitForResponse((response) => response.url().endsWith('/config.json'));
    await restart(0);
    await asked;
    await backends[0]?.faults.reset();
    await dashboard.untilStatus('live');
    expect(await page.getByText('The server was started again').count()).toBe(0);
    await page.context().close();
  });
});
