// @ts-check
// Ends one carrier after the other while rows are written, and counts what that costs the tabs.
import { setTimeout as sleep } from 'node:timers/promises';
import { median } from '../measure/statistics.mjs';
import { endCarrier, openContext, Tab } from './tab.mjs';

/** @typedef {import('./tab.mjs').Carrier} Carrier */
/** @typedef {import('./world.mjs').World} World */
/** @typedef {{ name: string, begun: number, ended: number }} Written */

const TABS = 4;
/** A carrier is ended at a random moment of this time after the writer has begun. */
const WITHIN_MS = 300;
const STUCK_MS = 30_000;

/**
 * @typedef {object} Toll
 * @property {number} liveMs median time until all subscriptions of a tab were live again
 * @property {number} worstMs the longest
 * @property {number} stuck how often a tab was not live again in 30 s, or did not get what was written then
 * @property {number} written rows written of each table
 * @property {number} reported changes that a tab lacks, within a gap
 * @property {number} unreported changes that a tab lacks, outside of any gap
 * @property {number} numberedMissing numbered changes that a tab lacks, got twice or in another order, or reported as a gap
 */

/** @param {World} world @param {Carrier} carrier @param {number} rounds @returns {Promise<Toll>} */
export async function endCarriers(world, carrier, rounds) {
  const context = await openContext(world.browser, carrier);
  const given = world.given(carrier, true);
  const all = given.tables.length + 1;
  const toll = { liveMs: NaN, worstMs: NaN, stuck: 0, written: 0, reported: 0, unreported: 0, numberedMissing: 0 };
  /** @type {number[]} */
  const times = [];
  /** @type {Tab[]} */
  let tabs = [];
  for (let round = 0; round < rounds; round += 1) {
    while (tabs.length < TABS) {
      const tab = await Tab.open(context, world.address);
      await tab.start(given, carrier);
      tabs.push(tab);
    }
    const lives = new Map(
      await Promise.all(tabs.map(async (tab) => /** @type {const} */ ([tab, (await tab.seen()).live]))),
    );
    const writer = startWriter(world, `${carrier} ${round}`);
    await sleep(Math.random() * WITHIN_MS);
    const { at, left } = await endCarrier(tabs, carrier);
    tabs = left;
    for (const tab of tabs) {
      try {
        await tab.untilLive((lives.get(tab) ?? 0) + all, STUCK_MS);
        times.push((await tab.seen()).liveAt - at);
      } catch {
        toll.stuck += 1;
        await report(tab, `was not live again after ${at}`);
      }
    }
    const written = await writer.end();
    toll.written += written.length;
    for (const tab of tabs) {
      const { stuck, reported, unreported, numberedMissing } = await losses(world, tab, written);
      toll.stuck += stuck;
      toll.reported += reported;
      toll.unreported += unreported;
      toll.numberedMissing += numberedMissing;
    }
  }
  await world.leave(context);
  return { ...toll, liveMs: median(times), worstMs: Math.max(...times) };
}

/** Writes a row of each table, again and again. @param {World} world @param {string} prefix */
function startWriter(world, prefix) {
  /** @type {Written[]} */
  const written = [];
  let isOver = false;
  const write = async () => {
    const name = `${prefix} ${written.length}`;
    const begun = Date.now();
    await world.insert(name);
    written.push({ name, begun, ended: Date.now() });
    await world.insertDeal();
  };
  const done = (async () => {
    while (!isOver) {
      await write();
      await sleep(5);
    }
  })();
  return {
    /** Writes once more, and resolves with all that was written. */
    end: async () => {
      isOver = true;
      await done;
      await write();
      return written;
    },
  };
}

/** What a stuck tab was told, by its own clock. @param {Tab} tab @param {string} problem */
async function report(tab, problem) {
  const { log, status } = await tab.told();
  process.stdout.write(`a tab ${problem}\n${log.slice(-60).join('\n')}\n${status}\n`);
}

/** @param {World} world @param {Tab} tab @param {readonly Written[]} written */
async function losses(world, tab, written) {
  // A tab that does not get the last of them has lost it, or has a gap that is open.
  const stuck = await Promise.all([
    tab.untilHeard(written.at(-1)?.name ?? '', STUCK_MS),
    tab.untilNumbered(world.deals(), STUCK_MS),
  ]).then(
    () => 0,
    async () => {
      await report(tab, `lacks the last row ("${written.at(-1)?.name}") or the last deal (${world.deals()})`);
      return 1;
    },
  );
  const { names, numbers, gaps, numberedGaps } = await tab.seen();
  const came = new Set(names);
  const missing = written.filter(({ name }) => !came.has(name));
  const isReported = (/** @type {Written} */ { begun, ended }) =>
    gaps.some(({ from, to }) => from <= ended && begun <= (to ?? Infinity));
  const unreported = missing.filter((each) => !isReported(each)).length;
  const wrong = numbers.filter((number, at) => at > 0 && number !== (numbers[at - 1] ?? 0) + 1).length;
  return { stuck, reported: missing.length - unreported, unreported, numberedMissing: wrong + numberedGaps.length };
}
