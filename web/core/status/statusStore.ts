import { sameValue } from '../base/sameValue.js';
import type { ChannelSpec, StatusDelta, SubscriptionDelta, SubscriptionSpec } from '../engine/engine.js';
import type {
  ChannelState,
  ChannelStatus,
  ConnectionStatus,
  Counters,
  OverallState,
  StatusSnapshot,
  SubscriptionStatus,
  TabsStatus,
} from '../api/status.js';
import { Entries } from './entries.js';

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
  filled: 0,
});

/** The status of a manager that does nothing; also what is rendered on a server. */
export const IDLE_SNAPSHOT: StatusSnapshot = Object.freeze({
  overall: 'idle',
  since: 0,
  connections: Object.freeze([]),
  subscriptions: Object.freeze([]),
  channels: Object.freeze([]),
  counters: NO_COUNTERS,
});

/** Hears of subscriptions and handles of channels. */
export interface StateListener {
  /** One is in another state. `before`: undefined when it is new. */
  stateChanged(id: number, before: ChannelState | undefined, state: ChannelState): void;
  /** One has ended. */
  removed(id: number): void;
}

/**
 * Composes the status snapshot from the core's deltas and from what only the manager knows: which subscriptions and handles of channels there are, and
 * the state before there is a core.
 */
export class StatusStore {
  #snapshot: StatusSnapshot = IDLE_SNAPSHOT;
  #stale = false;
  readonly #connections = new Entries<ConnectionStatus>(IDLE_SNAPSHOT.connections);
  readonly #subscriptions = new Entries<SubscriptionStatus>(IDLE_SNAPSHOT.subscriptions);
  readonly #channels = new Entries<ChannelStatus>(IDLE_SNAPSHOT.channels);
  /** Those that the core did not take. */
  readonly #refused = new Set<number>();
  /** On the others. */
  #verdict: OverallState = 'idle';
  #overall: OverallState = 'idle';
  #since: number = Date.now();
  #coreSpoke = false;
  #counters: Counters = NO_COUNTERS;
  #tabs: { readonly tabs?: TabsStatus } = {};
  readonly #listener: StateListener;

  constructor(listener: StateListener) {
    this.#listener = listener;
  }

  /** Totals as fresh as the core's latest batch. */
  get counters(): Counters {
    return this.#counters;
  }

