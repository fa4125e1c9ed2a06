import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { Browser } from 'playwright-core';
import { startBackend, type Backend } from 'switchboard-backend';
import { serveDashboard } from '../../../web/tools/start/dashboardServer.mjs';
import type { Road } from 'switchboard-realtime';
import { launchChromium } from './chromium.js';

/** The two seeded businesses. */
export const salon = '11111111-1111-4111-8111-111111111111';
export const physio = '22222222-2222-4222-8222-222222222222';

/** A backend with its lab, a connection to its database, the bundled dashboard and a browser. */
export interface Lab {
  backend: Backend;
  db: pg.Client;
  browser: Browser;
  dashboard: string;
  close(): Promise<void>;
}

/** The line is found dead within seconds rather than half a minute. */
const quickHeartbeats = { heartbeatIdleMs: 2_000, heartbeatTimeoutMs: 2_000 };

/**
 * @param tuning numbers of the realtime manager of its pages, such as `pollEveryMs`
 * @param via how changes come to its pages, unless their address says otherwise (`?via=postgres_changes`)
 */
export async function openLab(tuning: Record<string, number> = {}, via: Road = 'broadcast'): Promise<Lab> {
  const [backend, browser] = await Promise.all([
    startBackend({ lab: true, track: true, limits: { eventsPerSecond: 1_000_000 } }),
    launchChromium(),
  ]);
  const db = new pg.Client(backend.postgres);
  await db.connect();
  const { realtime, rest, anonKey: apikey } = backend;
  const dashboard = await serveDashboard({
    port: 0,
    config: { realtime, rest, apikey, lab: `${backend.url}/lab`, via, tuning: { ...quickHeartbeats, ...tuning } },
  });
  return {
    backend,
    db,
    browser,
    dashboard: dashboard.url,
    async close() {
      await browser.close();
      await dashboard.close();
      await db.end();
      await backend.stop();
    },
  };
}

/** Where a screenshot of this name goes. */
export function screenshotPath(name: string): string {
  return `${outputFolder('screenshots')}/${name}.png`;
}

/** Keeps figures that a test has measured, in test-output/dashboard/<name>.json. */
export function report(name: string, figures: object): void {
  writeFileSync(`${outputFolder('dashboard')}/${name}.json`, `${JSON.stringify(figures, null, 2)}\n`);
}

function outputFolder(name: string): string {
  const folder = fileURLToPath(new URL(`../../../test-output/${name}`, import.meta.url));
  mkdirSync(folder, { recursive: true });
  return folder;
}
