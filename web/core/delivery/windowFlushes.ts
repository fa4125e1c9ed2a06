/** Has what delivery windows hold handed over, and says when it has been: the engine may answer at once or later. */
export class WindowFlushes {
  readonly #request: (id: number) => void;
  /** By subscription; one call for each request that is not answered yet. */
  readonly #waiting = new Map<number, (() => void)[]>();

  /** `request` asks the engine, which answers each by `flushed`. */
  constructor(request: (id: number) => void) {
    this.#request = request;
  }

  /** Settles when all of it has been handed over; null: it has been already. */
  flush(ids: readonly number[]): Promise<void> | null {
    let left = 0;
    let done = (): void => undefined;
    for (const id of ids) {
      left += 1;
      const answered = (): void => {
        left -= 1;
        if (left === 0) done();
      };
      this.#waiting.set(id, [...(this.#waiting.get(id) ?? []), answered]);
      this.#request(id);
    }
    if (left === 0) return null;
    return new Promise((resolve) => {
      done = resolve;
    });
  }

  /** The engine's answer; what was held has been handed over. */
  flushed(ids: readonly number[]): void {
    for (const id of ids) {
      const [first, ...others] = this.#waiting.get(id) ?? [];
      if (others.length === 0) this.#waiting.delete(id);
      else this.#waiting.set(id, others);
      first?.();
    }
  }
}
