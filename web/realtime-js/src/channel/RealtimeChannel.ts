import type { ChangePayload } from 'switchboard-realtime';
import type { Binding } from './bindings.js';
import { ChannelListeners } from './ChannelListeners.js';
import { REALTIME_SUBSCRIBE_STATES } from '../api/constants.js';
import { JoinPush } from './JoinPush.js';
import { Parts, type Trouble } from './parts.js';
import { RealtimePresence } from './RealtimePresence.js';
import { broadcastUrl, sendEvent, sendMessage, type RestTarget } from './rest.js';
import { persistSetting, sendOver, whenLive } from './sending.js';
import type { ChannelHost } from './host.js';
import type { RealtimeBroadcastPersist, RealtimeChannelOptions, RealtimeChannelSendResponse } from '../api/options.js';
import type { AnyRecord, RealtimePresenceState } from '../api/payloads.js';
import type { BroadcastNote, Handle, HandleOptions, PresenceChange } from './port.js';

type SubscribeCallback = (status: REALTIME_SUBSCRIBE_STATES, error?: Error) => void;

/** How long realtime-js waits for changes to flow where it is asked to, and for an answer on top of it. */
const CHANGES_WAIT_MS = 15_000;
const CHANGES_WAIT_GRACE_MS = 10_000;

const FALLBACK_WARNING =
  'Realtime send() is automatically falling back to REST API. ' +
  'This behavior will be deprecated in the future. ' +
  'Please use httpSend() explicitly for REST delivery.';

/** A channel: changes of the database, broadcasts and presence under one topic. */
export class RealtimeChannel extends ChannelListeners {
  params: RealtimeChannelOptions;
  readonly socket: ChannelHost;
  /** The topic without `realtime:`. */
  readonly subTopic: string;
  readonly private: boolean;
  readonly broadcastEndpointURL: string;
  readonly presence: RealtimePresence;
  readonly joinPush: JoinPush;
  #parts: Parts | null = null;
  #hears = false;
  #callback: SubscribeCallback | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param topic with `realtime:` in front.
   * @throws Error when `replay` is asked of a public channel.
   */
  constructor(topic: string, params: RealtimeChannelOptions = { config: {} }, socket: ChannelHost) {
    super(topic, socket);
    this.socket = socket;
    this.subTopic = topic.replace(/^realtime:/iu, '');
    const defaults = { broadcast: { ack: false, self: false }, presence: { key: '', enabled: false }, private: false };
    params.config = { ...defaults, ...params.config };
    this.params = params;
    this.private = params.config.private ?? false;
    if (!this.private && params.config.broadcast?.replay !== undefined) {
      throw new Error(`tried to use replay on public channel '${topic}'. It must be a private channel.`);
    }
    this.broadcastEndpointURL = broadcastUrl(socket.endpointURL());
    this.presence = new RealtimePresence(this);
    this.joinPush = new JoinPush({ config: params.config }, this.timeout, () => socket.joinRefOf(topic));
  }

  /** In ms. */
  get timeout(): number {
    return this.socket.timeout;
  }

  /** The manager rejoins by itself. */
  get rejoinTimer(): { reset(): void; scheduleTimeout(): void } {
    return this.socket.reconnectTimer;
  }

