import { keyText } from '../base/keyText.js';
import type { QueryClientLike, QueryKey, QueryLike } from '../queryClient.js';
import { FetchWatch } from './fetchWatch.js';

interface Due {
  readonly queryKey: QueryKey;
  /** Spares what was asked for when so many frames had come in, or later; null: nothing. */
  since: number | null;
}

/**
 * Collects the query keys that one turn finds out of date, and invalidates each once.
 *
 * A fetch that is under way then may have read the rows before they changed. It is left to finish, so that slow ones get to show something however
 * often rows change, and the query is fetched again after it.
 */
export class DueKeys {
  readonly #client: QueryClientLike;
  readonly #watch: FetchWatch;
  readonly #due = new Map<string, Due>();
  #ended: QueryLike[] = [];
  #scheduled = false;

  /** `framesIn`: how many frames the manager has got. */
  constructor(client: QueryClientLike, framesIn: () => number) {
    this.#client = client;
    this.#watch = new FetchWatch(client, framesIn, (query) => {
      this.#ended.push(query);
      this.#schedule();
    });
  }

  /** Follows the client's fetches while anybody's keys are kept up to date. */
  follow(active: boolean): void {
    if (active) this.#watch.start();
    else this.#watch.stop();
  }

  /** At the end of the turn. `since`: spares what was asked for when so many frames had come in, or later. */
  add(queryKey: QueryKey, since: number | null = null): void {
    this.#schedule();
    const text = keyText(queryKey);
    const known = this.#due.get(text);
    if (known === undefined) this.#due.set(text, { queryKey, since });
    else if (known.since !== null) known.since = since === null ? null : Math.max(since, known.since);
  }

  /**
   * At once; resolves when what is on display has been fetched, rejects when that failed. `cancels`: fetches that are under way are started again, where
   * there is something to show meanwhile.
   */
  async refetch(queryKey: QueryKey, cancels: boolean): Promise<void> {
    this.#due.delete(keyText(queryKey));
    // A first fetch can't be started again.
    const first = this.#watch.fetching(queryKey).filter(({ state }) => state.data === undefined);
    for (const query of first) this.#watch.await(query);
    await this.#client.invalidateQueries({ queryKey }, { throwOnError: true, cancelRefetch: cancels });
    if (first.length === 0) return;
    const predicate = (query: QueryLike): boolean => first.includes(query);
    await this.#client.invalidateQueries({ queryKey, predicate }, { throwOnError: true, cancelRefetch: false });
  }

  #schedule(): void {
    if (!this.#scheduled) queueMicrotask(this.#flush);
    this.#scheduled = true;
  }

  readonly #flush = (): void => {
    this.#scheduled = false;
    const due = [...this.#due.values()];
    const ended = this.#ended;
    this.#due.clear();
    this.#ended = [];
    for (const { queryKey, since } of due) {
      if (since === null) this.#invalidate(queryKey, null);
      else this.#invalidate(queryKey, (query) => !this.#watch.beganSince(query, since));
    }
    for (const query of ended) this.#invalidate(query.queryKey, (candidate) => candidate === query);
  };

  #invalidate(queryKey: QueryKey, predicate: ((query: QueryLike) => boolean) | null): void {
    for (const query of this.#watch.fetching(queryKey)) {
      if (predicate === null || predicate(query)) this.#watch.await(query);
    }
    void this.#tryInvalidate(predicate === null ? { queryKey } : { queryKey, predicate });
  }

  async #tryInvalidate(filters: Parameters<QueryClientLike['invalidateQueries']>[0]): Promise<void> {
    try {
      await this.#client.invalidateQueries(filters, { cancelRefetch: false });
    } catch {
      // A fetch that fails is the query's affair: it says so where it is shown.
    }
  }
}
