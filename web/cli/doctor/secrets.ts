/** What went wrong, free of the url's password in any spelling. */
export function describeConnectionError(error: unknown, url: string): string {
  return withoutSecrets(messagesOf(error), url);
}

/** A connection to several addresses of a host fails with one error that holds the others and says nothing itself. */
function messagesOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messagesOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}

export function withoutSecrets(text: string, url: string): string {
  let result = text.replaceAll(url, '<url>');
  const password = /^[a-z]+:\/\/[^/?#]*?:(.*)@/u.exec(url)?.[1] ?? '';
  for (const spelling of [password, decoded(password)]) {
    if (spelling !== '') result = result.replaceAll(spelling, '<password>');
  }
  return result;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
