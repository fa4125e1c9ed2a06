import type { ColumnOf, FilterText, RegisteredDatabase, RowOf, SchemaName, TableName } from './database.js';
import type { DeliveryOption } from './delivery.js';
import type { LogLevel, Logger } from './logger.js';
import type { GapHandler, ResyncHandler } from './gap.js';
import type { EventName } from './payload.js';
import type { Road } from './status.js';
import type { NumberedPosition, RpcCallback, TablesOption } from './tables.js';
import type { TuningOptions } from './tuning.js';

/**
 * Returns the user's access token, or null when nobody is signed in (the api key's rights apply then). Called whenever
 * the core needs one: before joins after an interruption, and ahead of expiry. What it throws is reported as
 * `TOKEN_UNAVAILABLE` and tried again, and so is an empty text. It is not called while an earlier call runs, unless
 * that takes longer than `tokenTimeoutMs` or a token was set meanwhile (`setAuth`, or a sign-in or sign-out of the
 * supabase-js client). The result of the earlier call is discarded then.
 */
export type AccessTokenCallback = () => string | null | undefined | Promise<string | null | undefined>;

/** A class like the browser's `WebSocket`. */
export type WebSocketClass = new (url: string, protocols?: string | string[]) => object;

/** `WebAssembly.Module`; nothing in a project for Node alone, where that has no type. */
type CompiledModule = typeof globalThis extends { WebAssembly: { Module: { prototype: infer Module } } }
  ? Module
  : never;

/** Where the core's bytes come from: an address, the bytes, or a compiled module. */
export type WasmSource = URL | string | ArrayBuffer | ArrayBufferView | CompiledModule;

/**
 * What `int8` and `numeric` values become. 'number': numbers, rounded to what a double holds. 'string': the digits that
 * the database wrote. 'bigint': `int8` is a bigint, `numeric` the digits as text.
 */
export type NumbersOption = 'number' | 'string' | 'bigint';

/**
 * The database's pulse: a table with one row, whose `seq` the database raises every period (see `sql/pulse.sql` in this
 * package). The server can lose changes with no sign on the wire. A missing beat is that sign.
 *
 * On every socket with live subscriptions the manager listens to the row over a channel of its own, so a pulse that is
 * not available affects nothing else (there is one warning, and it is asked for again every five minutes, by
 * `reconnectAll()` and with a new token).
 *
 * - A jump of `seq` is a gap (`PULSE_LOST`) of every live subscription of the socket, from the last beat to this one.
 * - Silence of 2.5 periods, on a socket that answers, is an open gap until the next beat. Meanwhile `onResync` is
 *   called as a poll.
 * - Not reported: a dead socket (it has causes of its own, though the silence makes the manager probe it), time in
 *   which the page was frozen or the machine asleep, and what was missed while the pulse's own channel was being
 *   joined.
 *
 * A pulse job that has stopped looks like a server that loses everything, so it is reported as silence. What is lost
 * between two beats is not noticed: see `verify` of `liveRows`. Beats never reach `onEvent`, unless a subscription
 * names the pulse's table.
 */
export interface PulseOption {
  /** How often the database raises the row, in ms: 100 to 3,600,000. */
  periodMs: number;
  /** Default 'switchboard_pulse'. */
  table?: string | undefined;
  /** Default 'public'. */
  schema?: string | undefined;
}

