import { abortWith, reasonOf } from '../base/abort.js';
import type { VerifyOptions } from '../api/liveRows.js';

/** A first mismatch may be a change that is on its way. */
const SECOND_LOOK_MS = 2_000;

export interface VerifierEvents<Row> {
  isLive(): boolean;
  rows(): readonly Row[];
  mismatch(): void;
  failed(error: unknown): void;
}

/** Asks the application's digest now and then, while live. */
export class Verifier<Row> {
  readonly #options: VerifyOptions<Row>;
  readonly #events: VerifierEvents<Row>;
  readonly #stop = new AbortController();
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(options: VerifyOptions<Row>, events: VerifierEvents<Row>) {
    this.#options = options;
    this.#events = events;
    this.#later(options.everyMs, false);
  }

  stop(): void {
    this.#stop.abort();
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #later(ms: number, again: boolean): void {
    if (this.#stop.signal.aborted) return;
    this.#timer = setTimeout(() => {
      void this.#look(again);
    }, ms);
  }

  async #look(again: boolean): Promise<void> {
    const fits = !this.#events.isLive() || (await this.#ask());
    if (this.#stop.signal.aborted) return;
    const { everyMs } = this.#options;
    if (!fits && again && this.#events.isLive()) this.#events.mismatch();
    if (fits || again) this.#later(everyMs, false);
    else this.#later(Math.min(SECOND_LOOK_MS, everyMs), true);
  }

  async #ask(): Promise<boolean> {
    const asking = new AbortController();
    const tooLate = new Promise<never>((_, reject) => {
      asking.signal.addEventListener('abort', () => {
        reject(reasonOf(asking.signal));
      });
    });
    const end = (reason: unknown) => (): void => {
      abortWith(asking, reason);
    };
    const stopped = end(new DOMException('it was closed', 'AbortError'));
    const timeoutMs = Math.max(5_000, this.#options.everyMs);
    const timer = setTimeout(end(new DOMException(`not done within ${timeoutMs} ms`, 'TimeoutError')), timeoutMs);
    this.#stop.signal.addEventListener('abort', stopped);
    try {
      const ask = async (): Promise<boolean> =>
        this.#options.digest({ signal: asking.signal, rows: () => this.#events.rows() });
      return await Promise.race([ask(), tooLate]);
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#events.failed(error);
      return true;
    } finally {
      clearTimeout(timer);
      this.#stop.signal.removeEventListener('abort', stopped);
    }
  }
}
