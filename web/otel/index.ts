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
  readonly attributes: Attributes;
  readonly read: (stats: ManagerStats) => number;
}

type Description = [name: string, unit: string, description: string];

const IO: Description = ['switchboard.network.io', 'By', 'Bytes of frames, before compression'];

const TOTALS: readonly Total[] = [
  total(['switchboard.connects', '{connect}', 'Sockets that were opened'], ({ counters }) => counters.connects),
  total(
    ['switchboard.joins', '{join}', 'Channels that were joined, again ones included'],
    ({ counters }) => counters.joins,
  ),
  total(IO, ({ counters }) => counters.bytesIn, { 'network.io.direction': 'receive' }),
  total(IO, ({ counters }) => counters.bytesOut, { 'network.io.direction': 'transmit' }),
  total(['switchboard.changes', '{change}', 'Row changes received'], ({ counters }) => counters.changes),
  total(
    ['switchboard.deliveries', '{change}', 'Row changes handed to subscribers'],
    ({ counters }) => counters.deliveries,
  ),
  total(
    ['switchboard.filled', '{message}', 'Messages that were missed, and fetched'],
    ({ counters }) => counters.filled,
  ),
  total(['switchboard.gaps.opened', '{gap}', 'Gaps that began'], ({ gaps }) => gaps.opened),
  total(['switchboard.gaps.over', '{gap}', 'Gaps that are over'], ({ gaps }) => gaps.over),
  total(['switchboard.gaps.refetched', '{gap}', 'Gaps whose rows were fetched'], ({ gaps }) => gaps.refetched),
  total(['switchboard.callback.errors', '{error}', 'Callbacks that threw'], ({ callbackErrors }) => callbackErrors),
];

function total([name, unit, description]: Description, read: Total['read'], attributes: Attributes = {}): Total {
  return { name, unit, description, attributes, read };
}

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
