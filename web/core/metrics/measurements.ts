import type { Metrics } from '../api/status.js';

/** The lists of one interval. */
export type Measured = Pick<Metrics, 'latencyMs' | 'liveAfterMs' | 'liveAgainAfterMs'>;

export type MeasurementKind = keyof Measured;

/** Collects what is measured in one interval after the other. */
export class Measurements {
  #lists = noMeasurements();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(kind: MeasurementKind, ms: number): void {
    this.#lists[kind].push(ms);
    this.#count += 1;
  }

  /** What has been collected; begins again. */
  take(): Measured {
    const lists = this.#lists;
    this.#lists = noMeasurements();
    this.#count = 0;
    return lists;
  }
}

function noMeasurements(): Record<MeasurementKind, number[]> {
  return { latencyMs: [], liveAfterMs: [], liveAgainAfterMs: [] };
}
