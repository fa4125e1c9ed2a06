// @ts-check
// Time per change of a row, of both clients in turn.
import { makeChange } from '../feed/changes.mjs';
import { feed } from '../feed/fakeServer.mjs';
import * as rows from '../feed/rows.mjs';
import { openSide, SIDES } from './sides.mjs';
import { collectGarbage, median } from './statistics.mjs';
import { countTimers, sleep, timeInTimers } from './timers.mjs';

/** @typedef {import('../feed/changes.mjs').Change} Change */
/** @typedef {import('../clients/types.mjs').Gather} Gather */
/** @typedef {import('./sides.mjs').OpenSide} OpenSide */
/**
 * @typedef {object} Load
 * @property {keyof typeof rows} row
 * @property {number} subscriptions
 * @property {number} interests how many different ones; the subscriptions take them in turn
 * @property {boolean} apart each subscription on a channel of its own, where the client can't share one
 * @property {Gather} gather
 * @property {number} messages changes in a round
 * @property {number} rowKeys how many rows of a table change
 * @property {boolean} [full] see `makeChange`; default true
 */
/** @typedef {{ rounds: number, warmUps: number }} Effort */
/** @typedef {{ switchboard: number, reference: number }} Pair */

const PATIENCE_MS = 60_000;

/** The changes of a load, one after the other. */
class Source {
  #load;
  #revision = 0;

  /** @param {Load} load */
  constructor(load) {
    this.#load = load;
  }

  /** @param {number} n */
  static filter(n) {
    return `business_id=eq.${String(n).padStart(4, '0')}`;
  }

  get interests() {
    const { subscriptions, interests, row } = this.#load;
    return Array.from({ length: subscriptions }, (_, n) => ({
      table: rows[row].table,
      filter: Source.filter(n % interests),
    }));
  }

  /** @param {number} count @returns {Change[]} */
  next(count) {
    const { row, interests, rowKeys, full } = this.#load;
    return Array.from({ length: count }, () => {
      const revision = (this.#revision += 1);
      // A stride that visits all in no simple order.
      const filter = Source.filter((revision * 37) % interests);
      return makeChange(rows[row], revision, revision % rowKeys, filter, full);
    });
  }
}

/**
 * The payloads that callbacks get of these changes.
 *
 * @param {readonly Change[]} changes
 * @param {Gather} gather
 */
function expected(changes, gather) {
  if (gather !== 'latest') return changes.map(({ payload }) => payload);
  /** @type {Map<unknown, import('../feed/changes.mjs').Payload>} */
  const newest = new Map();
  for (const { row, payload } of changes) newest.set(row.id, payload);
  return [...newest.values()];
}

/**
 * Feeds the changes to one side and returns the ms that it spent on them.
 *
 * @param {OpenSide} side
 * @param {readonly Change[]} changes
 * @param {Load} load
 */
async function runRound({ server, ledger }, changes, { gather, subscriptions, interests }) {
  ledger.expect(expected(changes, gather), subscriptions / interests, gather === 'count');
  const frames = server.frames(changes);
  collectGarbage();
  const before = timeInTimers();
  const begun = performance.now();
  feed(frames);
  const fed = performance.now() - begun;
  for (let waited = 0; !ledger.complete && waited < PATIENCE_MS; waited += 1) await sleep(1);
  const late = timeInTimers() - before;
  ledger.check();
  return fed + late;
}

/**
 * @param {Load} load
 * @param {Effort} effort
 * @returns {Promise<Pair>} ns per change, medians of the rounds
 */
export async function measureThroughput(load, { rounds, warmUps }) {
  countTimers();
  const source = new Source(load);
  const use = { interests: source.interests, apart: load.apart, gather: load.gather };
  const open = { switchboard: await openSide('switchboard', use), reference: await openSide('reference', use) };

  for (const side of SIDES) {
    const changes = source.next(Math.min(load.messages, 50));
    open[side].ledger.keep();
    await runRound(open[side], changes, load);
    if (load.gather !== 'count') {
      open[side].ledger.checkKept(expected(changes, load.gather), load.subscriptions / load.interests);
    }
  }
  /** @type {Record<import('./sides.mjs').Side, number[]>} */
  const times = { switchboard: [], reference: [] };
  for (let round = -warmUps; round < rounds; round += 1) {
    const changes = source.next(load.messages);
    const order = round % 2 === 0 ? SIDES : [...SIDES].reverse();
    for (const side of order) {
      const ms = await runRound(open[side], changes, load);
      if (round >= 0) times[side].push((ms / load.messages) * 1e6);
    }
  }
  await sleep(50); // what is repeated may come late
  for (const side of SIDES) open[side].ledger.check();
  for (const side of SIDES) await open[side].client.close();
  return { switchboard: median(times.switchboard), reference: median(times.reference) };
}
