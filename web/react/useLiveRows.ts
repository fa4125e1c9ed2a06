import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { Listeners } from '../core/base/listeners.js';
import type {
  ColumnOf,
  DefaultSchema,
  LiveRows,
  LiveRowsOptions,
  LiveRowsStatus,
  RealtimeManager,
  ReceivedRow,
  RegisteredDatabase,
  RowOf,
  SchemaName,
  SubscribeOptions,
  TableName,
  UntypedDatabase,
} from '../core/index.js';
import { NOT_STARTED } from './provider/absentManager.js';
import { guarded } from './provider/environment.js';
import { useRealtimeSetup } from './provider/useRealtimeManager.js';

/** What `useLiveRows` returns; `rows` and `status` are the same objects until they changed. */
export interface LiveRowsResult<Row> {
  readonly rows: readonly Row[];
  readonly status: LiveRowsStatus;
  /** Fetches now. Resolves with the status after the attempt; never rejects. Always the same function. */
  readonly refresh: () => Promise<LiveRowsStatus>;
}

/** The component's life ends them, so there is no signal; null or false asks for nothing. */
type HookOptions<Options> = Omit<Options, 'signal'> | null | false;

type UseLiveRowsUntyped = <Row extends object>(options: HookOptions<LiveRowsOptions<Row>>) => LiveRowsResult<Row>;

type UseLiveRowsTyped<Db> = <
  Table extends TableName<Db, Schema>,
  Schema extends SchemaName<Db> = DefaultSchema<Db> & SchemaName<Db>,
  Column extends ColumnOf<RowOf<Db, Schema, Table>> = ColumnOf<RowOf<Db, Schema, Table>>,
>(
  options: HookOptions<
    Omit<LiveRowsOptions<ReceivedRow<RowOf<Db, Schema, Table>, Column>>, 'table' | 'schema' | 'filter' | 'select'> &
      Pick<SubscribeOptions<Db, Schema, Table, '*', Column>, 'table' | 'schema' | 'filter' | 'select'>
  >,
) => LiveRowsResult<ReceivedRow<RowOf<Db, Schema, Table>, Column>>;

/** `useLiveRows` for a database type. */
export type UseLiveRows<Db> = Db extends UntypedDatabase ? UseLiveRowsUntyped : UseLiveRowsTyped<Db>;

type AnyRow = Record<string, unknown>;
type AnyOptions = LiveRowsOptions<AnyRow>;

const NAME = 'useLiveRows';

interface Shown {
  readonly rows: readonly AnyRow[];
  readonly status: LiveRowsStatus;
}

/** Rows of the view, in the order of a function. */
interface Ordered {
  readonly source: readonly AnyRow[];
  readonly places: ReadonlyMap<AnyRow, number>;
  readonly by: unknown;
  readonly rows: readonly AnyRow[];
}

const NOTHING: Shown = { rows: Object.freeze([]), status: NOT_STARTED };

/** The live rows that an effect holds. */
class LiveRowsSlot {
  #held: { text: string; view: LiveRows<AnyRow> } | null = null;
  readonly #listeners = new Listeners();
  #last: Shown = NOTHING;
  #ordered: Ordered | null = null;

