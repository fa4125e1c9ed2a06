import type { FilterCondition } from '../filter.js';
import type { Gap, Resync } from '../gaps/gap.js';
import type { UntypedSubscribeOptions } from '../options.js';
import type { ChangePayload, EventName } from '../payload.js';
import type { DeliveryOption } from '../delivery.js';
import type { StatusHandler } from '../subscriptionTable.js';
import { checkLiveRowsOptions, wideConditions } from './check.js';
import { matches } from './matches.js';
import { Overlay } from './overlay.js';
import { rowOrder } from './order.js';
import { RowSet } from './rowSet.js';
import { readSnapshot, SnapshotError } from './snapshot.js';
import { StatusKeeper, type Cause } from './statusKeeper.js';
import type { LiveRows, LiveRowsOptions, LiveRowsStatus } from './types.js';
import { keyText } from './values.js';
import { Verifier } from './verifier.js';

/** What it needs of the manager. */
export interface LiveRowsHost {
  subscribe(
    options: UntypedSubscribeOptions<EventName, DeliveryOption>,
    onEvent: (event: never) => void,
    onStatus: StatusHandler,
  ): number;
  unsubscribe(id: number): void;
  /** Has the subscription's `onResync` called until it succeeds. */
  requestResync(id: number): void;
  callbackFailed(where: string, error: unknown): void;
  /** It has been closed. */
  closed(view: { close(): void }): void;
}

type AnyRow = Readonly<Record<string, unknown>>;

const UNDECIDED = 'UNDECIDED';

/** See {@link LiveRows}. Timing, retries and jitter of fetches are those of `onResync`. */
export class LiveRowsView<Row extends object> implements LiveRows<Row> {
  readonly #host: LiveRowsHost;
  readonly #options: LiveRowsOptions<Row>;
  readonly #key: readonly string[];
  readonly #conditions: readonly FilterCondition[];
  readonly #rows: RowSet<Row>;
  readonly #keeper = new StatusKeeper();
  readonly #listeners = new Set<{ call: () => void }>();
  readonly #id: number;
  readonly #verifier: Verifier<Row> | null;
  /** Of the fetch that is under way. */
  #overlay: Overlay<Row> | null = null;
  readonly #openGaps = new Set<number>();
  #wasLive = false;
  #waiting: ((status: LiveRowsStatus) => void)[] = [];
  #notifying = false;
  readonly #end = new AbortController();

