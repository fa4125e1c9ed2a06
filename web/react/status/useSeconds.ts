import { useSyncExternalStore } from 'react';

function everySecond(changed: () => void): () => void {
  const timer = setInterval(changed, 1_000);
  return () => {
    clearInterval(timer);
  };
}

const now = (): number => Math.floor(Date.now() / 1_000);

/** Unix time in whole seconds; renders again each second, for as long as the component is mounted. */
export function useSeconds(): number {
  return useSyncExternalStore(everySecond, now, () => 0);
}
