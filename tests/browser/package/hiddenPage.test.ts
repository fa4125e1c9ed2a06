import pg from 'pg';
import { fastTiming, startBackend, type Backend } from 'switchboard-backend';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { heardOf, liveTimes, servePlainPage, subscribeToClients, untilServer } from '../support/plainPage.js';
import { RealChromium, type Tab } from '../support/realChromium.js';
import type { StaticServer } from '../support/staticServer.js';

declare global {
  /** When the page's own timer ran, in the time of `performance.now()`. */
  var beats: number[];
}

/** The server closes what is silent for this long: the true 60 s, cut short like the browser's five minutes. */
const IDLE_MS = 5_000;
const throttled = ['--enable-features=IntensiveWakeUpThrottling:grace_period_seconds/1'];

let backend: Backend;
let db: pg.Client;
let chromium: RealChromium;
let front: Tab;
let server: StaticServer | null = null;

beforeAll(async () => {
  [backend, chromium] = await Promise.all([
    startBackend({ seed: false, timing: { ...fastTiming, idleMs: IDLE_MS } }),
    RealChromium.launch(throttled),
  ]);
  db = new pg.Client(backend.postgres);
  await db.connect();
  front = await chromium.open('about:blank');
});

afterEach(async () => {
  await server?.close();
  server = null;
});

afterAll(async () => {
  await chromium.close();
  await db.end();
  await backend.stop();
});

async function openLivePage(policy: string): Promise<Tab> {
  server = await servePlainPage(backend, policy);
  const tab = await chromium.open(`${server.origin}/page/index.html`);
  await tab.show();
  const { realtime: url, anonKey: apikey } = backend;
  // In the proportions of the defaults: only timers that follow from timers are throttled so hard.
  const heartbeats = { heartbeatIdleMs: 1_500, keepAliveMs: 1_500, heartbeatTimeoutMs: 1_000 };
  await tab.run(subscribeToClients, { url, apikey, ...heartbeats });
  await tab.run(() => {
    globalThis.beats = [];
    setInterval(() => globalThis.beats.push(performance.now()), 100);
  }, null);
  return tab;
}

async function insertClient(name: string): Promise<void> {
  await db.query('insert into clients (business_id, full_name) values (gen_random_uuid(), $1)', [name]);
}

interface PageStats {
  connects: number;
  workers: number;
  /** The longest time in which the page's own timer did not run. */
  pageTimerSilentMs: number;
}

function pageStats(tab: Tab): Promise<PageStats> {
  return tab.run(() => {
    const { workers, counters } = globalThis.seen.manager.stats();
    const beats = [...globalThis.beats, performance.now()];
    const pauses = beats.slice(1).map((beat, i) => beat - (beats[i] ?? beat));
    return { workers, connects: counters.connects, pageTimerSilentMs: Math.max(...pauses) };
  }, null);
}

describe('a page that is hidden, its timers throttled to one a minute', () => {
  it('stays connected by the ticks of a worker, and stops that when it is shown', async () => {
    const tab = await openLivePage("worker-src 'self'");
    await front.show();
    const { heartbeats } = backend.stats();
    await untilServer(backend, (stats) => stats.connections === 0 || stats.heartbeats >= heartbeats + 10);
    // The page's own timers would have been too late. Where the browser's whole minutes fall is a matter of chance, so that is awaited.
    const silence = expect.poll(async () => (await pageStats(tab)).pageTimerSilentMs, {
      timeout: 90_000,
      interval: 500,
    });
    await silence.toBeGreaterThan(IDLE_MS);
    expect(await pageStats(tab)).toMatchObject({ workers: 1, connects: 1 });
    await insertClient('while hidden');
    await tab.run(heardOf, 'while hidden');
    await tab.show();
    await tab.run(liveTimes, { times: 1, ms: 30_000 });
    expect(await pageStats(tab)).toMatchObject({ workers: 0, connects: 1 });
    await tab.run(() => globalThis.seen.manager.dispose(), null);
  });

  it('may be dropped where no worker may run, and is live again as soon as it is shown', async () => {
    const tab = await openLivePage("worker-src 'none'");
    await front.show();
    // The browser throttles only timers that follow from timers, so it does not always come to the drop.
    const { heartbeats } = backend.stats();
    await untilServer(backend, (stats) => stats.connections === 0 || stats.heartbeats >= heartbeats + 10);
    const wasDropped = backend.stats().connections === 0;
    expect(await pageStats(tab)).toMatchObject({ workers: 0 });
    await tab.show();
    const notices = await tab.run(liveTimes, { times: wasDropped ? 2 : 1, ms: 30_000 });
    expect(notices[0]).toBe('SUBSCRIBED OK');
    if (wasDropped) expect(notices[1]).toMatch(/^CHANNEL_ERROR (IDLE_TIMEOUT|HALF_OPEN)$/);
    await insertClient('when shown');
    await tab.run(heardOf, 'when shown');
    await tab.run(() => globalThis.seen.manager.dispose(), null);
  });
});
