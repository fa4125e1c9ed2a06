import type {
  BroadcastMessage,
  Channel,
  ChannelGap,
  PresenceChange,
  PresenceMember,
  SendOptions,
} from '../api/channel.js';
import type { ChannelStatus } from '../api/status.js';
import { Listeners } from '../base/listeners.js';
import { requireFunction } from '../base/validate.js';
import { checkEvent, checkSend, checkTracked, type CheckedSend } from '../checks/channelOptions.js';
import type { Callbacks } from '../delivery/callbacks.js';
import type { ChannelSpec, PresenceChange as EngineChange } from '../engine/engine.js';
import { BroadcastListeners, type BroadcastCallback, type BroadcastListener } from './broadcastListeners.js';
import { closedError } from './pushError.js';
import { PresenceView, type ReadChange } from './presenceView.js';

/** What a handle needs of the channels of its manager. */
export interface HandleHost {
  readonly callbacks: Callbacks;
  /** The protocol's version. */
  readonly vsn: string | undefined;
  /** Null after the handle's end. */
  statusOf(id: number): ChannelStatus | null;
  send(handle: ChannelHandle, checked: CheckedSend): Promise<void>;
  /** The promise of a send that is a mistake. */
  refuse(handle: ChannelHandle, event: unknown, error: Error): Promise<void>;
  track(handle: ChannelHandle): void;
  watchPresence(handle: ChannelHandle): void;
  /** A callback for broadcasts has come or gone. */
  listenersChanged(): void;
  close(handle: ChannelHandle): void;
}

/** A handle that is being made. */
export interface HandleParts {
  readonly id: number;
  readonly spec: ChannelSpec;
  readonly ack: boolean;
}

/** A handle with what only packages of this project may use. */
export type OpenedChannel<Events, Presence extends object> = Channel<Events, Presence> &
  Pick<ChannelHandle, 'onPresenceChanges' | 'onText'>;

/** See {@link Channel}. */
export class ChannelHandle implements Channel {
  readonly id: number;
  readonly name: string;
  /** As it is to be opened in an engine. */
  readonly spec: ChannelSpec;
  /** The newest that was tracked, as JSON; null for none. */
  tracked: string | null = null;
  readonly #ack: boolean;
  readonly #host: HandleHost;
  readonly #label: string;
  readonly #broadcasts: BroadcastListeners;
  readonly #presenceListeners = new Listeners<[change: PresenceChange]>();
  readonly #rawListeners = new Listeners<[changes: readonly EngineChange[]]>();
  readonly #statusListeners = new Listeners<[status: ChannelStatus]>();
  readonly #gapListeners = new Listeners<[gap: ChannelGap]>();
  readonly #present = new PresenceView();
  #status: ChannelStatus;
  #closed = false;

