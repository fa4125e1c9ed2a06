import type { LogTarget } from '../channel/host.js';

type TokenCallback = () => Promise<string | null>;

/** The access token of a client: what `setAuth` was given, or what the callback said last. A later call supersedes an earlier one that is pending. */
export class Tokens {
  /** The token; null: none. */
  value: string | null = null;
  callback: TokenCallback | null;
  readonly #log: LogTarget;
  readonly #changed: (token: string | null) => void;
  #calls = 0;
  /** The number of the newest call that is asking the callback; 0: none. */
  #asking = 0;

  /** `changed` hears of every other token. */
  constructor(callback: TokenCallback | null, log: LogTarget, changed: (token: string | null) => void) {
    this.callback = callback;
    this.#log = log;
    this.#changed = changed;
  }

  /** Whether the callback is being asked, and what it says will count. */
  get pending(): boolean {
    return this.#asking > 0 && this.#asking === this.#calls;
  }

  /** Takes this token, or without one asks the callback. Does not reject. */
  async set(token: string | null): Promise<void> {
    this.#calls += 1;
    if (token !== null && token !== '') this.#take(token);
    else if (this.callback !== null) await this.#ask(this.callback, this.#calls);
  }

  /** Asks the callback, and gives the token. The last one where the callback fails. */
  async fresh(): Promise<string | null> {
    await this.set(null);
    return this.value;
  }

  async #ask(callback: TokenCallback, call: number): Promise<void> {
    this.#asking = call;
    try {
      const token = await callback();
      if (call === this.#calls) this.#take(token);
    } catch (error) {
      this.#log.log('error', 'Error fetching access token from callback', error);
    } finally {
      if (call === this.#asking) this.#asking = 0;
    }
  }

  #take(token: string | null): void {
    const value = token === '' ? null : token;
    if (value === this.value) return;
    this.value = value;
    this.#changed(value);
  }
}
