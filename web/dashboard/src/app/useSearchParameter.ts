import { useCallback, useSyncExternalStore } from 'react';

const CHANGED = 'searchparameterchange';

function subscribe(changed: () => void): () => void {
  const ended = new AbortController();
  addEventListener('popstate', changed, { signal: ended.signal });
  addEventListener(CHANGED, changed, { signal: ended.signal });
  return () => {
    ended.abort();
  };
}

/** A parameter of the page's address, so that a reload or a bookmark shows the same. Null when it is absent. */
export function useSearchParameter(name: string): [value: string | null, set: (value: string) => void] {
  const value = useSyncExternalStore(subscribe, () => new URLSearchParams(location.search).get(name));
  const set = useCallback(
    (next: string) => {
      const url = new URL(location.href);
      url.searchParams.set(name, next);
      history.replaceState(history.state, '', url);
      dispatchEvent(new Event(CHANGED));
    },
    [name],
  );
  return [value, set];
}
