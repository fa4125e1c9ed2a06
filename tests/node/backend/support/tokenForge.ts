import { SignJWT } from 'jose';

import { recordedAt, type Line } from './transcript.js';

const FAR_FUTURE = 2_100_000_000;
const SOON_SECONDS = 2;

/** Makes tokens in place of the recording's `<jwt role=… iat=… exp=…>`, valid or expired as those were at that time. */
export class TokenForge {
  readonly #secret: string;
  readonly #claims: Record<string, Record<string, unknown>>;
  readonly #isForged: (line: Line) => boolean;
  readonly #isFresh: (line: Line) => boolean;
  readonly #made = new Map<string, string>();
  #recordedAtSeconds = 0;

  /**
   * `claims` are added to tokens of that role; `isForged` says which lines use a wrong secret, `isFresh` which use a
   * token of their own even where their placeholder was used before.
   */
  constructor(
    secret: string,
    claims: Record<string, Record<string, unknown>> = {},
    isForged: (line: Line) => boolean = () => false,
    isFresh: (line: Line) => boolean = () => false,
  ) {
    this.#secret = secret;
    this.#claims = claims;
    this.#isForged = isForged;
    this.#isFresh = isFresh;
  }

  startRecording(lines: readonly Line[]): void {
    this.#recordedAtSeconds = recordedAt(lines) / 1000;
  }

  /** Replaces every placeholder. Equal placeholders of one connection give equal tokens. */
  async fill(text: string, line: Line): Promise<string> {
    let result = text;
    for (const [placeholder, role, iat, exp] of text.matchAll(/<jwt role=(\S+) iat=(\S+) exp=([^>]+)>/g)) {
      const key = `${line.c ?? ''} ${this.#isFresh(line) ? line.t : ''} ${placeholder}`;
      let token = this.#made.get(key);
      if (token === undefined) {
        token = await this.#sign(line, key, role ?? '-', iat ?? '-', exp ?? '-');
        this.#made.set(key, token);
      }
      result = result.replace(placeholder, token);
    }
    return result;
  }

  #sign(line: Line, key: string, role: string, iat: string, exp: string): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const payload: Record<string, unknown> = { jti: key, ...this.#claims[role] };
    if (role !== '-') payload['role'] = role;
    if (iat !== '-') payload['iat'] = now - 100;
    if (exp !== '-') payload['exp'] = this.#expiry(Number(exp), line.t, now);
    const secret = this.#isForged(line) ? 'another secret' : this.#secret;
    return new SignJWT(payload).setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).sign(new TextEncoder().encode(secret));
  }

  #expiry(exp: number, t: number, now: number): number {
    if (exp === FAR_FUTURE) return exp;
    const left = Math.round(exp - this.#recordedAtSeconds - t / 1000);
    // A token that was to expire during the recording does so here as well, but sooner.
    return now + (left > 0 && left < 10 ? SOON_SECONDS : left);
  }
}
