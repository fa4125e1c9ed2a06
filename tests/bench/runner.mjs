// @ts-check
// Measures all scenarios, with whatever runs them: Node or a browser.
import { brotliBytes, bundleClient } from './measure/bundles.mjs';
import { SIDES } from './measure/sides.mjs';
import { median } from './measure/statistics.mjs';

/** @typedef {import('./measure/run.mjs').Measured} Measured */
/** @typedef {import('./measure/run.mjs').Effort} Effort */
/** @typedef {import('./measure/sides.mjs').Side} Side */
/** @typedef {import('./scenarios.mjs').Scenario} Scenario */
/** @typedef {import('./measure/bundles.mjs').Bundle} Bundle */
/**
 * @typedef {object} Runner
 * @property {string} where name and version of the runtime
 * @property {(scenario: Scenario, effort: Effort) => Promise<Measured[]>} run
 * @property {(side: Side, bundle: Bundle) => Promise<number>} load ms, see `measureLoad`
 * @property {((who: Side | 'limit', messages: number) => Promise<number>) | null} tasks ns of the main thread per message; null where that is unknown
 * @property {() => Promise<void>} close
 */
/** @typedef {{ switchboard: Bundle, reference: Bundle }} Bundles */

const TASK_MESSAGES = 1_000;
const WITH_LIMIT = /** @type {const} */ ([...SIDES, 'limit']);

/** @param {string} folder @returns {Promise<Bundles>} */
export async function bundleBoth(folder) {
  return {
    switchboard: await bundleClient('switchboard', `${folder}/switchboard`),
    reference: await bundleClient('reference', `${folder}/reference`),
  };
}

/**
 * All of them in turn, each round in the other direction.
 *
 * @template {string} Who
 * @param {readonly Who[]} who
 * @param {number} rounds
 * @param {(who: Who) => Promise<number>} measure
 * @returns {Promise<Record<Who, number>>} medians
 */
async function alternate(who, rounds, measure) {
  const all = new Map(who.map((one) => [one, /** @type {number[]} */ ([])]));
  for (let round = 0; round < rounds; round += 1) {
    for (const one of round % 2 === 0 ? who : [...who].reverse()) all.get(one)?.push(await measure(one));
  }
  const medians = [...all].map(([one, values]) => [one, median(values)]);
  return /** @type {Record<Who, number>} */ (Object.fromEntries(medians));
}

/** @param {Bundles} bundles @returns {Measured[]} */
function sizes({ switchboard, reference }) {
  const isCore = (/** @type {string} */ name) =>
    name.endsWith('.wasm') || /switchboard-[^/]*\.js$/u.test(name.replace(/.*_bench-.*/u, ''));
  const whole = brotliBytes(switchboard);
  const core = brotliBytes(switchboard, isCore);
  const unit = 'bytes of brotli';
  return [
    { scenario: 'package: JavaScript', unit, switchboard: whole - core, reference: brotliBytes(reference) },
    { scenario: 'package: all, with wasm and its glue', unit, switchboard: whole, reference: brotliBytes(reference) },
  ];
}

/**
 * @param {Runner} runner
 * @param {Scenario} scenario
 * @param {Effort} effort
 * @param {Bundles} bundles
 * @returns {Promise<Measured[]>} nothing for what this runner can't tell
 */
export async function measure(runner, scenario, effort, bundles) {
  const { name, unit, kind } = scenario;
  switch (kind) {
    case 'load':
      return [
        {
          scenario: name,
          unit,
          ...(await alternate(SIDES, effort.samples, (side) => runner.load(side, bundles[side]))),
        },
      ];
    case 'tasks': {
      const { tasks } = runner;
      if (tasks === null) return [];
      const messages = Math.min(TASK_MESSAGES, effort.atMost);
      const figures = await alternate(WITH_LIMIT, effort.samples, (who) => tasks(who, messages));
      return [{ scenario: name, unit, ...figures }];
    }
    case 'size':
      return sizes(bundles);
    default:
      return runner.run(scenario, effort);
  }
}
