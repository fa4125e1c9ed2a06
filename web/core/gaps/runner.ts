const RETRY_BASE_MS = 1_000;
const RETRY_CAP_MS = 30_000;

export interface RunnerEvents {
  /**
   * The work. `owed`: it was requested, not only attempted. It should stop when the signal fires.
   */
  run(signal: AbortSignal, owed: boolean): unknown;
  /** Null: it succeeded. */
  settled(error: unknown, owed: boolean): void;
}

/**
 * Runs one piece of work, never twice at the same time. What is requested is run until it succeeds, with full jitter (base 1 s, cap 30 s) between failures; what is
 * requested while it runs is run once more afterwards.
 */
export class Runner {
  readonly #events: RunnerEvents;
  readonly #timeoutMs: number;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #running: AbortController | null = null;
  #owed = false;
  #held = false;
  #failures = 0;
  #stopped = false;

  /** A run that takes longer than `timeoutMs` has failed. */
  constructor(timeoutMs: number, events: RunnerEvents) {
    this.#timeoutMs = timeoutMs;
    this.#events = events;
  }

  get idle(): boolean {
    return this.#running === null && this.#timer === null && !this.#owed;
  }

  /** Something has to be done, `delayMs` from now unless it is scheduled already. */
  request(delayMs: number): void {
    this.#owed = true;
    if (!this.#held) this.#schedule(delayMs);
  }

  /** Runs once, soon, unless a run is under way or scheduled. Not repeated when it fails. */
  attempt(): void {
    this.#schedule(0);
  }

  /** What is requested waits for `release`; a run that is under way goes on. */
  hold(): void {
    this.#held = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  release(delayMs: number): void {
    this.#held = false;
    if (this.#owed) this.#schedule(delayMs);
  }

  /** For good. A run that is under way is aborted and not reported. */
  stop(): void {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#running?.abort();
  }

  #schedule(delayMs: number): void {
    if (this.#stopped || this.#running !== null || this.#timer !== null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.#start();
    }, delayMs);
  }

  async #start(): Promise<void> {
    const owed = this.#owed;
    this.#owed = false;
    const controller = new AbortController();
    this.#running = controller;
    const error = await this.#runWithin(controller, owed);
    this.#running = null;
    if (this.#stopped) return;
    if (error === null) this.#failures = 0;
    else if (owed) this.#owed = true;
    this.#events.settled(error, owed);
    if (!this.#owed || this.#held) return;
    this.#schedule(error === null ? 0 : this.#retryDelay());
  }

  /** The error, or null. Never rejects, and does not wait for work that ignores its signal. */
  #runWithin(controller: AbortController, owed: boolean): Promise<unknown> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        controller.abort(new DOMException(`not done within ${this.#timeoutMs} ms`, 'TimeoutError'));
      }, this.#timeoutMs);
      controller.signal.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve(controller.signal.reason);
      });
      const done = (error: unknown): void => {
        clearTimeout(timer);
        resolve(error);
      };
      Promise.resolve()
        .then(() => this.#events.run(controller.signal, owed))
        .then(
          () => {
            done(null);
          },
          (error: unknown) => {
            done(error ?? new Error('rejected without a reason'));
          },
        );
    });
  }

  #retryDelay(): number {
    const delay = Math.random() * Math.min(RETRY_CAP_MS, RETRY_BASE_MS * 2 ** this.#failures);
    this.#failures += 1;
    return delay;
  }
}
