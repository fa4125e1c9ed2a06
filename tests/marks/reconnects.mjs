// @ts-check
// How soon both clients are back after each kind of outage: docs/benchmarks.md, "Reconnecting".
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { attemptsWhileClosed, clientKinds, rowsAgain } from './both.mjs';
import { closeAll, firstAfter, mean, median, openMany, seconds, until, writeRows } from './lab.mjs';
import { Ledger } from './ledger.mjs';
import { fakePage } from './page.mjs';

/** @typedef {import('./lab.mjs').Lab} Lab */
/** @typedef {import('./clients.mjs').Client} Client */
/** @typedef {import('./both.mjs').Line} Line */
/** @typedef {import('./both.mjs').Mark} Mark */
/** @typedef {import('./ledger.mjs').Losses} Losses */

/** Longer than any wait of either client. */
const NEVER_MS = 40_000;

/** @type {Losses[][]} of each mark that was measured, by kind of client */
const losses = [];

/**
 * Opens `count` clients of each kind on a table that is written to, has `act` done to all of them, gives what it resolves with for each kind,
 * and keeps what each kind lost.
 *
 * @template T
 * @param {Lab} lab
 * @param {number} count
 * @param {(groups: readonly (readonly Client[])[]) => Promise<T>} act
 */
async function underWrites(lab, count, act) {
  const ledger = await Ledger.open(lab);
  const groups = await Promise.all(clientKinds.map(([, open]) => openMany(lab, open, count)));
  const stop = writeRows(lab);
  try {
    await until(() => groups.flat().every(({ seen }) => seen.names.size > 0), 10_000);
    const result = await act(groups);
    stop();
    await ledger.read();
    losses.push(await Promise.all(groups.map((clients) => ledger.losses(clients))));
    return result;
  } finally {
    stop();
    await lab.backend.faults.reset();
    await Promise.all(groups.map(closeAll));
    await ledger.close();
  }
}

/**
 * @param {readonly number[]} times
 * @param {'median' | 'mean'} middle
 */
function describe(times, middle) {
  return `${seconds(middle === 'mean' ? mean(times) : median(times))} (max ${seconds(Math.max(...times))})`;
}

/**
 * One client's line is cut again and again, each time 0.3 to 2.5 s after rows came again.
 *
 * @param {Client} client
 * @param {number} count
 */
async function cutOften(client, count) {
  const times = [];
  for (let n = 0; n < count; n += 1) {
    await sleep(300 + Math.random() * 2_200);
    const since = performance.now();
    client.cut();
    await until(() => rowsAgain(client.seen, since) !== null, NEVER_MS);
    times.push(rowsAgain(client.seen, since) ?? NEVER_MS);
  }
  return times;
}

/** @type {Mark} */
async function cuts(lab) {
  const times = await underWrites(lab, 3, (groups) =>
    Promise.all(groups.map((clients) => Promise.all(clients.map((client) => cutOften(client, 60))))),
  );
  const [reference = [], switchboard = []] = times.map((clients) => ({
    early: clients.flatMap((client) => client.slice(0, 10)),
    all: clients.flat(),
  }));
  if (Array.isArray(reference) || Array.isArray(switchboard)) throw new Error('no clients');
  const early = switchboard.early;
  return [
    {
      fault: '10 cuts, each 0.3 to 2.5 s after rows came again: rows again, median (3 clients)',
      reference: describe(reference.early, 'median'),
      switchboard: describe(early, 'median'),
      mark: '0.9 s, max 1.5 s',
      met: median(early) <= 900 && Math.max(...early) <= 1_500,
    },
    {
      fault: '60 cuts likewise',
      reference: describe(reference.all, 'median'),
      switchboard: describe(switchboard.all, 'median'),
      mark: '1.2 s',
      met: median(switchboard.all) <= 1_200,
    },
  ];
}

/**
 * @param {readonly (readonly Client[])[]} groups
 * @param {number} since
 */
async function backSince(groups, since) {
  await until(() => groups.flat().every(({ seen }) => firstAfter(seen.rows, since) !== null), NEVER_MS);
  return groups.map((clients) => clients.map(({ seen }) => firstAfter(seen.rows, since) ?? NEVER_MS));
}

/** @type {Mark} */
async function refused(lab) {
  const [reference = [], switchboard = []] = await underWrites(lab, 20, async (groups) => {
    await sleep(2_000);
    await lab.backend.faults.refuse({ status: 503 });
    lab.backend.faults.drop();
    await sleep(20_000);
    const since = performance.now();
    await lab.backend.faults.reset();
    return backSince(groups, since);
  });
  return [
    {
      fault: 'server refuses for 20 s: rows again after it is back, mean of 20',
      reference: describe(reference, 'mean'),
      switchboard: describe(switchboard, 'mean'),
      mark: '5 s, max 10 s',
      met: mean(switchboard) <= 5_000 && Math.max(...switchboard) <= 10_000,
    },
  ];
}

