import { NO_INSPECTION, type Gap, type Inspection, type ManagerStats, type StatusSnapshot } from '../../core/index.js';
import { Histogram, type HistogramView } from './histogram.js';
import { RateSeries, type RatesView } from './rates.js';
import type { InspectedManager } from './source.js';

/** How often totals, ages and what is counted are read. */
export const TICK_MS = 1_000;
const GAPS_KEPT = 100;

/** What the inspector shows of a manager at one moment. */
export interface ManagerView {
  /** Unix ms. */
  readonly now: number;
  readonly status: StatusSnapshot;
  readonly stats: ManagerStats;
  readonly inspection: Inspection;
  readonly rates: RatesView;
  /** From commit to callback. */
  readonly latency: HistogramView;
  /** Until subscriptions and channels were live for the first time, and again. */
  readonly liveAfter: HistogramView;
  readonly liveAgainAfter: HistogramView;
  /** The newest first; one entry for each gap and subscription. */
  readonly gaps: readonly Gap[];
}

/**
 * Follows one manager while the inspector is open. A manager that is disposed of is left, and one that takes its place
 * behind the same name, as that of `realtimeManager`, is followed.
 */
export class Watch {
  readonly #manager: InspectedManager;
  readonly #changed: () => void;
  #rates = new RateSeries();
  readonly #latency = new Histogram();
  readonly #liveAfter = new Histogram();
  readonly #liveAgainAfter = new Histogram();
  #gaps: Gap[] = [];
  #inspection = NO_INSPECTION;
  #stops: (() => void)[] = [];
  #timer: ReturnType<typeof setInterval> | null = null;

  constructor(manager: InspectedManager, changed: () => void) {
    this.#manager = manager;
    this.#changed = changed;
  }

  start(): void {
    this.#tick();
    this.#timer = setInterval(() => {
      this.#tick();
      this.#changed();
    }, TICK_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#leave();
  }

  clearLatency(): void {
    for (const histogram of [this.#latency, this.#liveAfter, this.#liveAgainAfter]) histogram.clear();
    this.#changed();
  }

  view(): ManagerView {
    return {
      now: Date.now(),
      status: this.#manager.status(),
      stats: this.#manager.stats(),
      inspection: this.#manager.inspect(),
      rates: this.#rates.view(),
      latency: this.#latency.view(),
      liveAfter: this.#liveAfter.view(),
      liveAgainAfter: this.#liveAgainAfter.view(),
      gaps: this.#gaps,
    };
  }

  #tick(): void {
    const inspection = this.#manager.inspect();
    const isAnother = inspection.madeAt !== this.#inspection.madeAt;
    if (isAnother || inspection.disposed !== this.#inspection.disposed) this.#leave();
    if (isAnother) this.#rates = new RateSeries();
    this.#inspection = inspection;
    if (inspection.disposed) return;
    if (this.#stops.length === 0) this.#join();
    this.#rates.add(this.#manager.stats(), inspection, performance.now());
  }

  #join(): void {
    const manager = this.#manager;
    try {
      this.#stops = [
        manager.onStatusChange(this.#changed),
        manager.onGap((gap) => {
          this.#addGap(gap);
        }),
        manager.onMetrics(TICK_MS, ({ latencyMs, liveAfterMs, liveAgainAfterMs }) => {
          this.#latency.add(latencyMs);
          this.#liveAfter.add(liveAfterMs);
          this.#liveAgainAfter.add(liveAgainAfterMs);
        }),
      ];
    } catch {
      // Disposed of since it was asked: the next tick says so.
      this.#leave();
    }
  }

  #leave(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
  }

  /** It is reported again when it is over, and when its outcome is known. */
  #addGap(gap: Gap): void {
    const isSame = ({ id, subscription }: Gap): boolean => id === gap.id && subscription === gap.subscription;
    this.#gaps = [gap, ...this.#gaps.filter((other) => !isSame(other))].slice(0, GAPS_KEPT);
    this.#changed();
  }
}
