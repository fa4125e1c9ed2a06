import {
  IDLE_SNAPSHOT,
  NO_INSPECTION,
  realtimeManager,
  type Channel,
  type ChannelStatus,
  type LiveRows,
  type RealtimeManager,
} from '../../core/index.js';

const nothing = (): void => undefined;

const NO_ROWS: readonly never[] = Object.freeze([]);

const noRows: LiveRows<never> = {
  rows: () => NO_ROWS,
  status: () => NOT_STARTED,
  subscribe: () => nothing,
  refresh: () => Promise.resolve(NOT_STARTED),
  close: nothing,
};

const NO_CHANNEL: ChannelStatus = Object.freeze({
  ...{ id: 0, name: '', private: false, presenceKey: null, state: 'closed', since: 0, attempts: 0 },
  ...{ nextRetryAt: null, code: 'UNSUBSCRIBED', message: '', retryable: false },
} as const);

function noChannel(name: string): Channel {
  const status = () => NO_CHANNEL;
  return {
    ...{ name, id: 0, closed: false, presence: () => NO_ROWS, status, send: absent },
    ...{ on: () => nothing, onPresence: () => nothing, onStatus: () => nothing, onGap: () => nothing },
    ...{ track: nothing, untrack: nothing, close: nothing },
  };
}

/** A promise that can't be kept. Whoever waits for it hears of it. */
function absent(): Promise<never> {
  const refused = Promise.reject(new Error('There is no RealtimeProvider above this component.'));
  refused.catch(nothing);
  return refused;
}

/** How live rows stand before they are asked for. */
export const NOT_STARTED = Object.freeze({
  state: 'loading',
  code: 'CONNECTING',
  message: '',
  since: 0,
  fetchedAt: null,
} as const);

/**
 * Used where a page in production has no provider: takes every call and does nothing, so that hooks need not ask each time. `ready` and what sends
 * reject, since they can't keep their promises.
 */
export const absentManager = {
  ...Object.fromEntries(Object.keys(realtimeManager).map((name) => [name, nothing])),
  subscribe: () => 0,
  liveRows: () => noRows,
  channel: noChannel,
  broadcast: absent,
  status: () => IDLE_SNAPSHOT,
  onStatusChange: () => nothing,
  onGap: () => nothing,
  onResync: () => nothing,
  onMetrics: () => nothing,
  stats: () => ({
    subscriptions: 0,
    channels: 0,
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
  inspect: () => NO_INSPECTION,
  ready: absent,
  record: absent,
  dispose: () => Promise.resolve(),
} as unknown as RealtimeManager;
