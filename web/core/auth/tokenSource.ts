import type { Engine } from '../engine/engine.js';
import type { AccessTokenCallback } from '../api/options.js';
import type { Redactor } from '../log/redactor.js';
import { typeOf } from '../base/validate.js';

/**
 * What a signed-out user's channels get, so that they lose the old token's rights: the api key where it is a JWT. The server ignores keys of
 * the new form (`sb_…`), so with those it is nothing, and channels have to be joined again.
 */
export function signedOutToken(apikey: string): string {
  return apikey.startsWith('eyJ') ? apikey : '';
}

/**
 * Where access tokens come from: the `accessToken` callback when the core asks, `setAuth` when the application says. Tokens go to the core and to
 * the redactor, nowhere else.
 *
 * What a call of the callback gives that began before `setAuth` counts no more: it may be the token of a user who has signed out since.
 */
export class TokenSource {
  readonly #callback: AccessTokenCallback | null;
  readonly #timeoutMs: number;
  readonly #redactor: Redactor;
  /** `startedAt` by the monotonic clock. */
  #flight: { promise: Promise<string>; startedAt: number } | null = null;
  #given = '';
  #current = '';
  /** How often the application has set a token. */
  #settings = 0;

  constructor(callback: AccessTokenCallback | null, timeoutMs: number, redactor: Redactor) {
    this.#callback = callback;
    this.#timeoutMs = timeoutMs;
    this.#redactor = redactor;
  }

  /** What the application set last, empty when that was to take the token away; null: it has set nothing. */
  get given(): string | null {
    return this.#settings === 0 ? null : this.#given;
  }

  /** What the core has: what the application set, or the callback gave after that. Empty when nothing. */
  get current(): string {
    return this.#current;
  }

  /** Where tokens come from. */
  get source(): 'callback' | 'setAuth' | 'none' {
    if (this.#callback !== null) return 'callback';
    return this.#settings === 0 ? 'none' : 'setAuth';
  }

  /** The application's own token, kept for a core that is not open yet. */
  set(token: string): void {
    this.#redactor.add(token);
    this.#given = token;
    this.#current = token;
    this.#settings += 1;
    this.#flight = null;
  }

  /** What the callback gives now; without one, what the application set last. Empty: none. Rejects as the callback does. */
  newest(): Promise<string> {
    return this.#callback === null ? Promise.resolve(this.#given) : this.#ask();
  }

  /** Answers one request of the core, unless a token was set meanwhile: the core has had its answer then. Does not throw. */
  async answer(request: number, engine: Engine): Promise<void> {
    const settings = this.#settings;
    try {
      const token = await this.#ask();
      if (settings !== this.#settings) return;
      this.#current = token;
      engine.send({ kind: 'provideToken', request, token });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (settings === this.#settings)
        engine.send({ kind: 'failToken', request, message: this.#redactor.redact(reason) });
    }
  }

  /**
   * Requests that come while the callback runs share its answer, unless it has run for longer than it may: the core has given up on it by then, and
   * a callback that hangs must not block all later ones.
   */
  #ask(): Promise<string> {
    const now = performance.now();
    if (this.#flight !== null && now - this.#flight.startedAt < this.#timeoutMs) return this.#flight.promise;
    const flight = { promise: this.#call(), startedAt: now };
    this.#flight = flight;
    const landed = (): void => {
      if (this.#flight === flight) this.#flight = null;
    };
    flight.promise.then(landed, landed);
    return flight.promise;
  }

  async #call(): Promise<string> {
    const token: unknown = (await this.#callback?.()) ?? null;
    if (token === null) return '';
    if (typeof token !== 'string') {
      throw new TypeError(`the accessToken callback must give text or null, not ${typeOf(token)}`);
    }
    // Taken for "nobody is signed in", it would have joins run with the key's rights.
    if (token.trim() === '') {
      throw new TypeError('the accessToken callback gave an empty text: give null when nobody is signed in');
    }
    this.#redactor.add(token);
    return token;
  }
}
