/**
 * Runs the application's callbacks one after the other: never one inside another, and never inside a call that the application itself has made
 * into the manager, so that `const id = subscribe(…)` has its value before the first callback can use it.
 */
export class CallbackQueue {
  #jobs: (() => void)[] = [];
  #entered = 0;
  #running = false;
  #scheduled = false;
  readonly #onError: (error: unknown) => void;

  /** `onError` hears of a job that throws; the others run all the same. */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** Runs a call of the application; callbacks that come of it run in a microtask after it. */
  enter<T>(call: () => T): T {
    this.#entered += 1;
    try {
      return call();
    } finally {
      this.#entered -= 1;
      if (this.#jobs.length > 0) this.#schedule();
    }
  }

  push(job: () => void): void {
    this.#jobs.push(job);
  }

  /** The same as `push` and then `flush`, without a detour through the queue when nothing is in it. */
  runOrPush(job: () => void): void {
    if (this.#running || this.#entered > 0 || this.#jobs.length > 0) this.push(job);
    else {
      this.#running = true;
      this.#runOne(job);
      this.#running = false;
    }
    if (this.#jobs.length > 0) this.flush();
  }

  /** Runs what is queued: now, or when the running call or callback is done. */
  flush(): void {
    if (!this.#running && this.#entered === 0) this.#run();
  }

  clear(): void {
    this.#jobs = [];
  }

  #schedule(): void {
    if (this.#scheduled || this.#running) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.flush();
    });
  }

  #run(): void {
    this.#running = true;
    // Callbacks may queue further jobs, also while the loop runs.
    while (this.#jobs.length > 0) {
      const jobs = this.#jobs;
      this.#jobs = [];
      for (const job of jobs) this.#runOne(job);
    }
    this.#running = false;
  }

  #runOne(job: () => void): void {
    try {
      job();
    } catch (error) {
      this.#onError(error);
    }
  }
}
