import type { Range } from './painter.js';

const LEAST_MS = 20;
const MOST_MS = 24 * 3_600_000;
const FIRST_MS = 30_000;

/** Which part of time is on display. It follows the newest until somebody moves it. */
export class Viewport {
  #span = FIRST_MS;
  /** Null: it follows. */
  #to: number | null = null;

  get isFollowing(): boolean {
    return this.#to === null;
  }

  /** `now`: in ms since the core began. */
  range(now: number): Range {
    const to = this.#to ?? now;
    return { from: to - this.#span, to };
  }

  follow(): void {
    this.#to = null;
  }

  /** By a share of what is on display; below 0 into the past. */
  move(share: number, now: number): void {
    const to = (this.#to ?? now) + share * this.#span;
    this.#to = to >= now ? null : to;
  }

  /** `factor` below 1 shows less. `at`: what stays where it is, 0 at the left edge to 1 at the right. */
  zoom(factor: number, now: number, at = 1): void {
    const { from } = this.range(now);
    const fixed = from + at * this.#span;
    this.#span = Math.min(MOST_MS, Math.max(LEAST_MS, this.#span * factor));
    if (this.#to !== null || at < 1) {
      const to = fixed + (1 - at) * this.#span;
      this.#to = to >= now ? null : to;
    }
  }

  /** Shows all from the beginning. */
  all(begin: number, now: number): void {
    this.#span = Math.min(MOST_MS, Math.max(LEAST_MS, (now - begin) * 1.02));
    this.#to = null;
  }
}
