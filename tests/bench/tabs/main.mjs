// @ts-check
// What tabs cost that share one line, beside tabs with a line each.
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../../../web/tools/lib/errors.mjs';
import { main, parseArguments, printsHelp } from '../../../web/tools/lib/main.mjs';
import { findChromium } from '../../../web/tools/setup/systemPackages.mjs';
import { endCarriers } from './carriers.mjs';
import { measureLines } from './lines.mjs';
import { endingRow, lineRows, secondRows, table } from './report.mjs';
import { measureSecond } from './second.mjs';
import { openWorld } from './world.mjs';

const USAGE = `npm run bench:tabs -- [options]

Opens tabs in Chromium that follow seven tables of the local backend: with a line each, with one for all in a SharedWorker, and with one of
the tabs as the carrier. Prints what the server has of them, what a change costs, how long the second tab takes to be live and what
memory it needs. Then ends one carrier after the other while rows are written: prints how long it takes until all is live again, and the
changes that are missing. Needs the compiled package and backend (npm run test:realtime builds them), and Chromium.

  --tabs N,N    how many tabs (2,8,40)
  --rounds N    how many carriers of each kind are ended (100)
  --only PART   only "lines" (server and changes), "second" (the second tab) or "carriers"
  --help        shows this`;

/** @param {string} option @param {string | undefined} text */
function whole(option, text) {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new UsageError(`--${option} takes whole numbers from 1`);
  return number;
}

const PARTS = ['lines', 'second', 'carriers'];
const ENDING_TITLES = [
  ...['carrier', 'ended', 'live again, ms', 'longest', 'stuck tabs'],
  ...['rows', 'in a gap', 'unreported', 'numbered'],
];

/** What was asked for. Throws a UsageError for what can't be. */
function readOptions() {
  const { values } = parseArguments(
    {
      options: {
        tabs: { type: 'string', default: '2,8,40' },
        rounds: { type: 'string', default: '100' },
        only: { type: 'string' },
        help: { type: 'boolean' },
      },
    },
    USAGE,
  );
  const only = values['only'] === undefined ? undefined : String(values['only']);
  if (only !== undefined && !PARTS.includes(only)) throw new UsageError(`--only takes one of ${PARTS.join(', ')}`);
  return {
    counts: String(values['tabs'])
      .split(',')
      .map((text) => whole('tabs', text)),
    rounds: whole('rounds', String(values['rounds'])),
    isWanted: (/** @type {string} */ part) => only === undefined || only === part,
  };
}

/** @param {string} text */
const print = (text) => void process.stdout.write(`${text}\n`);
const load = () => `load ${(loadavg()[0] ?? NaN).toFixed(1)}`;

await main(async (cleanUps) => {
  if (printsHelp(USAGE)) return 0;
  const { counts, rounds, isWanted } = readOptions();
  const chromium = findChromium();
  if (chromium === undefined) throw new Error('there is no Chromium; CHROMIUM names another');
  const folder = await mkdtemp(join(tmpdir(), 'switchboard-tabs-'));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  const world = await openWorld(chromium, folder);
  cleanUps.push(() => world.close());
  print(`Chromium ${world.browser.version()}, ${load()}`);

  const rows = [];
  if (isWanted('lines')) {
    for (const count of counts) {
      const own = await measureLines(world, 'own', count);
      const worker = await measureLines(world, 'worker', count);
      rows.push(...lineRows(count, own, worker, await measureLines(world, 'tab', count)));
    }
  }
  if (isWanted('second')) {
    const own = await measureSecond(world, 'own');
    const worker = await measureSecond(world, 'worker');
    rows.push(...secondRows(own, worker, await measureSecond(world, 'tab')));
  }
  if (rows.length > 0) {
    const titles = ['', 'tabs', 'unit', 'a line each', 'worker', 'ratio', 'leader', 'ratio', 'mark'];
    print(`\n${table(titles, rows)}\n${load()}`);
  }
  if (isWanted('carriers')) {
    const endings = [];
    for (const carrier of /** @type {const} */ (['worker', 'tab'])) {
      endings.push(endingRow(carrier, rounds, await endCarriers(world, carrier, rounds)));
    }
    print(`\n${table(ENDING_TITLES, endings)}\n${load()}`);
  }
  return 0;
});