  /** The same object until a change; see {@link StatusSnapshot}. */
  snapshot(): StatusSnapshot {
    if (!this.#stale) return this.#snapshot;
    this.#stale = false;
    this.#snapshot = Object.freeze({
      overall: this.#overall,
      since: this.#since,
      connections: this.#connections.list,
      subscriptions: this.#subscriptions.list,
      channels: this.#channels.list,
      counters: this.#counters,
      ...this.#tabs,
    });
    return this.#snapshot;
  }

  /** Of an open handle. The same object until a change. */
  channel(id: number): ChannelStatus | undefined {
    return this.#channels.get(id);
  }

  /** A new subscription, pending until the core says otherwise. */
  add(id: number, { schema, table, event, filter }: SubscriptionSpec): void {
    this.#begin(this.#subscriptions, {
      ...{ id, schema, table, event, filter: filter ?? null, mode: 'paused' },
      ...pending(),
    });
  }

  /** A new handle of a channel; the same. */
  addChannel(id: number, { name, private: isPrivate, presenceKey }: ChannelSpec): void {
    this.#begin(this.#channels, {
      ...{ id, name, private: isPrivate === true, presenceKey: presenceKey ?? null },
      ...pending(),
    });
  }

  /** A subscription or a handle of a channel has ended. */
  remove(id: number): void {
    if (!this.#subscriptions.delete(id) && !this.#channels.delete(id)) return;
    this.#listener.removed(id);
    this.#refused.delete(id);
    this.#stale = true;
    if (!this.#coreSpoke && this.#size === 0) this.#verdict = 'idle';
    this.#judge(Date.now());
  }

  /** Back to idle, for good. */
  clear(): void {
    for (const entries of [this.#connections, this.#subscriptions, this.#channels]) entries.clear();
    this.#refused.clear();
    this.#verdict = 'idle';
    this.#judge(Date.now());
    this.#stale = true;
  }

  /** The core could not be loaded: everything waits for the next attempt. */
  loadFailed(message: string, attempts: number, nextRetryAt: number): void {
    const failure = { code: 'LOAD_FAILED', message, attempts, nextRetryAt, retryable: true } as const;
    const fail = <Entry extends SubscriptionStatus | ChannelStatus>(entries: Entries<Entry>): void => {
      for (const entry of entries.values()) {
        const since = entry.state === 'retrying' ? entry.since : Date.now();
        this.#set(entries, { ...entry, ...failure, state: 'retrying', since });
      }
    };
    fail(this.#subscriptions);
    fail(this.#channels);
    this.#verdict = 'offline';
    this.#judge(Date.now());
  }

  /** Takes the core's changes in. True when the snapshot changed by it. */
  apply(delta: StatusDelta): boolean {
    const refused = [...(delta.refused ?? []), ...(delta.refusedChannels ?? [])];
    if (refused.length === 0) this.#coreSpoke = true;
    if (delta.counters !== undefined) this.#counters = Object.freeze({ ...this.#counters, ...delta.counters });
    for (const connection of delta.connections ?? []) if (this.#connections.set({ ...connection })) this.#stale = true;
    for (const id of delta.removedConnections ?? []) if (this.#connections.delete(id)) this.#stale = true;
    for (const change of delta.subscriptions ?? []) this.#updateSubscription(change);
    for (const change of delta.channels ?? []) this.#update(this.#channels, change);
    for (const id of refused) if (this.#knows(id)) this.#refused.add(id);
    if (delta.tabs !== undefined) {
      this.#tabs = { tabs: Object.freeze(delta.tabs) };
      this.#stale = true;
    }
    this.#verdict = delta.overall ?? this.#verdict;
    this.#judge(delta.since ?? Date.now());
    return this.#stale;
  }

  /** How many there are that can be live. */
  get #size(): number {
    return this.#subscriptions.size + this.#channels.size;
  }

  #knows(id: number): boolean {
    return this.#subscriptions.get(id) !== undefined || this.#channels.get(id) !== undefined;
  }

  #begin<Entry extends SubscriptionStatus | ChannelStatus>(entries: Entries<Entry>, entry: Entry): void {
    this.#set(entries, entry);
    if (!this.#coreSpoke && this.#verdict === 'idle') this.#verdict = 'connecting';
    this.#judge(Date.now());
  }

  /** What the application has ended is no longer in the table; late words of the core about it are dropped. */
  #update<Entry extends SubscriptionStatus | ChannelStatus>(
    entries: Entries<Entry>,
    change: Partial<Entry> & { readonly id: number },
  ): void {
    const entry = entries.get(change.id);
    if (entry !== undefined) this.#set(entries, { ...entry, ...change });
  }

  #updateSubscription(change: SubscriptionDelta): void {
    const before = this.#subscriptions.get(change.id)?.fellBack;
    // The same object while it says the same, so that the entry can be compared.
    const fellBack = sameValue(before, change.fellBack) ? before : change.fellBack;
    this.#update(this.#subscriptions, fellBack === undefined ? change : { ...change, fellBack });
  }

  #set<Entry extends SubscriptionStatus | ChannelStatus>(entries: Entries<Entry>, entry: Entry): void {
    const before = entries.get(entry.id)?.state;
    if (!entries.set(entry)) return;
    this.#stale = true;
    if (entry.state !== before) this.#listener.stateChanged(entry.id, before, entry.state);
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
    if (this.#refused.size === this.#size) return 'offline';
    return this.#verdict === 'live' ? 'partial' : this.#verdict;
  }
}

/** What nobody has tried yet. */
function pending() {
  const code = 'CONNECTING' as const;
  const state = 'pending' as const;
  return { state, since: Date.now(), attempts: 0, nextRetryAt: null, code, message: '', retryable: true };
}
