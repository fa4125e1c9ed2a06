// @ts-check
// A client on a machine that sleeps: a thread that does not run for a while, and whose clocks then have moved on.
import { setTimeout as sleep } from 'node:timers/promises';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { followWithReference, followWithSwitchboard } from './followers.mjs';

/** @typedef {import('./followers.mjs').Endpoint} Endpoint */
/** @typedef {'realtime-js' | 'postgres_changes' | 'broadcast'} Kind */
/** @typedef {{ live: boolean, gaps: number, rows: [number, number[]][], order: number[] }} State */

const HOUR_MS = 3_600_000;
const LIMIT_MS = 120_000;

export class Sleeper {
  /** 0: asleep, else the hours that it slept. */
  #gate = new Int32Array(new SharedArrayBuffer(4));
  /** @type {Worker} */
  #thread;

  /**
   * @param {Kind} kind
   * @param {Endpoint} endpoint
   */
  constructor(kind, { realtime, anonKey }) {
    this.#thread = new Worker(new URL(import.meta.url), { workerData: { kind, realtime, anonKey, gate: this.#gate } });
  }

  /** @returns {Promise<void>} */
  sleep() {
    return this.#ask('sleep');
  }

  /** @param {number} hours */
  wake(hours) {
    Atomics.store(this.#gate, 0, hours);
    Atomics.notify(this.#gate, 0);
  }

  /**
   * Resolves when it holds, or after two minutes.
   *
   * @param {(state: State) => boolean} holds
   * @returns {Promise<State>}
   */
  async until(holds) {
    const end = performance.now() + LIMIT_MS;
    for (;;) {
      const state = await /** @type {Promise<State>} */ (this.#ask('state'));
      if (holds(state) || performance.now() > end) return state;
      await sleep(50);
    }
  }

  async close() {
    await this.#thread.terminate();
  }

  /**
   * @param {'sleep' | 'state'} question
   * @returns {Promise<any>}
   */
  #ask(question) {
    return new Promise((resolve) => {
      this.#thread.once('message', resolve);
      this.#thread.postMessage(question);
    });
  }
}

if (!isMainThread && parentPort !== null) {
  const port = parentPort;
  const { kind, realtime, anonKey, gate } = workerData;
  const follower =
    kind === 'realtime-js'
      ? followWithReference({ realtime, anonKey })
      : followWithSwitchboard({ realtime, anonKey }, kind);
  port.on('message', (question) => {
    if (question === 'state') {
      const { rows, order, gaps, live } = follower;
      port.postMessage({ live: live(), gaps: gaps(), rows: [...rows], order });
      return;
    }
    port.postMessage(null);
    Atomics.wait(gate, 0, 0);
    moveClocks(Number(Atomics.load(gate, 0)) * HOUR_MS);
  });
}

/** @param {number} ms */
function moveClocks(ms) {
  const date = Date.now.bind(Date);
  Date.now = () => date() + ms;
  const time = performance.now.bind(performance);
  Object.defineProperty(performance, 'now', { value: () => time() + ms });
}
