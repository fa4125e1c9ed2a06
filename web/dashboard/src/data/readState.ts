import type { UseQueryResult } from '@tanstack/react-query';
import type { LiveRowsStatus } from 'switchboard-realtime';
import { useConnectionStatus } from 'switchboard-realtime/react';

/** How what is on display compares with the database. */
export type ReadState =
  | { readonly state: 'loading' | 'live' }
  /** Nothing could be read yet. */
  | { readonly state: 'failed'; readonly message: string }
  /** It was so at `asOf` (Unix ms), and may be otherwise by now. */
  | { readonly state: 'stale' | 'polling'; readonly asOf: number; readonly message: string };

export function rowsState({ state, code, message, since, fetchedAt }: LiveRowsStatus): ReadState {
  if (state === 'live') return { state };
  if (state === 'loading') return code.startsWith('FETCH_') ? { state: 'failed', message } : { state };
  // Rows that were live are as of the moment at which they ceased to be.
  return {
    state,
    message,
    asOf: state === 'polling' && fetchedAt !== null ? fetchedAt : Math.max(since, fetchedAt ?? 0),
  };
}

type Read = Pick<UseQueryResult, 'data' | 'error' | 'dataUpdatedAt'>;

/** The state of a query that realtime invalidates: without a connection it grows old. */
export function useQueryState({ data, error, dataUpdatedAt }: Read): ReadState {
  const lostAt = useConnectionStatus(({ overall, since }) =>
    overall === 'offline' || overall === 'connecting' ? since : null,
  );
  if (data === undefined) return error === null ? { state: 'loading' } : { state: 'failed', message: error.message };
  if (error !== null) return { state: 'stale', asOf: dataUpdatedAt, message: error.message };
  return lostAt === null ? { state: 'live' } : { state: 'stale', asOf: Math.max(dataUpdatedAt, lostAt), message: '' };
}

/** The worst of several. */
export function worstOf(...states: readonly [ReadState, ...ReadState[]]): ReadState {
  const order = ['failed', 'loading', 'stale', 'polling', 'live'];
  return states.reduce((worst, other) => (order.indexOf(other.state) < order.indexOf(worst.state) ? other : worst));
}

/** A read that a table joins to its rows. */
export type Joined = {
  /** What it is, such as `Attendance`. */
  readonly what: string;
  readonly read: ReadState;
  readonly refresh: () => Promise<unknown>;
};

export function isKnown({ state }: ReadState): boolean {
  return state !== 'loading' && state !== 'failed';
}
