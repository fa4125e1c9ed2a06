// @ts-check
// What callbacks were called with, against what they had to be called with.

export class BenchError extends Error {}

/** @param {unknown} a @param {unknown} b @returns {boolean} */
export function same(a, b) {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Object.is(a, b);
  const names = Object.keys(a);
  const left = /** @type {Record<string, unknown>} */ (a);
  const right = /** @type {Record<string, unknown>} */ (b);
  return names.length === Object.keys(b).length && names.every((name) => name in b && same(left[name], right[name]));
}

/** What reading a payload adds up to. Depends on the order, so that changes that swap places are noticed. @param {number} sum @param {any} payload */
function readChange(sum, { new: row }) {
  return (Math.imul(sum, 31) + row.revision + row.amount * 100 + row.client_name.length) | 0;
}

/** Of one client. */
export class Ledger {
  /** Rows that callbacks have read so far. */
  rows = 0;
  /**
   * The newest payload, which an application would show: without any the runtime forgets the shape of rows at each collection of garbage, and
   * each round would begin with learning it.
   *
   * @type {any}
   */
  newest = null;
  #sum = 0;
  #expectedRows = 0;
  #expectedSum = 0;
  /** @type {unknown[] | null} */
  #kept = null;
  #who;
  #readOne;

  /** @param {string} who @param {(sum: number, payload: any) => number} [readOne] */
  constructor(who, readOne = readChange) {
    this.#who = who;
    this.#readOne = readOne;
  }

  /** Every callback calls this with every payload. @param {any} payload */
  read(payload) {
    this.rows += 1;
    this.#sum = this.#readOne(this.#sum, payload);
    this.newest = payload;
    if (this.#kept !== null) this.#kept.push(payload);
  }

  /** Callbacks that only hear how many. @param {number} count */
  count(count) {
    this.rows += count;
  }

  /**
   * Payloads that are to come, `times` each in turn.
   *
   * @param {readonly unknown[]} payloads
   * @param {number} times
   * @param {boolean} counted only their number
   */
  expect(payloads, times, counted = false) {
    this.#expectedRows += payloads.length * times;
    if (counted) return;
    for (const payload of payloads) {
      for (let n = 0; n < times; n += 1) this.#expectedSum = this.#readOne(this.#expectedSum, payload);
    }
  }

  get complete() {
    return this.rows >= this.#expectedRows;
  }

  /** From now on payloads are kept for `checkKept`. */
  keep() {
    this.#kept = [];
  }

  /** @throws BenchError unless what came is what had to */
  check() {
    const left = this.#expectedRows - this.rows;
    if (left > 0) throw new BenchError(`${this.#who} dropped ${left} of ${this.#expectedRows} payloads`);
    if (left < 0) throw new BenchError(`${this.#who} repeated ${-left} payloads`);
    if (this.#sum !== this.#expectedSum) throw new BenchError(`${this.#who} corrupted payloads, or their order`);
  }

  /**
   * Compares every payload since `keep`, member by member.
   *
   * @param {readonly unknown[]} payloads
   * @param {number} times
   */
  checkKept(payloads, times) {
    const kept = this.#kept ?? [];
    this.#kept = null;
    this.check();
    kept.forEach((payload, n) => {
      const expected = payloads[Math.floor(n / times)];
      if (same(payload, expected)) return;
      throw new BenchError(
        `${this.#who} corrupted a payload: ${JSON.stringify(payload)} instead of ${JSON.stringify(expected)}`,
      );
    });
  }
}
