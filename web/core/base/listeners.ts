/**
 * Functions to be called at an event. The same function may be added more than once; each addition is removed on its own. A listener that is removed
 * while the others are called is not called any more; one that is added then waits for the next event.
 */
export class Listeners<Args extends readonly unknown[] = []> {
  /** Objects, so that equal functions stay apart. */
  readonly #entries = new Set<{ readonly call: (...args: Args) => unknown }>();

  get size(): number {
    return this.#entries.size;
  }

  /** Returns the function that removes it. */
  add(call: (...args: Args) => unknown): () => void {
    const entry = { call };
    this.#entries.add(entry);
    return () => {
      this.#entries.delete(entry);
    };
  }

  clear(): void {
    this.#entries.clear();
  }

  /** Calls each of them, in the order in which they were added. What one throws, it throws. */
  notify(...args: Args): void {
    this.forEach((call) => call(...args));
  }

  /** Like `notify`, for who catches what a listener throws: `run` gets each in turn. */
  forEach(run: (call: (...args: Args) => unknown) => void): void {
    // Most have none.
    if (this.#entries.size === 0) return;
    for (const entry of [...this.#entries]) if (this.#entries.has(entry)) run(entry.call);
  }
}
