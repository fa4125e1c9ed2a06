// @ts-check
// What tabs are to the server, and what a change costs them.
import { setTimeout as sleep } from 'node:timers/promises';
import { median } from '../measure/statistics.mjs';
import { openContext, Tab } from './tab.mjs';

/** @typedef {import('./tab.mjs').Carrier} Carrier */
/** @typedef {import('./world.mjs').World} World */

const SERIES = 5;
const CHANGES = 200;
/** Between two changes, so that each is handled by itself. */
const PAUSE_MS = 10;

/**
 * @typedef {object} Cost
 * @property {number} sockets
 * @property {number} handshakes
 * @property {number} joins
 * @property {number} bindings
 * @property {number} changeUs a change in the main thread of a tab; with a tab as the carrier, of another tab
 * @property {number} carrierUs the same of the tab that is the carrier; NaN where there is none
 * @property {number} browserUs a change in all of the browser's processes
 */

/** @param {World} world @param {Carrier} carrier @param {number} count @returns {Promise<Cost>} */
export async function measureLines(world, carrier, count) {
  const before = world.backend.stats();
  const context = await openContext(world.browser, carrier);
  const opened = await Promise.all(Array.from({ length: count }, () => Tab.open(context, world.address)));
  for (const tab of opened) await tab.start(world.given(carrier), carrier);
  const { connections, accepted, joins, entries } = world.backend.stats();
  const cost = await changeCost(world, carrier, opened);
  await world.leave(context);
  return {
    sockets: connections - before.connections,
    handshakes: accepted - before.accepted,
    joins: joins - before.joins,
    bindings: entries - before.entries,
    ...cost,
  };
}

/** @param {World} world @param {Carrier} carrier @param {readonly Tab[]} tabs */
async function changeCost(world, carrier, tabs) {
  for (const tab of tabs) await tab.watchMainThread();
  const cores = await Promise.all(tabs.map((tab) => tab.hasCore()));
  /** @type {{ changeUs: number[], carrierUs: number[], browserUs: number[] }} */
  const found = { changeUs: [], carrierUs: [], browserUs: [] };
  // The first series only warms up.
  for (let series = 0; series <= SERIES; series += 1) {
    const [before, browserBefore] = [await mainThreads(tabs), await browserSeconds(world)];
    for (let change = 0; change < CHANGES; change += 1) {
      await world.insert(`${carrier} ${series} ${change}`);
      await sleep(PAUSE_MS);
    }
    for (const tab of tabs) await tab.untilHeard(`${carrier} ${series} ${CHANGES - 1}`);
    if (series === 0) continue;
    found.browserUs.push((((await browserSeconds(world)) - browserBefore) * 1e6) / CHANGES);
    for (const [at, after] of (await mainThreads(tabs)).entries()) {
      const isCarrier = carrier === 'tab' && cores[at] === true;
      found[isCarrier ? 'carrierUs' : 'changeUs'].push((after - (before[at] ?? NaN)) / CHANGES);
    }
  }
  return {
    changeUs: median(found.changeUs),
    carrierUs: median(found.carrierUs),
    browserUs: median(found.browserUs),
  };
}

/** @param {readonly Tab[]} tabs */
function mainThreads(tabs) {
  return Promise.all(tabs.map((tab) => tab.mainThread()));
}

/** Seconds of the processor that all processes of the browser have taken. @param {World} world */
async function browserSeconds({ browser }) {
  const devTools = await browser.newBrowserCDPSession();
  const { processInfo } = await devTools.send('SystemInfo.getProcessInfo');
  await devTools.detach();
  return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
}
