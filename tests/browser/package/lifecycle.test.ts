import pg from 'pg';
import { fastTiming, startBackend, type Backend, type Stats } from 'switchboard-backend';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { heardOf, liveTimes, servePlainPage, subscribeToClients, untilServer } from '../support/plainPage.js';
import { RealChromium, type Tab } from '../support/realChromium.js';
import type { StaticServer } from '../support/staticServer.js';

let backend: Backend;
let db: pg.Client;
let chromium: RealChromium;
let server: StaticServer;
let tab: Tab;

beforeAll(async () => {
  [backend, chromium] = await Promise.all([startBackend({ seed: false, timing: fastTiming }), RealChromium.launch()]);
  db = new pg.Client(backend.postgres);
  await db.connect();
  server = await servePlainPage(backend);
});

beforeEach(async () => {
  tab = await chromium.open(`${server.origin}/page/index.html`);
  await tab.show();
  await tab.run(subscribeToClients, { url: backend.realtime, apikey: backend.anonKey });
});

afterEach(async () => {
  await tab.run(() => globalThis.seen.manager.dispose(), null);
  await tab.close();
});

afterAll(async () => {
  await chromium.close();
  await server.close();
  await db.end();
  await backend.stop();
});

const isAlone = ({ connections }: Stats): boolean => connections === 0;

let named = 0;

/** Adds a client and resolves when the page has received it. */
async function expectFlow(): Promise<void> {
  const name = `client ${String((named += 1))}`;
  await db.query('insert into clients (business_id, full_name) values (gen_random_uuid(), $1)', [name]);
  await tab.run(heardOf, name);
}

/** Resolves when the page was notified of the interruption with these codes, one after the other, and of its end. */
async function expectHealed(...codes: RegExp[]): Promise<void> {
  const notices = await tab.run(liveTimes, { times: 2, ms: 30_000 });
  expect(notices).toHaveLength(codes.length + 2);
  for (const [i, code] of codes.entries()) expect(notices[i + 1]).toMatch(code);
  await expectFlow();
}

describe('a browser that says it is offline', () => {
  it('is not believed as long as the server answers', async () => {
    const { heartbeats } = backend.stats();
    await tab.setOffline(true);
    await untilServer(backend, (stats) => stats.heartbeats > heartbeats); // it asks
    expect(await tab.run(() => navigator.onLine, null)).toBe(false);
    await expectFlow();
    await tab.setOffline(false);
    expect(await tab.run(() => globalThis.seen.notices, null)).toEqual(['SUBSCRIBED OK']);
  });

  it('and has lost its line is live again when it says that it is online', async () => {
    await tab.setOffline(true);
    backend.faults.drop();
    await untilServer(backend, isAlone);
    const status = await tab.run(untilConnection, 'OFFLINE');
    expect(status.nextRetryInMs).toBeGreaterThan(15_000);
    await tab.setOffline(false);
    // Offline is no reason any more once the browser has said that it is online.
    await expectHealed(/^CHANNEL_ERROR OFFLINE$/, /^CHANNEL_ERROR CONNECTION_LOST$/);
  });
});

describe('a page in the back/forward cache', () => {
  it('holds no socket, and is live again when it is shown', async () => {
    await tab.navigate(`${server.origin}/page/index.html?another`);
    await untilServer(backend, isAlone);
    await tab.back();
    expect(await tab.run(() => typeof globalThis.seen, null)).toBe('object'); // else it was loaded again
    await expectHealed(/^CHANNEL_ERROR SUSPENDED$/);
  });
});

describe('a frozen page', () => {
  it('whose line was cut meanwhile is live again when it resumes', async () => {
    await tab.setFrozen(true);
    backend.faults.drop();
    await untilServer(backend, isAlone);
    await tab.setFrozen(false);
    await expectHealed(/^CHANNEL_ERROR CONNECTION_LOST$/);
  });
});

describe('a hidden page', () => {
  it('whose line went dead finds out at once when it is shown', async () => {
    await tab.run(() => globalThis.seen.manager.dispose(), null);
    const late = { heartbeatTimeoutMs: 300, heartbeatIdleMs: 50_000, keepAliveMs: 50_000 };
    await tab.run(subscribeToClients, { url: backend.realtime, apikey: backend.anonKey, ...late });
    const other = await chromium.open('about:blank');
    await other.show();
    backend.faults.halfOpen({ connection: backend.faults.connections().at(-1) ?? 0 });
    await tab.show();
    await expectHealed(/^CHANNEL_ERROR HALF_OPEN$/);
    backend.faults.drop();
    await other.close();
  });
});

/** Runs in the page: resolves when the connection is down for this reason. */
function untilConnection(code: string): Promise<{ nextRetryInMs: number }> {
  const { manager } = globalThis.seen;
  return new Promise((resolve) => {
    const look = (): void => {
      const [connection] = manager.status().connections;
      if (connection?.code !== code || connection.nextRetryAt === null) return;
      off();
      resolve({ nextRetryInMs: connection.nextRetryAt - Date.now() });
    };
    const off = manager.onStatusChange(look);
    look();
  });
}
