import type { QueryClientLike, QueryKey, QueryLike } from '../queryClient.js';

/** The text by which equal query keys are known. */
export function hashOf(queryKey: QueryKey): string {
  return JSON.stringify(queryKey);
}

/** Collects the query keys that one turn finds out of date, and invalidates each once. */
export class DueKeys {
  readonly #client: QueryClientLike;
  /** With the unix ms before which data is out of date; null: all of it. */
  readonly #due = new Map<string, { queryKey: QueryKey; olderThan: number | null }>();

  constructor(client: QueryClientLike) {
    this.#client = client;
  }

  /** At the end of the turn. `olderThan`: spares what was fetched since, and what is being fetched. */
  add(queryKey: QueryKey, olderThan: number | null = null): void {
    if (this.#due.size === 0) queueMicrotask(this.#flush);
    const hash = hashOf(queryKey);
    const known = this.#due.get(hash);
    if (known === undefined) this.#due.set(hash, { queryKey, olderThan });
    else if (known.olderThan !== null) {
      known.olderThan = olderThan === null ? null : Math.max(olderThan, known.olderThan);
    }
  }

  /** At once; resolves when what is on display has been fetched, rejects when that failed. */
  async refetch(queryKeys: Iterable<QueryKey>): Promise<void> {
    const fetches: Promise<unknown>[] = [];
    for (const queryKey of queryKeys) {
      this.#due.delete(hashOf(queryKey));
      fetches.push(this.#client.invalidateQueries({ queryKey }, { throwOnError: true }));
    }
    await Promise.all(fetches);
  }

  readonly #flush = (): void => {
    const due = [...this.#due.values()];
    this.#due.clear();
    for (const { queryKey, olderThan } of due) {
      const scope = olderThan === null ? {} : { predicate: (query: QueryLike) => isOlder(query, olderThan) };
      // A fetch that fails is the query's affair: it says so where it is shown.
      void this.#client.invalidateQueries({ queryKey, ...scope }).catch(() => undefined);
    }
  };
}

function isOlder({ state }: QueryLike, than: number): boolean {
  return state.fetchStatus !== 'fetching' && state.dataUpdatedAt < than;
}
