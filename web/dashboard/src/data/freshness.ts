import { createContext, useContext, useLayoutEffect, useSyncExternalStore } from 'react';

/** Whether rows on display are older than the line: the header must not say Live above them. */
export class Freshness {
  #isBehind = false;
  readonly #listeners = new Set<() => void>();

  readonly isBehind = (): boolean => this.#isBehind;

  readonly subscribe = (changed: () => void): (() => void) => {
    this.#listeners.add(changed);
    return () => {
      this.#listeners.delete(changed);
    };
  };

  set(isBehind: boolean): void {
    if (isBehind === this.#isBehind) return;
    this.#isBehind = isBehind;
    for (const changed of [...this.#listeners]) changed();
  }
}

export const FreshnessContext = createContext(new Freshness());

export function useIsBehind(): boolean {
  const freshness = useContext(FreshnessContext);
  return useSyncExternalStore(freshness.subscribe, freshness.isBehind);
}

/** Reports it before the page is painted, so that header and tables never disagree. */
export function useReportBehind(isBehind: boolean): void {
  const freshness = useContext(FreshnessContext);
  useLayoutEffect(() => {
    freshness.set(isBehind);
    return () => {
      freshness.set(false);
    };
  }, [freshness, isBehind]);
}
