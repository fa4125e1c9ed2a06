/** Of a token, what says whose it is and until when it is valid. */
export interface TokenOwner {
  /** The same for all tokens of a user; empty: nobody is signed in. */
  readonly user: string;
  /** Unix seconds; 0: it does not say. */
  readonly expiresAt: number;
}

/** What differs between two tokens of the same rights. */
const OF_ONE_TOKEN = ['exp', 'iat', 'nbf', 'jti'];

/**
 * Whose token it is: issuer, role and subject. One without a subject is told from others by all that it claims, and one that can't be read by itself.
 * Nothing is verified: the server does that.
 */
export function ownerOf(token: string, apikey: string): TokenOwner {
  if (token === '' || token === apikey) return { user: '', expiresAt: 0 };
  const claims = claimsOf(token);
  if (claims === null) return { user: token, expiresAt: 0 };
  const { iss, role, sub, exp } = claims;
  const expiresAt = typeof exp === 'number' ? exp : 0;
  if (typeof sub === 'string' && sub !== '') return { user: JSON.stringify([iss, role, sub]), expiresAt };
  const rights = Object.entries(claims).filter(([name]) => !OF_ONE_TOKEN.includes(name));
  return { user: JSON.stringify(rights.sort(([a], [b]) => (a < b ? -1 : 1))), expiresAt };
}

function claimsOf(token: string): Readonly<Record<string, unknown>> | null {
  try {
    const body = (token.split('.')[1] ?? '').replace(/-/gu, '+').replace(/_/gu, '/');
    const bytes = Uint8Array.from(atob(body), (character) => character.charCodeAt(0));
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof claims === 'object' && claims !== null ? (claims as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
