import type { ChangeFeed } from '../changes/feed.js';
import type { Listener } from '../http/listener.js';
import type { Cluster } from '../postgres/cluster.js';
import type { Frame } from '../realtime/wire/codec.js';
import { refusal } from '../realtime/sockets/handshake.js';
import type { PeriodicJob } from '../pulse/periodicJob.js';
import type { Hub } from '../realtime/hub.js';
import type { HandshakeVerdict, RealtimeServer } from '../realtime/sockets/server.js';
import type { SocketView } from '../realtime/views.js';
import { defaultGarbage } from './garbage.js';

/** Which connections a fault affects: the one with this number, or all without a number. */
export interface Target {
  connection?: number;
}

/** How long a fault lasts, in ms; without it until `reset()`. */
export interface Duration {
  ms?: number;
}

interface Parts {
  hub: Hub;
  server: RealtimeServer;
  listener: Listener;
  feed: ChangeFeed;
  cluster: Cluster | null;
  pulse: PeriodicJob | null;
}

const SERVICE_RESTART = 1012;
/** The event of numbered changes, and how the topics of tracked tables begin; see web/sql/track.sql. */
const [NUMBERED, TRACKED] = ['changes', 'switchboard:'];

/**
 * Switches for everything that goes wrong between a client and a real server. Lasting faults without a `connection`
 * affect the open connections and later ones, until `reset()`.
 */
export class Faults {
  readonly #parts: Parts;
  readonly #timers = new Set<NodeJS.Timeout>();
  #onNewSocket: ((socket: SocketView) => void)[] = [];
  #verdict: () => HandshakeVerdict = () => 'examine';

