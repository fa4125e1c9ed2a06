import { CallbackQueue } from '../delivery/callbackQueue.js';
import { Callbacks } from '../delivery/callbacks.js';
import { plainValues } from '../changes/values.js';
import { ColumnLists } from '../changes/columnLists.js';
import type { DeliveryOption } from '../api/delivery.js';
import type { DeliverySpec, Engine, Batch, OpenEngine, SubscriptionSpec } from '../engine/engine.js';
import { disposedError, EngineSlot } from '../engine/engineSlot.js';
import { SwitchboardError } from '../api/errors.js';
import { tickInterval } from '../page/hiddenTicks.js';
import type { GapHandler, ResyncHandler } from '../api/gap.js';
import { GapTracker } from '../gaps/gapTracker.js';
import { LiveRowsView } from '../liveRows/liveRowsView.js';
import type { LiveRows, LiveRowsOptions } from '../api/liveRows.js';
import { LogOutlet } from '../log/logOutlet.js';
import type { CheckedOptions } from '../checks/managerOptions.js';
import { DeliveryReader } from '../changes/deliveryReader.js';
import { receiverFor, receiveRows, receiveText } from '../delivery/receivers.js';
import type { Receiver } from '../subscriptions/subscription.js';
import type { UntypedSubscribeOptions } from '../api/options.js';
import { watchPage, type PageWatch } from '../page/pageLifecycle.js';
import type { EventName } from '../api/payload.js';
import { Pauses } from '../subscriptions/pauses.js';
import type { ManagerStats, SubscribeUntyped, SubscriptionId } from '../api/realtimeManager.js';
import { Redactor } from '../log/redactor.js';
import type { StatusSnapshot, StatusHandler } from '../api/status.js';
import { StatusStore } from '../status/statusStore.js';
import { checkCallbacks, checkSubscribeOptions } from '../checks/subscribeOptions.js';
import { SubscriptionTable } from '../subscriptions/subscriptionTable.js';
import { signedOutToken, TokenSource } from '../auth/tokenSource.js';
import { requireFunction, typeOf } from '../base/validate.js';
import { valueReader } from '../changes/valueReader.js';

type AnySubscribeOptions = UntypedSubscribeOptions<EventName, DeliveryOption>;

/**
 * The manager: checks calls, keeps what is wanted, and stands between the application's callbacks and the engine. See `RealtimeManager` for
 * the contract.
 *
 * What is wanted lives here, not in the engine: an engine that opens late, or again, gets all of it.
 */
