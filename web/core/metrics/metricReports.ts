import type { ChannelState, ManagerStats, Metrics, MetricsHandler, StatusSnapshot } from '../api/status.js';
import type { DeliveryMeter } from '../delivery/callbacks.js';
import type { StateListener } from '../status/statusStore.js';
import { Measurements, type MeasurementKind } from './measurements.js';
import { countConnections, countSubscriptions } from './stateCounts.js';

/** A report comes before its time rather than that it holds more: it bounds the memory, and loses nothing. */
const MOST_MEASUREMENTS = 10_000;

/** Where reports get their totals and states from, and where they go. */
export interface MetricSources {
  stats(): ManagerStats;
  status(): StatusSnapshot;
  /** Calls the application. */
  call(handler: MetricsHandler, metrics: Metrics): void;
}

/** Reports to one handler. */
interface Reporting {
  readonly measurements: Measurements;
  readonly report: () => void;
  readonly timer: ReturnType<typeof setInterval>;
}

/** Measures for those who want to know, and reports to each at its own pace. Measures nothing while there is nobody. */
export class MetricReports implements StateListener, DeliveryMeter {
  readonly #sources: MetricSources;
  readonly #all = new Set<Reporting>();
  /** Those that are not live: since when, in Unix ms, and whether they were before. Those of an earlier time are not in it. */
  readonly #waiting = new Map<number, { readonly since: number; readonly kind: MeasurementKind }>();

  constructor(sources: MetricSources) {
    this.#sources = sources;
  }

  get isOn(): boolean {
    return this.#all.size > 0;
  }

  /** Returns the way to stop, after which `handler` is not called any more. */
  add(everyMs: number, handler: MetricsHandler): () => void {
    const measurements = new Measurements();
    let from = Date.now();
    const report = (): void => {
      const to = Date.now();
      const metrics = { from, to, ...this.#states(), stats: this.#sources.stats(), ...measurements.take() };
      from = to;
      this.#sources.call((given) => {
        if (this.#all.has(reporting)) handler(given);
      }, metrics);
    };
    const timer = setInterval(report, everyMs);
    // In Node a report is no reason to stay.
    if (typeof timer === 'object') timer.unref();
    const reporting: Reporting = { measurements, report, timer };
    this.#all.add(reporting);
    return () => {
      this.#remove(reporting);
    };
  }

  delivered(commitTimestamp: string, at: number): void {
    const committedAt = Date.parse(commitTimestamp);
    if (!Number.isNaN(committedAt)) this.#measure('latencyMs', at - committedAt);
  }

  stateChanged(id: number, before: ChannelState | undefined, state: ChannelState): void {
    if (!this.isOn) return;
    if (state === 'live') {
      const waited = this.#waiting.get(id);
      if (waited === undefined) return;
      this.#waiting.delete(id);
      this.#measure(waited.kind, Date.now() - waited.since);
    } else if (before === undefined || before === 'live') {
      const kind = before === undefined ? 'liveAfterMs' : 'liveAgainAfterMs';
      this.#waiting.set(id, { since: Date.now(), kind });
    }
  }

  removed(id: number): void {
    this.#waiting.delete(id);
  }

  end(): void {
    for (const reporting of [...this.#all]) this.#remove(reporting);
  }

  #measure(kind: MeasurementKind, ms: number): void {
    for (const { measurements, report } of this.#all) {
      measurements.add(kind, ms);
      if (measurements.count >= MOST_MEASUREMENTS) report();
    }
  }

  #remove(reporting: Reporting): void {
    if (!this.#all.delete(reporting)) return;
    clearInterval(reporting.timer);
    if (!this.isOn) this.#waiting.clear();
  }

  #states(): Pick<Metrics, 'overall' | 'connections' | 'subscriptions'> {
    const status = this.#sources.status();
    const { overall } = status;
    return { overall, connections: countConnections(status), subscriptions: countSubscriptions(status) };
  }
}