  /** Returns the way to let go of it. */
  hold(text: string, view: LiveRows<AnyRow>): () => void {
    this.#held = { text, view };
    const off = view.subscribe(this.#notify);
    this.#notify();
    return () => {
      off();
      this.#held = null;
      view.close();
    };
  }

  readonly subscribe = (changed: () => void): (() => void) => this.#listeners.add(changed);

  /** Nothing while what is held belongs to other options: rows of other options must not be shown. */
  current(text: string | null, options: AnyOptions | null): Shown {
    if (this.#held === null || this.#held.text !== text || options === null) return NOTHING;
    const { view } = this.#held;
    const shown = { rows: this.#inOrder(view.rows(), options), status: view.status() };
    if (shown.rows !== this.#last.rows || shown.status !== this.#last.status) this.#last = shown;
    return this.#last;
  }

  /** By a function, which may order otherwise in each render; the view has the rows by key then. */
  #inOrder(source: readonly AnyRow[], { orderBy }: AnyOptions): readonly AnyRow[] {
    if (typeof orderBy !== 'function') return source;
    const known = this.#ordered?.source === source ? this.#ordered : null;
    if (known?.by === orderBy) return known.rows;
    const places = known?.places ?? new Map(source.map((row, place) => [row, place]));
    const order = (a: AnyRow, b: AnyRow): number => orderBy(a, b) || (places.get(a) ?? 0) - (places.get(b) ?? 0);
    const before = known?.rows ?? source;
    const rows = isInOrder(before, order) ? before : Object.freeze([...source].sort(order));
    this.#ordered = { source, places, by: orderBy, rows };
    return rows;
  }

  readonly refresh = (): Promise<LiveRowsStatus> => this.#held?.view.refresh() ?? Promise.resolve(NOT_STARTED);

  readonly #notify = (): void => {
    this.#listeners.notify();
  };
}

function isInOrder(rows: readonly AnyRow[], order: (a: AnyRow, b: AnyRow) => number): boolean {
  return rows.every((row, index) => index === 0 || order(rows[index - 1] as AnyRow, row) <= 0);
}

/** What options say, without what they call. */
function textOf(options: AnyOptions): string {
  const { verify, orderBy, ...rest } = options;
  const order = typeof orderBy === 'function' ? 'function' : orderBy;
  return JSON.stringify({ ...rest, orderBy: order, verify: verify === undefined ? undefined : verify.everyMs });
}

/** Options that call the functions of the latest render. */
function latestOptions(latest: { readonly current: AnyOptions }): AnyOptions {
  const { verify, orderBy, ...rest } = latest.current;
  return {
    ...rest,
    orderBy: typeof orderBy === 'function' ? undefined : orderBy,
    fetch: (request) => latest.current.fetch(request),
    ...(verify === undefined
      ? {}
      : { verify: { ...verify, digest: (request) => latest.current.verify?.digest(request) ?? true } }),
  };
}

function useAnyLiveRows(given: AnyOptions | null | false): LiveRowsResult<AnyRow> {
  const { manager } = useRealtimeSetup(NAME);
  const [slot] = useState(() => new LiveRowsSlot());
  const options = given === null || given === false ? null : given;
  const text = options === null ? null : textOf(options);
  const latest = useRef(options);

  useEffect(() => {
    latest.current = options;
  });

  useEffect(() => {
    if (text === null) return undefined;
    const view = guarded(NAME, () => open(manager, latestOptions(latest as { current: AnyOptions })));
    return view === null ? undefined : slot.hold(text, view);
  }, [manager, text, slot]);

  const { rows, status } = useSyncExternalStore(
    slot.subscribe,
    () => slot.current(text, options),
    () => NOTHING,
  );
  return useMemo(() => ({ rows, status, refresh: slot.refresh }), [rows, status, slot]);
}

function open(manager: RealtimeManager, options: AnyOptions): LiveRows<AnyRow> {
  return manager.liveRows(options);
}

/**
 * The rows of a table, kept equal to the database for as long as the component is mounted; see `manager.liveRows`.
 * Options may be written inline: they are compared by value, and of the functions those of the latest render are called.
 * An `orderBy` function orders at each render. When the options change, it starts again without rows.
 *
 * ```tsx
 * const { rows, status } = useLiveRows({ table: 'bookings', key: 'id', filter: `business_id=eq.${businessId}`, fetch });
 * ```
 *
 * @param options what to show; null or false for nothing. `fetch` must not depend on anything but the other options.
 * @throws SwitchboardError in development, without a provider or for invalid options. In production the error is written
 * to the console.
 */
export const useLiveRows = useAnyLiveRows as unknown as UseLiveRows<RegisteredDatabase>;
