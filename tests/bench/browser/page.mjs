// @ts-check
// The page in which everything is measured; driven from browserRunner.mjs through `bench`.
import { measureLoad } from '../measure/load.mjs';
import { run } from '../measure/run.mjs';
import { collectGarbage } from '../measure/statistics.mjs';
import { prepareFrames, prepareLimit } from '../measure/tasks.mjs';

/** @typedef {import('../measure/sides.mjs').Side} Side */

console.warn = () => undefined;

/** @type {() => Promise<void>} */
let deliver = () => Promise.resolve();

/** What the runner calls. */
export const bench = {
  run,
  load: (/** @type {Side} */ side, /** @type {string} */ address) =>
    measureLoad(side, () => import(/* @vite-ignore */ address)),
  prepare: async (/** @type {Side | 'limit'} */ who, /** @type {number} */ messages) => {
    deliver = await (who === 'limit' ? prepareLimit(messages) : prepareFrames(who, messages));
    collectGarbage();
  },
  deliver: () => deliver(),
};

/** @typedef {typeof bench} Bench */

/** @type {{ bench?: Bench }} */ (globalThis).bench = bench;