  constructor({ id, spec, ack }: HandleParts, host: HandleHost, status: ChannelStatus) {
    this.id = id;
    this.name = spec.name;
    this.spec = spec;
    this.#ack = ack;
    this.#host = host;
    this.#label = `handle ${id} of the channel "${spec.name}"`;
    this.#status = status;
    this.#broadcasts = new BroadcastListeners(`a callback of ${this.#label}`, () => {
      host.listenersChanged();
    });
  }

  get closed(): boolean {
    return this.#closed;
  }

  get isPrivate(): boolean {
    return this.spec.private === true;
  }

  on(event: string, callback: (payload: never, message: BroadcastMessage) => unknown): () => void {
    this.#requireOpen();
    checkEvent(event);
    requireFunction(callback, 'callback', 'on calls it with the payload of each broadcast.');
    return this.#broadcasts.add(event, callback as BroadcastCallback);
  }

  /**
   * Like `on` for all events, with the JSON text as the server sent it, or the bytes. For the packages of this project only.
   */
  onText(callback: (payload: string | Uint8Array, message: BroadcastMessage) => unknown): () => void {
    this.#requireOpen();
    return this.#broadcasts.addRaw(callback as BroadcastCallback);
  }

  send(event: string, payload: unknown, options?: SendOptions): Promise<void> {
    try {
      this.#requireOpen();
      const { spec, vsn } = { spec: this.spec, vsn: this.#host.vsn };
      return this.#host.send(this, checkSend(event, payload, options, { spec, ack: this.#ack, vsn }));
    } catch (error) {
      return this.#host.refuse(this, event, error as Error);
    }
  }

  track(payload: object): void {
    this.#requireOpen();
    this.tracked = checkTracked(payload);
    this.#host.track(this);
  }

  untrack(): void {
    this.#requireOpen();
    this.tracked = null;
    this.#host.track(this);
  }

  presence(): readonly PresenceMember[] {
    return this.#present.members;
  }

  onPresence(callback: (change: PresenceChange) => unknown): () => void {
    this.#requireOpen();
    requireFunction(callback, 'callback', 'onPresence calls it when it changes who is present.');
    this.#host.watchPresence(this);
    return this.#presenceListeners.add(callback);
  }

  /**
   * Like `onPresence`, with the engine's changes as they come, `phx_ref`s and refreshes included. For the packages of this project only.
   */
  onPresenceChanges(callback: (changes: readonly EngineChange[]) => unknown): () => void {
    this.#requireOpen();
    this.#host.watchPresence(this);
    return this.#rawListeners.add(callback);
  }

  status(): ChannelStatus {
    return this.#host.statusOf(this.id) ?? this.#status;
  }

  onStatus(callback: (status: ChannelStatus) => unknown): () => void {
    this.#requireOpen();
    requireFunction(callback, 'callback', 'onStatus calls it with the new state.');
    return this.#statusListeners.add(callback);
  }

  onGap(callback: (gap: ChannelGap) => unknown): () => void {
    this.#requireOpen();
    requireFunction(callback, 'callback', 'onGap calls it with each gap.');
    return this.#gapListeners.add(callback);
  }

  close(): void {
    if (!this.#closed) this.#host.close(this);
  }

  /** From its channels: it has left them, and nothing is called any more. */
  end(): void {
    this.#closed = true;
    this.tracked = null;
    const code = 'UNSUBSCRIBED' as const;
    const since = Date.now();
    const end = {
      state: 'closed',
      since,
      attempts: 0,
      nextRetryAt: null,
      code,
      message: '',
      retryable: false,
    } as const;
    this.#status = Object.freeze({ ...this.#status, ...end });
    this.#present.clear();
    this.#broadcasts.clear();
    for (const listeners of [this.#presenceListeners, this.#rawListeners, this.#statusListeners, this.#gapListeners]) {
      listeners.clear();
    }
  }

  /** The callbacks that get a broadcast of the event, in order. */
  listenersFor(event: string): readonly BroadcastListener[] {
    return this.#broadcasts.for(event);
  }

  /** From the queue, as the others. */
  receivePresence(raw: readonly EngineChange[], changes: readonly ReadChange[]): void {
    const { callbacks } = this.#host;
    this.#rawListeners.forEach((call) => {
      callbacks.attempt(`onPresence of ${this.#label}`, () => call(raw));
    });
    const result = this.#present.apply(changes);
    if (result === null || this.#presenceListeners.size === 0) return;
    const change = Object.freeze({ members: this.#present.members, ...result });
    this.#presenceListeners.forEach((call) => {
      callbacks.attempt(`onPresence of ${this.#label}`, () => call(change));
    });
  }

  /** Its state may have changed. Returns whether it has just ceased to be live. */
  reportStatus(): boolean {
    const status = this.status();
    if (this.#closed || status === this.#status) return false;
    const wasLive = this.#status.state === 'live';
    this.#status = status;
    this.#statusListeners.forEach((call) => {
      this.#host.callbacks.attempt(`onStatus of ${this.#label}`, () => call(status));
    });
    return wasLive && status.state !== 'live';
  }

  reportGap(gap: ChannelGap): void {
    this.#gapListeners.forEach((call) => {
      this.#host.callbacks.attempt(`onGap of ${this.#label}`, () => call(gap));
    });
  }

  #requireOpen(): void {
    if (this.#closed) throw closedError(this);
  }
}
