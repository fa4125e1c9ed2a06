// @ts-check
// Runs one scenario in this process or page, which is used for nothing else.
import { measureGrowth } from './growth.mjs';
import { measureMemory } from './memory.mjs';
import { measureThroughput } from './throughput.mjs';

/** @typedef {import('../scenarios.mjs').Scenario} Scenario */
/** @typedef {{ scenario: string, unit: string, switchboard: number, reference: number, floor?: number }} Measured floor: what is below it is nothing */
/**
 * @typedef {object} Effort
 * @property {number} rounds
 * @property {number} warmUps
 * @property {number} atMost bound for subscriptions, and for changes in a round
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

/**
 * @param {Scenario} scenario
 * @param {Effort} effort
 * @returns {Promise<Measured[]>}
 */
export async function run({ name: scenario, unit, kind, load, effort: part = 1 }, effort) {
  switch (kind) {
    case 'throughput': {
      if (load === undefined) throw new Error(`${scenario} has no load`);
      const { subscriptions, interests, messages } = load;
      const bounded = {
        ...load,
        subscriptions: Math.min(subscriptions, effort.atMost),
        interests: Math.min(interests, effort.atMost),
        messages: Math.min(messages, effort.atMost),
      };
      const rounds = Math.ceil(effort.rounds * part);
      return [{ scenario, unit, ...(await measureThroughput(bounded, { rounds, warmUps: effort.warmUps })) }];
    }
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
