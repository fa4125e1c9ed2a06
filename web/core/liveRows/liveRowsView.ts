import { reasonOf, throwIfAborted } from '../base/abort.js';
import type { Column } from '../changes/convert.js';
import type { DeliveryOption } from '../api/delivery.js';
import type { FilterCondition } from '../api/filter.js';
import type { Gap, Resync, ResyncHandler } from '../api/gap.js';
import type { Urgency } from '../gaps/retryRunner.js';
import type { RowsHandler } from '../delivery/receivers.js';
import type { UntypedSubscribeOptions } from '../api/options.js';
import type { ChangePayload, EventName } from '../api/payload.js';
import type { StatusHandler } from '../api/status.js';
import { checkLiveRowsOptions, deliveryFor, wideConditions } from './check.js';
import { ColumnTypes } from './columnTypes.js';
import { agrees, isWhole } from './images.js';
import { Listeners } from '../base/listeners.js';
import { matches } from './compare/matches.js';
import { Overlay } from './overlay.js';
import { rowOrder } from './compare/order.js';
import { RowSet } from './rowSet.js';
import { SharedFetch, type RowsSource } from './sharedFetch.js';
import { readSnapshot, SnapshotError } from './snapshot.js';
import { StatusKeeper, type Cause } from './statusKeeper.js';
import type { LiveRows, LiveRowsOptions, LiveRowsStatus } from '../api/liveRows.js';
import { keyText } from './compare/values.js';
import { Verifier } from './verifier.js';

/** What it needs of the manager. */
export interface LiveRowsHost {
  subscribe(
    options: UntypedSubscribeOptions<EventName, DeliveryOption>,
    onChanges: RowsHandler,
    onStatus: StatusHandler,
  ): number;
  unsubscribe(id: number): void;
  /** Has the subscription's `onResync` called until it succeeds. */
  readonly resyncs: {
    request(id: number, urgency: Urgency): void;
    /** Calls this `onResync` without a wait after gaps. */
    callAtOnce(onResync: ResyncHandler): void;
  };
  /** Takes what the application's code throws. */
  readonly errors: { failed(where: string, error: unknown): void };
  /** Gets rows that other tabs may fetch. */
  readonly sharedFetches: RowsSource;
}

type AnyRow = Readonly<Record<string, unknown>>;

/** What a change says of one row. */
interface Image<Row> {
  readonly row: Row;
  /** No column is missing. */
  readonly isWhole: boolean;
  /** What became of the row that had this key before; null when none had it. */
  readonly change: ChangePayload<Row> | null;
}

const UNDECIDED = 'UNDECIDED';
const MAY_LACK_COLUMNS = 'A row came that may lack columns: set REPLICA IDENTITY FULL.';

/** See {@link LiveRows}. Timing, retries and jitter of fetches are those of `onResync`. */
export class LiveRowsView<Row extends object> implements LiveRows<Row> {
  readonly #host: LiveRowsHost;
  readonly #options: LiveRowsOptions<Row>;
  readonly #key: readonly string[];
  readonly #conditions: readonly FilterCondition[];
  readonly #types = new ColumnTypes();
  readonly #rows: RowSet<Row>;
  readonly #keeper = new StatusKeeper();
  readonly #listeners = new Listeners();
  /** Of its subscription. */
  readonly id: number;
  readonly #verifier: Verifier<Row> | null;
  /** Null: it fetches by itself. */
  readonly #shared: SharedFetch<Row> | null;
  /** Of the fetch that is under way. */
  #overlay: Overlay<Row> | null = null;
  readonly #openGaps = new Set<number>();
  #wasLive = false;
  /** Something is to be fetched once the line is live, and nothing else will have it fetched. */
  #lacksFetch = false;
  #waiting: ((status: LiveRowsStatus) => void)[] = [];
  #notifying = false;
  readonly #end = new AbortController();

  /** @throws SwitchboardError */
  constructor(options: LiveRowsOptions<Row>, host: LiveRowsHost) {
    this.#host = host;
    this.#options = options;
    this.#key = checkLiveRowsOptions(options);
    this.#rows = new RowSet(rowOrder(options.orderBy, this.#key, this.#types.byName));
    const { table, schema, filter, select, via, wide, verify, signal, shareFetch } = options;
    this.#shared = shareFetch === true ? new SharedFetch(host.sharedFetches, options, this.#key, this.#keyOf) : null;
    const onResync: ResyncHandler = (resync) => this.#load(resync);
    if (shareFetch === true) host.resyncs.callAtOnce(onResync);
    const subscribeOptions = {
      ...{ table, schema, select, via, filter: wide === true ? undefined : filter },
      delivery: deliveryFor(options, this.#key),
      onGap: (gap: Gap) => {
        this.#onGap(gap);
      },
      onResync,
    };
    const onChanges: RowsHandler = (changes, columnsOf) => {
      this.#onChanges(changes as readonly ChangePayload<Row>[], columnsOf);
    };
    this.#conditions = wideConditions(options);
    this.id = host.subscribe(subscribeOptions, onChanges, (status, detail) => {
      if (status === 'SUBSCRIBED') this.#onLive();
      else this.#onDown(detail);
    });
    // Whether or not there will be a line: what is there can be shown.
    host.resyncs.request(this.id, 'now');
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

  readonly subscribe = (call: () => void): (() => void) => this.#listeners.add(call);

  refresh(): Promise<LiveRowsStatus> {
    if (this.closed) return Promise.resolve(this.status());
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#host.resyncs.request(this.id, 'now');
    });
  }

