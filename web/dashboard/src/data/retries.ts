import type { Query, QueryCache } from '@tanstack/react-query';
import { createContext, useContext } from 'react';
import { retryDelayMs } from '../writing/index.js';
import { GONE } from './network.js';
import { HttpError } from './rest.js';

type Failures = { count: number; nextAt: number; timer: ReturnType<typeof setTimeout> };

/** Repeats each read that failed, for as long as something shows it, and knows when it does so next. */
export class Retries {
  readonly #failures = new Map<string, Failures>();

  constructor(cache: QueryCache) {
    cache.subscribe(({ type, query }) => {
      if (type === 'removed') this.#forget(query.queryHash);
      if (type === 'updated') this.#look(query as Query);
    });
  }

  /** Unix ms of the next try; null when none is due. */
  nextAt(queryHash: string): number | null {
    return this.#failures.get(queryHash)?.nextAt ?? null;
  }

  #look(query: Query): void {
    const { status, fetchStatus, error } = query.state;
    const isHopeless = error instanceof HttpError && error.status === GONE;
    if (status === 'success' || isHopeless) this.#forget(query.queryHash);
    else if (status === 'error' && fetchStatus === 'idle') this.#schedule(query);
  }

  #schedule(query: Query): void {
    const before = this.#failures.get(query.queryHash);
    clearTimeout(before?.timer);
    const count = (before?.count ?? 0) + 1;
    const delay = retryDelayMs(count);
    const timer = setTimeout(() => {
      if (query.isActive() && query.state.fetchStatus === 'idle') query.fetch().catch(() => undefined);
    }, delay);
    this.#failures.set(query.queryHash, { count, nextAt: Date.now() + delay, timer });
  }

  #forget(queryHash: string): void {
    clearTimeout(this.#failures.get(queryHash)?.timer);
    this.#failures.delete(queryHash);
  }
}

export const RetriesContext = createContext<Retries | null>(null);

export function useRetries(): Retries {
  const retries = useContext(RetriesContext);
  if (retries === null) throw new Error('useRetries needs a RetriesContext above it');
  return retries;
}
