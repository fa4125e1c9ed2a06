import { SwitchboardError } from '../api/errors.js';
import type { InspectedChannel } from '../api/realtimeManager.js';
import type { ChannelStatus } from '../api/status.js';
import { checkChannel, type CheckedSend } from '../checks/channelOptions.js';
import type { CallbackQueue } from '../delivery/callbackQueue.js';
import type { Callbacks, ChannelReceiver } from '../delivery/callbacks.js';
import type {
  BroadcastDelivery,
  ChannelGap,
  ChannelSpec,
  Command,
  ControlMessage,
  PresenceDelivery,
} from '../engine/engine.js';
import type { LogOutlet } from '../log/logOutlet.js';
import type { StatusStore } from '../status/statusStore.js';
import { OwnerWatch } from '../subscriptions/ownerWatch.js';
import { BroadcastReader } from './broadcastReader.js';
import { BroadcastRoutes } from './broadcastRoutes.js';
import { ChannelHandle, type HandleHost } from './channelHandle.js';
import { KeptMessages } from './keptMessages.js';
import { readChange } from './presenceView.js';
import { Pushes } from './pushes.js';

/** The way to the engine. */
export interface ChannelEngine {
  /** Starts it unless it is. */
  start(): void;
  /** False when it is not open; it gets everything when it is. */
  give(command: Command): boolean;
}

export interface ChannelParts {
  readonly status: StatusStore;
  readonly queue: CallbackQueue;
  readonly callbacks: Callbacks;
  readonly log: LogOutlet;
  /** Handles have their ids from where subscriptions have theirs. */
  readonly nextId: () => number;
}

interface Entry {
  readonly handle: ChannelHandle;
  readonly signal: AbortSignal | null;
  readonly onAbort: () => void;
}

/** The open handles of one manager: opens and closes them, in the engine too if there is one, and hands them what comes. */
export class Channels implements HandleHost, ChannelReceiver {
  readonly callbacks: Callbacks;
  readonly vsn: string | undefined;
  readonly #parts: ChannelParts;
  readonly #engine: ChannelEngine;
  readonly #pushes: Pushes;
  readonly #kept = new KeptMessages();
  readonly #owners: OwnerWatch;
  readonly #entries = new Map<number, Entry>();
  readonly #reader = new BroadcastReader();
  #broadcastsSent = 0;
  #presenceSent = 0;
  readonly #routes = new BroadcastRoutes((id, event) => this.#entries.get(id)?.handle.listenersFor(event) ?? []);

