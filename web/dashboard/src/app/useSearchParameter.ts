import { useSyncExternalStore } from 'react';

const CHANGED = 'searchparameterchange';

function subscribe(changed: () => void): () => void {
  const ended = new AbortController();
  addEventListener('popstate', changed, { signal: ended.signal });
  addEventListener(CHANGED, changed, { signal: ended.signal });
  return () => {
    ended.abort();
  };
}

/** Parameters of the page's address; null takes one away. */
type SearchChange = Readonly<Record<string, string | null>>;

/** Changes the page's address. With `replace`, Back does not lead to the present one. */
export function setSearch(change: SearchChange, { replace = false } = {}): void {
  const url = new URL(location.href);
  for (const [name, value] of Object.entries(change)) {
    if (value === null) url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  if (url.href === location.href) return;
  if (replace) history.replaceState(history.state, '', url);
  else history.pushState(null, '', url);
  dispatchEvent(new Event(CHANGED));
}

/** The parameters of the page's address, as text. */
export function useSearch(): string {
  return useSyncExternalStore(subscribe, () => location.search);
}

/** A parameter of the page's address, so that a reload, a bookmark or Back shows the same. Null when it is absent. */
export function useSearchParameter(name: string): string | null {
  return useSyncExternalStore(subscribe, () => new URLSearchParams(location.search).get(name));
}
