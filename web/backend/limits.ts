const MAX_TICKS = 12;

/**
 * An average rate over up to twelve ticks, as the server counts it: bursts pass until the next tick, and a tripped limit
 * stays tripped until the average has fallen below it.
 */
export class RateCounter {
  readonly #limit: number;
  readonly #tickMs: number;
  readonly #buckets: number[] = [];
  #current = 0;
  #average = 0;
  #tripped = false;
  #isHeld = false;

  /** `limit` is events per second. */
  constructor(limit: number, tickMs: number) {
    this.#limit = limit;
    this.#tickMs = tickMs;
  }

  add(count = 1): void {
    this.#current += count;
  }

  /** Call every `tickMs`. */
  tick(): void {
    this.#buckets.unshift(this.#current);
    this.#buckets.length = Math.min(this.#buckets.length, MAX_TICKS);
    this.#current = 0;
    const sum = this.#buckets.reduce((a, b) => a + b, 0);
    this.#average = sum / this.#buckets.length / (this.#tickMs / 1000);
    this.#tripped = this.#average >= this.#limit;
  }

  /** Keeps the limit tripped, or ends that. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
  }

  get isTripped(): boolean {
    return this.#tripped || this.#isHeld;
  }

  get perSecond(): number {
    return this.#average;
  }

  reset(): void {
    this.#buckets.length = 0;
    this.#current = 0;
    this.#average = 0;
    this.#tripped = false;
  }
}
