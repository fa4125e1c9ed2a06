import { findManager, openManager } from 'switchboard-realtime/companion';
import { HeadStart } from './headStart.js';
import { startHeartbeatWorker } from './heartbeatWorker.js';
import { arrayFormat, objectFormat, type WireListener } from './wire.js';
import { CLIENT_VERSION, DEFAULT_HEARTBEAT_MS, DEFAULT_TIMEOUT_MS, type ConnectionState } from '../api/constants.js';
import { managerOptions } from './managerOptions.js';
import { asSocketUrl, checkedVsn, ownTransport } from './settings.js';
import type { ChannelHost } from '../channel/host.js';
import { RealtimeChannel } from '../channel/RealtimeChannel.js';
import { broadcastUrl } from '../channel/rest.js';
import { Tokens } from './tokens.js';
import type { WebSocketLikeConstructor } from '../api/WebSocketFactory.js';
import type {
  Decode,
  Encode,
  HeartbeatCallback,
  LogLevel,
  RealtimeChannelOptions,
  RealtimeClientOptions,
  RealtimeMessage,
  RealtimeRemoveChannelResponse,
} from '../api/options.js';
import type { ManagerPort } from '../channel/port.js';

const RECONNECT_MS = [1_000, 2_000, 5_000];
const LAST_RECONNECT_MS = 10_000;

/** A client of Supabase Realtime, whose channels share the sockets of a Switchboard manager. */
export class RealtimeClient implements ChannelHost {
  /** Those that have not ended. */
  channels: RealtimeChannel[] = [];
  readonly apiKey: string;
  readonly endPoint: string;
  readonly httpEndpoint: string;
  readonly headers: { [key: string]: string };
  readonly params: { [key: string]: string };
  readonly timeout: number;
  readonly heartbeatIntervalMs: number;
  readonly transport: WebSocketLikeConstructor | undefined;
  readonly vsn: '1.0.0' | '2.0.0';
  readonly encode: Encode;
  readonly decode: Decode;
  readonly reconnectAfterMs: (tries: number) => number;
  readonly logLevel?: LogLevel;
  readonly fetch: typeof fetch;
  readonly worker: boolean;
  readonly workerUrl?: string;
  /** Of the option `worker`, while connected. */
  workerRef: Worker | undefined;
  readonly serializer: { encode: Encode; decode: Decode };
  readonly ref = 0;
  readonly heartbeatTimer = undefined;
  readonly pendingHeartbeatRef = null;
  readonly sendBuffer: readonly (() => void)[] = [];
  readonly stateChangeCallbacks = { open: [], close: [], error: [], message: [] };
  heartbeatCallback: HeartbeatCallback;
  readonly #options: RealtimeClientOptions;
  readonly #url: string;
  readonly #tokens: Tokens;
  readonly #joinRefs = new Map<string, string>();
  #manager: ManagerPort | null = null;
  #ownsManager = false;
  /** Null: the manager is not the client's own, or chooses its class of sockets itself. */
  #sockets: HeadStart | null = null;
  #wantsConnection = false;
  #closing: Promise<unknown> | null = null;
  #idleTimer: ReturnType<typeof setTimeout> | undefined;
  #heartbeatSentAt = 0;

