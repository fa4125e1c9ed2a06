/** What went wrong, free of the url's password in any spelling. */
export function describeConnectionError(error: unknown, url: string): string {
  return withoutSecrets(messagesOf(error), url);
}

/** A connection to several addresses of a host fails with one error that holds the others and says nothing itself. */
function messagesOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messagesOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}

/** Only whole words are replaced, in one pass: a password such as `p` would garble every sentence otherwise. */
export function withoutSecrets(text: string, url: string): string {
  const words = secretsOf(url).map((word) => word.replaceAll(/[\\^$.*+?()[\]{}|/-]/gu, '\\$&'));
  const clean = text.replaceAll(url, '<url>');
  if (words.length === 0) return clean;
  return clean.replaceAll(
    new RegExp(`(?<![\\p{L}\\p{N}<])(?:${words.join('|')})(?![\\p{L}\\p{N}>])`, 'gu'),
    '<password>',
  );
}

/** The password and its parts, longest first: one with `@` or `/` in it is taken for a host by whoever reads the url. */
function secretsOf(url: string): string[] {
  const password = /^[a-z]+:\/\/[^/?#]*?:(.*)@/u.exec(url)?.[1] ?? '';
  const spellings = [password, decoded(password)];
  const words = new Set([...spellings, ...spellings.flatMap((spelling) => spelling.split(/[@/?#:]/u))]);
  words.delete('');
  return [...words].sort((a, b) => b.length - a.length);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
