import { compactVerify, decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';

import { inspectTerm } from './filter/inspect.js';

/** The claims of a verified token. `exp` is in Unix seconds. */
export interface Claims {
  role: string;
  exp: number;
  [claim: string]: unknown;
}

export type TokenProblem =
  | { kind: 'malformed' }
  | { kind: 'signature' }
  | { kind: 'expired'; secondsAgo: number }
  /** `role` or `exp` is missing. */
  | { kind: 'claims' }
  /** A claim is of the wrong kind; `description` is how the server's log prints that. */
  | { kind: 'invalid'; description: string };

/** 2036, in Unix seconds. */
const KEYS_EXPIRE = 2_100_000_000;

export type Verification = { ok: true; claims: Claims } | { ok: false; problem: TokenProblem };

/** Signs and checks HS256 tokens with one secret. */
export class Tokens {
  readonly #secretKey: Uint8Array;
  /** Signatures found good, by token. */
  readonly #known = new Map<string, Record<string, unknown>>();
  readonly #expired = new Set<string>();
  readonly #keys = new Set<string>();

  constructor(readonly secret: string) {
    this.#secretKey = new TextEncoder().encode(secret);
  }

  sign(claims: Record<string, unknown>): Promise<string> {
    return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).sign(this.#secretKey);
  }

  /** Signs an API key, which `expireKnown` spares by default. */
  async signKey(role: string): Promise<string> {
    const key = await this.sign({ iss: 'switchboard', role, exp: KEYS_EXPIRE });
    this.#keys.add(key);
    return key;
  }

  /** Treats every token seen so far as expired just now. */
  expireKnown({ keys }: { keys: boolean }): void {
    for (const token of this.#known.keys()) if (keys || !this.#keys.has(token)) this.#expired.add(token);
  }

  /** Undoes `expireKnown`. */
  restoreExpired(): void {
    this.#expired.clear();
  }

  async verify(token: string): Promise<Verification> {
    const text = token.replace(/\s/g, '');
    const payload = this.#known.get(text) ?? (await this.#check(text));
    if (!(payload instanceof Object)) return { ok: false, problem: { kind: payload } };
    this.#known.set(text, payload);
    if (this.#expired.has(text)) return { ok: false, problem: { kind: 'expired', secondsAgo: 0 } };
    return checkClaims(payload);
  }

  async #check(token: string): Promise<Record<string, unknown> | 'malformed' | 'signature'> {
    let payload: Record<string, unknown>;
    try {
      decodeProtectedHeader(token);
      payload = decodeJwt(token);
    } catch {
      return 'malformed';
    }
    try {
      await compactVerify(token, this.#secretKey, { algorithms: ['HS256'] });
      return payload;
    } catch {
      return 'signature';
    }
  }
}

/** Checks in the server's order. `role` only has to be present; the database rejects one that is not a string. */
function checkClaims(payload: Record<string, unknown>): Verification {
  const { role, exp, iat } = payload;
  const now = Math.floor(Date.now() / 1000);
  if (exp !== undefined && !(typeof exp === 'number' && exp > now)) {
    return Number.isInteger(exp)
      ? refused({ kind: 'expired', secondsAgo: now - Number(exp) })
      : refused({ kind: 'invalid', description: `[message: ${now}, claim: "exp", claim_val: ${inspectTerm(exp)}]` });
  }
  if (iat !== undefined && typeof iat !== 'number') {
    const description = `[message: "Invalid token", claim: "iat", claim_val: ${inspectTerm(iat)}]`;
    return refused({ kind: 'invalid', description });
  }
  if (role === undefined || exp === undefined) return refused({ kind: 'claims' });
  const name = typeof role === 'string' ? role : JSON.stringify(role);
  return { ok: true, claims: { ...payload, role: name, exp: Math.round(exp) } };
}

function refused(problem: TokenProblem): Verification {
  return { ok: false, problem };
}
