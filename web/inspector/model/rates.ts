import type { Inspection, ManagerStats } from '../../core/index.js';

/** What happens per second. */
export interface Rates {
  readonly framesIn: number;
  readonly framesOut: number;
  /** Frames in both directions, as the project's limit counts them. */
  readonly messages: number;
  readonly changes: number;
  readonly deliveries: number;
  readonly joins: number;
  readonly connects: number;
  readonly presence: number;
  readonly broadcasts: number;
  readonly bytes: number;
}

export const RATE_NAMES = [
  ...(['framesIn', 'framesOut', 'messages', 'changes', 'deliveries'] as const),
  ...(['joins', 'connects', 'presence', 'broadcasts', 'bytes'] as const),
] as const;

const NO_RATES: Rates = {
  ...{ framesIn: 0, framesOut: 0, messages: 0, changes: 0, deliveries: 0 },
  ...{ joins: 0, connects: 0, presence: 0, broadcasts: 0, bytes: 0 },
};

/** A minute of samples, one a second. */
const KEPT = 60;
/** Joins and calls of presence come in bursts: what counts is their sum over this time. */
const WINDOW_MS = 1_000;

interface Sample {
  /** By the monotonic clock. */
  readonly at: number;
  readonly totals: Rates;
}

export interface RatesView {
  readonly now: Rates;
  /** The highest that was seen. */
  readonly most: Rates;
  /** The newest last; at most 60. */
  readonly series: readonly Rates[];
}

/** From totals to rates per second. */
export class RateSeries {
  #before: Sample | null = null;
  #series: Rates[] = [];
  #most = NO_RATES;

  /** Takes a sample, if the last is a second old. `now`: by the monotonic clock, in ms. */
  add(stats: ManagerStats, inspection: Inspection, now: number): void {
    const sample = { at: now, totals: totalsOf(stats, inspection) };
    const before = this.#before;
    if (before !== null && now - before.at < WINDOW_MS * 0.9) return;
    this.#before = sample;
    // Totals that fall are those of another core.
    if (before === null || sample.totals.framesIn < before.totals.framesIn) return;
    const rates = perSecond(before, sample);
    this.#series = [...this.#series.slice(1 - KEPT), rates];
    this.#most = combined((name) => Math.max(this.#most[name], rates[name]));
  }

  view(): RatesView {
    return { now: this.#series[this.#series.length - 1] ?? NO_RATES, most: this.#most, series: this.#series };
  }
}

function perSecond(before: Sample, after: Sample): Rates {
  const seconds = (after.at - before.at) / 1_000;
  return combined((name) => Math.max(0, after.totals[name] - before.totals[name]) / seconds);
}

function combined(of: (name: keyof Rates) => number): Rates {
  return Object.fromEntries(RATE_NAMES.map((name) => [name, of(name)])) as unknown as Rates;
}

function totalsOf({ counters }: ManagerStats, { sent }: Inspection): Rates {
  const { framesIn, framesOut, changes, deliveries, joins, connects, bytesIn, bytesOut } = counters;
  return {
    ...{ framesIn, framesOut, messages: framesIn + framesOut, changes, deliveries, joins, connects },
    ...{ presence: sent.presence, broadcasts: sent.broadcasts, bytes: bytesIn + bytesOut },
  };
}
