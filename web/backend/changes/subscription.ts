import type { CompiledCondition } from '../filter/compile.js';
import type { ChangeType } from '../replication/rowChange.js';
import type { Claims } from '../tokens.js';

/** Receives the changes of its subscriptions. */
export interface ChangeReceiver {
  /** `data` is the JSON text of the frame's `data`; `ids` are those of all entries that matched, last entry first. */
  deliverChange(type: ChangeType, data: string, ids: readonly number[]): void;
}

/** One entry of a join, bound to one table. */
export interface Subscription {
  receiver: ChangeReceiver;
  /** Position of the entry in the join. */
  index: number;
  /** The id that the join reply gave the entry. */
  id: number;
  tableOid: number;
  event: '*' | ChangeType;
  conditions: readonly CompiledCondition[];
  /** Subscriptions of one table with equal keys match the same rows. */
  conditionsKey: string;
  /** Sorted column names, or null for all. */
  select: readonly string[] | null;
  claims: Claims;
}

/** The live subscriptions, by table. */
export class SubscriptionRegistry {
  readonly #byTable = new Map<number, Set<Subscription>>();
  readonly #byReceiver = new Map<ChangeReceiver, Subscription[]>();

  /** Replaces all subscriptions of the receiver. */
  set(receiver: ChangeReceiver, subscriptions: Subscription[]): void {
    this.remove(receiver);
    this.#byReceiver.set(receiver, subscriptions);
    for (const subscription of subscriptions) {
      let entries = this.#byTable.get(subscription.tableOid);
      if (entries === undefined) this.#byTable.set(subscription.tableOid, (entries = new Set()));
      entries.add(subscription);
    }
  }

  remove(receiver: ChangeReceiver): void {
    for (const subscription of this.#byReceiver.get(receiver) ?? []) {
      const entries = this.#byTable.get(subscription.tableOid);
      entries?.delete(subscription);
      if (entries?.size === 0) this.#byTable.delete(subscription.tableOid);
    }
    this.#byReceiver.delete(receiver);
  }

  /** Removes everything and returns who was subscribed. */
  clear(): ChangeReceiver[] {
    const receivers = [...this.#byReceiver.keys()];
    this.#byReceiver.clear();
    this.#byTable.clear();
    return receivers;
  }

  /** Whether the receiver is subscribed for this entry and table, also when that was made again meanwhile, as with another token. */
  isLive({ receiver, index, tableOid }: Subscription): boolean {
    const own = this.#byReceiver.get(receiver) ?? [];
    return own.some((each) => each.index === index && each.tableOid === tableOid);
  }

  forTable(oid: number): Iterable<Subscription> {
    return this.#byTable.get(oid) ?? [];
  }

  get size(): number {
    let size = 0;
    for (const entries of this.#byTable.values()) size += entries.size;
    return size;
  }
}
