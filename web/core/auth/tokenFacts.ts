import type { TokenFacts } from '../api/realtimeManager.js';

/** What a key or token says of itself. */
export function tokenFacts(token: string): TokenFacts {
  const claims = claimsOf(token);
  return {
    kind: kindOf(token, claims !== null),
    role: typeof claims?.['role'] === 'string' ? claims['role'] : null,
    issuedAt: timeOf(claims?.['iat']),
    expiresAt: timeOf(claims?.['exp']),
  };
}

function kindOf(token: string, isJwt: boolean): TokenFacts['kind'] {
  if (token.startsWith('sb_publishable_')) return 'publishable';
  if (token.startsWith('sb_secret_')) return 'secret';
  return isJwt ? 'jwt' : 'other';
}

function claimsOf(token: string): Readonly<Record<string, unknown>> | null {
  const parts = token.split('.');
  if (parts.length !== 3) return null;
  try {
    const text = atob((parts[1] ?? '').replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(text, (char) => char.charCodeAt(0));
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof claims === 'object' ? (claims as Record<string, unknown> | null) : null;
  } catch {
    return null;
  }
}

/** From seconds to ms. */
function timeOf(claim: unknown): number | null {
  return typeof claim === 'number' && Number.isFinite(claim) ? claim * 1_000 : null;
}
