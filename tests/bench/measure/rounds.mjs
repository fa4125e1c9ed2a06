// @ts-check
// Times of both clients in turn, each with the same messages, and of the least that there is to do with them.
import { SIDES } from './sides.mjs';
import { collectGarbage, median } from './statistics.mjs';
import { sleep, timeInTimers } from './timers.mjs';

/** @typedef {import('./sides.mjs').Side} Side */
/** @typedef {{ rounds: number, warmUps: number }} Rounds */
/** @typedef {{ switchboard: number, reference: number }} Pair */
/** @typedef {Pair & { limit: number }} Figures limit: what no client can do without */

const PATIENCE_MS = 60_000;

/**
 * Ms that a client spends on `work`, and after it in timers until it is complete.
 *
 * @param {() => Promise<void> | void} work
 * @param {() => boolean} isComplete
 */
export async function timeOf(work, isComplete) {
  collectGarbage();
  const before = timeInTimers();
  const begun = performance.now();
  const pending = work();
  if (pending !== undefined) await pending;
  const worked = performance.now() - begun;
  for (let waited = 0; !isComplete() && waited < PATIENCE_MS; waited += 1) await sleep(1);
  return worked + timeInTimers() - before;
}

/**
 * @template Messages
 * @param {Rounds} rounds
 * @param {number} count of messages in a round
 * @param {{ next: () => Messages, run: (side: Side, messages: Messages) => Promise<number>, limit: (messages: Messages) => number }} load what is new, the ms
 *   that a client needs for it, and the least that any needs
 * @returns {Promise<Figures>} ns per message, medians of the rounds
 */
export async function alternateRounds({ rounds, warmUps }, count, { next, run, limit }) {
  /** @type {Record<Side, number[]>} */
  const times = { switchboard: [], reference: [] };
  /** @type {number[]} */
  const limits = [];
  for (let round = -warmUps; round < rounds; round += 1) {
    const messages = next();
    for (const side of round % 2 === 0 ? SIDES : [...SIDES].reverse()) {
      const ms = await run(side, messages);
      if (round >= 0) times[side].push((ms / count) * 1e6);
    }
    const least = limit(messages);
    if (round >= 0) limits.push((least / count) * 1e6);
  }
  return { switchboard: median(times.switchboard), reference: median(times.reference), limit: median(limits) };
}
