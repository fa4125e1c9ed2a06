/** What can be seen of an api key without asking the server: why it can't be one of a project, as what follows "The api key". Never repeats the key. */
export function keyProblem(apikey: string, now = Date.now() / 1_000): string | null {
  // Only the gateway can read these.
  if (/^sb_(?:publishable|secret)_./u.test(apikey)) return null;
  if (/\s/u.test(apikey)) return 'has blanks or line breaks in it: copy it again';
  const claims = claimsOf(apikey);
  if (claims === null || apikey.split('.').length !== 3) {
    return 'is neither a JWT (three parts with dots between) nor a publishable key (sb_publishable_…): copy it from the project’s settings';
  }
  const { exp } = claims;
  if (typeof exp === 'number' && exp <= now) {
    return `has expired (${new Date(exp * 1_000).toISOString()}): copy the project’s current one`;
  }
  return null;
}

/** Null for what is no JWT. The signature is not verified. */
export function claimsOf(token: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    return typeof value === 'object' ? (value as Record<string, unknown> | null) : null;
  } catch {
    return null;
  }
}
