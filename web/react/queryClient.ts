/** What TanStack Query calls a query key: JSON values. A shorter key stands for all that begin with it. */
export type QueryKey = readonly unknown[];

/** What is looked at of a query. */
export interface QueryLike {
  readonly state: { readonly dataUpdatedAt: number; readonly fetchStatus: string };
}

/** What is needed of TanStack Query's `QueryClient` (version 5). Anything else that can do it will do. */
export interface QueryClientLike {
  /**
   * Marks the queries as out of date and fetches those that are on display. Resolves when they are fetched; with `throwOnError` it rejects when one
   * fails.
   */
  invalidateQueries(
    filters: { queryKey: QueryKey; predicate?: (query: QueryLike) => boolean },
    options?: { throwOnError?: boolean },
  ): Promise<unknown>;
}
