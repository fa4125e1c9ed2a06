/** What a subscription was given, and what that took. */
export interface Work {
  changes: number;
  deliveries: number;
  /** In ms. */
  workMs: number;
}

/** Counts the work for each subscription, once somebody wants to know. */
export class WorkTally {
  readonly #work = new Map<number, Work>();
  #since: number | null = null;

  /** Whether anybody wants to know. */
  get isOn(): boolean {
    return this.#since !== null;
  }

  /** Begins to count unless it does already. Returns since when, in Unix ms. */
  start(): number {
    this.#since ??= Date.now();
    return this.#since;
  }

  of(id: number): Readonly<Work> {
    return this.#work.get(id) ?? { changes: 0, deliveries: 0, workMs: 0 };
  }

  add(id: number, changes: number, workMs: number): void {
    const work = this.#work.get(id);
    if (work === undefined) {
      this.#work.set(id, { changes, deliveries: 1, workMs });
      return;
    }
    work.changes += changes;
    work.deliveries += 1;
    work.workMs += workMs;
  }

  remove(id: number): void {
    this.#work.delete(id);
  }
}
