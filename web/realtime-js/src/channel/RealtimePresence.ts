import type { ChannelListeners } from './ChannelListeners.js';
import type { PresenceChange } from './port.js';
import type {
  AnyRecord,
  Presence,
  RealtimePresenceJoinPayload,
  RealtimePresenceLeavePayload,
  RealtimePresenceState,
} from '../api/payloads.js';

/** What listeners of `presence` get. */
export type PresenceEvent =
  { event: 'sync' } | RealtimePresenceJoinPayload<AnyRecord> | RealtimePresenceLeavePayload<AnyRecord>;

function read(metas: string): Presence[] {
  const list = JSON.parse(metas) as AnyRecord[];
  return list.map(({ phx_ref: ref, phx_ref_prev: _previous, ...payload }) => ({
    ...payload,
    presence_ref: String(ref),
  }));
}

/** Those of `list` that `others` lacks, by the server's name. */
function without(list: readonly Presence[], others: readonly Presence[]): Presence[] {
  const known = new Set(others.map(({ presence_ref: ref }) => ref));
  return list.filter(({ presence_ref: ref }) => !known.has(ref));
}

/** Who is present on a channel. */
export class RealtimePresence {
  readonly channel: ChannelListeners;
  #byKey = new Map<string, Presence[]>();
  #awaitsState = false;

  constructor(channel: ChannelListeners, _options?: { events?: { state: string; diff: string } }) {
    this.channel = channel;
  }

  /** By key. A copy. */
  get state(): RealtimePresenceState {
    return Object.fromEntries([...this.#byKey].map(([key, list]) => [key, list.map((entry) => ({ ...entry }))]));
  }

  /** Forgets everybody. */
  clear(): void {
    this.#byKey.clear();
    this.#awaitsState = false;
  }

  /** The next changes are a whole state: whoever is not in it has left. */
  awaitState(): void {
    this.#awaitsState = true;
  }

  /** Takes changes in. Returns the events that realtime-js gives for them: joins, then leaves, then one sync. */
  apply(changes: readonly PresenceChange[]): PresenceEvent[] {
    const now = changes.map(({ kind, key, metas }) => ({ key, list: kind === 'leave' ? [] : read(metas) }));
    const joins = now.flatMap(({ key, list }) => this.#join(key, list));
    const gone = this.#awaitsState ? this.#without(now.map(({ key }) => key)) : [];
    this.#awaitsState = false;
    const leaves = [...now, ...gone].flatMap(({ key, list }) => this.#leave(key, list));
    return [...joins, ...leaves, { event: 'sync' }];
  }

  /** Of those that are present the others, with nothing. */
  #without(keys: readonly string[]): { key: string; list: readonly Presence[] }[] {
    return [...this.#byKey.keys()].filter((key) => !keys.includes(key)).map((key) => ({ key, list: [] }));
  }

  #join(key: string, list: readonly Presence[]): PresenceEvent[] {
    const before = this.#byKey.get(key) ?? [];
    const joined = without(list, before);
    if (joined.length === 0) return [];
    this.#byKey.set(key, [...before, ...joined]);
    return [{ event: 'join', key, currentPresences: before, newPresences: joined }];
  }

  #leave(key: string, list: readonly Presence[]): PresenceEvent[] {
    const before = this.#byKey.get(key) ?? [];
    const left = without(before, list);
    if (left.length === 0) return [];
    const staying = without(before, left);
    if (staying.length === 0) this.#byKey.delete(key);
    else this.#byKey.set(key, staying);
    return [{ event: 'leave', key, currentPresences: staying, leftPresences: left }];
  }
}
