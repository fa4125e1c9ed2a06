import type { ManagerStats } from '../api/status.js';
import { TokenSource } from '../auth/tokenSource.js';
import { ColumnLists } from '../changes/columnLists.js';
import { DeliveryReader } from '../changes/deliveryReader.js';
import { plainValues } from '../changes/values.js';
import { valueReader } from '../changes/valueReader.js';
import type { CheckedOptions } from '../checks/managerOptions.js';
import type { Channels } from '../channels/channels.js';
import type { Callbacks } from '../delivery/callbacks.js';
import type { CallbackQueue } from '../delivery/callbackQueue.js';
import { WindowFlushes } from '../delivery/windowFlushes.js';
import type {
  Batch,
  Command,
  ControlMessage,
  Engine,
  LifecycleEvent,
  OpenEngine,
  StatusDelta,
  SubscriptionSpec,
} from '../engine/engine.js';
import { EngineSlot } from '../engine/engineSlot.js';
import type { GapTracker } from '../gaps/gapTracker.js';
import type { LogOutlet } from '../log/logOutlet.js';
import type { Redactor } from '../log/redactor.js';
import { ChangesCalls } from '../numbered/changesCalls.js';
import { SharedFetches } from './sharedFetches.js';
import { tickInterval } from '../page/hiddenTicks.js';
import { watchPage, type PageWatch } from '../page/pageLifecycle.js';
import type { FaultWatch } from '../recorder/faultWatch.js';
import { Recordings } from '../recorder/recordings.js';
import type { StatusStore } from '../status/statusStore.js';
import type { Pauses } from '../subscriptions/pauses.js';
import type { SubscriptionTable } from '../subscriptions/subscriptionTable.js';

/** What a session shares with its manager. */
export interface SessionParts {
  readonly subscriptions: SubscriptionTable;
  readonly channels: Channels;
  readonly pauses: Pauses;
  readonly status: StatusStore;
  readonly queue: CallbackQueue;
  readonly callbacks: Callbacks;
  readonly gaps: GapTracker;
  readonly log: LogOutlet;
  readonly redactor: Redactor;
  readonly faults: FaultWatch;
}

/**
 * The engine's side of a manager: opens the engine at the first need, brings it up to date when it opens, passes on commands, page events and tokens,
 * and takes its batches apart.
 */
