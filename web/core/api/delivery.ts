/** Every change at once, by itself; what is the default in words. */
export interface EachDelivery {
  mode: 'each';
  /** False: `onEvent` gets only a {@link ChangeCount}, and no row crosses over from the core. Default true. */
  payload?: boolean | undefined;
}

/** Together, once it has been quiet for `waitMs`. */
export interface DebounceDelivery {
  mode: 'debounce';
  waitMs: number;
  /** The longest that a change may wait, however busy it is; at least `waitMs`. Default: no bound. */
  maxWaitMs?: number | undefined;
  /** The first change after a quiet time comes at once. Default false. */
  leading?: boolean | undefined;
  /** See {@link EachDelivery.payload}. */
  payload?: boolean | undefined;
}

/** The first at once, then what has gathered, at most every `everyMs`. */
export interface ThrottleDelivery {
  mode: 'throttle';
  everyMs: number;
  /** See {@link EachDelivery.payload}. */
  payload?: boolean | undefined;
}

/** What has gathered, every `everyMs`; nothing when there is nothing. */
export interface BatchDelivery {
  mode: 'batch';
  everyMs: number;
  /** Delivers without waiting once it holds this many. Default: no bound. */
  max?: number | undefined;
  /** The first change after a quiet time comes at once. Default false. */
  leading?: boolean | undefined;
  /** See {@link EachDelivery.payload}. */
  payload?: boolean | undefined;
}

/**
 * Like batch, with only the net effect on each row: the newest value of each column (an UPDATE leaves out large values
 * that it has not changed), and `old` of the first change. INSERT then UPDATE is one INSERT, INSERT then DELETE is
 * nothing, UPDATE then DELETE is one DELETE, DELETE then INSERT is one UPDATE. A row that an UPDATE moves to another
 * key continues under it. A change whose key columns are missing is delivered by itself, and nothing is folded across
 * it.
 */
export interface LatestDelivery {
  mode: 'latest';
  everyMs: number;
  /** The columns that identify a row. Default 'id'. */
  key?: string | readonly string[] | undefined;
  /**
   * INSERT then DELETE is one DELETE, not nothing: for subscribers who also fetch rows, and may have fetched this one
   * in between. `liveRows` sets it. Default false.
   */
  keepDeletes?: boolean | undefined;
  /** The first change after a quiet time comes at once. Default false. */
  leading?: boolean | undefined;
  /** See {@link EachDelivery.payload}. */
  payload?: boolean | undefined;
}

/**
 * How `onEvent` gets changes. Windows are in the core; those of one length end at the same instants. Order is kept per
 * row in every mode, and over all rows in every mode but `latest`. What a window holds is bounded (8 MB; in `latest`
 * each row counts some 150 bytes besides its text). Beyond that, changes are lost and reported as a gap with code
 * `OVERFLOW`.
 */
export type DeliveryOption =
  'each' | EachDelivery | DebounceDelivery | ThrottleDelivery | BatchDelivery | LatestDelivery;

/** With `payload: false`: how many changes there were since the last call. */
export interface ChangeCount {
  readonly count: number;
}

/** What `onEvent` gets: one payload (`each`), an array of at least one, or with `payload: false` a count. */
export type Delivered<Payload, Option> = Option extends 'each'
  ? Payload
  : Option extends { mode: string; payload: false }
    ? ChangeCount
    : Option extends { mode: string; payload?: true | undefined }
      ? ChangesOf<Payload, Option>
      : ChangeCount | ChangesOf<Payload, Option>;

type ChangesOf<Payload, Option> = Option extends { mode: 'each' } ? Payload : readonly Payload[];
