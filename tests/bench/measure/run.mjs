// @ts-check
// Runs one scenario in this process or page, which is used for nothing else.
import { measureBroadcasts, measurePresence, measureSends } from './channels.mjs';
import { measureGrowth } from './growth.mjs';
import { measureMemory } from './memory.mjs';
import { measureThroughput } from './throughput.mjs';

/** @typedef {import('../scenarios.mjs').Scenario} Scenario */
/** @typedef {{ scenario: string, unit: string, switchboard: number, reference: number, limit?: number, floor?: number }} Measured
 * limit: what no client can do without; floor: what is below it is nothing */
/**
 * @typedef {object} Effort
 * @property {number} rounds
 * @property {number} warmUps
 * @property {number} atMost bound for each number of a load, such as subscriptions, and changes in a round
 * @property {number} subscriptions for memory
 * @property {number} messages for growth
 * @property {number} samples for load times
 */

/** @type {Effort} */
export const THOROUGH = {
  rounds: 61,
  warmUps: 20,
  atMost: Infinity,
  subscriptions: 5_000,
  messages: 1_000_000,
  samples: 15,
};
/** Enough to see that all of it works. @type {Effort} */
export const QUICK = { rounds: 2, warmUps: 1, atMost: 20, subscriptions: 100, messages: 2_000, samples: 1 };

/** A heap is never quite the same twice. */
const HEAP_NOISE_BYTES = 128 * 1024;

/** @template {object} Load @param {Load} load @param {Effort} effort @returns {Load} none of its numbers above the bound */
function bounded(load, { atMost }) {
  const members = Object.entries(load).map(([name, value]) => [
    name,
    typeof value === 'number' ? Math.min(value, atMost) : value,
  ]);
  return Object.fromEntries(members);
}

/**
 * @param {Scenario} given
 * @param {Effort} effort
 * @returns {Promise<Measured[]>}
 */
export async function run(given, effort) {
  const { name: scenario, unit, kind, effort: part = 1 } = given;
  const rounds = { rounds: Math.ceil(effort.rounds * part), warmUps: effort.warmUps };
  switch (kind) {
    case 'throughput':
      return [{ scenario, unit, ...(await measureThroughput(bounded(given.load, effort), rounds)) }];
    case 'broadcasts':
      return [{ scenario, unit, ...(await measureBroadcasts(bounded(given.load, effort), rounds)) }];
    case 'presence':
      return [{ scenario, unit, ...(await measurePresence(bounded(given.load, effort), rounds)) }];
    case 'sends':
      return [{ scenario, unit, ...(await measureSends(bounded(given.load, effort), rounds)) }];
    case 'memory':
      return [{ scenario, unit, ...(await measureMemory(effort.subscriptions)) }];
    case 'growth': {
      const { script, wasm } = await measureGrowth(effort.messages);
      return [
        { scenario: `${scenario}: JavaScript`, unit, ...script, floor: HEAP_NOISE_BYTES },
        { scenario: `${scenario}: WebAssembly`, unit, ...wasm, floor: HEAP_NOISE_BYTES },
      ];
    }
    default:
      throw new Error(`${scenario} does not run by itself`);
  }
}