interface CommonOptions<Db> extends TuningOptions {
  /** See {@link AccessTokenCallback}. Without it, `setAuth` gives the token. */
  accessToken?: AccessTokenCallback | undefined;
  /** Further parameters for the socket's url. */
  params?: Readonly<Record<string, string>> | undefined;
  /** The protocol's version. Default '2.0.0'. */
  vsn?: '1.0.0' | '2.0.0' | undefined;
  /**
   * Gets log lines and what callbacks throw. Default: `console`. `null`: nothing is logged. Lines never contain a token
   * or the api key.
   */
  logger?: Logger | null | undefined;
  /** The lowest level that is logged. Default 'warn'. (What the server logs is set by `params: { log_level }`.) */
  logLevel?: LogLevel | undefined;
  /**
   * See {@link NumbersOption}. Default 'number'. The other two take five to ten times as long to read rows. Types that
   * Supabase generates still say `number`.
   */
  numbers?: NumbersOption | undefined;
  /** Listens to the database's pulse, against silent losses. Default: none. See {@link PulseOption}. */
  pulse?: PulseOption | undefined;
  /**
   * The tracked tables, by name, with the column that `switchboard.track` was given: `{ bookings: { by: 'business_id' } }`.
   * Subscriptions to them whose filter has `eq` on that column get numbered changes, each once and in order. Default:
   * none. See docs/numbered-changes.md.
   */
  tables?: TablesOption<NoInfer<Db>> | undefined;
  /** Calls a function of the database, for `tables`. Default: that of `supabase`. See {@link RpcCallback}. */
  rpc?: RpcCallback | undefined;
  /** The WebSocket class to use. Default: the runtime's own; in Node before 22 the one of the package `ws`. */
  transport?: WebSocketClass | undefined;
  /**
   * After an interruption each `onResync` waits between 0 and this many ms, so that not all clients fetch at once when
   * a server returns. Default 1,000.
   */
  resyncJitterMs?: number | undefined;
  /** How long an `onResync` may take, in ms, before it counts as failed and is tried again. Default 30,000. */
  resyncTimeoutMs?: number | undefined;
  /**
   * The core's .wasm. Default: the file in this package, `switchboard.wasm`, or `switchboard-numbered.wasm` with `tables`.
   */
  wasm?: WasmSource | undefined;
  /**
   * Loading the core fails (`LOAD_FAILED`, and is tried again) when nothing of it arrives for this many ms. The time
   * begins again with each part that arrives. Default 10,000.
   */
  loadTimeoutMs?: number | undefined;
  /**
   * Tabs of one origin whose managers have the same options and the same user share one line. `status().tabs` says what
   * carries it, or why it is not shared. Default false. See docs/guide.md.
   */
  tabs?: boolean | TabsOption | undefined;
  /**
   * What the manager sees and decides is kept in memory, for `record()`. Default: the newest 262,144 bytes, without rows. False: nothing is. See
   * {@link RecorderOptions}.
   */
  recorder?: false | RecorderOptions | undefined;
}

/** One line for all tabs, with what a page can't find by itself. */
export interface TabsOption {
  /** The address of the worker's script. Default: the file in this package, `tabs-worker.js`. */
  worker?: string | URL | undefined;
}

/** Where to connect, in words. */
export interface EndpointOptions {
  /**
   * The project's url (`https://ref.supabase.co`), or a realtime endpoint (`wss://host/realtime/v1`), which is used as
   * given.
   */
  url: string;
  /** The project's anon or publishable key. */
  apikey: string;
}

/** The parts of a supabase-js client (2.46 or later) that are used. */
export interface SupabaseClientLike {
  readonly realtime: {
    /** The socket's url, with `/websocket` at its end. */
    readonly endPoint: string;
    readonly apiKey: string | null;
    readonly accessToken: (() => Promise<string | null>) | null;
  };
  /** Absent or throwing when the client was made with its `accessToken` option. */
  readonly auth?: {
    onAuthStateChange(callback: (event: string, session: { access_token: string } | null) => void): {
      data: { subscription: { unsubscribe(): void } };
    };
  };
  /** Calls the database for `tables`. A client for another schema needs `schema` for that. */
  rpc?(name: never, args: never): unknown;
  schema?(name: never): unknown;
}

/** Where to connect, taken from a supabase-js client: url, key, token, and changes of the token. */
export interface SupabaseOptions {
  supabase: SupabaseClientLike;
}

/** Options of `createRealtimeManager`. */
export type ManagerOptions<Db = RegisteredDatabase> =
  | (CommonOptions<Db> & EndpointOptions & { supabase?: undefined })
  | (CommonOptions<Db> & SupabaseOptions & { url?: undefined; apikey?: undefined });

/** Options of `subscribe` when the database's types are not known. */
export interface UntypedSubscribeOptions<
  Event extends EventName = EventName,
  Delivery extends DeliveryOption = 'each',
