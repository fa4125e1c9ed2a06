/** What a request asks for, or null where its target is no path, or the path has an escape that is no UTF-8. */
export function readTarget(target = '/'): URL | null {
  // Given a base, a path that begins with two slashes would be taken for a host.
  const text = `http://localhost${target.startsWith('/') ? '' : '/'}${target}`;
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  try {
    decodeURIComponent(url.pathname);
    return url;
  } catch {
    return null;
  }
}
