// @ts-check
// What is left behind by messages that are over and done with.
import { makeChange } from '../feed/changes.mjs';
import { feed } from '../feed/fakeServer.mjs';
import { bookingRow } from '../feed/rows.mjs';
import { measureHeaps, watchMemories } from './heaps.mjs';
import { openSide, SIDES } from './sides.mjs';
import { sleep } from './timers.mjs';

/** @typedef {import('./rounds.mjs').Pair} Pair */

const INTEREST = { table: bookingRow.table, filter: '' };
const AT_ONCE = 1_000;

/**
 * @param {import('./sides.mjs').OpenSide} side
 * @param {number} messages
 * @param {number} done
 */
async function deliver({ server, ledger }, messages, done) {
  for (let sent = 0; sent < messages; sent += AT_ONCE) {
    const changes = Array.from({ length: Math.min(AT_ONCE, messages - sent) }, (_, n) =>
      makeChange(bookingRow, done + sent + n, n, INTEREST.filter),
    );
    ledger.expect(
      changes.map(({ payload }) => payload),
      1,
    );
    feed(server.frames(changes));
    await sleep(0);
  }
  ledger.check();
}

/**
 * @param {number} messages after a tenth as many to warm up
 * @returns {Promise<{ script: Pair, wasm: Pair }>} bytes
 */
export async function measureGrowth(messages) {
  watchMemories();
  /** @type {{ script: Pair, wasm: Pair }} */
  const growth = { script: { switchboard: 0, reference: 0 }, wasm: { switchboard: 0, reference: 0 } };
  for (const side of SIDES) {
    const open = await openSide(side, { interests: [INTEREST], apart: false, gather: 'each' });
    const warmUp = messages / 10;
    await deliver(open, warmUp, 1);
    const before = await measureHeaps();
    await deliver(open, messages, 1 + warmUp);
    const after = await measureHeaps();
    for (const heap of /** @type {const} */ (['script', 'wasm'])) {
      growth[heap][side] = Math.max(0, after[heap] - before[heap]);
    }
    await open.client.close();
  }
  return growth;
}