/** @type {Mark} */
async function restarts(lab) {
  /** @type {number[][]} */
  const times = [[], []];
  await underWrites(lab, 1, async (groups) => {
    for (let run = 0; run < 10; run += 1) {
      await sleep(2_000);
      await lab.backend.restartRealtime(1_000 + run * 500);
      const back = await backSince(groups, performance.now());
      back.forEach((ofKind, kind) => times[kind]?.push(...ofKind));
    }
  });
  const [reference = [], switchboard = []] = times;
  return [
    {
      fault: 'server restarts (away for 1 to 5.5 s): rows again after it is up, mean of 10',
      reference: describe(reference, 'mean'),
      switchboard: describe(switchboard, 'mean'),
      mark: '4 s',
      met: mean(switchboard) <= 4_000,
    },
  ];
}

/** @type {Mark} */
async function acceptAndClose(lab) {
  const result = await attemptsWhileClosed(lab, 0);
  const most = Number(/max (\d+)/.exec(result.switchboard)?.[1] ?? Infinity);
  return [{ fault: 'accept and close for 15 s: attempts', ...result, mark: 'at most 8', met: most <= 8 }];
}

/** @type {Mark} */
async function flapping(lab) {
  const { faults } = lab.backend;
  const page = fakePage();
  const patterns = [
    { count: 25, offMs: 150, onMs: 80 },
    { count: 25, offMs: 80, onMs: 150 },
    { count: 10, offMs: 250, onMs: 250 },
    { count: 6, offMs: 500, onMs: 500 },
  ];
  /** @type {Line[]} */
  const lines = [];
  try {
    await underWrites(lab, 5, async (groups) => {
      for (const { count, offMs, onMs } of patterns) {
        await sleep(2_000);
        let since = 0;
        for (let flap = 0; flap < count; flap += 1) {
          await sleep(flap === 0 ? 0 : onMs);
          await faults.refuse({ mode: 'drop' });
          faults.drop();
          page.setOnline(false);
          await sleep(offMs);
          await faults.reset();
          since = performance.now();
          page.setOnline(true);
        }
        const [reference = [], switchboard = []] = await backSince(groups, since);
        lines.push({
          fault: `offline for ${offMs} ms, online for ${onMs} ms, ${count} times: rows again after the last online, median of 5`,
          reference: `${describe(reference, 'median')}, does not listen`,
          switchboard: describe(switchboard, 'median'),
          mark: 'max 2.5 s',
          met: Math.max(...switchboard) <= 2_500,
        });
      }
    });
  } finally {
    page.remove();
  }
  return lines;
}

/** @type {Mark} */
async function herd() {
  const tool = fileURLToPath(new URL('../../web/tools/simulation.mjs', import.meta.url));
  const child = spawn(process.execPath, [tool, 'herd'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (/** @type {string} */ text) => (output += text));
  await once(child, 'close');
  return [30, 60].map((outage) => {
    const share = (/** @type {string} */ client) =>
      Number(new RegExp(`^${client} +${outage} s outage: .*? ([0-9.]+) %`, 'm').exec(output)?.[1] ?? NaN);
    const mark = outage === 30 ? 1.5 : 1;
    return {
      fault: `10,000 clients, outage of ${outage} s: most that connect in any 100 ms (simulated)`,
      reference: `${share('realtime-js')} %`,
      switchboard: `${share('switchboard')} %`,
      mark: `${mark} %`,
      met: share('switchboard') <= mark,
    };
  });
}

/** Of the marks above that were measured in this run. @type {Mark} */
function lost() {
  const [reference, switchboard] = clientKinds.map((_, kind) =>
    losses.reduce(
      (sum, ofMark) => ({
        lost: sum.lost + (ofMark[kind]?.lost ?? 0),
        untold: sum.untold + (ofMark[kind]?.untold ?? 0),
      }),
      { lost: 0, untold: 0 },
    ),
  );
  const words = (/** @type {Losses | undefined} */ sum) => `${sum?.untold} of ${sum?.lost}`;
  return Promise.resolve([
    {
      fault: 'all of these: changes lost and not inside a reported gap',
      reference: words(reference),
      switchboard: words(switchboard),
      mark: '0',
      met: switchboard?.untold === 0,
    },
  ]);
}

/** By name, in the order in which they are measured. */
export const reconnectMarks = { cuts, refused, restarts, acceptAndClose, flapping, herd, lost };
