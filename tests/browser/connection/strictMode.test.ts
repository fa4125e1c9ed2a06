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
    config: { realtime, rest, apikey, lab: `${url}/lab` },
    outDir: bundle.outDir,
  });
});

afterAll(async () => {
  await server.close();
  await lab.close();
  await bundle.remove();
});

/** Collects what the page joins: one list of bindings for each join of tables, and the topics of channels without. */
function watchJoins(page: Page): { joins: Binding[][]; channels: string[] } {
  const joins: Binding[][] = [];
  const channels: string[] = [];
  page.on('websocket', (socket) => {
    socket.on('framesent', ({ payload }) => {
      const frame = JSON.parse(String(payload)) as [string, string, string, string, JoinPayload];
      if (frame[3] !== 'phx_join') return;
      const bindings = frame[4].config.postgres_changes;
      if (bindings.length === 0) channels.push(frame[2]);
      else joins.push(bindings);
    });
  });
  return { joins, channels };
}

interface JoinPayload {
  config: { postgres_changes: Binding[] };
}

const textsOf = (joins: readonly Binding[][]): string[] =>
  joins.flat().map(({ table, filter, event }) => `${table} ${filter} ${event}`);

describe('under StrictMode, which mounts everything twice', () => {
  it('nothing is joined twice, however fast one goes to and fro', async () => {
    const { page, problems } = await openWindow(lab.browser, 'about:blank');
    const { joins, channels } = watchJoins(page);
    await page.goto(`${server.url}?business=${salon}&day=all`);
    const dashboard = new BookingsPage(page);
    await dashboard.untilRowsLive();
    expect(joins).toHaveLength(1);
    await dashboard.untilStatus('live');
    expect(channels).toEqual([`realtime:business:${salon}`]);
    expect(new Set(textsOf(joins)).size).toBe(textsOf(joins).length);

    for (const tab of ['Payments', 'Clients', 'Staff', 'Bookings'] as const) await dashboard.show(tab);
    for (const business of [physio, salon, physio, salon, physio]) {
      await page.getByLabel('Business').selectOption(business);
    }
    await page.locator('.feed[data-live="true"]').waitFor();
    const id = await insertBooking(lab.db, physio, 'Seen once');
    await dashboard.row(id).waitFor();
    await dashboard.untilChanges(1);
    expect(await dashboard.changes()).toEqual(['New Seen once, Cut and finish']);
    expect(new Set(textsOf(joins)).size).toBe(textsOf(joins).length);
    expect(new Set(channels).size).toBe(channels.length);
    expect(problems).toEqual([]);
    await page.context().close();
  });
});
