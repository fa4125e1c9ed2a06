/**
 * Which subscriptions are held back: those that the application paused, and while nobody looks also those that asked for it. `notify` hears of every
 * change of what comes of the two.
 */
export class Pauses {
  readonly #byCall = new Set<number>();
  readonly #whenHidden = new Set<number>();
  readonly #notify: (id: number, paused: boolean) => void;
  #hidden = false;

  constructor(notify: (id: number, paused: boolean) => void) {
    this.#notify = notify;
  }

  /** A new subscription that is to be paused while the page is hidden. Nothing is reported: see {@link isPaused}. */
  addWhenHidden(id: number): void {
    this.#whenHidden.add(id);
  }

  isPaused(id: number): boolean {
    return this.#byCall.has(id) || (this.#hidden && this.#whenHidden.has(id));
  }

  pause(id: number): void {
    this.#change([id], () => this.#byCall.add(id));
  }

  resume(id: number): void {
    this.#change([id], () => this.#byCall.delete(id));
  }

  setHidden(hidden: boolean): void {
    this.#change([...this.#whenHidden], () => {
      this.#hidden = hidden;
    });
  }

  remove(id: number): void {
    this.#byCall.delete(id);
    this.#whenHidden.delete(id);
  }

  #change(ids: readonly number[], apply: () => void): void {
    const before = ids.map((id) => this.isPaused(id));
    apply();
    ids.forEach((id, i) => {
      const paused = this.isPaused(id);
      if (paused !== before[i]) this.#notify(id, paused);
    });
  }
}