  constructor(parts: ChannelParts, engine: ChannelEngine, vsn: string | undefined) {
    this.#parts = parts;
    this.#engine = engine;
    this.callbacks = parts.callbacks;
    this.vsn = vsn;
    this.#pushes = new Pushes(parts.log, (command) => engine.give(command));
    this.#owners = new OwnerWatch((message) => {
      parts.log.write({ level: 'warn', message });
    });
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Handles whose owner was collected while they were open, in total. */
  get leaked(): number {
    return this.#owners.leaked;
  }

  /** Broadcasts that were given to the socket's queue, and calls of `track` and `untrack`. */
  get sent(): { broadcasts: number; presence: number } {
    return { broadcasts: this.#broadcastsSent, presence: this.#presenceSent };
  }

  /** By id, ascending. */
  inspect(): InspectedChannel[] {
    return [...this.#entries.values()].map(({ handle }) => ({
      id: handle.id,
      watchesPresence: handle.spec.presence === true,
      isTracking: handle.tracked !== null,
      members: handle.presence(),
    }));
  }

  /** @throws SwitchboardError */
  open(name: unknown, options: unknown): ChannelHandle {
    const { spec, ack, signal, owner } = checkChannel(name, options);
    this.#requireAgreement(spec);
    const id = this.#parts.nextId();
    // Not inside the closure below: what one closure refers to, all of the same function keep alive.
    if (owner !== null && signal?.aborted !== true) this.#watchOwner(owner, id, spec.name);
    return this.#parts.queue.enter(() => {
      const { status, callbacks } = this.#parts;
      status.addChannel(id, spec);
      const handle = new ChannelHandle({ id, spec, ack }, this, status.channel(id) as ChannelStatus);
      if (signal?.aborted === true) {
        status.remove(id);
        handle.end();
        return handle;
      }
      const onAbort = (): void => {
        this.close(handle);
      };
      this.#entries.set(id, { handle, signal, onAbort });
      signal?.addEventListener('abort', onAbort, { once: true });
      callbacks.statusChanged();
      this.#engine.start();
      this.#engine.give({ kind: 'openChannel', id, spec: handle.spec });
      return handle;
    });
  }

  close(handle: ChannelHandle): void {
    this.#parts.queue.enter(() => {
      if (!this.#remove(handle)) return;
      this.#engine.give({ kind: 'closeChannel', id: handle.id });
      this.#parts.callbacks.statusChanged();
    });
  }

  endAll(): void {
    for (const { handle } of [...this.#entries.values()]) this.#remove(handle);
    this.#pushes.endAll();
  }

  statusOf(id: number): ChannelStatus | null {
    return this.#parts.status.channel(id) ?? null;
  }

  send(handle: ChannelHandle, checked: CheckedSend): Promise<void> {
    this.#broadcastsSent += 1;
    const sender = handle.spec.self === true ? null : handle.id;
    const onRejected = checked.persist === null ? undefined : this.#kept.add(sender, this.#sharers(handle), checked);
    return this.#parts.queue.enter(() => this.#pushes.send(handle, checked, onRejected));
  }

  refuse(handle: ChannelHandle, event: unknown, error: Error): Promise<void> {
    return this.#pushes.refused(handle, event, error);
  }

  track(handle: ChannelHandle): void {
    this.#presenceSent += 1;
    this.#parts.queue.enter(() => {
      const { id: channel, tracked } = handle;
      this.#engine.give(tracked === null ? { kind: 'untrack', channel } : { kind: 'track', channel, payload: tracked });
    });
  }

  watchPresence(handle: ChannelHandle): void {
    if (handle.spec.presence === true) return;
    handle.spec.presence = true;
    this.#parts.queue.enter(() => {
      this.#engine.give({ kind: 'watchPresence', id: handle.id });
    });
  }

  listenersChanged(): void {
    this.#routes.clear();
  }

  /** Brings a new engine up to date. */
  replay(): void {
    for (const { handle } of this.#entries.values()) {
      this.#engine.give({ kind: 'openChannel', id: handle.id, spec: handle.spec });
      if (handle.tracked !== null) this.track(handle);
    }
    this.#pushes.replay();
  }

  /** What a batch says of channels besides its deliveries. */
  receiveControl({ status, pushes, channelGaps }: ControlMessage): void {
    for (const { id } of status?.channels ?? []) this.#statusChanged(id);
    for (const result of pushes ?? []) this.#pushes.ended(result);
    for (const gap of channelGaps ?? []) this.#reportGap(gap);
  }

  /** The state of all of them may have changed. */
  statusChanged(): void {
    for (const id of this.#entries.keys()) this.#statusChanged(id);
  }

  receive(delivery: BroadcastDelivery | PresenceDelivery): void {
    try {
      if (delivery.kind === 'broadcast') this.#receiveBroadcast(delivery);
      else this.#receivePresence(delivery);
    } catch (error) {
      const message = `something that came for the channel "${this.#nameOf(delivery.channels)}" can't be read`;
      this.#parts.log.write({ level: 'warn', message }, error);
    } finally {
      this.#reader.become(null);
    }
  }

  #receiveBroadcast(delivery: BroadcastDelivery): void {
    const listeners = this.#routes.find(delivery.channels, delivery.event);
    if (listeners.length === 0) return;
    const broadcast = this.#reader.become(delivery);
    const handles = delivery.replayed ? this.#kept.withoutIt(delivery.channels, broadcast) : delivery.channels;
    if (handles === delivery.channels) this.callbacks.broadcast(listeners, broadcast);
    else if (handles.length > 0) this.callbacks.broadcast(this.#routes.find(handles, delivery.event), broadcast);
  }

  #receivePresence({ channels, changes }: PresenceDelivery): void {
    const read = changes.map(readChange);
    for (const id of channels) this.#entries.get(id)?.handle.receivePresence(changes, read);
  }

  #statusChanged(id: number): void {
    this.#parts.queue.push(() => {
      if (this.#entries.get(id)?.handle.reportStatus() === true) this.#kept.interrupted(id);
    });
  }

  #reportGap({ channels, code, from, to, healed }: ChannelGap): void {
    const gap = Object.freeze({ from: new Date(from), to: new Date(to), code, healed });
    this.#parts.queue.push(() => {
      for (const id of channels) this.#entries.get(id)?.handle.reportGap(gap);
    });
  }

  /** The handles of the server's channel that this one has. */
  #sharers({ name, id }: ChannelHandle): number[] {
    const keyOf = (each: number): string | null | undefined => this.statusOf(each)?.presenceKey;
    const named = [...this.#entries.values()].filter(({ handle }) => handle.name === name);
    return named.map(({ handle }) => handle.id).filter((other) => keyOf(other) === keyOf(id));
  }

  #remove(handle: ChannelHandle): boolean {
    const entry = this.#entries.get(handle.id);
    if (entry === undefined) return false;
    this.#entries.delete(handle.id);
    entry.signal?.removeEventListener('abort', entry.onAbort);
    this.#owners.forget(handle.id);
    this.#parts.status.remove(handle.id);
    handle.end();
    this.#pushes.closed(handle);
    return true;
  }

  /** One socket has one channel of a name. */
  #requireAgreement(spec: ChannelSpec): void {
    const others = [...this.#entries.values()].map(({ handle }) => handle).filter(({ name }) => name === spec.name);
    const other = others.find(({ isPrivate }) => isPrivate !== (spec.private === true));
    if (other === undefined) return;
    const [has, wants] = other.isPrivate ? ['private', 'public'] : ['public', 'private'];
    throw new SwitchboardError(
      'CHANNEL_CONFLICT',
      'private',
      `The channel "${spec.name}" is open as a ${has} one, so it can't be opened as a ${wants} one: give all of its handles the same \`private\`.`,
    );
  }

  #watchOwner(owner: object, id: number, name: string): void {
    const what = `handle ${id} of the channel "${name}"`;
    this.#owners.watch(owner, id, `${what} is still open, but its owner is gone: call close() when the owner ends`);
  }

  #nameOf(ids: readonly number[]): string {
    return this.#entries.get(ids[0] ?? 0)?.handle.name ?? '';
  }
}
