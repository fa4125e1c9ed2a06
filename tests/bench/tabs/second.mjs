// @ts-check
// What the second tab costs: until it is live, and in memory.
import { median } from '../measure/statistics.mjs';
import { openContext, Tab } from './tab.mjs';

/** @typedef {import('./tab.mjs').Carrier} Carrier */
/** @typedef {import('./world.mjs').World} World */

const LOADS = 21;
const WEIGHED = 7;

/**
 * @param {World} world
 * @param {Carrier} carrier
 * @returns {Promise<{ liveMs: number, dataBytes: number, codeBytes: number }>} bytes of the manager without its compiled code, and of that
 */
export async function measureSecond(world, carrier) {
  const context = await openContext(world.browser, carrier);
  const first = await Tab.open(context, world.address);
  await first.start(world.given(carrier), carrier);
  const times = await repeated(LOADS, context, world, (tab) => tab.start(world.given(carrier), carrier));
  const bytes = await repeated(WEIGHED, context, world, async (tab) => {
    await tab.load();
    const before = await tab.memory();
    await tab.start(world.given(carrier), carrier);
    const after = await tab.memory();
    return { all: after.all - before.all, code: after.code - before.code };
  });
  await world.leave(context);
  return {
    liveMs: median(times),
    dataBytes: median(bytes.map(({ all, code }) => all - code)),
    codeBytes: median(bytes.map(({ code }) => code)),
  };
}

/**
 * Each time in a tab of its own, which is the second one.
 *
 * @template T
 * @param {number} times
 * @param {import('playwright-core').BrowserContext} context
 * @param {World} world
 * @param {(tab: Tab) => Promise<T>} measure
 */
async function repeated(times, context, world, measure) {
  /** @type {T[]} */
  const found = [];
  for (let time = 0; time < times; time += 1) {
    const tab = await Tab.open(context, world.address);
    found.push(await measure(tab));
    await tab.close();
  }
  return found;
}
