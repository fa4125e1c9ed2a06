import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { startBackend } from 'switchboard-backend';
import { build } from 'vite';
import { UsageError } from '../../web/tools/lib/errors.mjs';
import { main, parseArguments, printsHelp } from '../../web/tools/lib/main.mjs';
import { serveDashboard } from '../../web/tools/start/dashboardServer.mjs';
import { measurePaint } from './paint.mjs';

const usage = `npm run bench:dashboard [-- --rounds N | --paint]

Counts the long tasks (more than 50 ms) of the dashboard in Chromium during a burst of 10,000 changes, and of the same dashboard on the
reference client. Prints a line of JSON for each round and client.

  --rounds N  number of rounds (3)
  --paint     instead, changes a booking 200 times from one window, and prints the time from the commit to the frame that shows
              the change in others: with Switchboard by broadcasts and by postgres_changes, and with the reference client
  --help      shows this`;

const root = fileURLToPath(new URL('../../web/dashboard', import.meta.url));
const reference = fileURLToPath(new URL('reference.tsx', import.meta.url));

/** Bundles the dashboard on a client, and serves it. */
async function serve(outDir, config, alias) {
  const configFile = join(root, 'vite.config.ts');
  await build({ root, configFile, logLevel: 'error', resolve: { alias }, build: { outDir, emptyOutDir: true } });
  return serveDashboard({ port: 0, config, outDir });
}

/** @param address the dashboard's */
async function measure(browser, backend, address) {
  const { rest, anonKey: apikey, url } = backend;
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.setDefaultTimeout(120_000);
  await page.goto(`${address}?day=all`);
  await page.locator('[aria-label="Bookings"][data-rows-state="live"]').waitFor();
  await page.locator('.feed[data-live="true"]').waitFor();
  await page.locator('.recharts-surface').first().waitFor();
  await page.evaluate(() => {
    globalThis.tasks = [];
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) globalThis.tasks.push(duration);
    }).observe({ type: 'longtask' });
  });
  const [first] = backend.businesses.toSorted((a, b) => a.name.localeCompare(b.name));
  await fetch(`${url}/lab/burst`, {
    method: 'POST',
    body: JSON.stringify({ businessId: first.id, changes: 10_000 }),
  });
  // A row of its own, which comes after all of them.
  const headers = { apikey, authorization: `Bearer ${apikey}`, 'content-type': 'application/json' };
  const last = { business_id: first.id, client_name: 'Last of all', service: 'None', starts_at: '2100-01-01' };
  await fetch(`${rest}/bookings`, { method: 'POST', headers, body: JSON.stringify(last) });
  await page.locator('[data-table="bookings"]', { hasText: 'Last of all' }).waitFor();
  const tasks = await page.evaluate(() => globalThis.tasks);
  await page.close();
  await fetch(`${rest}/bookings?client_name=eq.Last of all`, { method: 'DELETE', headers });
  const blockedMs = Math.round(tasks.reduce((sum, ms) => sum + ms - 50, 0));
  return { longTasks: tasks.length, blockedMs, longestMs: Math.round(Math.max(0, ...tasks)) };
}

await main(async (cleanUps) => {
  const { values } = parseArguments(
    {
      options: {
        rounds: { type: 'string', default: '3' },
        paint: { type: 'boolean', default: false },
        help: { type: 'boolean' },
      },
    },
    usage,
  );
  if (printsHelp(usage)) return 0;
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new UsageError('--rounds takes a whole number from 1');
  const scratch = await mkdtemp(join(tmpdir(), 'switchboard-burst-'));
  cleanUps.push(() => rm(scratch, { recursive: true, force: true }));
  const backend = await startBackend({ lab: true, track: true, limits: { eventsPerSecond: 1_000_000 } });
  cleanUps.push(() => backend.stop());
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  cleanUps.push(() => browser.close());
  const { realtime, rest, anonKey: apikey, url } = backend;
  const config = { realtime, rest, apikey, lab: `${url}/lab` };
  const alias = [{ find: /^switchboard-realtime(\/react)?$/, replacement: reference }];
  const pages = {
    switchboard: await serve(join(scratch, 'switchboard'), config, []),
    reference: await serve(join(scratch, 'reference'), config, alias),
  };
  cleanUps.push(...Object.values(pages).map(({ close }) => close));
  if (values.paint) {
    const [switchboard, onReference] = [pages.switchboard.url, pages.reference.url].map((url) => `${url}?day=all`);
    const results = await measurePaint(browser, backend, {
      'switchboard, broadcasts': switchboard,
      'switchboard, postgres_changes': `${switchboard}&via=postgres_changes`,
      reference: onReference,
    });
    for (const result of results) process.stdout.write(`${JSON.stringify(result)}\n`);
    return 0;
  }
  for (let round = 1; round <= rounds; round += 1) {
    for (const [client, { url: address }] of Object.entries(pages)) {
      process.stdout.write(`${JSON.stringify({ round, client, ...(await measure(browser, backend, address)) })}\n`);
    }
  }
  return 0;
});
