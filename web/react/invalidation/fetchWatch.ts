import type { QueryCacheLike, QueryClientLike, QueryKey, QueryLike } from '../queryClient.js';

/**
 * Follows the fetches of a query client, where it has a cache that can be listened to.
 *
 * Time is counted in frames that the manager got: no change can have been missed between two moments with the same count.
 */
export class FetchWatch {
  readonly #cache: QueryCacheLike | null;
  readonly #framesIn: () => number;
  readonly #ended: (query: QueryLike) => void;
  /** The count of frames when the latest fetch of a query began; unset when that has failed. */
  readonly #began = new WeakMap<QueryLike, number>();
  readonly #awaited = new Set<QueryLike>();
  #stop: (() => void) | null = null;

  /** `ended` is called once for each query that was awaited, when its fetch has ended. */
  constructor(client: QueryClientLike, framesIn: () => number, ended: (query: QueryLike) => void) {
    this.#cache = client.getQueryCache?.() ?? null;
    this.#framesIn = framesIn;
    this.#ended = ended;
  }

  start(): void {
    this.#stop ??= this.#cache?.subscribe(this.#heard) ?? null;
  }

  /** What is awaited is forgotten. */
  stop(): void {
    this.#stop?.();
    this.#stop = null;
    this.#awaited.clear();
  }

  /** Whether the latest fetch of the query began when so many frames had come in, or later. False when that is not known, or it has failed. */
  beganSince(query: QueryLike, frames: number): boolean {
    return (this.#began.get(query) ?? -1) >= frames;
  }

  /** The queries that match this key and whose fetch is under way. */
  fetching(queryKey: QueryKey): readonly QueryLike[] {
    return this.#cache?.findAll({ queryKey }).filter(isFetching) ?? [];
  }

  await(query: QueryLike): void {
    this.#awaited.add(query);
  }

  readonly #heard: Parameters<QueryCacheLike['subscribe']>[0] = ({ type, query, action }) => {
    if (type === 'removed') this.#awaited.delete(query);
    if (type !== 'updated') return;
    if (action?.type === 'fetch') this.#began.set(query, this.#framesIn());
    // A cancelled fetch is reported as a state that was set.
    if (action?.type === 'error' || action?.type === 'setState') this.#began.delete(query);
    if (!isFetching(query) && this.#awaited.delete(query)) this.#ended(query);
  };
}

function isFetching({ state }: QueryLike): boolean {
  return state.fetchStatus !== 'idle';
}