> {
  /** The table's name; `*` for all tables of the schema. */
  table: string;
  /** Default 'public'; `*` for all schemas. */
  schema?: string | undefined;
  /** Default `*`. */
  event?: Event | undefined;
  /**
   * `column=operator.value`, several separated by commas; all must hold. Values with `,`, `(`, `)` or `"` go in double quotes.
   * An UPDATE that moves a row out of the filter is not sent by the server.
   */
  filter?: string | undefined;
  /** Only these columns, and the primary key. Default: all. */
  select?: readonly string[] | undefined;
  /** How `onEvent` gets changes. Default 'each'. See {@link DeliveryOption}. */
  delivery?: Delivery | undefined;
  /**
   * Which way changes come. 'broadcast' and 'auto' need the table in the manager's `tables`. 'auto': by numbered
   * broadcasts where that is possible, else by `postgres_changes`; `status()` says which and why. 'broadcast': not at
   * all where that is not possible; `status()` says why. Default 'auto'.
   */
  via?: 'auto' | Road | undefined;
  /**
   * How an UPDATE arrives that moves a row out of the filter, where changes are numbered (`postgres_changes` does not
   * send it). 'delete': as a DELETE. 'update': as an UPDATE. 'both': as a DELETE with the row as it is now in `new`.
   * Default 'delete'.
   */
  leaving?: 'delete' | 'update' | 'both' | undefined;
  /**
   * Continues after this change of an earlier subscription: what was committed since comes first. What is not kept any
   * more is reported as a gap. Only where changes are numbered.
   */
  from?: NumberedPosition | undefined;
  /** Pauses the subscription while the page is hidden; see `pause`. Default false. */
  pauseWhenHidden?: boolean | undefined;
  /**
   * Gets each time in which changes may have been missed: when it opens, when it is over, and when its outcome is
   * known.
   */
  onGap?: GapHandler | undefined;
  /**
   * Fetches what a gap may have cost, see {@link ResyncHandler}. Equal subscriptions with the same function share its
   * calls.
   */
  onResync?: ResyncHandler | undefined;
  /** Ends the subscription when it fires. */
  signal?: AbortSignal | undefined;
  /**
   * What the subscription belongs to, such as a view or a controller. It is held weakly: when it is garbage-collected
   * although the subscription has not ended, a warning is logged and `stats().leakedSubscriptions` counts it. This
   * works only when `onEvent` and `onStatus` do not refer to the owner, because they are held as long as the
   * subscription lives. React hooks end their subscriptions by themselves.
   */
  owner?: object | undefined;
}

/** Options of `subscribe` with the generated `Database` type. */
export interface SubscribeOptions<
  Db,
  Schema extends SchemaName<Db>,
  Table extends TableName<Db, Schema>,
  Event extends EventName,
  Column extends ColumnOf<RowOf<Db, Schema, Table>>,
  Delivery extends DeliveryOption = 'each',
> {
  /** A table of the schema. */
  table: Table;
  /** Default 'public'. */
  schema?: Schema | undefined;
  /** Default `*`. */
  event?: Event | undefined;
  /** See {@link FilterText} and {@link UntypedSubscribeOptions.filter}. */
  filter?: FilterText<RowOf<Db, Schema, Table>> | undefined;
  /** Only these columns, and the primary key. Default: all. */
  select?: readonly Column[] | undefined;
  /** See {@link UntypedSubscribeOptions.delivery}. */
  delivery?: Delivery | undefined;
  /** See {@link UntypedSubscribeOptions.via}. */
  via?: 'auto' | Road | undefined;
  /** See {@link UntypedSubscribeOptions.leaving}. */
  leaving?: 'delete' | 'update' | 'both' | undefined;
  /** See {@link UntypedSubscribeOptions.from}. */
  from?: NumberedPosition | undefined;
  /** See {@link UntypedSubscribeOptions.pauseWhenHidden}. */
  pauseWhenHidden?: boolean | undefined;
  /** See {@link UntypedSubscribeOptions.onGap}. */
  onGap?: GapHandler | undefined;
  /** See {@link UntypedSubscribeOptions.onResync}. */
  onResync?: ResyncHandler | undefined;
  /** Ends the subscription when it fires. */
  signal?: AbortSignal | undefined;
  /** See {@link UntypedSubscribeOptions.owner}. */
  owner?: object | undefined;
}

/** All tables of a schema at once, for a typed manager; rows are untyped. */
export interface WildcardSubscribeOptions<
  Event extends EventName,
  Delivery extends DeliveryOption = 'each',
> extends Omit<UntypedSubscribeOptions<Event, Delivery>, 'table' | 'select' | 'via' | 'leaving' | 'from'> {
  table: '*';
}

/** What was wrong, see {@link RecorderOptions.onceOnFault}. */
export interface Fault {
  /**
   * `CALLBACK_FAILED`: a callback of the application threw. `GAP_TOO_LONG`: changes may have been missed for a minute, and still are. Else the reason
   * code for which a subscription was parked, such as `BAD_BINDING`.
   */
  readonly code: string;
  /** For people; never contains a token. */
  readonly message: string;
}

/** The option `recorder`. */
export interface RecorderOptions {
  /** How many bytes are kept, 16,384 to 67,108,864. What is older is overwritten. Default 262,144. */
  bytes?: number | undefined;
  /**
   * Keeps the texts of frames and commands too, so that the recording can be replayed. These contain rows. Tokens and api keys are cut out. Default
   * false.
   */
  frames?: boolean | undefined;
  /**
   * Gets the recording when the first fault is noticed, once in the manager's life. For a report to those who develop the application. What it throws
   * is logged.
   */
  onceOnFault?: ((fault: Fault, recording: Uint8Array<ArrayBuffer>) => void) | undefined;
}
