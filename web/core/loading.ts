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
 * started again by `hurry`, within the same promise.
 */
export class Loading<T> {
  /** Rejects with what the latest attempt failed with. */
  readonly result: Promise<T>;
  readonly #run: (attempt: Attempt) => Promise<T>;
  readonly #timeoutMs: number;
  #current = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #heardAt = 0;
  /** Null once it has ended. */
  #settle: Settle<T> | null = null;

  constructor(run: (attempt: Attempt) => Promise<T>, timeoutMs: number) {
    this.#run = run;
    this.#timeoutMs = timeoutMs;
    this.result = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.#start();
  }

  hurry(): void {
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
        if (this.#current === attempt) this.#end()?.reject(error);
      },
    );
  }

  #heard(): void {
    this.#heardAt = performance.now();
    clearTimeout(this.#timer);
    if (this.#settle !== null) this.#timer = setTimeout(this.#stalled, this.#timeoutMs);
  }

  readonly #stalled = (): void => {
    this.#end()?.reject(new Error(`nothing came for ${String(this.#timeoutMs / 1_000)} s`));
  };

  #end(): Settle<T> | null {
    const settle = this.#settle;
    this.#settle = null;
    clearTimeout(this.#timer);
    this.#current.abort();
    return settle;
  }
}
