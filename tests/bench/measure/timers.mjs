// @ts-check
// Counts the time spent in timers' callbacks, so that what a client puts off is counted and the waiting is not.

const setTimer = globalThis.setTimeout;
let spent = 0;

/** Ms in timers' callbacks since the start. */
export const timeInTimers = () => spent;

/** Not counted. @param {number} ms @returns {Promise<void>} */
export function sleep(ms) {
  return new Promise((resolve) => {
    setTimer(resolve, ms);
  });
}

/** Must run before the clients are loaded: some keep the function that they find. */
export function countTimers() {
  /** @param {(...given: any[]) => void} call @param {number} [ms] @param {any[]} given */
  const counted = (call, ms, ...given) =>
    setTimer(() => {
      const begun = performance.now();
      try {
        call(...given);
      } finally {
        spent += performance.now() - begun;
      }
    }, ms);
  globalThis.setTimeout = /** @type {any} */ (counted);
}
