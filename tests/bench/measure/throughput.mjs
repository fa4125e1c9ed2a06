// @ts-check
// Time per change of a row, of both clients in turn.
import { makeChange } from '../feed/changes.mjs';
import { feed } from '../feed/fakeServer.mjs';
import * as rows from '../feed/rows.mjs';
import { limitOfChanges } from './limits.mjs';
import { alternateRounds, timeOf } from './rounds.mjs';
import { openSide, SIDES } from './sides.mjs';
import { countTimers, sleep } from './timers.mjs';

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
/** @typedef {import('./rounds.mjs').Rounds} Rounds */
/** @typedef {import('./rounds.mjs').Figures} Figures */

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

/** Which of the changes are the newest of their rows. @param {readonly Change[]} changes @returns {ReadonlySet<number>} */
const newestOf = (changes) => new Set(new Map(changes.map(({ row }, n) => [row.id, n])).values());

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
  const ms = await timeOf(
    () => {
      feed(frames);
    },
    () => ledger.complete,
  );
  ledger.check();
  return ms;
}

/**
 * @param {Load} load
 * @param {Rounds} rounds
 * @returns {Promise<Figures>} ns per change, medians of the rounds
 */
export async function measureThroughput(load, rounds) {
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
  const figures = await alternateRounds(rounds, load.messages, {
    next: () => source.next(load.messages),
    run: (side, changes) => runRound(open[side], changes, load),
    limit: (changes) => {
      const frames = open.switchboard.server.frames(changes).map(({ data }) => /** @type {string} */ (data));
      return limitOfChanges(frames, load.gather, newestOf(changes));
    },
  });
  await sleep(50); // what is repeated may come late
  for (const side of SIDES) open[side].ledger.check();
  for (const side of SIDES) await open[side].client.close();
  return figures;
}
