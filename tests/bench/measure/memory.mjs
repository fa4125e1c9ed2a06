// @ts-check
// What a subscription costs while it waits.
import { measureHeaps, watchMemories } from './heaps.mjs';
import { openSide, SIDES } from './sides.mjs';

/** @typedef {import('./rounds.mjs').Pair} Pair */

/** @param {number} from @param {number} count */
function interests(from, count) {
  return Array.from({ length: count }, (_, n) => ({ table: 'bookings', filter: `business_id=eq.${from + n}` }));
}

/**
 * One side after the other; so many subscriptions are there before, so that what is needed once does not count.
 *
 * @param {number} count
 * @returns {Promise<Pair>} bytes for each subscription with a filter of its own, all asked for together
 */
export async function measureMemory(count) {
  watchMemories();
  /** @type {Pair} */
  const bytes = { switchboard: 0, reference: 0 };
  for (const side of SIDES) {
    const { client } = await openSide(side, { interests: interests(0, 100), apart: false, gather: 'each' });
    const before = await measureHeaps();
    await client.subscribe(interests(100, count));
    const after = await measureHeaps();
    bytes[side] = (after.script - before.script + after.wasm - before.wasm) / count;
    await client.close();
  }
  return bytes;
}
