import type { StatusDelta, SubscriptionDelta, SubscriptionSpec } from '../engine/engine.js';
import type { ConnectionStatus, Counters, OverallState, StatusSnapshot, SubscriptionStatus } from '../api/status.js';

const NO_COUNTERS: Counters = Object.freeze({
  framesIn: 0,
  framesOut: 0,
  bytesIn: 0,
  bytesOut: 0,
  changes: 0,
  deliveries: 0,
  conflated: 0,
  ignoredFrames: 0,
  badFrames: 0,
  connects: 0,
  joins: 0,
  pulses: 0,
  pulsesMissed: 0,
});

/** The status of a manager that does nothing; also what is rendered on a server. */
export const IDLE_SNAPSHOT: StatusSnapshot = Object.freeze({
  overall: 'idle',
  since: 0,
  connections: Object.freeze([]),
  subscriptions: Object.freeze([]),
  counters: NO_COUNTERS,
});

/**
 * Composes the status snapshot from the core's deltas and from what only the manager knows: which subscriptions there are, and the state
 * before there is a core.
 */
export class StatusStore {
  #snapshot: StatusSnapshot = IDLE_SNAPSHOT;
  #stale = false;
  #connections = new Map<number, ConnectionStatus>();
  #connectionList: readonly ConnectionStatus[] | null = IDLE_SNAPSHOT.connections;
  #subscriptions = new Map<number, SubscriptionStatus>();
  #subscriptionList: readonly SubscriptionStatus[] | null = IDLE_SNAPSHOT.subscriptions;
  /** Those that the core did not take. */
  readonly #refused = new Set<number>();
  /** On the others. */
  #verdict: OverallState = 'idle';
  #overall: OverallState = 'idle';
  #since: number = Date.now();
  #coreSpoke = false;
  #counters: Counters = NO_COUNTERS;

  /** Totals as fresh as the core's latest batch. */
  get counters(): Counters {
    return this.#counters;
  }

  /** The same object until a change; see {@link StatusSnapshot}. */
  snapshot(): StatusSnapshot {
    if (!this.#stale) return this.#snapshot;
    this.#stale = false;
    this.#connectionList ??= byId(this.#connections);
    this.#subscriptionList ??= byId(this.#subscriptions);
    this.#snapshot = Object.freeze({
      overall: this.#overall,
      since: this.#since,
      connections: this.#connectionList,
      subscriptions: this.#subscriptionList,
      counters: this.#counters,
    });
    return this.#snapshot;
  }

  /** A new subscription, pending until the core says otherwise. */
  add(id: number, spec: SubscriptionSpec): void {
    this.#setSubscription({
      id,
      schema: spec.schema,
      table: spec.table,
      event: spec.event,
      filter: spec.filter ?? null,
      state: 'pending',
      mode: 'paused',
      since: Date.now(),
      attempts: 0,
      nextRetryAt: null,
      code: 'CONNECTING',
      message: '',
      retryable: true,
    });
    if (!this.#coreSpoke && this.#verdict === 'idle') this.#verdict = 'connecting';
    this.#judge(Date.now());
  }

  remove(id: number): void {
    if (!this.#subscriptions.delete(id)) return;
    this.#refused.delete(id);
    this.#subscriptionList = null;
    this.#stale = true;
    if (!this.#coreSpoke && this.#subscriptions.size === 0) this.#verdict = 'idle';
    this.#judge(Date.now());
  }

  /** Back to idle, for good. */
  clear(): void {
    this.#connections.clear();
    this.#subscriptions.clear();
    this.#refused.clear();
    this.#connectionList = IDLE_SNAPSHOT.connections;
    this.#subscriptionList = IDLE_SNAPSHOT.subscriptions;
    this.#verdict = 'idle';
    this.#judge(Date.now());
    this.#stale = true;
  }

  /** The core could not be loaded: everything waits for the next attempt. */
  loadFailed(message: string, attempts: number, nextRetryAt: number): void {
    const failure = { code: 'LOAD_FAILED', message, attempts, nextRetryAt, retryable: true } as const;
    for (const entry of this.#subscriptions.values()) {
      const since = entry.state === 'retrying' ? entry.since : Date.now();
      this.#setSubscription({ ...entry, ...failure, state: 'retrying', since });
    }
    this.#verdict = 'offline';
    this.#judge(Date.now());
  }

  /** Takes the core's changes in. True when the snapshot changed by it. */
  apply(delta: StatusDelta): boolean {
    if (delta.refused === undefined) this.#coreSpoke = true;
    if (delta.counters !== undefined) this.#counters = Object.freeze({ ...this.#counters, ...delta.counters });
    for (const connection of delta.connections ?? []) this.#setConnection(connection);
    for (const id of delta.removedConnections ?? []) this.#removeConnection(id);
    for (const change of delta.subscriptions ?? []) this.#applySubscription(change);
    for (const id of delta.refused ?? []) if (this.#subscriptions.has(id)) this.#refused.add(id);
    this.#verdict = delta.overall ?? this.#verdict;
    this.#judge(delta.since ?? Date.now());
    return this.#stale;
  }

  /** What the application has ended is no longer in the table; late words of the core about it are dropped. */
  #applySubscription(change: SubscriptionDelta): void {
    const entry = this.#subscriptions.get(change.id);
    if (entry !== undefined) this.#setSubscription({ ...entry, ...change });
  }

  #setSubscription(entry: SubscriptionStatus): void {
    const before = this.#subscriptions.get(entry.id);
    if (before !== undefined && sameFields(before, entry)) return;
    this.#subscriptions.set(entry.id, Object.freeze(entry));
    this.#subscriptionList = null;
    this.#stale = true;
  }

  #setConnection(entry: ConnectionStatus): void {
    const before = this.#connections.get(entry.id);
    if (before !== undefined && sameFields(before, entry)) return;
    this.#connections.set(entry.id, Object.freeze({ ...entry }));
    this.#connectionList = null;
    this.#stale = true;
  }

  #removeConnection(id: number): void {
    if (!this.#connections.delete(id)) return;
    this.#connectionList = null;
    this.#stale = true;
  }

  #judge(since: number): void {
    const overall = this.#withRefused();
    if (overall === this.#overall) return;
    this.#overall = overall;
    this.#since = since;
    this.#stale = true;
  }

  #withRefused(): OverallState {
    if (this.#refused.size === 0) return this.#verdict;
    if (this.#refused.size === this.#subscriptions.size) return 'offline';
    return this.#verdict === 'live' ? 'partial' : this.#verdict;
  }
}

function byId<Entry extends { readonly id: number }>(entries: ReadonlyMap<number, Entry>): readonly Entry[] {
  return Object.freeze([...entries.values()].sort((a, b) => a.id - b.id));
}

function sameFields<T extends object>(a: T, b: T): boolean {
  const keys = Object.keys(b) as (keyof T)[];
  return keys.every((key) => Object.is(a[key], b[key]));
}
