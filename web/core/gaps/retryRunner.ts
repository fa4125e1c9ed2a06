import { abortWith, reasonOf } from '../base/abort.js';
import { retryDelay } from '../base/backoff.js';

/** What is paced takes at most a fifth of the time. */
const PAUSE_PER_RUN = 4;
const MIN_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 30_000;

export interface RetryRunnerEvents {
  /**
   * The work. `owed`: it was requested, not only attempted. It should stop when the signal fires.
   */
  run(signal: AbortSignal, owed: boolean): unknown;
  /** Null: it succeeded. */
  settled(error: unknown, owed: boolean): void;
}

/** How urgent a request is: `now` waits for nothing, `paced` leaves a pause after a paced run. */
export type Urgency = 'paced' | 'soon' | 'now';

const URGENCIES = ['paced', 'soon', 'now'] as const;

/**
 * Runs one piece of work, never twice at the same time. What is requested is run until it succeeds, with full jitter (base 1 s, cap 30 s) between failures; what is
 * requested while it runs is run once more afterwards.
 */
export class RetryRunner {
  readonly #events: RetryRunnerEvents;
  readonly #timeoutMs: number;
  #timer: ReturnType<typeof setTimeout> | null = null;
  /** Unix ms for which the timer is set. */
  #dueAt = 0;
  #running: AbortController | null = null;
  /** Unix ms from which on a paced run may begin. */
  #pauseEnd = 0;
  /** What was requested and not begun. */
  #owed: Urgency | null = null;
  #held = false;
  #failures = 0;
  #stopped = false;

  /** A run that takes longer than `timeoutMs` has failed. */
  constructor(timeoutMs: number, events: RetryRunnerEvents) {
    this.#timeoutMs = timeoutMs;
    this.#events = events;
  }

  /** Something has to be done, `delayMs` from now or later. Only `now` waits neither for the time of the next try after a failure nor for `release`. */
  request(urgency: Urgency, delayMs = 0): void {
    if (this.#owed === null || URGENCIES.indexOf(urgency) > URGENCIES.indexOf(this.#owed)) this.#owed = urgency;
    if (urgency === 'now') {
      this.#unschedule();
      this.#schedule(0);
    } else if (!this.#held && !(this.#failures > 0 && this.#timer !== null)) {
      this.#schedule(Math.max(delayMs, urgency === 'paced' ? this.#pause() : 0));
    }
  }

  /** Runs once, soon, unless a run is under way or scheduled. Not repeated when it fails. */
  attempt(): void {
    if (this.#timer === null) this.#schedule(0);
  }

  /** What is requested waits for `release`; a run that is under way goes on. */
  hold(): void {
    this.#held = true;
    if (this.#owed !== 'now') this.#unschedule();
  }

  release(delayMs: number): void {
    this.#held = false;
    if (this.#owed !== null) this.#schedule(delayMs);
  }

  /** For good. A run that is under way is aborted and not reported. */
  stop(): void {
    this.#stopped = true;
    this.#unschedule();
    if (this.#running !== null) abortWith(this.#running, new DOMException('nobody is interested', 'AbortError'));
  }

  /** At the earlier of the times asked for. */
  #schedule(delayMs: number): void {
    if (this.#stopped || this.#running !== null) return;
    const dueAt = Date.now() + delayMs;
    if (this.#timer !== null && this.#dueAt <= dueAt) return;
    this.#unschedule();
    this.#dueAt = dueAt;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.#start();
    }, delayMs);
  }

  #unschedule(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #pause(): number {
    // Not longer when the clock was put back.
    return Math.min(MAX_PAUSE_MS, Math.max(0, this.#pauseEnd - Date.now()));
  }

  async #start(): Promise<void> {
    const owed = this.#owed;
    const startedAt = Date.now();
    this.#owed = null;
    const controller = new AbortController();
    this.#running = controller;
    const error = await this.#runWithin(controller, owed !== null);
    this.#running = null;
    if (this.#stopped) return;
    if (owed === 'paced') this.#pauseEnd = Date.now() + pauseAfter(Date.now() - startedAt);
    if (error === null) this.#failures = 0;
    else if (owed !== null) this.#owed ??= owed === 'now' ? 'soon' : owed;
    this.#events.settled(error, owed !== null);
    this.#goOn(error !== null);
  }

  #goOn(failed: boolean): void {
    if (this.#owed === 'now') this.#schedule(0);
    else if (this.#owed === null || this.#held) return;
    else if (failed) this.#schedule(this.#retryDelay());
    else this.#schedule(this.#owed === 'paced' ? this.#pause() : 0);
  }

  /** The error, or null. Never rejects, and does not wait for work that ignores its signal. */
  #runWithin(controller: AbortController, owed: boolean): Promise<unknown> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        abortWith(controller, new DOMException(`not done within ${this.#timeoutMs} ms`, 'TimeoutError'));
      }, this.#timeoutMs);
      controller.signal.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve(reasonOf(controller.signal));
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
    const delay = retryDelay(this.#failures);
    this.#failures += 1;
    return delay;
  }
}

function pauseAfter(ranMs: number): number {
  return Math.min(MAX_PAUSE_MS, Math.max(MIN_PAUSE_MS, PAUSE_PER_RUN * ranMs));
}
