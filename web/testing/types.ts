import type {
  ChannelName,
  EventName,
  NumbersOption,
  RealtimeManager,
  ReasonCode,
  RegisteredDatabase,
  RowOf,
  SchemaName,
  PresenceOf,
  RegisteredChannels,
  SubscriptionId,
  SubscriptionState,
  TableName,
  TablesOption,
  UntypedChannels,
  UntypedDatabase,
  UntypedRow,
} from '../core/index.js';

/** A change of one row, or a TRUNCATE, as the database would report it. */
export interface FakeChange<Row = UntypedRow, Table extends string = string> {
  table: Table;
  /** Default 'public'. */
  schema?: string | undefined;
  /** TRUNCATE only with `number`: of a table in `tables`. */
  eventType: Exclude<EventName, '*'> | 'TRUNCATE';
  /** The row; for an INSERT or UPDATE. Columns that a test does not need may be left out. */
  new?: Partial<Row> | undefined;
  /** The row as it was; for an UPDATE or DELETE. */
  old?: Partial<Row> | undefined;
  /** ISO 8601. Default: now. */
  commit_timestamp?: string | undefined;
  /** What the server left out, such as `['Error 401: Unauthorized']`. Default: nothing. */
  errors?: readonly string[] | undefined;
  /** Of a table in `tables`: the change's number, and its epoch. Default: none, as on `postgres_changes`. */
  number?: number | undefined;
  epoch?: string | undefined;
}

type TypedChange<Db, Schema extends SchemaName<Db>> = {
  [Table in TableName<Db, Schema>]: FakeChange<RowOf<Db, Schema, Table>, Table> &
    (Schema extends 'public' ? { schema?: Schema | undefined } : { schema: Schema });
}[TableName<Db, Schema>];

/** The changes that there can be in a database of this type. */
export type FakeChangeOf<Db> = Db extends UntypedDatabase
  ? FakeChange
  : { [Schema in SchemaName<Db>]: TypedChange<Db, Schema> }[SchemaName<Db>];

/** The state that subscriptions get. */
export interface FakeStatus {
  /** A subscription, or a handle of a channel by its `id`. Default: all of both. */
  subscription?: SubscriptionId | undefined;
  /** Default `OK` for 'live', `CONNECTING` for 'pending' and 'joining', `CONNECTION_LOST` for 'retrying', `BAD_BINDING` for 'parked'. */
  code?: ReasonCode | undefined;
  /** Default ''. */
  message?: string | undefined;
  /** Unix ms. Default null. */
  nextRetryAt?: number | null | undefined;
}

/** A time in which changes may have been missed. */
export interface FakeGap {
  /** Default: all. */
  subscription?: SubscriptionId | undefined;
  /** Default `CONNECTION_LOST`. */
  code?: ReasonCode | undefined;
  /** Default ''. */
  message?: string | undefined;
  /** Default null. */
  fromCommit?: string | null | undefined;
}

/**
 * What a test makes happen. Callbacks have run when these methods return, unless the manager was made in the same turn:
 * then they run after it.
 */
export interface FakeControls<Db> {
  /**
   * Changes rows. Every live subscription gets the changes of its table, event and filter (also where only the database
   * could decide a filter): one by one, or with `delivery` as one window of all. `select` and `latest` leave nothing
   * out.
   */
  emit(...changes: FakeChangeOf<Db>[]): void;
  /**
   * Puts subscriptions and handles of channels into a state, and notifies them. The overall state follows at once, not after a second as usual.
   */
  setStatus(state: SubscriptionState, detail?: FakeStatus): void;
  /** Opens a gap. Returns a function that ends it, after which `onResync` is called. */
  openGap(gap?: FakeGap): () => void;
}

/** Makes others present on a channel; see {@link FakeControls}. */
type SetPresence<Channels> = Channels extends UntypedChannels
  ? (name: string, members: Readonly<Record<string, object>>) => void
  : <Name extends ChannelName<Channels>>(
      name: Name,
      members: Readonly<Record<string, PresenceOf<Channels, Name>>>,
    ) => void;

/** What a test makes happen on channels. */
export interface FakeChannelControls<Channels> {
  /**
   * Sets who else is present on a channel: payloads by key, in place of those of the last call. Handles that track are
   * present besides, and what handles send goes to the others of their name. `broadcast` sends as from anybody, without
   * a server.
   */
  readonly setPresence: SetPresence<Channels>;
}

/** A manager whose server is the test. */
export type FakeManager<Db = RegisteredDatabase, Channels = RegisteredChannels> = RealtimeManager<Db, Channels> &
  FakeControls<Db> &
  FakeChannelControls<Channels>;

/** Options of `createFakeManager`. */
export interface FakeOptions {
  /** Whether subscriptions are live as soon as they are made. Default true; otherwise they are pending until `setStatus('live')`. */
  live?: boolean | undefined;
  /** See {@link NumbersOption}. Default 'number'. */
  numbers?: NumbersOption | undefined;
  /** The tracked tables, as of a manager. Default: none. */
  tables?: TablesOption | undefined;
}
