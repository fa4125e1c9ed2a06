import { useLayoutEffect, useSyncExternalStore } from 'react';

// The header is above the provider of the rows, so what it must know of them is kept here.
let isBehind = false;
const listeners = new Set<() => void>();

function set(next: boolean): void {
  if (next === isBehind) return;
  isBehind = next;
  for (const changed of [...listeners]) changed();
}

function subscribe(changed: () => void): () => void {
  listeners.add(changed);
  return () => {
    listeners.delete(changed);
  };
}

/** Whether rows on display are older than the connection: the header must not say Live above them. */
export function useIsBehind(): boolean {
  return useSyncExternalStore(subscribe, () => isBehind);
}

/** Reports it before the page is painted, so that header and tables never disagree. */
export function useReportBehind(areRowsBehind: boolean): void {
  useLayoutEffect(() => {
    set(areRowsBehind);
    return () => {
      set(false);
    };
  }, [areRowsBehind]);
}
