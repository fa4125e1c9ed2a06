interface Owned {
  readonly id: number;
  readonly message: string;
}

/**
 * Notices what was forgotten: its owner has been garbage-collected, so nobody is left who would end it. Holds owners weakly; a report comes when the
 * garbage collector gets to it, or never.
 */
export class OwnerWatch {
  readonly #report: (message: string) => void;
  readonly #owned = new Map<number, Owned>();
  #registry: FinalizationRegistry<Owned> | null = null;
  #leaked = 0;

  constructor(report: (message: string) => void) {
    this.#report = report;
  }

  /** Reports made so far. */
  get leaked(): number {
    return this.#leaked;
  }

  /** Until `forget`. `message` is what is reported. */
  watch(owner: object, id: number, message: string): void {
    this.#registry ??= new FinalizationRegistry((owned) => {
      this.#collected(owned);
    });
    const owned = { id, message };
    this.#owned.set(id, owned);
    this.#registry.register(owner, owned, owned);
  }

  forget(id: number): void {
    const owned = this.#owned.get(id);
    if (owned === undefined) return;
    this.#owned.delete(id);
    this.#registry?.unregister(owned);
  }

  #collected({ id, message }: Owned): void {
    if (!this.#owned.delete(id)) return;
    this.#leaked += 1;
    this.#report(message);
  }
}
