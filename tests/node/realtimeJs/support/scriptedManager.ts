import type {
  ChangePayload,
  NoticeDetail,
  RealtimeManager,
  StatusHandler,
  SubscriptionNotice,
} from 'switchboard-realtime';

export interface HandleState {
  state: 'pending' | 'joining' | 'live' | 'retrying' | 'parked' | 'closed';
  code: string;
  message: string;
}

interface RawPresenceChange {
  kind: 'join' | 'update' | 'refresh' | 'leave';
  key: string;
  metas: string;
}

type OnBroadcast = (payload: unknown, note: { event: string; id?: string; replayed: boolean }) => void;

/** A handle of a channel that does what the test says. */
export class ScriptedHandle {
  readonly name: string;
  readonly options: unknown;
  readonly sent: { event: string; payload: unknown; settings: unknown }[] = [];
  readonly tracked: (object | null)[] = [];
  closed = false;
  /** What `send` comes to. */
  answer: () => Promise<void> = () => Promise.resolve();
  #status: HandleState = { state: 'pending', code: 'CONNECTING', message: '' };
  readonly #onStatus = new Set<(status: HandleState) => void>();
  readonly #onBroadcast = new Set<OnBroadcast>();
  readonly #onPresence = new Set<(changes: readonly RawPresenceChange[]) => void>();

  constructor(name: string, options: unknown) {
    this.name = name;
    this.options = options;
  }

  on(event: string, callback: OnBroadcast): () => void {
    if (event !== '*') throw new Error(`only * is expected, not ${event}`);
    this.#onBroadcast.add(callback);
    return () => this.#onBroadcast.delete(callback);
  }

  send(event: string, payload: unknown, settings: unknown): Promise<void> {
    this.sent.push({ event, payload, settings });
    return this.answer();
  }

  track(payload: unknown): void {
    if (typeof payload !== 'object' || payload === null) throw new Error('track takes an object');
    this.tracked.push(payload);
  }

  untrack(): void {
    if (this.#status.state === 'closed') throw new Error('the handle is closed');
    this.tracked.push(null);
  }

  onPresenceChanges(callback: (changes: readonly RawPresenceChange[]) => void): () => void {
    this.#onPresence.add(callback);
    return () => this.#onPresence.delete(callback);
  }

  status(): HandleState {
    return this.#status;
  }

  onStatus(callback: (status: HandleState) => void): () => void {
    this.#onStatus.add(callback);
    return () => this.#onStatus.delete(callback);
  }

  close(): void {
    this.closed = true;
  }

  become(state: HandleState['state'], code = 'OK', message = ''): void {
    this.#status = { state, code, message };
    for (const call of [...this.#onStatus]) call(this.#status);
  }

  broadcast(event: string, payload: unknown, more: { id?: string; replayed?: boolean } = {}): void {
    for (const call of [...this.#onBroadcast]) call(payload, { event, replayed: false, ...more });
  }

  presence(...changes: RawPresenceChange[]): void {
    for (const call of [...this.#onPresence]) call(changes);
  }
}

export interface ScriptedSubscription {
  id: number;
  options: Record<string, unknown>;
  onEvent: (change: ChangePayload) => void;
  onStatus: StatusHandler;
  ended: boolean;
}

/** A manager that does what the test says. */
export class ScriptedManager {
  readonly handles: ScriptedHandle[] = [];
  readonly subscriptions: ScriptedSubscription[] = [];
  readonly tokens: (string | null)[] = [];
  readonly connections: { state: string }[] = [];
  disposed = false;
  /** Thrown by `subscribe`. */
  refusal: Error | null = null;

  /** For the option `manager`. */
  get asManager(): RealtimeManager {
    return this as unknown as RealtimeManager;
  }

  /** The newest handle. */
  get handle(): ScriptedHandle {
    const handle = this.handles[this.handles.length - 1];
    if (handle === undefined) throw new Error('no channel was opened');
    return handle;
  }

  subscribe(
    options: Record<string, unknown>,
    onEvent: (change: ChangePayload) => void,
    onStatus: StatusHandler,
  ): number {
    if (this.refusal !== null) throw this.refusal;
    const id = this.subscriptions.length + 1;
    this.subscriptions.push({ id, options, onEvent, onStatus, ended: false });
    return id;
  }

  unsubscribe(id: number): void {
    const subscription = this.subscriptions[id - 1];
    if (subscription !== undefined) subscription.ended = true;
  }

  channel(name: string, options: unknown): ScriptedHandle {
    const handle = new ScriptedHandle(name, options);
    this.handles.push(handle);
    return handle;
  }

  /** Of the subscription with this number, from 0. */
  notice(at: number, status: SubscriptionNotice, message = ''): void {
    const code = status === 'SUBSCRIBED' ? 'OK' : 'BAD_BINDING';
    const detail: NoticeDetail = { code, message, retryable: true, nextRetryAt: null };
    this.subscriptions[at]?.onStatus(status, detail);
  }

  setAuth(token: string | null): void {
    this.tokens.push(token);
  }

  ready(): Promise<void> {
    return Promise.resolve();
  }

  reconnectAll(): void {
    // Nothing to do.
  }

  status(): unknown {
    return { connections: this.connections };
  }

  dispose(): Promise<void> {
    this.disposed = true;
    return Promise.resolve();
  }
}
