import type { SubscriptionSpec } from '../engine/engine.js';

interface Owned {
  readonly id: number;
  readonly spec: SubscriptionSpec;
}

/**
 * Notices subscriptions that were forgotten: their owner has been garbage-collected, so nobody is left who would end them. Holds owners weakly; a
 * report comes when the garbage collector gets to it, or never.
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

  /** Until `forget`. */
  watch(owner: object, id: number, spec: SubscriptionSpec): void {
    this.#registry ??= new FinalizationRegistry((owned) => {
      this.#collected(owned);
    });
    const owned = { id, spec };
    this.#owned.set(id, owned);
    this.#registry.register(owner, owned, owned);
  }

  forget(id: number): void {
    const owned = this.#owned.get(id);
    if (owned === undefined) return;
    this.#owned.delete(id);
    this.#registry?.unregister(owned);
  }

  #collected({ id, spec }: Owned): void {
    if (!this.#owned.delete(id)) return;
    this.#leaked += 1;
    const filter = spec.filter === undefined ? '' : ` with the filter "${spec.filter}"`;
    this.#report(
      `subscription ${id} to ${spec.schema}.${spec.table}${filter} is still running, but its owner is gone: call unsubscribe(${id}) when the owner ends`,
    );
  }
}