export class Session {
  readonly #options: CheckedOptions;
  readonly #parts: SessionParts;
  readonly #slot: EngineSlot;
  readonly #tokens: TokenSource;
  readonly #columnLists = new ColumnLists();
  readonly #flushes = new WindowFlushes((id) => {
    this.send({ kind: 'flush', id });
  });
  readonly #changesCalls: ChangesCalls;
  /** Fetches that one tab makes for all. */
  readonly sharedFetches: SharedFetches;
  readonly #recordings: Recordings;
  #reader = new DeliveryReader(plainValues, this.#columnLists);
  #stats: Pick<ManagerStats, 'core' | 'tabs'> = { core: null };
  #page: PageWatch | null = null;
  #stopAuthWatch: (() => void) | null = null;
  #ended = false;
  #warnedOfCore = false;

  constructor(options: CheckedOptions, openEngine: OpenEngine, parts: SessionParts) {
    this.#options = options;
    this.#parts = parts;
    this.#tokens = new TokenSource(options.accessToken, options.tokenTimeoutMs, parts.redactor);
    this.#changesCalls = new ChangesCalls(options.rpc, parts.redactor.redact, (answer) => this.send(answer));
    const { jitterMs, timeoutMs } = options.resync;
    this.sharedFetches = new SharedFetches(
      Math.min(jitterMs, timeoutMs / 2),
      (command) => this.#slot.engine?.sharesFetches === true && this.send(command),
    );
    this.#recordings = new Recordings(options.engine.recorder !== undefined, () => this.send({ kind: 'record' }));
    const open = async (signal: AbortSignal): Promise<Engine> => {
      const values = await valueReader(options.numbers, options.loadTimeoutMs, signal);
      this.#reader = new DeliveryReader(values, this.#columnLists);
      return openEngine(options.engine, this.#receive.bind(this), signal, () => this.newestToken());
    };
    this.#slot = new EngineSlot(open, () => openEngine.restart?.(), {
      opened: () => {
        parts.queue.enter(() => {
          this.#replay();
        });
      },
      failed: (message, attempts, nextRetryAt) => {
        this.#loadFailed(message, attempts, nextRetryAt);
      },
    });
  }

  /** Whether the engine was ever needed. */
  get started(): boolean {
    return this.#slot.started;
  }

  get pageListeners(): number {
    return this.#page?.listeners ?? 0;
  }

  /** Whether a worker ticks in place of the page's own timers. */
  get ticking(): boolean {
    return this.#page?.ticking === true;
  }

  /** From the first subscription or channel on: load the core, listen to the page, follow the token. */
  start(): void {
    if (this.#page === null) {
      this.#page = watchPage((event) => {
        this.#onPageEvent(event);
      }, tickInterval(this.#options.engine.tuning));
      this.#parts.pauses.setHidden(this.#page.current().includes('hidden'));
      this.#stopAuthWatch =
        this.#options.watchAuth?.((token) => {
          this.giveToken(token);
        }) ?? null;
    }
    this.#slot.start();
  }

  /** @throws SwitchboardError LOAD_FAILED when this attempt to open the engine fails, DISPOSED after the end. */
  async opened(): Promise<void> {
    await this.#slot.open();
  }

  /** To an engine that is open; one that opens later gets all that is subscribed and open then. False when there is none. */
  send(command: Command): boolean {
    this.#slot.engine?.send(command);
    return this.#slot.engine !== null;
  }

  subscribe(id: number, spec: SubscriptionSpec): void {
    this.send({ kind: 'subscribe', id, spec });
    if (this.#parts.pauses.isPaused(id)) this.send({ kind: 'pause', id });
  }

  reconnectAll(): void {
    if (this.#slot.engine === null) this.#slot.retryNow();
    else this.send({ kind: 'reconnectAll' });
  }

  /**
   * The newest token, for a request of the manager's own; empty when there is none.
   *
   * @throws what the callback throws.
   */
  newestToken(): Promise<string> {
    return this.#tokens.newest();
  }

  /** What the core has as access token, empty for none, and where that comes from. */
  get token(): { current: string; source: TokenSource['source'] } {
    return { current: this.#tokens.current, source: this.#tokens.source };
  }

  /** Empty: none. */
  giveToken(token: string): void {
    const { current } = this.#tokens;
    const takenAway = token === '' && current !== '' && current !== this.#options.engine.apikey;
    this.#tokens.set(token);
    this.#parts.queue.enter(() => {
      this.send({ kind: 'provideToken', request: 0, token });
      // Else what is joined, and what lingers, would go on with the rights of somebody who has left.
      if (takenAway) this.send({ kind: 'reconnectAll' });
    });
  }

  /** Has the core hand over what delivery windows hold for these. Settles when it has; null: it has already. */
  flushWindows(ids: readonly number[]): Promise<void> | null {
    const { subscriptions } = this.#parts;
    if (this.#slot.engine === null) return null;
    return this.#flushes.flush(ids.filter((id) => subscriptions.get(id)?.spec.delivery !== undefined));
  }

  /** The newest figures at hand. `core` is null before there are any, and after the end. */
  stats(): Pick<ManagerStats, 'core' | 'tabs'> {
    this.#parts.queue.enter(() => {
      this.send({ kind: 'stats' });
    });
    return this.#stats;
  }

  /** @throws SwitchboardError NO_RECORDING, DISPOSED */
  record(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#recordings.take();
  }

  end(): Promise<void> {
    this.#ended = true;
    this.#recordings.end();
    this.#stats = { core: null };
    this.#changesCalls.end();
    this.#page?.stop();
    this.#stopAuthWatch?.();
    this.#stopAuthWatch = null;
    return this.#slot.dispose();
  }

  #onPageEvent(event: LifecycleEvent): void {
    if ((event === 'online' || event === 'pageshow') && this.#slot.engine === null) this.#slot.retryNow();
    this.send({ kind: 'notify', event });
    if (event === 'hidden' || event === 'visible') this.#parts.pauses.setHidden(event === 'hidden');
  }

  /** Brings a new engine up to date. */
  #replay(): void {
    const { given } = this.#tokens;
    for (const event of this.#page?.current() ?? []) this.send({ kind: 'notify', event });
    // Also that it was taken away: the engine may have been opened for whoever was signed in before.
    if (given !== null) this.send({ kind: 'provideToken', request: 0, token: given });
    for (const { id, spec } of this.#parts.subscriptions.values()) this.subscribe(id, spec);
    this.#parts.channels.replay();
  }

  #receive(batch: Batch): void {
    if (this.#ended) return;
    const { queue, callbacks, gaps, channels } = this.#parts;
    if (batch.restart === true) this.#columnLists.clear();
    this.#columnLists.add(batch.columnLists);
    if (batch.control !== null) this.#receiveControl(batch.control);
    callbacks.deliver(batch.deliveries, this.#reader, gaps, channels);
    const flushed = batch.control?.flushed;
    // After what the windows held, which may have to wait for a callback that is running.
    if (flushed !== undefined) {
      queue.push(() => {
        this.#flushes.flushed(flushed);
      });
    }
    queue.flush();
  }

  #receiveControl(control: ControlMessage): void {
    const { logs, status, gaps, polls, notices, stats, tabs, tokenRequest, rpcWanted, rpcUnwanted } = control;
    const { fetchDue, fetched } = control;
    const { recording } = control;
    const parts = this.#parts;
    for (const line of logs ?? []) parts.log.write(line);
    if (status !== undefined && parts.status.apply(status)) parts.callbacks.statusChanged();
    if (status !== undefined) this.#checkRoads(status);
    parts.gaps.receive(gaps ?? [], polls ?? []);
    for (const notice of notices ?? []) {
      parts.callbacks.notify(notice);
      if (!notice.retryable && notice.status === 'CHANNEL_ERROR') parts.faults.parked(notice.code, notice.message);
    }
    for (const { id, to } of gaps ?? []) parts.faults.gap(id, to === null);
    parts.channels.receiveControl(control);
    if (recording !== undefined) this.#recordings.taken(recording);
    if (stats !== undefined) this.#stats = { core: stats, ...(tabs && { tabs }) };
    if (tokenRequest !== undefined) this.#answerTokenRequest(tokenRequest.request);
    if (fetchDue !== undefined || fetched !== undefined) {
      parts.queue.push(() => {
        this.sharedFetches.came(fetched ?? []);
        this.sharedFetches.due(fetchDue ?? []);
      });
    }
    if (rpcWanted !== undefined || rpcUnwanted !== undefined) {
      parts.queue.push(() => {
        this.#changesCalls.unwanted(rpcUnwanted ?? []);
        this.#changesCalls.wanted(rpcWanted ?? []);
      });
    }
  }

  /** A core that follows no numbers names no road; neither does one that refuses the subscription. */
  #checkRoads({ subscriptions: changes = [], refused = [] }: StatusDelta): void {
    const { tables = [] } = this.#options.engine;
    if (this.#warnedOfCore || tables.length === 0) return;
    const { subscriptions, log } = this.#parts;
    const ignored = changes.find(({ id, road }) => {
      const spec = subscriptions.get(id)?.spec;
      if (road !== undefined || refused.includes(id)) return false;
      return tables.some(({ schema, table }) => schema === spec?.schema && table === spec.table);
    });
    if (ignored === undefined) return;
    this.#warnedOfCore = true;
    const message = 'the core follows no numbered changes, so `tables`, `via` and `from` have no effect';
    const remedy = 'give switchboard-realtime/switchboard-numbered.wasm as the option `wasm`';
    log.write({ level: 'warn', message: `${message}: ${remedy}` });
  }

  #answerTokenRequest(request: number): void {
    this.#parts.queue.push(() => {
      // The request may have come from within the engine's constructor.
      this.#slot.open().then(
        (engine) => this.#tokens.answer(request, engine),
        () => undefined,
      );
    });
  }

  #loadFailed(message: string, attempts: number, nextRetryAt: number): void {
    const { log, status, callbacks, subscriptions, channels, queue } = this.#parts;
    log.write({ level: 'error', message });
    status.loadFailed(message, attempts, nextRetryAt);
    callbacks.statusChanged();
    const detail = { code: 'LOAD_FAILED', message, retryable: true, nextRetryAt } as const;
    for (const { id } of subscriptions.values()) {
      callbacks.notify({ subscription: id, status: 'CHANNEL_ERROR', ...detail });
    }
    channels.statusChanged();
    queue.flush();
  }
}
