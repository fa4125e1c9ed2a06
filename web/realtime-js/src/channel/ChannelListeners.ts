import { isSameChanges, takes, withTextFilter, type AnyCallback, type Binding } from './bindings.js';
import type { LogTarget } from './host.js';
import type {
  ChannelState,
  REALTIME_LISTEN_TYPES,
  REALTIME_POSTGRES_CHANGES_LISTEN_EVENT as Kind,
  REALTIME_PRESENCE_LISTEN_EVENTS as PresenceEvent,
} from '../api/constants.js';
import type { RealtimePostgresChangesFilter as ChangesFilter } from '../api/options.js';
import type {
  AnyRecord,
  BroadcastEnvelope,
  RealtimeBroadcastDeletePayload,
  RealtimeBroadcastInsertPayload,
  RealtimeBroadcastPayload,
  RealtimeBroadcastUpdatePayload,
  RealtimePostgresChangesPayload,
  RealtimePostgresDeletePayload,
  RealtimePostgresInsertPayload,
  RealtimePostgresUpdatePayload,
  RealtimePresenceJoinPayload,
  RealtimePresenceLeavePayload,
} from '../api/payloads.js';

type PresenceKind = `${PresenceEvent}`;

/** Who listens to a channel, and to what. */
export abstract class ChannelListeners {
  /** With `realtime:` in front. */
  readonly topic: string;
  /** What was given to `on`, by type. */
  bindings: Record<string, Binding[]> = {};
  state: ChannelState = 'closed';
  /** Whether `subscribe` was called. */
  joinedOnce = false;
  readonly #log: LogTarget;
  #lastRef = 0;

  protected constructor(topic: string, log: LogTarget) {
    this.topic = topic;
    this.#log = log;
  }

  on(type: 'presence', filter: { event: `${PresenceEvent.SYNC}` }, callback: () => void): this;
  on<T extends AnyRecord>(
    type: 'presence',
    filter: { event: `${PresenceEvent.JOIN}` },
    callback: (payload: RealtimePresenceJoinPayload<T>) => void,
  ): this;
  on<T extends AnyRecord>(
    type: 'presence',
    filter: { event: `${PresenceEvent.LEAVE}` },
    callback: (payload: RealtimePresenceLeavePayload<T>) => void,
  ): this;
  on<T extends AnyRecord>(
    type: 'presence',
    filter: { event: '*' | PresenceKind },
    callback: (payload?: RealtimePresenceJoinPayload<T> | RealtimePresenceLeavePayload<T>) => void,
  ): this;
  on<T extends AnyRecord>(
    type: 'postgres_changes',
    filter: ChangesFilter<`${Kind.ALL}`>,
    callback: (payload: RealtimePostgresChangesPayload<T>) => void,
  ): this;
  on<T extends AnyRecord>(
    type: 'postgres_changes',
    filter: ChangesFilter<`${Kind.INSERT}`>,
    callback: (payload: RealtimePostgresInsertPayload<T>) => void,
  ): this;
  on<T extends AnyRecord>(
    type: 'postgres_changes',
    filter: ChangesFilter<`${Kind.UPDATE}`>,
    callback: (payload: RealtimePostgresUpdatePayload<T>) => void,
  ): this;
  on<T extends AnyRecord>(
    type: 'postgres_changes',
    filter: ChangesFilter<`${Kind.DELETE}`>,
    callback: (payload: RealtimePostgresDeletePayload<T>) => void,
  ): this;
  on<T extends AnyRecord>(
    type: 'postgres_changes',
    filter: ChangesFilter<`${Kind}`>,
    callback: (payload: RealtimePostgresChangesPayload<T>) => void,
  ): this;
  on(
    type: 'broadcast',
    filter: { event: string },
    callback: (payload: BroadcastEnvelope<string, AnyRecord>) => void,
  ): this;
  on<T extends AnyRecord>(
    type: 'broadcast',
    filter: { event: string },
    callback: (payload: BroadcastEnvelope<string, { payload: T }>) => void,
  ): this;
  on<T extends Record<string, unknown>>(
    type: 'broadcast',
    filter: { event: Kind.ALL },
    callback: (payload: BroadcastEnvelope<Kind.ALL, { payload: RealtimeBroadcastPayload<T> }>) => void,
  ): this;
  on<T extends AnyRecord>(
    type: 'broadcast',
    filter: { event: Kind.INSERT },
    callback: (payload: BroadcastEnvelope<Kind.INSERT, { payload: RealtimeBroadcastInsertPayload<T> }>) => void,
  ): this;
  on<T extends AnyRecord>(
    type: 'broadcast',
    filter: { event: Kind.UPDATE },
    callback: (payload: BroadcastEnvelope<Kind.UPDATE, { payload: RealtimeBroadcastUpdatePayload<T> }>) => void,
  ): this;
  on<T extends AnyRecord>(
    type: 'broadcast',
    filter: { event: Kind.DELETE },
    callback: (payload: BroadcastEnvelope<Kind.DELETE, { payload: RealtimeBroadcastDeletePayload<T> }>) => void,
  ): this;
  on(type: 'system', filter: {}, callback: AnyCallback): this;
  /**
   * Adds a listener. Broadcasts may be listened to at any time, the rest before `subscribe`.
   *
   * @throws Error when it is too late.
   */
  on(type: `${REALTIME_LISTEN_TYPES}`, filter: Binding['filter'], callback: AnyCallback): this {
    const isFixed = type === 'presence' || type === 'postgres_changes';
    if (isFixed && (this.state === 'joined' || this.state === 'joining')) {
      const message = `cannot add \`${type}\` callbacks for ${this.topic} after \`subscribe()\`.`;
      this.#log.log('channel', message);
      throw new Error(message);
    }
    this.#bind(type, filter, callback);
    return this;
  }

  /** Adds the listeners of another channel. @throws Error once this one was subscribed. */
  copyBindings(other: ChannelListeners): void {
    if (this.joinedOnce) throw new Error('cannot copy bindings into joined channel');
    for (const { type, filter, callback } of Object.values(other.bindings).flat()) this.#bind(type, filter, callback);
  }

  /** Hears of each new binding. */
  protected abstract bound(binding: Binding): void;

  protected listenersTo(type: string): readonly Binding[] {
    return this.bindings[type] ?? [];
  }

  /** Calls those who listen to this event, all of them. Throws what the last of them threw that did. */
  protected emit(type: string, event: string, payload: unknown): void {
    let failure: { error: unknown } | null = null;
    for (const binding of [...this.listenersTo(type)]) {
      if (!takes(binding, event)) continue;
      try {
        binding.callback(payload);
      } catch (error) {
        failure = { error };
      }
    }
    if (failure !== null) throw failure.error;
  }

  #bind(givenType: string, givenFilter: Binding['filter'], callback: AnyCallback): void {
    const type = givenType.toLowerCase();
    const filter = withTextFilter(givenFilter);
    const bindings = (this.bindings[type] ??= []);
    if (type === 'postgres_changes' && bindings.some((other) => isSameChanges(other.filter, filter))) {
      this.#log.log('error', `duplicate \`postgres_changes\` binding for ${this.topic} ignored`, filter);
      return;
    }
    this.#lastRef += 1;
    const binding = { type, filter, callback, ref: this.#lastRef };
    bindings.push(binding);
    this.bound(binding);
  }
}