  constructor(parts: Parts) {
    this.#parts = parts;
    parts.server.interceptHandshake = () => this.#verdict();
    parts.server.onSocket = (socket) => {
      for (const apply of this.#onNewSocket) apply(socket);
    };
  }

  /** The numbers of the open connections, oldest first. */
  connections(): number[] {
    return [...this.#parts.hub.sockets].map(({ id }) => id);
  }

  /** Cuts connections with no close frame. */
  drop(target: Target = {}): void {
    for (const socket of this.#find(target)) socket.link.terminate();
  }

  /** Closes connections with a close frame. Default code 1001. */
  close({ code = 1001, reason = '', ...target }: Target & { code?: number; reason?: string } = {}): void {
    for (const socket of this.#find(target)) socket.close(code, reason);
  }

  /** Sends nothing for `ms`, then what has gathered, in order. */
  stall({ ms, ...target }: Target & { ms: number }): void {
    for (const socket of this.#find(target)) socket.link.stall(ms);
  }

  /** Goes silent for good: everything received is dropped, nothing is sent or answered, nothing closed. */
  halfOpen(target: Target = {}): void {
    this.#apply(target, (socket) => {
      socket.link.halfOpen();
    });
  }

  /** Sends every frame `ms` later, in order. 0 ends it. */
  delay({ ms, ...target }: Target & { ms: number }): void {
    this.#apply(target, (socket) => {
      socket.link.delay(ms);
    });
  }

  /** Sends frames no client should choke on: malformed, truncated, of unknown topics. Or those given. */
  garbage({ frames = defaultGarbage, ...target }: Target & { frames?: readonly Frame[] } = {}): void {
    for (const socket of this.#find(target)) socket.link.sendRaw(frames);
  }

  /**
   * Refuses new connections: `status` answers handshakes with an HTTP status (default 503, at once), `port` closes the
   * TCP port (REST and this control API go with it, so give `ms`), `drop` cuts before answering, `hang` never answers.
   */
  async refuse({
    mode = 'status',
    status = 503,
    error = 'Service unavailable',
    ms,
  }: Duration & { mode?: 'status' | 'port' | 'drop' | 'hang'; status?: number; error?: string } = {}): Promise<void> {
    if (mode === 'port') {
      await this.#parts.listener.closePort();
      this.#after(ms, () => {
        void this.#parts.listener.open();
      });
      return;
    }
    this.#verdict = () => (mode === 'status' ? { ...refusal(status, error), isDelayed: false } : mode);
    this.#after(ms, () => {
      this.#allow();
    });
  }

  /** Accepts handshakes, then ends the connection after `afterMs`: with the close code, or without one by cutting it. */
  acceptAndClose({ ms, code, afterMs = 0 }: Duration & { code?: number; afterMs?: number } = {}): void {
    const apply = (socket: SocketView): void => {
      this.#after(afterMs, () => {
        if (code === undefined) socket.link.terminate();
        else socket.close(code);
      });
    };
    this.#onNewSocket.push(apply);
    this.#after(ms, () => {
      this.#onNewSocket = this.#onNewSocket.filter((other) => other !== apply);
    });
  }

  /**
   * Restarts the realtime part: closes all with 1012, cuts handshakes for `downMs`, and makes the first subscription
   * afterwards wait for `coldStartMs`. `announce` sends `Server requested disconnect` first, as a tenant reload does.
   */
  async restart({
    downMs = 0,
    coldStartMs = 0,
    announce = false,
  }: { downMs?: number; coldStartMs?: number; announce?: boolean } = {}): Promise<void> {
    const { hub } = this.#parts;
    this.#verdict = () => 'drop';
    for (const socket of [...hub.sockets]) {
      if (announce) socket.announceDisconnect();
      socket.close(SERVICE_RESTART);
    }
    hub.coldStartMs = coldStartMs;
    hub.warmAt = null;
    for (const rate of [hub.rates.joins, hub.rates.events, hub.rates.databaseEvents, hub.rates.presence]) rate.reset();
    await new Promise<void>((resolve) => {
      this.#after(downMs, resolve);
    });
    this.#allow();
  }

  /** Restarts the embedded PostgreSQL. What is committed until replication is back is lost silently. */
  async restartPostgres({ downMs = 0 }: { downMs?: number } = {}): Promise<void> {
    if (this.#parts.cluster === null) throw new Error('Only the embedded PostgreSQL can be restarted.');
    await this.#parts.cluster.restart(downMs);
  }

  /** Treats every token seen so far as expired: channels that use one say so and close. API keys only with `keys`. */
  expireTokens({ keys = false }: { keys?: boolean } = {}): void {
    const { hub } = this.#parts;
    hub.tokens.expireKnown({ keys });
    for (const socket of hub.sockets) for (const channel of socket.joined) channel.checkToken();
  }

  /** Trips the joins-per-second limit: joins fail and take their socket with them (1001), handshakes get 429. */
  rateLimit({ ms }: Duration = {}): void {
    const { joins } = this.#parts.hub.rates;
    joins.hold(true);
    this.#after(ms, () => {
      joins.hold(false);
    });
  }

  /** Answers the next `count` joins (default: all) of the topic (default: any) with this error. */
  failJoins({
    reason,
    topic,
    count = Infinity,
    ms,
  }: Duration & { reason: string; topic?: string; count?: number }): void {
    let left = count;
    this.#parts.hub.interceptJoin = (joined) => {
      if (left <= 0 || (topic !== undefined && topic !== joined)) return null;
      left -= 1;
      return reason;
    };
    this.#after(ms, () => {
      this.#passJoins();
    });
  }

  /**
   * Answers every subscription to database changes with this error, as a database does that is read-only, starts or fails over: severity, SQLSTATE, name
   * and text, e.g. `FATAL 57P03 (cannot_connect_now) the database system is starting up`. As on the real server nobody tries those again.
   */
  failSubscriptions({ error, ms }: Duration & { error: string }): void {
    const { hub } = this.#parts;
    hub.subscriptionError = error;
    this.#after(ms, () => {
      hub.subscriptionError = null;
    });
  }

  /** Silently drops all database changes that are committed in the next `ms`, and the messages that the database sends. */
  loseChanges({ ms }: { ms: number }): void {
    this.#parts.feed.loseChanges(ms);
  }

  /** Silently drops the next messages with numbered changes (default: one), of the topic (default: any). */
  loseMessages({ count = 1, topic }: { count?: number; topic?: string } = {}): void {
    let left = count;
    this.#parts.hub.interceptMessage = (messageTopic, event) => {
      const isMeant = event === NUMBERED && (topic ?? messageTopic) === messageTopic;
      if (left <= 0 || !isMeant || !messageTopic.startsWith(TRACKED)) return false;
      left -= 1;
      return true;
    };
  }

  /** Silently drops what the next transactions (default: one) changed in published tables; their messages come. */
  loseTransactions({ count = 1 }: { count?: number } = {}): void {
    this.#parts.feed.loseTransactions(count);
  }

  /** Stops the job of the pulse for `ms`; nothing else happens. */
  pausePulse({ ms }: { ms: number }): void {
    this.#parts.pulse?.pause(ms);
  }

  /** Loses changes for `lostMs`, then subscribes every channel again: the one sign of a gap that a server ever gives. */
  resubscribe({ lostMs = 0 }: { lostMs?: number } = {}): void {
    this.#parts.feed.loseChanges(lostMs);
    this.#after(lostMs, () => {
      this.#parts.feed.dropSubscriptions();
    });
  }

  /** Ends every lasting fault. Connections that are half-open stay so; drop them. */
  async reset(): Promise<void> {
    this.#clearTimers();
    this.#onNewSocket = [];
    this.#allow();
    this.#passJoins();
    const { hub, listener } = this.#parts;
    hub.rates.joins.hold(false);
    hub.subscriptionError = null;
    hub.tokens.restoreExpired();
    this.#parts.feed.loseChanges(0);
    this.#parts.feed.loseTransactions(0);
    hub.interceptMessage = () => false;
    this.#parts.pulse?.pause(0);
    for (const socket of hub.sockets) {
      socket.link.delay(0);
      socket.link.stall(0);
    }
    await listener.open();
  }

  /** For the stop of the backend. */
  dispose(): void {
    this.#clearTimers();
  }

  #find({ connection }: Target): SocketView[] {
    const sockets = [...this.#parts.hub.sockets];
    return connection === undefined ? sockets : sockets.filter(({ id }) => id === connection);
  }

  #apply(target: Target, apply: (socket: SocketView) => void): void {
    this.#find(target).forEach(apply);
    if (target.connection === undefined) this.#onNewSocket.push(apply);
  }

  #allow(): void {
    this.#verdict = () => 'examine';
  }

  #passJoins(): void {
    this.#parts.hub.interceptJoin = () => null;
  }

  #after(ms: number | undefined, action: () => void): void {
    if (ms === undefined) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, ms);
    this.#timers.add(timer);
  }

  #clearTimers(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}