export class Manager {
  readonly #options: CheckedOptions;
  readonly #slot: EngineSlot;
  readonly #subscriptions: SubscriptionTable;
  readonly #status = new StatusStore();
  readonly #queue: CallbackQueue;
  readonly #redactor: Redactor;
  readonly #tokens: TokenSource;
  readonly #log: LogOutlet;
  readonly #callbacks: Callbacks;
  readonly #pauses = new Pauses((id, paused) => {
    if (paused) this.#slot.engine?.pause(id);
    else this.#slot.engine?.resume(id);
  });
  readonly #gaps: GapTracker;
  readonly #columnLists = new ColumnLists();
  /** By subscription. */
  readonly #liveRows = new Map<number, { close(): void }>();
  #reader = new DeliveryReader(plainValues, this.#columnLists);
  #page: PageWatch | null = null;
  #stopAuthWatch: (() => void) | null = null;
  #disposal: Promise<void> | null = null;

  /** Subscription ids come after `startAfter`. */
  constructor(options: CheckedOptions, openEngine: OpenEngine, startAfter = 0) {
    this.#options = options;
    this.#redactor = new Redactor(options.engine.apikey);
    this.#tokens = new TokenSource(options.accessToken, options.tokenTimeoutMs, this.#redactor);
    this.#log = new LogOutlet(options.logger, options.logLevel, this.#redactor.redact);
    this.#subscriptions = new SubscriptionTable(startAfter, (message) => {
      this.#log.write({ level: 'warn', message });
    });
    this.#queue = new CallbackQueue((error) => {
      this.#log.callbackFailed('a callback', error);
    });
    this.#callbacks = new Callbacks(this.#subscriptions, this.#status, this.#queue, this.#log);
    this.#gaps = new GapTracker(options.resync, {
      report: (gap, now) => {
        this.#callbacks.tellGap(gap);
        if (now) this.#queue.flush();
      },
      starting: (subscriptions) => {
        for (const id of subscriptions) this.#flushWindow(id);
      },
      handlerFailed: (table, error) => {
        this.#callbacks.failed(`onResync for ${table}`, error);
      },
    });
    const open = async (signal: AbortSignal): Promise<Engine> => {
      const values = await valueReader(options.numbers, options.loadTimeoutMs, signal);
      this.#reader = new DeliveryReader(values, this.#columnLists);
      return openEngine(options.engine, this.#receive.bind(this), signal);
    };
    this.#slot = new EngineSlot(open, () => openEngine.restart?.(), {
      opened: (engine) => {
        this.#queue.enter(() => {
          this.#replay(engine);
        });
      },
      failed: (message, attempts, nextRetryAt) => {
        this.#loadFailed(message, attempts, nextRetryAt);
      },
    });
  }

  readonly subscribe: SubscribeUntyped = (
    options: AnySubscribeOptions,
    onEvent: (event: never) => void,
    onStatus?: StatusHandler,
  ): SubscriptionId => {
    this.#requireAlive();
    checkCallbacks(onEvent, onStatus);
    return this.#add(options, (delivery) => receiverFor(delivery, onEvent), onStatus);
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
    return this.#add(options, () => receiveText(onText), onStatus);
  }

  liveRows<Row extends object>(options: LiveRowsOptions<Row>): LiveRows<Row> {
    this.#requireAlive();
    const view = new LiveRowsView(options, {
      subscribe: (spec, onChanges, onStatus) => this.#add(spec, () => receiveRows(onChanges), onStatus),
      unsubscribe: (id) => {
        this.#liveRows.delete(id);
        this.unsubscribe(id);
      },
      resyncs: this.#gaps,
      errors: this.#callbacks,
    });
    if (!view.closed) this.#liveRows.set(view.id, view);
    return view;
  }

  unsubscribe(id: SubscriptionId): void {
    this.#endChecked(id);
  }

  unsubscribeAll(...ids: [] | [SubscriptionId]): void {
    // Not `id === undefined`: a variable that happens to be undefined must not end everything.
    if (ids.length > 0) {
      this.#endChecked(ids[0]);
      return;
    }
    this.#queue.enter(() => {
      this.#closeLiveRows();
      for (const { id } of [...this.#subscriptions.values()]) this.#status.remove(id);
      this.#subscriptions.clear();
      this.#pauses.clear();
      this.#gaps.clear();
      this.#slot.engine?.unsubscribeAll();
      this.#callbacks.statusChanged();
    });
  }

  pause(given: SubscriptionId): void {
    this.#setPaused(given, true);
  }

  resume(given: SubscriptionId): void {
    this.#setPaused(given, false);
  }

  reconnectAll(): void {
    this.#requireAlive();
    if (!this.#slot.started) return;
    this.#queue.enter(() => {
      if (this.#slot.engine === null) this.#slot.retryNow();
      else this.#slot.engine.reconnectAll();
    });
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

  setAuth(token: string | null): void {
    this.#requireAlive();
    if (token !== null && (typeof token !== 'string' || token.trim() === '')) {
      throw new SwitchboardError(
        'INVALID_OPTION',
        'token',
        `setAuth takes the access token, or null to sign out, not ${typeOf(token)}.`,
      );
    }
    this.#giveToken(token ?? signedOutToken(this.#options.engine.apikey));
  }

  stats(): ManagerStats {
    const core = this.#slot.engine?.stats() ?? null;
    return {
      subscriptions: this.#subscriptions.size,
      statusListeners: this.#callbacks.listeners,
      pageListeners: this.#page?.listeners ?? 0,
      workers: this.#page?.ticking === true ? 1 : 0,
      leakedSubscriptions: this.#subscriptions.leaked,
      eventCalls: this.#callbacks.eventCalls,
      callbackErrors: this.#callbacks.errors,
      gaps: this.#gaps.counters,
      counters: core?.counters ?? this.#status.counters,
      core,
    };
  }

  async ready(): Promise<void> {
    this.#requireAlive();
    this.#start();
    await this.#slot.open();
  }

  dispose(): Promise<void> {
    this.#disposal ??= this.#dispose();
    return this.#disposal;
  }

  #dispose(): Promise<void> {
    this.#closeLiveRows();
    this.#page?.stop();
    this.#stopAuthWatch?.();
    this.#stopAuthWatch = null;
    this.#subscriptions.clear();
    this.#pauses.clear();
    this.#gaps.clear();
    this.#callbacks.removeListeners();
    this.#queue.clear();
    this.#status.clear();
    return this.#slot.dispose();
  }

  #closeLiveRows(): void {
    for (const view of [...this.#liveRows.values()]) view.close();
  }

  #requireAlive(): void {
    if (this.#disposal !== null) throw disposedError();
  }

  #add(
    options: AnySubscribeOptions,
    makeReceiver: (delivery: DeliverySpec | undefined) => Receiver,
    onStatus: StatusHandler | undefined,
  ): SubscriptionId {
    const { spec, signal, owner, pauseWhenHidden, onGap, onResync } = checkSubscribeOptions(options);
    const receive = makeReceiver(spec.delivery);
    const id = this.#subscriptions.nextId();
    if (signal?.aborted === true) return id;
    // Not inside the closure below: what one closure refers to, all of the same function keep alive.
    if (owner !== null) this.#subscriptions.watchOwner(owner, id, spec);
    return this.#queue.enter(() => {
      const started = { since: Date.now(), newest: null, ended: false };
      const subscription = { id, spec, receive, onStatus: onStatus ?? null, onGap, ...started };
      this.#subscriptions.add(subscription, signal, () => {
        this.unsubscribe(id);
      });
      this.#gaps.add(id, spec, onResync);
      this.#status.add(id, spec);
      this.#callbacks.statusChanged();
      if (pauseWhenHidden) this.#pauses.addWhenHidden(id);
      this.#start();
      if (this.#slot.engine !== null) this.#tell(this.#slot.engine, id, spec);
      return id;
    });
  }

  #endChecked(given: unknown): void {
    const id = this.#subscriptions.checkedId(given);
    if (!this.#subscriptions.remove(id)) return;
    this.#liveRows.get(id)?.close();
    this.#pauses.remove(id);
    this.#gaps.remove(id);
    this.#queue.enter(() => {
      this.#status.remove(id);
      this.#slot.engine?.unsubscribe(id);
      this.#callbacks.statusChanged();
    });
  }

  #setPaused(given: unknown, paused: boolean): void {
    const id = this.#subscriptions.checkedId(given);
    if (this.#subscriptions.get(id) === undefined) return;
    this.#queue.enter(() => {
      if (paused) this.#pauses.pause(id);
      else this.#pauses.resume(id);
    });
  }

  /** Has the core hand over what a delivery window holds, unless it is held by a pause. */
  #flushWindow(id: number): void {
    if (this.#subscriptions.get(id)?.spec.delivery === undefined || this.#pauses.isPaused(id)) return;
    this.#slot.engine?.pause(id);
    this.#slot.engine?.resume(id);
  }

  #tell(engine: Engine, id: number, spec: SubscriptionSpec): void {
    engine.subscribe(id, spec);
    if (this.#pauses.isPaused(id)) engine.pause(id);
  }

  /** From the first subscription on: load the core, listen to the page, follow the token. */
  #start(): void {
    if (this.#page === null) {
      this.#page = watchPage((evidence) => {
        if (evidence === 'online' || evidence === 'pageshow') this.#wakeSlot();
        this.#slot.engine?.signal(evidence);
        if (evidence === 'hidden' || evidence === 'visible') this.#pauses.setHidden(evidence === 'hidden');
      }, tickInterval(this.#options.engine.tuning));
      this.#pauses.setHidden(this.#page.current().includes('hidden'));
      this.#stopAuthWatch =
        this.#options.watchAuth?.((token) => {
          this.#giveToken(token);
        }) ?? null;
    }
    this.#slot.start();
  }

  #wakeSlot(): void {
    if (this.#slot.engine === null) this.#slot.retryNow();
  }

  #giveToken(token: string): void {
    const { current } = this.#tokens;
    const takenAway = token === '' && current !== '' && current !== this.#options.engine.apikey;
    this.#tokens.set(token);
    this.#queue.enter(() => {
      this.#slot.engine?.provideToken(0, token);
      // Else what is joined, and what lingers, would go on with the rights of somebody who has left.
      if (takenAway) this.#slot.engine?.reconnectAll();
    });
  }

  /** Tells a new engine all that is wanted. */
  #replay(engine: Engine): void {
    for (const evidence of this.#page?.current() ?? []) engine.signal(evidence);
    if (this.#tokens.given !== '') engine.provideToken(0, this.#tokens.given);
    for (const { id, spec } of this.#subscriptions.values()) this.#tell(engine, id, spec);
  }

  #receive(batch: Batch): void {
    if (this.#disposal !== null) return;
    const { control, columnLists, deliveries } = batch;
    this.#columnLists.add(columnLists);
    if (control !== null) {
      for (const line of control.logs ?? []) this.#log.write(line);
      if (control.status !== undefined && this.#status.apply(control.status)) this.#callbacks.statusChanged();
      this.#gaps.receive(control.gaps ?? [], control.polls ?? []);
      for (const notice of control.notices ?? []) this.#callbacks.notify(notice);
      if (control.tokenRequest !== undefined) this.#answerTokenRequest(control.tokenRequest.request);
    }
    this.#callbacks.deliver(deliveries, this.#reader, this.#gaps);
    this.#queue.flush();
  }

  #answerTokenRequest(request: number): void {
    this.#queue.push(() => {
      // The request may have come from within the engine's constructor.
      this.#slot.open().then(
        (engine) => this.#tokens.answer(request, engine),
        () => undefined,
      );
    });
  }

  #loadFailed(message: string, attempts: number, nextRetryAt: number): void {
    this.#log.write({ level: 'error', message });
    this.#status.loadFailed(message, attempts, nextRetryAt);
    this.#callbacks.statusChanged();
    const detail = { code: 'LOAD_FAILED', message, retryable: true, nextRetryAt } as const;
    for (const { id } of this.#subscriptions.values()) {
      this.#callbacks.notify({ subscription: id, status: 'CHANNEL_ERROR', ...detail });
    }
    this.#queue.flush();
  }
}
