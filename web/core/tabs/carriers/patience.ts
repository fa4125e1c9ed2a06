/** How often it is looked whether an answer has come, and how late such a look may be. */
const LOOK_MS = 1_000;
const LATE_MS = 3_000;
/** A page whose timers run once a minute is late each time. A machine that wakes from sleep is late once. */
const MOST_LATE = 3;

/**
 * How long an answer is waited for. Only time in which this realm was awake counts: where the wall clock went much further than a timer, the machine
 * was asleep, or this realm was stopped, and the other side may have been as well. It is asked again then, and has the whole time once more.
 */
export class Patience {
  readonly #ask: () => void;
  readonly #lost: () => void;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #looks = 0;
  #left = 0;
  #late = 0;
  #lookedAt = 0;

  /** `ask` sends the question, `lost` hears that there was no answer in time. */
  constructor(ask: () => void, lost: () => void) {
    this.#ask = ask;
    this.#lost = lost;
  }

  /** Asks, unless an answer is waited for already. */
  begin(ms: number): void {
    if (this.#timer !== null) {
      this.#look();
      return;
    }
    this.#looks = Math.ceil(ms / LOOK_MS);
    this.#left = this.#looks;
    this.#late = 0;
    this.#wait();
    this.#ask();
  }

  /** An answer has come, or none is wanted any more. */
  end(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #wait(): void {
    this.#lookedAt = Date.now();
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#count();
    }, LOOK_MS);
  }

  /** Where timers are held back, as in hidden pages, something else may have the time. */
  #look(): void {
    if (Date.now() - this.#lookedAt < LATE_MS) return;
    this.end();
    this.#count();
  }

  #count(): void {
    const isLate = Date.now() - this.#lookedAt >= LATE_MS;
    if (isLate) this.#late += 1;
    this.#left = isLate ? this.#looks : this.#left - 1;
    if (this.#left === 0 || this.#late === MOST_LATE) {
      this.#lost();
      return;
    }
    this.#wait();
    if (isLate) this.#ask();
  }
}
