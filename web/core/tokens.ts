import type { Engine } from './engine.js';
import type { AccessTokenCallback } from './options.js';
import type { Redactor } from './redact.js';
import { describe } from './validate.js';

/**
 * What a signed-out user's channels get, so that they lose the old token's rights: the api key where it is a JWT. The server ignores keys of
 * the new form (`sb_…`), so with those it is nothing, and channels have to be joined anew.
 */
export function signedOutToken(apikey: string): string {
  return apikey.startsWith('eyJ') ? apikey : '';
}

/**
 * Where access tokens come from: the `accessToken` callback when the core asks, `setAuth` when the application says. Tokens go to the core and to
 * the redactor, nowhere else.
 */
export class TokenSource {
  readonly #callback: AccessTokenCallback | null;
  readonly #timeoutMs: number;
  readonly #redactor: Redactor;
  #flight: { promise: Promise<string>; startedAt: number } | null = null;
  #given = '';

  constructor(callback: AccessTokenCallback | null, timeoutMs: number, redactor: Redactor) {
    this.#callback = callback;
    this.#timeoutMs = timeoutMs;
    this.#redactor = redactor;
  }

  /** What the application set last; empty when nothing. */
  get given(): string {
    return this.#given;
  }

  /** The application's own token, kept for a core that is not open yet. */
  set(token: string): void {
    this.#redactor.add(token);
    this.#given = token;
  }

  /** Answers one request of the core. Does not throw. */
  async answer(request: number, engine: Engine): Promise<void> {
    try {
      engine.provideToken(request, await this.#ask());
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      engine.failToken(request, this.#redactor.redact(reason));
    }
  }

  /**
   * Requests that come while the callback runs share its answer, unless it has run for longer than it may: the core has given up on it by then, and
   * a callback that hangs must not block all later ones.
   */
  #ask(): Promise<string> {
    const now = Date.now();
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
    const token: unknown = (await this.#callback?.()) ?? '';
    if (typeof token !== 'string') {
      throw new TypeError(`the accessToken callback must give text or null, not ${describe(token)}`);
    }
    this.#redactor.add(token);
    return token;
  }
}
