import { useSyncExternalStore } from 'react';

function everySecond(changed: () => void): () => void {
  const timer = setInterval(changed, 1_000);
  return () => {
    clearInterval(timer);
  };
}

/** Unix time in whole seconds. Renders again each second: for small components that are there for a while only. */
export function useSeconds(): number {
  return useSyncExternalStore(everySecond, () => Math.floor(Date.now() / 1_000));
}