  /** @throws SwitchboardError */
  constructor(options: LiveRowsOptions<Row>, host: LiveRowsHost) {
    this.#host = host;
    this.#options = options;
    this.#key = checkLiveRowsOptions(options);
    this.#rows = new RowSet(rowOrder(options.orderBy, this.#key));
    const { table, schema, filter, select, delivery = 'each', wide, verify, signal } = options;
    const line = {
      ...{ table, schema, select, filter: wide === true ? undefined : filter },
      // A row that came and went may have been fetched in between.
      delivery:
        typeof delivery === 'object' && delivery.mode === 'latest' ? { ...delivery, keepDeletes: true } : delivery,
      onGap: (gap: Gap) => {
        this.#onGap(gap);
      },
      onResync: (resync: Resync) => this.#load(resync.signal),
    };
    // One change, or an array of them.
    const onEvent = (event: ChangePayload<Row> | readonly ChangePayload<Row>[]): void => {
      this.#onChanges(Array.isArray(event) ? (event as readonly ChangePayload<Row>[]) : [event as ChangePayload<Row>]);
    };
    this.#conditions = wideConditions(options);
    this.#id = host.subscribe(line, onEvent, (status, detail) => {
      if (status === 'SUBSCRIBED') this.#onLive();
      else this.#onDown(detail);
    });
    this.#verifier = verify === undefined ? null : this.#startVerifier(verify);
    if (signal?.aborted === true) this.close();
    const listening = { signal: this.#end.signal };
    signal?.addEventListener('abort', this.#onAbort, listening);
  }

  get closed(): boolean {
    return this.#end.signal.aborted;
  }

  readonly rows = (): readonly Row[] => this.#rows.list();

  readonly status = (): LiveRowsStatus => this.#keeper.status;

  readonly subscribe = (call: () => void): (() => void) => {
    const listener = { call };
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };

  refresh(): Promise<LiveRowsStatus> {
    if (this.closed) return Promise.resolve(this.status());
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#host.requestResync(this.#id);
    });
  }

  close(): void {
    if (this.closed) return;
    this.#end.abort();
    this.#verifier?.stop();
    this.#listeners.clear();
    this.#keeper.lineDown({ code: 'UNSUBSCRIBED', message: 'Closed.' });
    this.#keeper.update();
    this.#host.unsubscribe(this.#id);
    this.#answer(this.#waiting.splice(0));
    this.#host.closed(this);
  }

  readonly #onAbort = (): void => {
    this.close();
  };

  #startVerifier(verify: NonNullable<LiveRowsOptions<Row>['verify']>): Verifier<Row> {
    return new Verifier(verify, {
      isLive: () => this.status().state === 'live',
      rows: this.rows,
      mismatch: () => {
        this.#oweFetch({ code: 'VERIFY_MISMATCH', message: 'The digest does not fit the rows.' });
      },
      failed: (error) => {
        this.#host.callbackFailed(`digest of liveRows for ${this.#options.table}`, error);
      },
    });
  }

  #onLive(): void {
    if (this.#openGaps.size > 0) return;
    this.#keeper.lineUp();
    // Later times follow a gap, which has it fetched by itself.
    if (!this.#wasLive) this.#host.requestResync(this.#id);
    this.#wasLive = true;
    this.#changed(false);
  }

  #onDown({ code, message }: Cause): void {
    this.#keeper.lineDown({ code, message });
    this.#changed(false);
  }

  #onGap({ id, code, message, over, outcome }: Gap): void {
    if (outcome !== 'unknown') return;
    if (over) {
      // One that is told once is over already; the line has been up all the time.
      if (this.#openGaps.delete(id) && this.#openGaps.size === 0) this.#keeper.lineUp();
    } else {
      this.#openGaps.add(id);
      this.#keeper.lineDown({ code, message });
    }
    this.#keeper.owe({ code, message });
    this.#changed(false);
  }

  /** Has the rows fetched; until that is done they are stale. */
  #oweFetch(cause: Cause): void {
    this.#keeper.owe(cause);
    this.#host.requestResync(this.#id);
    this.#changed(false);
  }

  #onChanges(changes: readonly ChangePayload<Row>[]): void {
    let changed = false;
    for (const change of changes) changed = this.#apply(change) || changed;
    if (changed) this.#changed(true);
  }

  /** True when it made a difference to the rows on display. */
  #apply(change: ChangePayload<Row>): boolean {
    const before = keyText(change.old, this.#key);
    if (change.eventType === 'DELETE') {
      if (before !== null) return this.#remove(before, change);
      this.#oweFetch({ code: UNDECIDED, message: 'A DELETE came without the key: set REPLICA IDENTITY FULL.' });
      return false;
    }
    // Its values are missing: it is reported as a gap, after which everything is fetched.
    if (change.errors !== null && change.errors.length > 0) return false;
    const after = keyText(change.new, this.#key);
    if (after === null) {
      this.#oweFetch({ code: UNDECIDED, message: `A change came without the key (${this.#key.join(', ')}).` });
      return false;
    }
    const moved = before !== null && before !== after && this.#remove(before, change);
    const isSameRow = before === after || (before === null && change.eventType === 'UPDATE');
    return this.#place(after, change.new, isSameRow ? change : null) || moved;
  }

  /** `change`: what happened to the row that had this key; null when none had it. */
  #place(key: string, row: Row, change: ChangePayload<Row> | null): boolean {
    const fits = matches(this.#conditions, row as AnyRow);
    if (fits === false) return this.#remove(key, change);
    if (fits === null) {
      this.#oweFetch({ code: UNDECIDED, message: 'The filter can not be decided here for a changed row.' });
      return false;
    }
    this.#overlay?.put(key, row, !this.#mayHaveFitted(change));
    return this.#hasRows && this.#rows.put(key, row);
  }

  /** `change`: as above. */
  #remove(key: string, change: ChangePayload<Row> | null): boolean {
    this.#overlay?.remove(key, this.#mayHaveFitted(change));
    return this.#rows.remove(key);
  }

  #mayHaveFitted(change: ChangePayload<Row> | null): boolean {
    return change !== null && matches(this.#conditions, change.old) !== false;
  }

  get #hasRows(): boolean {
    return this.status().fetchedAt !== null;
  }

  /** Fetches and shows. Rejects when that fails; the rows stay as they are then. */
  async #load(signal: AbortSignal): Promise<void> {
    const waiting = this.#waiting.splice(0);
    const overlay = new Overlay<Row>();
    this.#overlay = overlay;
    const { owed, lineIsLive: wasLive } = this.#keeper;
    signal.addEventListener('abort', () => {
      if (this.#overlay === overlay) this.#fetchFailed(signal.reason, waiting);
    });
    try {
      const rows = await readSnapshot(this.#options.fetch, this.#key, signal, () => overlay.gone);
      signal.throwIfAborted();
      this.#overlay = null;
      const changed = this.#rows.replace(overlay.over(rows));
      this.#keeper.fetched(owed, wasLive);
      this.#changed(changed);
      this.#answer(waiting);
    } catch (error) {
      if (this.#overlay === overlay) this.#fetchFailed(error, waiting);
      throw error;
    }
  }

  #fetchFailed(error: unknown, waiting: ((status: LiveRowsStatus) => void)[]): void {
    this.#overlay = null;
    if (!this.closed) {
      this.#keeper.fetchFailed(causeOf(error));
      this.#changed(false);
    }
    this.#answer(waiting);
  }

  #answer(waiting: readonly ((status: LiveRowsStatus) => void)[]): void {
    for (const resolve of waiting) resolve(this.status());
  }

  /** Tells the listeners once per turn, if there is something to tell. */
  #changed(rowsChanged: boolean): void {
    const statusChanged = this.#keeper.update();
    if ((!rowsChanged && !statusChanged) || this.#notifying || this.closed) return;
    this.#notifying = true;
    queueMicrotask(() => {
      this.#notifying = false;
      for (const listener of [...this.#listeners]) {
        if (!this.#listeners.has(listener)) continue;
        try {
          listener.call();
        } catch (error) {
          this.#host.callbackFailed(`a listener of liveRows for ${this.#options.table}`, error);
        }
      }
    });
  }
}

function causeOf(error: unknown): Cause {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof SnapshotError) return { code: 'FETCH_INVALID', message };
  const isTimeout = error instanceof DOMException && error.name === 'TimeoutError';
  return { code: isTimeout ? 'FETCH_TIMEOUT' : 'FETCH_FAILED', message };
}
