/**
 * What TanStack Query calls a query key. A shorter key matches all that begin with it, as the client itself decides.
 */
export type QueryKey = readonly unknown[];

/** What is looked at of a query. */
export interface QueryLike {
  readonly queryKey: QueryKey;
  readonly state: { readonly data: unknown; readonly fetchStatus: string };
}

/** What is needed of the query cache of TanStack Query, to know which fetches are under way and when they began. */
export interface QueryCacheLike {
  findAll(filters: { queryKey: QueryKey }): readonly QueryLike[];
  /** Returns the way to stop. */
  subscribe(
    listener: (event: {
      readonly type: string;
      readonly query: QueryLike;
      readonly action?: { readonly type: string };
    }) => void,
  ): () => void;
}

/**
 * The part of TanStack Query's `QueryClient` (version 5) that is used. Anything else that has `invalidateQueries`
 * works.
 */
export interface QueryClientLike {
  /**
   * Marks the queries as out of date and fetches those that are on display. A promise that it returns resolves when
   * they are fetched; with `throwOnError` it rejects when one fails. With `cancelRefetch: false` a running fetch may
   * finish.
   */
  invalidateQueries(
    filters: { queryKey: QueryKey; predicate?: (query: QueryLike) => boolean },
    options?: { throwOnError?: boolean; cancelRefetch?: boolean },
  ): unknown;
  /** Without it, a query whose fetch had read the rows before they changed is not fetched again when that fetch ends. */
  getQueryCache?(): QueryCacheLike;
}