  /**
   * @param endPoint such as `wss://ref.supabase.co/realtime/v1`.
   * @throws Error without `params.apikey`, and for options that can't work.
   */
  constructor(endPoint: string, options?: RealtimeClientOptions) {
    const apikey: unknown = options?.params?.['apikey'];
    if (options === undefined || typeof apikey !== 'string' || apikey === '') {
      throw new Error('API key is required to connect to Realtime');
    }
    const runtime = globalThis as { window?: { Worker?: unknown } };
    this.worker = options.worker ?? false;
    if (this.worker && runtime.window !== undefined && runtime.window.Worker === undefined) {
      throw new Error('Web Worker is not supported');
    }
    this.#options = options;
    this.#url = endPoint;
    this.apiKey = apikey;
    this.endPoint = `${endPoint}/websocket`;
    this.headers = options.headers ?? {};
    this.vsn = checkedVsn(options.vsn ?? '2.0.0');
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    const logLevel = options.logLevel ?? options.log_level;
    if (logLevel !== undefined) this.logLevel = logLevel;
    this.params = { ...options.params, ...(logLevel === undefined ? {} : { log_level: logLevel }) };
    if (options.workerUrl !== undefined) this.workerUrl = options.workerUrl;
    this.timeout = options.timeout ?? DEFAULT_TIMEOUT_MS;
    this.heartbeatIntervalMs = options.heartbeatIntervalMs ?? DEFAULT_HEARTBEAT_MS;
    this.heartbeatCallback = options.heartbeatCallback ?? (() => undefined);
    this.reconnectAfterMs = options.reconnectAfterMs ?? ((tries) => RECONNECT_MS[tries - 1] ?? LAST_RECONNECT_MS);
    this.transport = options.transport ?? ownTransport();
    this.serializer = this.vsn === '1.0.0' ? objectFormat : arrayFormat;
    this.encode = options.encode ?? this.serializer.encode;
    this.decode = options.decode ?? this.serializer.decode;
    this.fetch = this._resolveFetch(options.fetch);
    this.httpEndpoint = broadcastUrl(endPoint);
    this.#tokens = new Tokens(options.accessToken ?? null, this, (token) => {
      this.#onToken(token);
    });
  }

  /** @internal The function for requests: this one, or the runtime's at the time of the call. As in realtime-js. */
  _resolveFetch(given?: typeof fetch): typeof fetch {
    return (...args) => (given ?? globalThis.fetch)(...args);
  }

  /** The token that joins and requests go with; null: the api key's rights. */
  get accessTokenValue(): string | null {
    return this.#tokens.value;
  }

  set accessTokenValue(token: string | null) {
    this.#tokens.value = token;
  }

  get accessToken(): (() => Promise<string | null>) | null {
    return this.#tokens.callback;
  }

  set accessToken(callback: (() => Promise<string | null>) | null) {
    this.#tokens.callback = callback;
  }

  /** The manager reconnects by itself; this has it try at once. */
  get reconnectTimer(): { reset(): void; scheduleTimeout(): void } {
    return {
      reset: () => undefined,
      scheduleTimeout: () => {
        this.#manager?.reconnectAll();
      },
    };
  }

  /** For channels only. */
  get allowsResubscribe(): boolean {
    return this.#options.resubscribe ?? true;
  }

  /** For channels only. */
  get fallsBackToRest(): boolean {
    return this.#options.restFallback ?? false;
  }

  /**
   * Opens the socket and loads the manager, and opens channels again that `disconnect` closed.
   *
   * @throws Error when the class of sockets can't be used.
   */
  connect(): void {
    this.#cancelIdle();
    if (this.#wantsConnection) return;
    const manager = this.manager();
    this.#openEarly();
    this.#wantsConnection = true;
    this.#startWorker();
    if (this.#tokens.callback !== null && !this.#tokens.pending) void this.setAuth();
    manager.ready().catch((error: unknown) => {
      this.log('error', 'the manager could not be loaded', error);
    });
    for (const channel of this.channels) if (channel.state === 'errored') channel.open();
  }

  /** Closes all channels; `connect` opens them again. Resolves when that is done. */
  async disconnect(code = 1000, reason = ''): Promise<'ok' | 'timeout'> {
    this.#cancelIdle();
    this.#wantsConnection = false;
    this.#endWorker();
    const why = new Error(`socket closed: ${code}${reason === '' ? '' : ` (${reason})`}`);
    for (const channel of [...this.channels]) channel.suspend(why);
    const manager = this.#manager;
    this.#manager = null;
    if (manager !== null && this.#ownsManager) {
      this.#closing = Promise.all([manager.dispose(), this.#sockets?.close(code, reason)]).finally(() => {
        this.#closing = null;
      });
    }
    await this.#closing;
    return 'ok';
  }

  /** The channel of this topic, with the options that it was made with; a new one when there is none. */
  channel(topic: string, params: RealtimeChannelOptions = { config: {} }): RealtimeChannel {
    const known = this.channels.find((channel) => channel.topic === `realtime:${topic}`);
    if (known !== undefined) return known;
    const channel = new RealtimeChannel(`realtime:${topic}`, params, this);
    this.include(channel);
    return channel;
  }

  getChannels(): RealtimeChannel[] {
    return this.channels;
  }

  removeChannel(channel: RealtimeChannel): Promise<RealtimeRemoveChannelResponse> {
    return channel.unsubscribe();
  }

  async removeAllChannels(): Promise<RealtimeRemoveChannelResponse[]> {
    const answers = await Promise.all([...this.channels].map((channel) => this.removeChannel(channel)));
    // Another may have been subscribed meanwhile.
    if (this.channels.length === 0) await this.disconnect();
    return answers;
  }

  /** Takes this token for all channels; without one the `accessToken` callback is asked. */
  setAuth(token: string | null = null): Promise<void> {
    return this.#tokens.set(token);
  }

  isConnected(): boolean {
    return this.connectionState() === 'open';
  }

  isConnecting(): boolean {
    return this.connectionState() === 'connecting';
  }

  isDisconnecting(): boolean {
    return this.connectionState() === 'closing';
  }

  connectionState(): ConnectionState {
    if (this.#closing !== null) return 'closing';
    if (!this.#wantsConnection || this.#manager === null) return 'closed';
    const isOpen = this.#manager.status().connections.some(({ state }) => state === 'open');
    return isOpen || this.#sockets?.readyState === 1 ? 'open' : 'connecting';
  }

  /** The socket's address. */
  endpointURL(): string {
    const query = Object.entries({ ...this.params, vsn: this.vsn })
      .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
      .join('&');
    return `${this.endPoint}?${query}`;
  }

  log(kind: string, message: string, data?: unknown): void {
    this.#options.logger?.(kind, message, data);
  }

  hasLogger(): boolean {
    return this.#options.logger !== undefined;
  }

  /** @throws Error always: messages go through channels here. */
  push(_message: RealtimeMessage): never {
    throw new Error('push() of raw messages is not supported by switchboard-realtime-js: use channel().send()');
  }

  /** Sends a heartbeat beside those of the manager, and asks the `accessToken` callback. */
  sendHeartbeat(): Promise<void> {
    this.#sockets?.beat();
    if (this.#tokens.callback !== null) void this.setAuth();
    return Promise.resolve();
  }

  /** Replaces the option `heartbeatCallback`. Before the first `connect`. */
  onHeartbeat(callback: HeartbeatCallback): void {
    this.heartbeatCallback = callback;
  }

  /** For channels only: the manager, which is found or made at the first need. */
  manager(): ManagerPort {
    if (this.#manager !== null && this.#manager.disposed !== true) return this.#manager;
    const shared = this.#options.manager ?? findManager(this, asSocketUrl(this.#url), this.apiKey);
    this.#ownsManager = shared === null;
    const manager = (shared as ManagerPort | null) ?? this.#makeManager();
    this.#manager = manager;
    if (this.#tokens.value !== null) manager.setAuth(this.#tokens.value);
    return manager;
  }

  /** For channels only. */
  joinRefOf(topic: string): string {
    return this.#joinRefs.get(topic) ?? '';
  }

  /** For channels only. */
  include(channel: RealtimeChannel): void {
    this.#cancelIdle();
    if (!this.channels.includes(channel)) this.channels.push(channel);
  }

  /** For channels only: the channel has ended. */
  exclude(channel: RealtimeChannel): void {
    const at = this.channels.indexOf(channel);
    if (at < 0) return;
    this.channels.splice(at, 1);
    if (this.channels.length === 0) this.#disconnectLater();
  }

  get #idleMs(): number {
    return this.#options.disconnectOnEmptyChannelsAfterMs ?? 2 * this.heartbeatIntervalMs;
  }

  #disconnectLater(): void {
    this.#cancelIdle();
    if (this.#idleMs === 0) {
      void this.disconnect();
      return;
    }
    this.#idleTimer = setTimeout(() => {
      void this.disconnect();
    }, this.#idleMs);
    // In Node it must not keep the process alive.
    (this.#idleTimer as { unref?: () => void }).unref?.();
  }

  #cancelIdle(): void {
    clearTimeout(this.#idleTimer);
  }

  #onToken(token: string | null): void {
    for (const channel of this.channels) channel.updateJoinPayload({ access_token: token, version: CLIENT_VERSION });
    this.#manager?.setAuth(token);
  }

  #startWorker(): void {
    if (!this.worker) return;
    this.workerRef = startHeartbeatWorker(this.workerUrl, this.heartbeatIntervalMs, {
      log: (kind, message, data) => {
        this.log(kind, message, data);
      },
      beat: () => void this.sendHeartbeat(),
      failed: () => void this.disconnect(),
    });
  }

  #endWorker(): void {
    if (this.workerRef === undefined) return;
    this.log('worker', 'terminating worker');
    this.workerRef.terminate();
    this.workerRef = undefined;
  }

  #openEarly(): void {
    if (this.#sockets === null) return;
    try {
      this.#sockets.open(asSocketUrl(this.endpointURL()), this.#idleMs);
    } catch (error) {
      this.#manager = null;
      throw new Error(`WebSocket not available: ${(error as Error).message}`, { cause: error });
    }
  }

  #makeManager(): ManagerPort {
    const { encode, decode, logger, reconnectAfterMs } = this.#options;
    const { transport: Transport } = this;
    const codec =
      encode === undefined && decode === undefined ? null : { encode: this.encode, decode: this.decode, vsn: this.vsn };
    this.#sockets =
      Transport === undefined
        ? null
        : new HeadStart({ Transport, codec, encode: this.encode, listener: this.#wireListener });
    return openManager(
      managerOptions({
        endPoint: asSocketUrl(this.#url),
        apikey: this.apiKey,
        params: this.params,
        vsn: codec === null ? this.vsn : '1.0.0',
        timeout: this.timeout,
        heartbeatIntervalMs: this.heartbeatIntervalMs,
        idleMs: this.#idleMs,
        reconnectAfterMs,
        logger: logger ?? null,
        accessToken: this.#tokens.callback === null ? null : () => this.#tokens.fresh(),
        transport: this.#sockets?.transport ?? null,
      }),
    );
  }

  readonly #wireListener: WireListener = {
    onJoin: (topic, ref) => {
      this.#joinRefs.set(topic, ref);
    },
    onHeartbeat: (status) => {
      if (status === 'sent') this.#heartbeatSentAt = Date.now();
      this.heartbeatCallback(status, status === 'ok' ? Date.now() - this.#heartbeatSentAt : undefined);
    },
  };
}
