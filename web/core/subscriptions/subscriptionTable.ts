import type { Subscription } from './subscription.js';
import type { SubscriptionSpec } from '../engine/engine.js';
import { SwitchboardError } from '../api/errors.js';
import { OwnerWatch } from './ownerWatch.js';
import { Listeners } from '../base/listeners.js';
import { describe } from '../base/validate.js';

interface Entry {
  subscription: Subscription;
  signal: AbortSignal | null;
  onAbort: () => void;
}

/**
 * The subscriptions of one manager, by id. Ids count up from 1 and are never used twice. Also accounts for their owners. Whoever keeps something for a
 * subscription drops it when the table reports that it has ended.
 */
export class SubscriptionTable {
  readonly #entries = new Map<number, Entry>();
  readonly #owners: OwnerWatch;
  #lastId: number;
  /** Called with the id of each subscription that has ended, once it is no longer in the table. */
  readonly ended = new Listeners<[id: number]>();

  /** Ids up to and including `startAfter` count as given out and ended. `onLeak` hears of each subscription that outlived its owner. */
  constructor(startAfter: number, onLeak: (message: string) => void) {
    this.#lastId = startAfter;
    this.#owners = new OwnerWatch(onLeak);
  }

  /** Subscriptions whose owner was collected while they lived, in total. */
  get leaked(): number {
    return this.#owners.leaked;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The newest that was given out. */
  get lastId(): number {
    return this.#lastId;
  }

  nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  get(id: number): Subscription | undefined {
    return this.#entries.get(id)?.subscription;
  }

  /** In the order in which they were added. */
  *values(): IterableIterator<Subscription> {
    for (const entry of this.#entries.values()) yield entry.subscription;
  }

  /** `onAbort` runs at most once, when the signal fires before the subscription ends. */
  add(subscription: Subscription, signal: AbortSignal | null, onAbort: () => void): void {
    this.#entries.set(subscription.id, { subscription, signal, onAbort });
    signal?.addEventListener('abort', onAbort, { once: true });
  }

  /** Reports it when the owner is collected before the subscription of this id ends. */
  watchOwner(owner: object, id: number, { schema, table, filter }: SubscriptionSpec): void {
    const filtered = filter === undefined ? '' : ` with the filter "${filter}"`;
    const what = `subscription ${id} to ${schema}.${table}${filtered}`;
    this.#owners.watch(
      owner,
      id,
      `${what} is still running, but its owner is gone: call unsubscribe(${id}) when the owner ends`,
    );
  }

  /** Ends it. False when it has ended before. */
  end(id: number): boolean {
    const entry = this.#entries.get(id);
    if (entry === undefined) return false;
    entry.subscription.ended = true;
    entry.signal?.removeEventListener('abort', entry.onAbort);
    this.#owners.forget(id);
    this.#entries.delete(id);
    this.ended.notify(id);
    return true;
  }

  endAll(): void {
    for (const id of [...this.#entries.keys()]) this.end(id);
  }

  /** @throws SwitchboardError for what is no id, or an id that was never given out. */
  checkedId(id: unknown): number {
    if (typeof id !== 'number' || !Number.isInteger(id) || id < 1) {
      throw new SwitchboardError(
        'INVALID_OPTION',
        'id',
        `A subscription's id is the number that subscribe returned, not ${describe(id)}.`,
      );
    }
    if (id > this.#lastId) {
      throw new SwitchboardError(
        'UNKNOWN_SUBSCRIPTION',
        'id',
        `This manager never gave out the subscription id ${id}: was it another manager's?`,
      );
    }
    return id;
  }
}
