import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveDashboard } from '../../../web/tools/start/dashboardServer.mjs';
import { insertBooking } from '../support/bookings.js';
import { BookingsPage } from '../support/bookingsPage.js';
import { bundleForDevelopment } from '../support/bundle.js';
import { openWindow } from '../support/chromium.js';
import { openLab, physio, salon, type Lab } from '../support/lab.js';

interface Binding {
  table: string;
  filter: string;
  event: string;
}

let lab: Lab;
let bundle: Awaited<ReturnType<typeof bundleForDevelopment>>;
let server: Awaited<ReturnType<typeof serveDashboard>>;

beforeAll(async () => {
  [lab, bundle] = await Promise.all([openLab(), bundleForDevelopment()]);
  const { realtime, rest, anonKey: apikey, url } = lab.backend;
  server = await serveDashboard({
    port: 0,
    // The page has the socket whose frames are looked at.
    config: { realtime, rest, apikey, lab: `${url}/lab`, tabs: false },
    outDir: bundle.outDir,
  });
});

afterAll(async () => {
  await server.close();
  await lab.close();
  await bundle.remove();
});

type Frame = readonly [joinRef: string, ref: string, topic: string, event: string, payload: JoinPayload];

interface JoinPayload {
  config: { postgres_changes: Binding[] };
}

/** What a channel holds: its topic, and the bindings that it is joined with. */
function heldBy([, , topic, , { config }]: Frame): string[] {
  return [topic, ...config.postgres_changes.map(({ table, filter, event }) => `${table} ${filter} ${event}`)];
}

/** What the page holds at present, by the topics that are joined, and what it has joined while it held that already. */
function watchJoins(page: Page): { held: ReadonlyMap<string, readonly string[]>; twice: string[] } {
  const held = new Map<string, readonly string[]>();
  const twice: string[] = [];
  page.on('websocket', (socket) => {
    const topics = new Set<string>();
    const end = (topic: string): void => {
      if (topics.delete(topic)) held.delete(topic);
    };
    socket.on('framesent', ({ payload }) => {
      const frame = JSON.parse(String(payload)) as Frame;
      const [, , topic, event] = frame;
      // What nobody has used for a while is left; whoever wants it after that joins it again.
      if (event === 'phx_leave') end(topic);
      if (event !== 'phx_join') return;
      const already = new Set([...held.values()].flat());
      twice.push(...heldBy(frame).filter((one, index, all) => already.has(one) || all.indexOf(one) !== index));
      topics.add(topic);
      held.set(topic, heldBy(frame));
    });
    socket.on('close', () => {
      topics.forEach(end);
    });
  });
  return { held, twice };
}

describe('under StrictMode, which mounts everything twice', () => {
  it.each([
    ['broadcast', `realtime:switchboard:bookings:${salon}`],
    ['postgres_changes', `bookings business_id=eq.${salon} *`],
  ])('nothing is joined twice, however fast one goes to and fro: %s', async (via, bookings) => {
    const { page, problems } = await openWindow(lab.browser, 'about:blank');
    const { held, twice } = watchJoins(page);
    await page.goto(`${server.url}?business=${salon}&day=all&via=${via}`);
    const dashboard = new BookingsPage(page);
    await dashboard.untilRowsLive();
    await dashboard.untilStatus('live');
    expect([...held.values()].flat()).toEqual(expect.arrayContaining([bookings, `realtime:business:${salon}`]));
    expect(twice).toEqual([]);

    for (const tab of ['Payments', 'Clients', 'Staff', 'Bookings'] as const) await dashboard.show(tab);
    for (const business of [physio, salon, physio, salon, physio]) {
      await page.getByLabel('Business').selectOption(business);
    }
    await page.locator('.feed[data-live="true"]').waitFor();
    const id = await insertBooking(lab.db, physio, 'Seen once');
    await dashboard.row(id).waitFor();
    await dashboard.untilChanges(1);
    expect(await dashboard.changes()).toEqual(['New Seen once, Cut and finish']);
    expect(twice).toEqual([]);
    expect(problems).toEqual([]);
    await page.context().close();
  });
});