  close(): void {
    if (this.closed) return;
    this.#end.abort();
    this.#verifier?.stop();
    this.#listeners.clear();
    this.#keeper.lineDown({ code: 'UNSUBSCRIBED', message: 'Closed.' });
    this.#keeper.update();
    this.#host.unsubscribe(this.id);
    this.#answer(this.#waiting.splice(0));
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
        this.#host.errors.failed(`digest of liveRows for ${this.#options.table}`, error);
      },
    });
  }

  #onLive(): void {
    if (this.#openGaps.size > 0) return;
    this.#keeper.lineUp();
    // Later times follow a gap, which has it fetched by itself, or nothing is missing. Then a fetch from before may not be enough.
    if (!this.#wasLive || this.#lacksFetch) this.#host.resyncs.request(this.id, 'now');
    this.#wasLive = true;
    this.#lacksFetch = false;
    this.#changed(false);
  }

  #onDown({ code, message }: Cause): void {
    this.#keeper.lineDown({ code, message });
    this.#changed(false);
  }

  #onGap({ id, code, message, over, outcome }: Gap): void {
    if (outcome !== 'unknown') return;
    if (over) {
      // One that is reported once only is over already; the line has been up all the time.
      if (this.#openGaps.delete(id) && this.#openGaps.size === 0) this.#keeper.lineUp();
    } else {
      this.#openGaps.add(id);
      this.#keeper.lineDown({ code, message });
    }
    this.#keeper.owe({ code, message });
    // It is fetched for the gap.
    this.#lacksFetch = false;
    this.#changed(false);
  }

  /** Has the rows fetched; until that is done they are stale. */
  #oweFetch(cause: Cause): void {
    this.#keeper.owe(cause);
    this.#host.resyncs.request(this.id, 'paced');
    this.#changed(false);
  }

  #onChanges(changes: readonly ChangePayload<Row>[], columnsOf: (at: number) => readonly Column[]): void {
    let changed = false;
    for (const [at, change] of changes.entries()) {
      if (this.#types.learn(columnsOf(at))) changed = this.#rows.arrange(this.#keyOf) || changed;
      changed = this.#apply(change) || changed;
    }
    if (changed) this.#changed(true);
  }

  /** True when it made a difference to the rows on display. */
  #apply(change: ChangePayload<Row>): boolean {
    if (change.eventType === 'TRUNCATE') return this.#empty();
    const before = this.#keyOf(change.old);
    if (change.eventType === 'DELETE') {
      if (before !== null) return this.#remove(before, change);
      if (this.#mayHold(change.old)) this.#undecided('A DELETE came without the key: set REPLICA IDENTITY FULL.');
      return false;
    }
    // Its values are missing: it is reported as a gap, after which everything is fetched.
    if (change.errors !== null && change.errors.length > 0) return false;
    const after = this.#keyOf(change.new);
    if (after === null) {
      this.#undecided(`A change came without the key (${this.#key.join(', ')}).`);
      return false;
    }
    const image = { row: change.new, isWhole: isWhole(change, this.#types.columns) };
    if (change.eventType === 'INSERT') return this.#place(after, { ...image, change: null });
    return this.#update(before, after, { ...image, change });
  }

  #empty(): boolean {
    this.#overlay?.empty();
    return this.#rows.replace(new Map());
  }

  /** `before`: the key that the row had; null when the change does not say. */
  #update(before: string | null, after: string, image: Image<Row> & { change: ChangePayload<Row> }): boolean {
    const { change } = image;
    if (before === after || (before === null && this.#isHeldAs(after, change.old))) return this.#place(after, image);
    if (before === null) {
      if (this.#mayHold(change.old)) {
        this.#undecided('An UPDATE came without the old key: set REPLICA IDENTITY FULL.');
        return false;
      }
      return this.#place(after, { ...image, change: null });
    }
    const held = this.#rows.get(before);
    const moved = this.#remove(before, change);
    return this.#place(after, { ...image, change: null }, held) || moved;
  }

  /** `moved`: the row on display that this one was before, under another key. */
  #place(key: string, { row, isWhole, change }: Image<Row>, moved?: Row): boolean {
    const fits = this.#matches(row);
    if (fits === false) return this.#remove(key, change);
    if (fits === null) {
      this.#undecided('The filter can not be decided here for a changed row.');
      return false;
    }
    this.#overlay?.put(key, row, isWhole, !this.#mayHaveFitted(change));
    if (!this.#hasRows) return false;
    if (isWhole || moved !== undefined || this.#rows.get(key) !== undefined) {
      return this.#rows.put(key, moved === undefined ? row : { ...moved, ...row });
    }
    // What is being fetched may have them.
    if (this.#overlay === null) this.#undecided(MAY_LACK_COLUMNS);
    return false;
  }

  /** `change`: as of {@link Image}. */
  #remove(key: string, change: ChangePayload<Row> | null): boolean {
    this.#overlay?.remove(key, this.#mayHaveFitted(change));
    return this.#rows.remove(key);
  }

  #mayHaveFitted(change: ChangePayload<Row> | null): boolean {
    return change !== null && this.#matches(change.old) !== false;
  }

  /** Whether the row with this key is on display, and may be the one with this old image. */
  #isHeldAs(key: string, old: object): boolean {
    const held = this.#rows.get(key);
    return held !== undefined && agrees(held, old, this.#types.byName);
  }

  /** Whether a row with this old image may be on display, or be fetched at the moment. */
  #mayHold(old: object): boolean {
    return this.#overlay !== null || this.#rows.some((row) => agrees(row, old, this.#types.byName));
  }

  #matches(row: object): boolean | null {
    return matches(this.#conditions, row as AnyRow, this.#types.columns);
  }

  readonly #keyOf = (row: object): string | null => keyText(row as AnyRow, this.#key, this.#types.byName);

  #undecided(message: string): void {
    this.#oweFetch({ code: UNDECIDED, message });
  }

  get #hasRows(): boolean {
    return this.status().fetchedAt !== null;
  }

  /** Fetches and shows. Rejects when that fails; the rows stay as they are then. */
  async #load(resync: Resync): Promise<void> {
    const { signal, reason } = resync;
    const waiting = this.#waiting.splice(0);
    const overlay = new Overlay<Row>();
    this.#overlay = overlay;
    const { owed, lineIsLive: wasLive } = this.#keeper;
    const failed = (error: unknown): void => {
      if (this.#overlay === overlay) this.#fetchFailed(error, reason, waiting);
    };
    signal.addEventListener('abort', () => {
      failed(reasonOf(signal));
    });
    try {
      const read = () => readSnapshot(this.#options.fetch, this.#key, this.#keyOf, signal, () => overlay.gone);
      const rows = await (this.#shared?.read(resync, read) ?? read());
      throwIfAborted(signal);
      this.#overlay = null;
      const changed = this.#show(overlay.over(rows));
      this.#keeper.fetched(owed, wasLive);
      this.#lacksFetch = false;
      // It has taken the place of one that was owed.
      if (this.#wasLive && !wasLive && !this.#keeper.isPaid) this.#fetchOnceLive();
      this.#changed(changed);
      this.#answer(waiting);
    } catch (error) {
      failed(error);
      throw error;
    }
  }

  /** Called during a fetch; when that fails, the next follows after the pause between tries. */
  #fetchOnceLive(): void {
    if (this.#keeper.lineIsLive) this.#host.resyncs.request(this.id, 'soon');
    else this.#lacksFetch = true;
  }

  /** A row that came while it was fetched, and lacks columns, stays as it is on display until the next fetch. */
  #show({ all, lacking }: ReturnType<Overlay<Row>['over']>): boolean {
    for (const key of lacking) {
      const held = this.#rows.get(key);
      if (held !== undefined) all.set(key, held);
    }
    if (lacking.length > 0) this.#undecided(MAY_LACK_COLUMNS);
    return this.#rows.replace(all);
  }

  #fetchFailed(error: unknown, reason: Resync['reason'], waiting: ((status: LiveRowsStatus) => void)[]): void {
    this.#overlay = null;
    if (!this.closed) {
      this.#keeper.fetchFailed(causeOf(error));
      // A poll is repeated by the next poll only, and there is none while the line is live.
      if (reason === 'poll') this.#fetchOnceLive();
      this.#changed(false);
    }
    this.#answer(waiting);
  }

  #answer(waiting: readonly ((status: LiveRowsStatus) => void)[]): void {
    for (const resolve of waiting) resolve(this.status());
  }

  /** Notifies the listeners once per turn, if there is something new. */
  #changed(rowsChanged: boolean): void {
    const statusChanged = this.#keeper.update();
    if ((!rowsChanged && !statusChanged) || this.#notifying || this.closed) return;
    this.#notifying = true;
    queueMicrotask(() => {
      this.#notifying = false;
      this.#listeners.forEach((call) => {
        try {
          call();
        } catch (error) {
          this.#host.errors.failed(`a listener of liveRows for ${this.#options.table}`, error);
        }
      });
    });
  }
}

function causeOf(error: unknown): Cause {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof SnapshotError) return { code: 'FETCH_INVALID', message };
  const isTimeout = error instanceof DOMException && error.name === 'TimeoutError';
  return { code: isTimeout ? 'FETCH_TIMEOUT' : 'FETCH_FAILED', message };
}
