import type { BroadcastOptions, ChannelOptions, UntypedEvents, UntypedPresence } from '../api/channel.js';
import { disposedError, SwitchboardError } from '../api/errors.js';
import type { GapHandler, ResyncHandler } from '../api/gap.js';
import type { LiveRows, LiveRowsOptions } from '../api/liveRows.js';
import type { Fault, RecorderOptions, UntypedSubscribeOptions } from '../api/options.js';
import type { Inspection, SubscribeUntyped, SubscriptionId } from '../api/realtimeManager.js';
import type { ManagerStats, MetricsHandler, StatusHandler, StatusSnapshot } from '../api/status.js';
import { signedOutToken } from '../auth/tokenSource.js';
import { Listeners } from '../base/listeners.js';
import { requireFunction, requireNumber, typeOf } from '../base/validate.js';
import type { OpenedChannel } from '../channels/channelHandle.js';
import { Channels } from '../channels/channels.js';
import { RestBroadcasts } from '../channels/restBroadcasts.js';
import type { CheckedOptions } from '../checks/managerOptions.js';
import { checkBroadcast } from '../checks/channelOptions.js';
import { checkCallbacks } from '../checks/subscribeOptions.js';
import { CallbackQueue } from '../delivery/callbackQueue.js';
import { Callbacks } from '../delivery/callbacks.js';
import { receiverFor, receiveRows, receiveText } from '../delivery/receivers.js';
import type { OpenEngine } from '../engine/engine.js';
import { GapTracker } from '../gaps/gapTracker.js';
import { LiveRowsView } from '../liveRows/liveRowsView.js';
import { LogOutlet } from '../log/logOutlet.js';
import { Redactor } from '../log/redactor.js';
import { MetricReports } from '../metrics/metricReports.js';
import { FaultWatch } from '../recorder/faultWatch.js';
import { StatusStore } from '../status/statusStore.js';
import { Pauses } from '../subscriptions/pauses.js';
import { SubscriptionTable } from '../subscriptions/subscriptionTable.js';
import { Inspector } from './inspection.js';
import { Session } from './session.js';
import { Subscriber, type AnySubscribeOptions } from './subscriber.js';

const METRICS_PERIOD_MS = { min: 100, max: 3_600_000 };

const NOT_PUBLIC = ['constructor', 'subscribeText', 'lastId', 'disposed', 'onDispose'];

/**
 * The manager: checks calls, keeps the subscriptions, and is between the application's callbacks and the engine. See `RealtimeManager` for
 * the contract.
 *
 * Subscriptions are kept here, not in the engine: an engine that opens late, or again, gets all of them.
 */
