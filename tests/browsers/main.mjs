// @ts-check
// Tabs that share one line, in Firefox.
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { fastTiming, startBackend } from 'switchboard-backend';
import { UsageError } from '../../web/tools/lib/errors.mjs';
import { main, parseArguments, printsHelp } from '../../web/tools/lib/main.mjs';
import { servePage } from '../bench/tabs/tab.mjs';
import { launchFirefox } from './firefox.mjs';

const USAGE = `npm run test:browsers -- [options]

Opens tabs in Firefox that follow a table of the local backend over one line: in a SharedWorker, then in one of the tabs. Checks that the server
has one socket, that each change comes once to each tab, and that changes come again, with a gap where any are missing, when the first tab is
closed. Needs the compiled package and backend (npm run test:realtime builds them), and Firefox 129 or later.

  --tabs N,N    how many tabs (2,8,40)
  --help        shows this

FIREFOX names another Firefox than /usr/bin/firefox-esr.`;

const CHANGES = 20;
const WAIT_MS = 120_000;

/** @typedef {import('./firefox.mjs').OpenTab} OpenTab */
/** @typedef {Awaited<ReturnType<typeof openWorld>>} World */
/** @typedef {{ names: string[], gaps: { from: number, to: number | null }[] }} Seen */

/** @param {(cleanUp: () => Promise<unknown>) => void} later */
async function openWorld(later) {
  const folder = await mkdtemp(join(tmpdir(), 'switchboard-browsers-'));
  later(() => rm(folder, { recursive: true, force: true }));
  const backend = await startBackend({ seed: false, timing: fastTiming, limits: { eventsPerSecond: 1_000_000 } });
  later(() => backend.stop());
  const db = new pg.Client(backend.postgres);
  await db.connect();
  later(() => db.end());
  const page = await servePage(folder);
  later(() => page.close());
  return {
    backend,
    address: page.address,
    /** @param {string} name @returns when it was begun and committed, in Unix ms */
    insert: async (name) => {
      const begun = Date.now();
      await db.query('insert into clients (business_id, full_name) values (gen_random_uuid(), $1)', [name]);
      return { name, begun, ended: Date.now() };
    },
  };
}

/** @param {() => Promise<boolean>} isSo @param {string} what */
async function until(isSo, what) {
  for (const end = Date.now() + WAIT_MS; !(await isSo()); await sleep(100)) {
    if (Date.now() > end) throw new Error(`${what}: not within ${WAIT_MS} ms`);
  }
}

/** @param {readonly OpenTab[]} tabs @returns {Promise<Seen[]>} */
async function seenBy(tabs) {
  const what = 'JSON.stringify({ names: bench.tab.names, gaps: [...(bench.tab.gaps.clients?.values() ?? [])] })';
  return (await Promise.all(tabs.map((tab) => tab.evaluate(what)))).map((text) => JSON.parse(text));
}

/** @param {World} world @param {import('./firefox.mjs').OpenBrowser} browser @param {number} count @param {'worker' | 'tab'} carrier */
async function openTabs(world, browser, count, carrier) {
  const { realtime: url, anonKey: apikey } = world.backend;
  // With a worker that is none, a tab carries the line.
  const tabs = carrier === 'worker' ? true : { worker: '/missing.js' };
  const given = JSON.stringify({ url, apikey, tabs, tables: ['clients'], numbered: null });
  /** @type {OpenTab[]} */
  const opened = [];
  for (let number = 0; number < count; number += 1) {
    const tab = await browser.open(world.address);
    await until(async () => (await tab.evaluate('typeof bench')) === 'object', 'the page is there');
    await tab.evaluate(`bench.start(${given})`);
    opened.push(tab);
  }
  return opened;
}

/** Writes until all tabs get the newest. @param {World} world @param {readonly OpenTab[]} tabs */
async function writeUntilSeen(world, tabs) {
  /** @type {Awaited<ReturnType<World['insert']>>[]} */
  const written = [];
  await until(async () => {
    written.push(await world.insert(`then ${written.length}`));
    return (await seenBy(tabs)).every(({ names }) => names.at(-1)?.startsWith('then') === true);
  }, 'changes come again');
  const last = await world.insert('last');
  await until(
    async () => (await seenBy(tabs)).every(({ names }) => names.includes('last')),
    'the last change is there',
  );
  return [...written, last];
}

/** @param {World} world @param {number} count @param {'worker' | 'tab'} carrier @param {string} executable @returns {Promise<boolean>} whether all is right */
async function check(world, count, carrier, executable) {
  const browser = await launchFirefox(executable);
  try {
    const tabs = await openTabs(world, browser, count, carrier);
    const carriers = new Set(await Promise.all(tabs.map((tab) => tab.evaluate('bench.carrier()'))));
    const { connections } = world.backend.stats();
    for (let change = 0; change < CHANGES; change += 1) await world.insert(`first ${change}`);
    const isThere = (/** @type {Seen} */ { names }) => names.includes(`first ${CHANGES - 1}`);
    await until(async () => (await seenBy(tabs)).every(isThere), 'the last change is in each tab');
    const counts = new Set((await seenBy(tabs)).map(({ names }) => names.length));
    await tabs.shift()?.close();
    const written = await writeUntilSeen(world, tabs);
    let [reported, unreported] = [0, 0];
    for (const { names, gaps } of await seenBy(tabs)) {
      for (const { begun, ended } of written.filter(({ name }) => !names.includes(name))) {
        if (gaps.some(({ from, to }) => from <= ended && begun <= (to ?? Infinity))) reported += 1;
        else unreported += 1;
      }
    }
    const isRight =
      [...carriers].join() === carrier &&
      connections === 1 &&
      [...counts].join() === String(CHANGES) &&
      unreported === 0;
    process.stdout.write(
      `${browser.version}, ${count} tabs, carried by ${[...carriers].join(' and ')}: ${isRight ? 'ok' : 'FAILED'}; sockets ${connections}; ` +
        `changes in each tab ${[...counts].join(', ')} of ${CHANGES}; of ${written.length} after the first tab was closed ` +
        `${reported} are missing in a gap, ${unreported} without one; load ${(loadavg()[0] ?? NaN).toFixed(1)}\n`,
    );
    return isRight;
  } finally {
    await browser.close();
    await until(() => Promise.resolve(world.backend.stats().connections === 0), 'the sockets are closed');
  }
}

await main(async (cleanUps) => {
  if (printsHelp(USAGE)) return 0;
  const options = /** @type {const} */ ({ tabs: { type: 'string', default: '2,8,40' }, help: { type: 'boolean' } });
  const { values } = parseArguments({ options }, USAGE);
  const counts = String(values['tabs']).split(',').map(Number);
  if (!counts.every((count) => Number.isInteger(count) && count > 1))
    throw new UsageError('--tabs takes whole numbers from 2');
  const executable = process.env['FIREFOX'] ?? '/usr/bin/firefox-esr';
  if (!existsSync(executable))
    throw new Error(`there is no ${executable}: install firefox-esr, or name another in FIREFOX`);
  const world = await openWorld((cleanUp) => cleanUps.push(cleanUp));
  let failed = 0;
  for (const count of counts) {
    for (const carrier of /** @type {const} */ (['worker', 'tab'])) {
      if (!(await check(world, count, carrier, executable))) failed += 1;
    }
  }
  return failed === 0 ? 0 : 1;
});
