import { fastTiming, startBackend, type Backend } from 'switchboard-backend';
import type { Browser } from 'playwright-core';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityProblems } from '../support/axe.js';
import { launchChromium, openWindow } from '../support/chromium.js';
import { InspectorPage, serveInspectorPage, VIEWS } from './support/inspectorPage.js';
import { screenshotPath } from '../support/lab.js';

let backend: Backend;
let browser: Browser;
let db: pg.Client;
let server: Awaited<ReturnType<typeof serveInspectorPage>>;

beforeAll(async () => {
  [backend, browser] = await Promise.all([startBackend({ seed: false, timing: fastTiming }), launchChromium()]);
  db = new pg.Client(backend.postgres);
  await db.connect();
  await db.query(
    "insert into businesses (id, name, currency, time_zone) values (gen_random_uuid(), 'Shop', 'USD', 'UTC')",
  );
  server = await serveInspectorPage(backend);
});

afterAll(async () => {
  await server.close();
  await browser.close();
  await db.end();
  await backend.stop();
});

/** Runs in the page: subscriptions that are live, one that is refused, a channel with somebody present, and the inspector. */
async function mountOnBusyManager(options: { url: string; apikey: string }): Promise<void> {
  const manager = globalThis.realtime.createRealtimeManager({ ...options, logger: null });
  globalThis.inspected = [manager];
  const live = (table: string, filter?: string): Promise<void> =>
    new Promise((resolve) => {
      manager.subscribe(
        { table, filter },
        () => undefined,
        (status) => {
          if (status === 'SUBSCRIBED') resolve();
        },
      );
    });
  const refused = new Promise<void>((resolve) => {
    manager.subscribe(
      { table: 'no_such_table' },
      () => undefined,
      (status) => {
        if (status === 'CHANNEL_ERROR') resolve();
      },
    );
  });
  const channel = manager.channel('lobby', { presence: { key: 'desk 1' } });
  const present = new Promise<void>((resolve) => {
    channel.onPresence(({ members }) => {
      if (members.length > 0) resolve();
    });
  });
  channel.track({ name: 'Ada' });
  await Promise.all([live('clients'), live('clients'), live('bookings', 'status=eq.confirmed'), refused, present]);
  const { mountInspector } = await globalThis.loadInspector();
  const container = document.querySelector<HTMLElement>('#inside');
  if (container === null) throw new Error('the page has no place for it');
  globalThis.mounted = mountInspector(manager, { container, names: ['Shop'] });
  await globalThis.mounted.ready;
}

async function openBusy(options: { width: number; colorScheme: 'light' | 'dark' }) {
  const { width, colorScheme } = options;
  const window = await openWindow(browser, `${server.origin}/page/index.html`, {
    ...{ colorScheme, reducedMotion: 'reduce', viewport: { width, height: 820 } },
  });
  await window.page.evaluate(mountOnBusyManager, { url: backend.url, apikey: backend.anonKey });
  return { ...window, inspector: new InspectorPage(window.page) };
}

async function insertClient(name: string): Promise<void> {
  await db.query('insert into clients (business_id, full_name) select id, $1 from businesses limit 1', [name]);
}

describe.each([
  ['light', 1280],
  ['light', 360],
  ['dark', 1280],
  ['dark', 360],
] as const)('the inspector in %s, %i px wide', (colorScheme, width) => {
  it('has every view, live and cut off, each accessible and without anything that sticks out', async () => {
    const { inspector, page, problems } = await openBusy({ width, colorScheme });
    const look = async (picture: string): Promise<void> => {
      await page.screenshot({ path: screenshotPath(`inspector-${picture}-${colorScheme}-${String(width)}`) });
      expect(await inspector.overflow(), picture).toBeLessThanOrEqual(0);
      expect(await accessibilityProblems(page), picture).toEqual([]);
    };
    await inspector.body.getByText(/: 4 of 5 live$/).waitFor();
    await insertClient('Grace');
    for (const view of VIEWS) {
      await inspector.show(view);
      if (view === 'Subscriptions') await inspector.body.getByRole('button', { name: /no_such_table/ }).click();
      if (view === 'Channels') await inspector.body.getByRole('button', { name: 'lobby' }).click();
      if (view === 'Latency') await inspector.body.getByText('Measured').first().waitFor();
      await look(view.toLowerCase());
    }
    await backend.faults.refuse({ mode: 'drop' });
    backend.faults.drop();
    await inspector.show('Overview');
    await inspector.body
      .getByText(/^Socket 1 is (?:backoff|connecting), /)
      .first()
      .waitFor();
    await look('cut-off');
    await inspector.show('Sockets');
    await look('sockets-cut-off');
    await backend.faults.reset();
    // Chromium says of its own accord that a socket failed. All else is within the policy.
    expect(problems.filter((text) => !text.includes('WebSocket'))).toEqual([]);
    await page.context().close();
  });
});
