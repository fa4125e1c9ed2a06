/**
 * A manager's metrics for OpenTelemetry.
 *
 * ```ts
 * import { metrics } from '@opentelemetry/api';
 * import { recordMetrics } from 'switchboard-realtime/otel';
 *
 * const stop = recordMetrics(manager, metrics.getMeter('my-application'));
 * ```
 *
 * @packageDocumentation
 */
import type { Attributes, BatchObservableResult, Meter, Observable } from '@opentelemetry/api';
import type { ManagerStats, Metrics, RealtimeManager } from '../core/index.js';
import { countConnections, countSubscriptions } from '../core/metrics/stateCounts.js';

export interface RecordMetricsOptions {
  /** Of every measurement, for example `{ 'server.address': 'ref.supabase.co' }`. Default: none. */
  attributes?: Attributes;
  /** How often latencies and times are recorded, in ms; as of `onMetrics`. Default: 1,000. */
  everyMs?: number;
}

/** What this takes of a manager. */
type Measured = Pick<RealtimeManager, 'onMetrics' | 'stats' | 'status'>;

interface Total {
  readonly name: string;
  readonly unit: string;
  readonly description: string;
  readonly attributes?: Attributes;
  readonly read: (stats: ManagerStats) => number;
}

const IO = { name: 'switchboard.network.io', unit: 'By', description: 'Bytes of frames, before compression' };

const TOTALS: readonly Total[] = [
  {
    ...{ name: 'switchboard.connects', unit: '{connect}', description: 'Sockets that were opened' },
    read: ({ counters }) => counters.connects,
  },
  {
    ...{ name: 'switchboard.joins', unit: '{join}', description: 'Channels that were joined, again ones included' },
    read: ({ counters }) => counters.joins,
  },
  { ...IO, attributes: { 'network.io.direction': 'receive' }, read: ({ counters }) => counters.bytesIn },
  { ...IO, attributes: { 'network.io.direction': 'transmit' }, read: ({ counters }) => counters.bytesOut },
  {
    ...{ name: 'switchboard.changes', unit: '{change}', description: 'Row changes received' },
    read: ({ counters }) => counters.changes,
  },
  {
    ...{ name: 'switchboard.deliveries', unit: '{change}', description: 'Row changes handed to subscribers' },
    read: ({ counters }) => counters.deliveries,
  },
  {
    ...{ name: 'switchboard.filled', unit: '{message}', description: 'Messages that were missed, and fetched' },
    read: ({ counters }) => counters.filled,
  },
  {
    ...{ name: 'switchboard.gaps.opened', unit: '{gap}', description: 'Gaps that began' },
    read: ({ gaps }) => gaps.opened,
  },
  {
    ...{ name: 'switchboard.gaps.over', unit: '{gap}', description: 'Gaps that are over' },
    read: ({ gaps }) => gaps.over,
  },
  {
    ...{ name: 'switchboard.gaps.refetched', unit: '{gap}', description: 'Gaps whose rows were fetched' },
    read: ({ gaps }) => gaps.refetched,
  },
  {
    ...{ name: 'switchboard.callback.errors', unit: '{error}', description: 'Callbacks that threw' },
    read: ({ callbackErrors }) => callbackErrors,
  },
];

/** In seconds: from what a broadcast takes to what an outage does. */
const BOUNDARIES = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/**
 * Records what a manager counts and measures with a meter of OpenTelemetry; the names and units are in the
 * [reference](../../docs/reference.md#metrics). Totals and states are read when the meter collects, latencies and times
 * are recorded every `everyMs`.
 *
 * @param manager a manager that has not been disposed of.
 * @returns the function that stops it. Call it before `dispose`.
 * @throws SwitchboardError for an `everyMs` out of range, and after dispose.
 */
export function recordMetrics(
  manager: Measured,
  meter: Meter,
  { attributes = {}, everyMs = 1_000 }: RecordMetricsOptions = {},
): () => void {
  const stopRecording = manager.onMetrics(everyMs, histogramsOf(meter, attributes));
  const stopTotals = observeTotals(manager, meter, attributes);
  const stopStates = observeStates(manager, meter, attributes);
  return () => {
    for (const stop of [stopRecording, stopTotals, stopStates]) stop();
  };
}

function histogramsOf(meter: Meter, attributes: Attributes): (metrics: Metrics) => void {
  const advice = { explicitBucketBoundaries: BOUNDARIES };
  const latency = meter.createHistogram('switchboard.change.latency', {
    ...{ unit: 's', description: 'From the commit of a change to the callback, by both clocks', advice },
  });
  const timeToLive = meter.createHistogram('switchboard.live.wait', {
    ...{ unit: 's', description: 'Until a subscription was live', advice },
  });
  return ({ latencyMs, liveAfterMs, liveAgainAfterMs }) => {
    // A clock that is behind the database's makes it negative, which a histogram does not take.
    for (const ms of latencyMs) latency.record(Math.max(0, ms) / 1_000, attributes);
    for (const ms of liveAfterMs) timeToLive.record(ms / 1_000, { ...attributes, 'switchboard.again': false });
    for (const ms of liveAgainAfterMs) timeToLive.record(ms / 1_000, { ...attributes, 'switchboard.again': true });
  };
}

/** Nothing is said while there is no core: totals that fall look like a restart. */
function observeTotals(manager: Measured, meter: Meter, attributes: Attributes): () => void {
  const counters = new Map<string, Observable>();
  for (const { name, unit, description } of TOTALS) {
    if (!counters.has(name)) counters.set(name, meter.createObservableCounter(name, { unit, description }));
  }
  return observe(meter, [...counters.values()], (result) => {
    const stats = manager.stats();
    if (stats.core === null) return;
    for (const { name, attributes: own, read } of TOTALS) {
      result.observe(counters.get(name) as Observable, read(stats), { ...attributes, ...own });
    }
  });
}

function observeStates(manager: Measured, meter: Meter, attributes: Attributes): () => void {
  const connections = meter.createObservableUpDownCounter('switchboard.connection.count', {
    ...{ unit: '{connection}', description: 'Sockets by state' },
  });
  const subscriptions = meter.createObservableUpDownCounter('switchboard.subscription.count', {
    ...{ unit: '{subscription}', description: 'Subscriptions and handles of channels by state' },
  });
  return observe(meter, [connections, subscriptions], (result) => {
    const status = manager.status();
    const observeEach = (counter: Observable, counts: Readonly<Record<string, number>>): void => {
      for (const [state, count] of Object.entries(counts)) {
        result.observe(counter, count, { ...attributes, 'switchboard.state': state });
      }
    };
    observeEach(connections, countConnections(status));
    observeEach(subscriptions, countSubscriptions(status));
  });
}

function observe(meter: Meter, observables: Observable[], call: (result: BatchObservableResult) => void): () => void {
  meter.addBatchObservableCallback(call, observables);
  return () => {
    meter.removeBatchObservableCallback(call, observables);
  };
}