  /**
   * Starts listening. Connects the client if need be. Does nothing unless the channel is closed.
   *
   * @param callback gets `SUBSCRIBED` when everything flows, and again after each interruption; `CHANNEL_ERROR` and `TIMED_OUT` when something fails,
   * which is tried again; `CLOSED` at the end.
   * @param timeout until `TIMED_OUT`, in ms. At least 25 s with `postgres_changes`, since the database may have to wake up.
   */
  subscribe(callback?: SubscribeCallback, timeout = this.timeout): this {
    if (!this.socket.isConnected()) this.socket.connect();
    if (this.state !== 'closed') return this;
    if (this.joinedOnce && !this.socket.allowsResubscribe) {
      throw new Error("tried to join multiple times. 'join' can only be called a single time per channel instance");
    }
    this.joinedOnce = true;
    this.#callback = callback ?? null;
    this.joinPush.timeout = timeout;
    this.joinPush.update(this.#joinPayload());
    this.socket.include(this);
    this.open();
    const longest = this.#longestJoin(timeout);
    this.#timer = setTimeout(() => {
      if (this.state !== 'joining') return;
      this.#fail({ timedOut: true, ofChanges: false, message: 'timeout', cause: longest });
    }, longest);
    return this;
  }

  /** Who is present, by key. */
  presenceState<T extends AnyRecord = {}>(): RealtimePresenceState<T> {
    return this.presence.state as RealtimePresenceState<T>;
  }

  /** Makes this client present. Resolves when the channel is joined; calls that come fast are combined. */
  track(payload: AnyRecord, options: AnyRecord = {}): Promise<RealtimeChannelSendResponse> {
    return this.send({ type: 'presence', event: 'track', payload }, options);
  }

  /** Takes back what was tracked. */
  untrack(options: AnyRecord = {}): Promise<RealtimeChannelSendResponse> {
    return this.send({ type: 'presence', event: 'untrack' }, options);
  }

  /**
   * Sends over HTTP, without a socket.
   *
   * @returns rejects with an Error that says why the server did not take it.
   */
  async httpSend(
    event: string,
    payload: unknown,
    options: { timeout?: number; persist?: RealtimeBroadcastPersist } = {},
  ): Promise<{ success: true } | { success: false; status: number; error: string }> {
    if (payload === undefined || payload === null) throw new Error('Payload is required for httpSend()');
    const { persist = false, timeout } = options;
    if (persist !== false && !this.private) {
      throw new Error('Realtime httpSend() cannot store a message on a public channel.');
    }
    return sendEvent(this.socket, this.#restTarget(timeout), event, payload, persist);
  }

  /**
   * Sends a broadcast, or what is tracked. Before the first `subscribe` broadcasts go over HTTP; while a join is pending they wait for it.
   *
   * @returns 'ok' when it is sent, or with `ack` acknowledged. Rejects only for presence before the first `subscribe`.
   */
  async send(
    message: {
      type: 'broadcast' | 'presence' | 'postgres_changes';
      event: string;
      payload?: any;
      persist?: RealtimeBroadcastPersist;
      [key: string]: any;
    },
    options: AnyRecord = {},
  ): Promise<RealtimeChannelSendResponse> {
    const timeout = (options['timeout'] as number | undefined) ?? this.timeout;
    const { type, event, persist } = message;
    const payload: unknown = message.payload;
    if (type === 'presence') return this.#sendPresence(event, payload, timeout);
    if (type !== 'broadcast') return this.#refuse(`send() has nothing to do for the type '${type}'.`);
    const keeps = persist !== undefined && persist !== false;
    if (keeps && !this.private) return this.#refuse('Realtime send() cannot store a message on a public channel.');
    if (keeps && this.socket.vsn === '1.0.0') {
      return this.#refuse('Realtime send() cannot store a message with protocol 1.0.0. Use httpSend() or vsn 2.0.0.');
    }
    const parts = this.#parts;
    if (parts === null || (this.state !== 'joined' && this.socket.fallsBackToRest)) {
      if (keeps)
        return this.#refuse('Realtime send() fell back to REST and cannot store this message. Use httpSend().');
      this.#warn(FALLBACK_WARNING);
      return sendMessage(this.socket, this.#restTarget(timeout), event, payload);
    }
    const ack = this.params.config.broadcast?.ack ?? false;
    const handle = this.#needHandle(parts);
    if (handle === null) return 'error';
    const settings = { ack, timeoutMs: timeout, persist: persistSetting(persist) };
    return sendOver(handle, event, payload ?? {}, settings, (reason) => {
      this.#warn(reason);
    });
  }

  /** Adds to what `joinPush.payload()` shows. */
  updateJoinPayload(payload: AnyRecord): void {
    this.joinPush.update(payload);
  }

  /** Ends the channel. It can be subscribed again. */
  unsubscribe(_timeout = this.timeout): Promise<RealtimeChannelSendResponse> {
    this.#close();
    return Promise.resolve('ok');
  }

  /** Ends the channel without a word. */
  teardown(): void {
    this.#callback = null;
    this.#close();
  }

  /** For the client only: has the manager listen. */
  open(): void {
    this.state = 'joining';
    this.#hears = false;
    const manager = this.socket.manager();
    const parts = new Parts(manager, {
      onLive: () => {
        this.#onLive();
      },
      onBroken: () => {
        this.state = 'errored';
      },
      onTrouble: (trouble) => {
        this.#fail(trouble);
      },
      onEnded: () => {
        this.#close();
      },
      onBroadcast: (payload, note) => {
        this.#onBroadcast(payload, note);
      },
      onPresence: (changes) => {
        this.#onPresence(changes);
      },
      onChange: (binding, change) => {
        this.#onChange(binding, change);
      },
    });
    this.#parts = parts;
    for (const binding of this.bindings['postgres_changes'] ?? []) parts.listen(binding);
    if (this.#needsHandle()) this.#needHandle(parts);
  }

  /** For the client only: it was disconnected, and opens the channel again when it connects. */
  suspend(reason: Error): void {
    if (this.#parts === null) return;
    clearTimeout(this.#timer);
    this.#parts.close();
    this.#parts = null;
    this.presence.awaitState();
    this.state = 'errored';
    this.#callback?.(REALTIME_SUBSCRIBE_STATES.CHANNEL_ERROR, reason);
  }

  protected override bound(binding: Binding): void {
    if (binding.type !== 'broadcast' || this.#parts === null) return;
    this.#needHandle(this.#parts);
  }

  /** Null when its options are mistaken, which is reported. */
  #needHandle(parts: Parts): Handle | null {
    if (parts.handle === null) parts.open(this.subTopic, this.#handleOptions());
    if (!this.#hears && this.listenersTo('broadcast').length > 0) {
      this.#hears = true;
      parts.hear();
    }
    return parts.handle;
  }

  #longestJoin(timeout: number): number {
    if (this.listenersTo('postgres_changes').length === 0) return timeout;
    const wait = this.params.config.postgres_changes_options?.timeout ?? CHANGES_WAIT_MS;
    return Math.max(timeout, wait + CHANGES_WAIT_GRACE_MS);
  }

  /** Changes alone need no channel of this name. */
  #needsHandle(): boolean {
    const { broadcast, presence } = this.params.config;
    if (this.private || this.listenersTo('postgres_changes').length === 0) return true;
    if (broadcast?.replay !== undefined || (presence?.key ?? '') !== '' || this.#wantsPresence()) return true;
    return this.listenersTo('broadcast').length > 0;
  }

  #wantsPresence(): boolean {
    return this.listenersTo('presence').length > 0 || this.params.config.presence?.enabled === true;
  }

  #handleOptions(): HandleOptions {
    const { broadcast, presence } = this.params.config;
    const key = presence?.key ?? '';
    return {
      private: this.private,
      self: broadcast?.self ?? false,
      presence: key === '' ? this.#wantsPresence() : { key },
      ...(broadcast?.replay === undefined ? {} : { replay: broadcast.replay }),
    };
  }

  #joinPayload(): AnyRecord {
    const { broadcast, presence, postgres_changes_options: options } = this.params.config;
    const token = this.socket.accessTokenValue;
    return {
      config: {
        broadcast,
        presence: { ...presence, enabled: this.#wantsPresence() },
        postgres_changes: this.listenersTo('postgres_changes').map(({ filter }) => filter),
        private: this.params.config.private,
        ...(options === undefined ? {} : { postgres_changes_options: options }),
      },
      ...(token === null ? {} : { access_token: token }),
    };
  }

  #restTarget(timeout = this.timeout): RestTarget {
    return { url: this.broadcastEndpointURL, topic: this.subTopic, private: this.private, timeout };
  }

  async #sendPresence(event: string, payload: unknown, timeout: number): Promise<RealtimeChannelSendResponse> {
    const parts = this.#parts;
    if (parts === null) {
      const what = `tried to push 'presence' to '${this.topic}' before joining`;
      throw new Error(`${what}. Use channel.subscribe() before pushing events`);
    }
    const handle = this.#needHandle(parts);
    if (handle === null) return 'error';
    try {
      parts.track(event === 'untrack' ? null : (payload as object));
    } catch (error) {
      return this.#refuse((error as Error).message);
    }
    return whenLive(handle, timeout);
  }

  #onLive(): void {
    clearTimeout(this.#timer);
    this.state = 'joined';
    this.#callback?.(REALTIME_SUBSCRIBE_STATES.SUBSCRIBED);
    if (this.listenersTo('postgres_changes').length > 0) this.#system('ok', 'Subscribed to PostgreSQL');
  }

  #fail({ timedOut, ofChanges, message, cause }: Trouble): void {
    clearTimeout(this.#timer);
    this.state = 'errored';
    this.socket.log('channel', `${timedOut ? 'timeout' : 'error'} ${this.topic}`, message);
    if (timedOut) this.#callback?.(REALTIME_SUBSCRIBE_STATES.TIMED_OUT);
    else this.#callback?.(REALTIME_SUBSCRIBE_STATES.CHANNEL_ERROR, new Error(message, { cause }));
    if (ofChanges && !timedOut) this.#system('error', message);
  }

  #close(): void {
    clearTimeout(this.#timer);
    const wasOpen = this.state !== 'closed';
    this.#parts?.close();
    this.#parts = null;
    this.presence.clear();
    this.state = 'closed';
    this.socket.exclude(this);
    if (wasOpen) this.#callback?.(REALTIME_SUBSCRIBE_STATES.CLOSED);
  }

  #system(status: 'ok' | 'error', message: string): void {
    // The callback of the same state may have ended the channel.
    if (this.state === 'closed') return;
    const payload = { extension: 'postgres_changes', status, message, channel: this.subTopic };
    for (const { callback } of this.listenersTo('system')) callback(payload);
  }

  #onBroadcast(payload: unknown, { event, id, replayed }: BroadcastNote): void {
    const meta = id === undefined ? {} : { meta: { ...(replayed ? { replayed } : {}), id } };
    this.emit('broadcast', event, { type: 'broadcast', event, payload: plainBytes(payload), ...meta });
  }

  #onPresence(changes: readonly PresenceChange[]): void {
    for (const event of this.presence.apply(changes)) this.emit('presence', event.event, event);
  }

  /** A copy: realtime-js gives each channel an object of its own. It never has TRUNCATE. */
  #onChange({ callback }: Binding, change: ChangePayload): void {
    if (change.eventType === 'TRUNCATE') return;
    callback({ ...change, new: { ...change.new }, old: { ...change.old } });
  }

  #refuse(reason: string): 'error' {
    if (this.socket.hasLogger()) this.socket.log('channel', reason);
    else console.error(reason);
    return 'error';
  }

  #warn(reason: string): void {
    if (this.socket.hasLogger()) this.socket.log('channel', reason);
    else console.warn(reason);
  }
}

/** The bytes as an `ArrayBuffer`, which is what realtime-js gives. */
function plainBytes(payload: unknown): unknown {
  if (!(payload instanceof Uint8Array)) return payload;
  const { buffer, byteOffset, byteLength } = payload;
  return byteLength === buffer.byteLength ? buffer : buffer.slice(byteOffset, byteOffset + byteLength);
}
