/** Upper ends in ms; what is above the last has a bucket of its own. */
const ENDS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000] as const;
/** Of so many of the newest values the percentiles are exact. */
const KEPT = 4_096;

export interface Bucket {
  /** In ms; null: no upper end. */
  readonly upTo: number | null;
  readonly count: number;
}

export interface HistogramView {
  readonly count: number;
  readonly buckets: readonly Bucket[];
  /** In ms, of the newest values; null while there are none. */
  readonly median: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly most: number | null;
}

/** Counts durations in buckets. A negative one, which clocks that differ make, counts as 0. */
export class Histogram {
  readonly #counts = new Array<number>(ENDS.length + 1).fill(0);
  readonly #newest: number[] = [];
  #count = 0;
  #most: number | null = null;

  add(values: readonly number[]): void {
    for (const value of values) this.#addOne(Math.max(0, value));
  }

  clear(): void {
    this.#counts.fill(0);
    this.#newest.length = 0;
    this.#count = 0;
    this.#most = null;
  }

  view(): HistogramView {
    const sorted = [...this.#newest].sort((a, b) => a - b);
    const at = (share: number): number | null => sorted[Math.ceil(sorted.length * share) - 1] ?? null;
    return {
      count: this.#count,
      buckets: this.#counts.map((count, index) => ({ upTo: ENDS[index] ?? null, count })),
      ...{ median: at(0.5), p95: at(0.95), p99: at(0.99), most: this.#most },
    };
  }

  #addOne(value: number): void {
    const index = ENDS.findIndex((end) => value <= end);
    const bucket = index < 0 ? ENDS.length : index;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#newest[this.#count % KEPT] = value;
    this.#count += 1;
    this.#most = Math.max(this.#most ?? 0, value);
  }
}
