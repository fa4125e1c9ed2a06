import { IDLE_SNAPSHOT, realtimeManager, type LiveRows, type RealtimeManager } from '../../core/index.js';

const nothing = (): void => undefined;

const NO_ROWS: readonly never[] = Object.freeze([]);

const noRows: LiveRows<never> = {
  rows: () => NO_ROWS,
  status: () => NOT_STARTED,
  subscribe: () => nothing,
  refresh: () => Promise.resolve(NOT_STARTED),
  close: nothing,
};

/** How live rows stand before they are asked for. */
export const NOT_STARTED = Object.freeze({
  state: 'loading',
  code: 'CONNECTING',
  message: '',
  since: 0,
  fetchedAt: null,
} as const);

/**
 * Used where a page in production has no provider: takes every call and does nothing, so that hooks need not ask each time. `ready` rejects, since
 * it can't keep its promise.
 */
export const absentManager = {
  ...Object.fromEntries(Object.keys(realtimeManager).map((name) => [name, nothing])),
  subscribe: () => 0,
  liveRows: () => noRows,
  status: () => IDLE_SNAPSHOT,
  onStatusChange: () => nothing,
  onGap: () => nothing,
  onResync: () => nothing,
  stats: () => ({
    subscriptions: 0,
    statusListeners: 0,
    pageListeners: 0,
    workers: 0,
    leakedSubscriptions: 0,
    eventCalls: 0,
    callbackErrors: 0,
    gaps: { opened: 0, over: 0, refetched: 0, resyncs: 0, resyncFailures: 0, polls: 0 },
    counters: IDLE_SNAPSHOT.counters,
    core: null,
  }),
  ready: () => Promise.reject(new Error('There is no RealtimeProvider above this component.')),
  dispose: () => Promise.resolve(),
} as unknown as RealtimeManager;
