/** Within this time of the last sign of life nothing is started again on request. */
const QUIET_MS = 1_000;

/** One attempt at loading something. */
export interface Attempt {
  /** To be called for each part that has come. */
  readonly progress: () => void;
  /** Fires when the attempt is given up. */
  readonly signal: AbortSignal;
}

interface Settle<T> {
  resolve(value: T): void;
  reject(error: unknown): void;
}

/**
 * Loads something over a network that may hang. An attempt that makes no progress for `timeoutMs` has failed; one that makes none for a second is
 * started again by `restart`, within the same promise. It goes on for as long as somebody waits for it.
 */
export class Loading<T> {
  /** Rejects with what the latest attempt failed with. */
  readonly #result: Promise<T>;
  readonly #run: (attempt: Attempt) => Promise<T>;
  readonly #timeoutMs: number;
  #current = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #heardAt = 0;
  #waiting = 0;
  #failed = false;
  /** Null once it has ended. */
  #settle: Settle<T> | null = null;

  constructor(run: (attempt: Attempt) => Promise<T>, timeoutMs: number) {
    this.#run = run;
    this.#timeoutMs = timeoutMs;
    this.#result = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.#start();
  }

  /** It has ended without a result. */
  get failed(): boolean {
    return this.#failed;
  }

  /**
   * What is loaded, for somebody who waits until `signal` fires. It is given up when nobody waits any more, because a download that hangs would keep a
   * process alive.
   *
   * @throws what the latest attempt failed with.
   */
  async until(signal: AbortSignal): Promise<T> {
    const leave = (): void => {
      this.#waiting -= 1;
      if (this.#waiting === 0) this.#fail(new Error('nobody waits for it any more'));
    };
    this.#waiting += 1;
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave);
    try {
      return await this.#result;
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  restart(): void {
    if (this.#settle !== null && performance.now() - this.#heardAt >= QUIET_MS) this.#start();
  }

  #start(): void {
    this.#current.abort();
    const attempt = new AbortController();
    this.#current = attempt;
    const progress = (): void => {
      if (this.#current === attempt) this.#heard();
    };
    this.#heard();
    this.#run({ progress, signal: attempt.signal }).then(
      // An earlier attempt may succeed all the same.
      (value) => {
        this.#end()?.resolve(value);
      },
      (error: unknown) => {
        if (this.#current === attempt) this.#fail(error);
      },
    );
  }

  #heard(): void {
    this.#heardAt = performance.now();
    clearTimeout(this.#timer);
    if (this.#settle !== null) this.#timer = setTimeout(this.#stalled, this.#timeoutMs);
  }

  readonly #stalled = (): void => {
    this.#fail(new Error(`nothing came for ${String(this.#timeoutMs / 1_000)} s`));
  };

  #fail(error: unknown): void {
    const settle = this.#end();
    if (settle === null) return;
    this.#failed = true;
    settle.reject(error);
  }

  #end(): Settle<T> | null {
    const settle = this.#settle;
    this.#settle = null;
    clearTimeout(this.#timer);
    this.#current.abort();
    return settle;
  }
}