export class Manager {
  readonly #options: CheckedOptions;
  readonly #subscriptions: SubscriptionTable;
  readonly #metrics = new MetricReports({
    stats: () => this.stats(),
    status: () => this.status(),
    call: (handler, metrics) => {
      this.#queue.push(() => {
        this.#callbacks.attempt('a callback of onMetrics', () => {
          handler(metrics);
        });
      });
      this.#queue.flush();
    },
  });
  readonly #status = new StatusStore(this.#metrics);
  readonly #queue: CallbackQueue;
  readonly #ends = new Listeners();
  readonly #callbacks: Callbacks;
  readonly #gaps: GapTracker;
  readonly #channels: Channels;
  readonly #rest: RestBroadcasts;
  readonly #session: Session;
  readonly #faults: FaultWatch;
  readonly #subscriber: Subscriber;
  readonly #inspector: Inspector;
  #disposal: Promise<void> | null = null;

  /** Subscription ids come after `startAfter`. */
  constructor(options: CheckedOptions, openEngine: OpenEngine, startAfter = 0) {
    this.#options = options;
    const redactor = new Redactor(options.engine.apikey);
    this.#faults = new FaultWatch({
      note: (fault) => this.#session.send({ kind: 'fault', ...fault }),
      first: options.onceOnFault === null ? null : this.#tellFault.bind(this, options.onceOnFault),
    });
    const log = new LogOutlet(options.logger, options.logLevel, redactor.redact, (where, error) => {
      this.#faults.callbackFailed(where, error);
    });
    this.#subscriptions = new SubscriptionTable(startAfter, (message) => {
      log.write({ level: 'warn', message });
    });
    this.#queue = new CallbackQueue((error) => {
      log.callbackFailed('a callback', error);
    });
    this.#callbacks = new Callbacks(this.#subscriptions, this.#status, this.#queue, log, this.#metrics);
    this.#gaps = new GapTracker(options.resync, {
      report: (gap, now) => {
        this.#callbacks.tellGap(gap);
        if (now) this.#queue.flush();
      },
      starting: (subscriptions) => this.#session.flushWindows(subscriptions),
      handlerFailed: (table, error) => {
        this.#callbacks.failed(`onResync for ${table}`, error);
      },
    });
    const pauses = new Pauses((id, paused) => {
      this.#session.send({ kind: paused ? 'pause' : 'resume', id });
      this.#gaps.setPaused(id, paused);
    });
    this.#channels = new Channels(
      {
        ...{ status: this.#status, queue: this.#queue, callbacks: this.#callbacks, log },
        nextId: () => this.#subscriptions.nextId(),
      },
      {
        start: () => {
          this.#session.start();
        },
        give: (command) => this.#session.send(command),
      },
      options.engine.vsn,
    );
    const parts = {
      ...{ subscriptions: this.#subscriptions, status: this.#status, queue: this.#queue, callbacks: this.#callbacks },
      ...{ gaps: this.#gaps, channels: this.#channels, pauses, log, redactor, faults: this.#faults },
    };
    this.#session = new Session(options, openEngine, parts);
    this.#subscriber = new Subscriber(parts, this.#session, options.engine.tables ?? []);
    this.#inspector = new Inspector(options, parts, this.#session);
    this.#rest = new RestBroadcasts(options.engine, () => this.#session.newestToken(), redactor.redact);
    // After the subscriber, which closes live rows: the fetch that is aborted here must not look like one that failed.
    for (const part of [this.#status, this.#gaps, pauses, this.#callbacks.work]) {
      this.#subscriptions.ended.add((id) => {
        part.remove(id);
      });
    }
  }

  readonly subscribe: SubscribeUntyped = (
    options: AnySubscribeOptions,
    onEvent: (event: never) => void,
    onStatus?: StatusHandler,
  ): SubscriptionId => {
    this.#requireAlive();
    checkCallbacks(onEvent, onStatus);
    return this.#subscriber.add(options, (delivery) => receiverFor(delivery, onEvent), onStatus);
  };

  /**
   * Like `subscribe` without `delivery`, but hands over the text that the server sent, `{"data":{…},"ids":[…]}`, unparsed. Not to be paused. Within this
   * package only.
   */
  subscribeText(
    options: UntypedSubscribeOptions,
    onText: (text: string) => void,
    onStatus?: StatusHandler,
  ): SubscriptionId {
    this.#requireAlive();
    return this.#subscriber.add(options, () => receiveText(onText), onStatus);
  }

  liveRows<Row extends object>(options: LiveRowsOptions<Row>): LiveRows<Row> {
    this.#requireAlive();
    const view = new LiveRowsView(options, {
      subscribe: (spec, onChanges, onStatus) => this.#subscriber.add(spec, () => receiveRows(onChanges), onStatus),
      unsubscribe: (id) => {
        this.unsubscribe(id);
      },
      resyncs: this.#gaps,
      errors: this.#callbacks,
      sharedFetches: this.#session.sharedFetches,
    });
    if (!view.closed) this.#subscriber.attach(view.id, view);
    return view;
  }

  channel<Events = UntypedEvents, Presence extends object = UntypedPresence>(
    name: string,
    options?: ChannelOptions,
  ): OpenedChannel<Events, Presence> {
    this.#requireAlive();
    // Types are all that the parameters change.
    return this.#channels.open(name, options) as unknown as OpenedChannel<Events, Presence>;
  }

  async broadcast(name: string, event: string, payload: unknown, options?: BroadcastOptions): Promise<void> {
    this.#requireAlive();
    await this.#rest.send(name, event, checkBroadcast(name, event, payload, options));
  }

  unsubscribe(id: SubscriptionId): void {
    this.#subscriber.end(id);
  }

  unsubscribeAll(...ids: [] | [SubscriptionId]): void {
    // Not `id === undefined`: a variable that happens to be undefined must not end everything.
    if (ids.length > 0) this.#subscriber.end(ids[0]);
    else this.#subscriber.endAll();
  }

  pause(id: SubscriptionId): void {
    this.#subscriber.pause(id);
  }

  resume(id: SubscriptionId): void {
    this.#subscriber.resume(id);
  }

  reconnectAll(): void {
    this.#requireAlive();
    if (!this.#session.started) return;
    this.#queue.enter(() => {
      this.#session.reconnectAll();
    });
  }

  get disposed(): boolean {
    return this.#disposal !== null;
  }

  /** Calls back when `dispose` is called, also after everything has ended. For the packages of this project only. */
  onDispose(call: () => void): () => void {
    return this.#ends.add(call);
  }

  /** The newest subscription id that was given out. */
  get lastId(): number {
    return this.#subscriptions.lastId;
  }

  status(): StatusSnapshot {
    return this.#status.snapshot();
  }

  onStatusChange(call: (status: StatusSnapshot) => void): () => void {
    this.#requireAlive();
    requireFunction(call, 'listener', 'onStatusChange calls it with the new snapshot.');
    return this.#callbacks.addListener(call);
  }

  onGap(call: GapHandler): () => void {
    this.#requireAlive();
    requireFunction(call, 'listener', 'onGap calls it with each gap.');
    return this.#callbacks.addGapListener(call);
  }

  onResync(call: ResyncHandler): () => void {
    this.#requireAlive();
    requireFunction(call, 'handler', 'onResync calls it when rows are to be fetched.');
    return this.#gaps.onResync(call);
  }

  onMetrics(everyMs: number, call: MetricsHandler): () => void {
    this.#requireAlive();
    const period = requireNumber({ everyMs }, 'everyMs', METRICS_PERIOD_MS);
    requireFunction(call, 'callback', 'onMetrics calls it with what was measured.');
    return this.#metrics.add(period, call);
  }

  setAuth(token: string | null): void {
    this.#requireAlive();
    if (token !== null && (typeof token !== 'string' || token.trim() === '')) {
      throw new SwitchboardError(
        'INVALID_OPTION',
        'token',
        `setAuth takes the access token, or null to sign out, not ${typeOf(token)}.`,
      );
    }
    this.#session.giveToken(token ?? signedOutToken(this.#options.engine.apikey));
  }

  async record(): Promise<Uint8Array<ArrayBuffer>> {
    this.#requireAlive();
    return this.#session.record();
  }

  stats(): ManagerStats {
    const own = this.#session.stats();
    return {
      subscriptions: this.#subscriptions.size,
      channels: this.#channels.size,
      statusListeners: this.#callbacks.listeners,
      pageListeners: this.#session.pageListeners,
      workers: this.#session.ticking ? 1 : 0,
      leakedSubscriptions: this.#subscriptions.leaked + this.#channels.leaked,
      eventCalls: this.#callbacks.eventCalls,
      callbackErrors: this.#callbacks.errors,
      gaps: this.#gaps.counters,
      counters: own.core?.counters ?? this.#status.counters,
      ...own,
    };
  }

  inspect(): Inspection {
    return this.#inspector.read(this.#disposal !== null);
  }

  async ready(): Promise<void> {
    this.#requireAlive();
    this.#session.start();
    await this.#session.opened();
  }

  dispose(): Promise<void> {
    if (this.#disposal !== null) return this.#disposal;
    let settle = (_ended: Promise<void>): void => undefined;
    // Set before anything ends: the application's abort listeners are called meanwhile.
    this.#disposal = new Promise((resolve) => {
      settle = resolve;
    });
    settle(this.#dispose());
    return this.#disposal;
  }

  #tellFault(tell: NonNullable<RecorderOptions['onceOnFault']>, fault: Fault): void {
    this.#session.record().then(
      (recording) => {
        this.#callbacks.attempt('onceOnFault', () => {
          tell(fault, recording);
        });
      },
      () => undefined, // the manager is disposed of, or has no core
    );
  }

  #dispose(): Promise<void> {
    this.#faults.end();
    this.#subscriptions.endAll();
    this.#channels.endAll();
    this.#rest.end();
    this.#metrics.end();
    this.#callbacks.removeListeners();
    this.#queue.clear();
    this.#status.clear();
    this.#ends.forEach((call) => {
      this.#callbacks.attempt('a callback of onDispose', call);
    });
    this.#ends.clear();
    return this.#session.end();
  }

  #requireAlive(): void {
    if (this.#disposal !== null) throw disposedError();
  }
}

/** The names of a manager's public methods. */
export const MANAGER_METHODS: readonly string[] = [
  'subscribe',
  ...Object.getOwnPropertyNames(Manager.prototype).filter((name) => !NOT_PUBLIC.includes(name)),
];
