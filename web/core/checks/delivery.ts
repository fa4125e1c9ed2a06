import { SwitchboardError } from '../api/errors.js';
import {
  describe,
  optionalFlag,
  optionalNumber,
  optionalWord,
  refuseUnknown,
  requireNames,
  requireNumber,
  requireObject,
  type Given,
} from '../base/validate.js';

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
  /** Does not wait once so many are there. Default: no bound. */
  max?: number | undefined;
  /** See {@link EachDelivery.payload}. */
  payload?: boolean | undefined;
}

/**
 * Like batch, but of each row only the net effect: of each column the newest value (an UPDATE leaves out large values that it has not changed), and as
 * `old` that of the first change. INSERT then UPDATE is one INSERT, INSERT then DELETE is nothing, UPDATE then DELETE is one DELETE, DELETE then INSERT is
 * one UPDATE. A row that an UPDATE moves to another key goes on with that. A change whose key columns are missing stands for itself, and nothing is
 * folded across it.
 */
export interface LatestDelivery {
  mode: 'latest';
  everyMs: number;
  /** The columns that tell rows apart. Default 'id'. */
  key?: string | readonly string[] | undefined;
  /**
   * INSERT then DELETE is one DELETE, not nothing: for those who also fetch rows, and may have fetched this one in between. `liveRows` sets it. Default
   * false.
   */
  keepDeletes?: boolean | undefined;
  /** See {@link EachDelivery.payload}. */
  payload?: boolean | undefined;
}

/**
 * How `onEvent` gets changes. Windows live in the core; those of one length end at the same instants. Order is kept per row in every mode, and
 * over all rows in every mode but `latest`. What a window holds is bounded (8 MB, of `latest` with some 150 bytes for each row besides its text): beyond that it is lost and reported as a gap with
 * code `OVERFLOW`.
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

/** For the core; what is absent has its default. */
export interface DeliverySpec {
  mode: 'each' | 'debounce' | 'throttle' | 'batch' | 'latest';
  payload?: false;
  waitMs?: number;
  maxWaitMs?: number;
  leading?: true;
  everyMs?: number;
  max?: number;
  key?: readonly string[];
  keepDeletes?: true;
}

const MODES = ['each', 'debounce', 'throttle', 'batch', 'latest'] as const;
const WINDOW_MS = { min: 1, max: 3_600_000 };
const MAX_CHANGES = { min: 1, max: 1_000_000 };

/** The option names of each mode, besides `mode` and `payload`. */
const OWN_OPTIONS: Readonly<Record<DeliverySpec['mode'], readonly string[]>> = {
  each: [],
  debounce: ['waitMs', 'maxWaitMs', 'leading'],
  throttle: ['everyMs'],
  batch: ['everyMs', 'max'],
  latest: ['everyMs', 'key', 'keepDeletes'],
};

/**
 * Checks the option `delivery`. Null: every change by itself, which is what the core does unasked.
 *
 * @throws SwitchboardError
 */
export function checkDelivery(value: unknown): DeliverySpec | null {
  if (value === undefined || value === 'each') return null;
  if (typeof value === 'string')
    throw invalid(
      'delivery',
      `\`delivery\` must be 'each' or an object such as { mode: 'batch', everyMs: 100 }, not ${describe(value)}.`,
    );
  const given = requireObject(value, 'delivery');
  const mode = optionalWord(given, 'mode', MODES);
  if (mode === undefined) {
    throw new SwitchboardError('MISSING_OPTION', 'mode', `\`delivery.mode\` is missing: one of ${MODES.join(', ')}.`);
  }
  refuseUnknown(given, ['mode', 'payload', ...OWN_OPTIONS[mode]], `delivery of mode '${mode}'`);
  const payload = optionalFlag(given, 'payload') === false ? { payload: false as const } : {};
  if (mode === 'each') return payload.payload === false ? { mode, ...payload } : null;
  return { mode, ...payload, ...checkWindow(mode, given) };
}

function checkWindow(
  mode: Exclude<DeliverySpec['mode'], 'each'>,
  given: Given,
): Omit<DeliverySpec, 'mode' | 'payload'> {
  switch (mode) {
    case 'debounce': {
      const waitMs = requireNumber(given, 'waitMs', WINDOW_MS);
      const maxWaitMs = optionalNumber(given, 'maxWaitMs', { ...WINDOW_MS, min: waitMs });
      const leading = optionalFlag(given, 'leading') === true ? { leading: true as const } : {};
      return { waitMs, ...(maxWaitMs === undefined ? {} : { maxWaitMs }), ...leading };
    }
    case 'throttle':
      return { everyMs: requireNumber(given, 'everyMs', WINDOW_MS) };
    case 'batch': {
      const max = optionalNumber(given, 'max', MAX_CHANGES);
      return { everyMs: requireNumber(given, 'everyMs', WINDOW_MS), ...(max === undefined ? {} : { max }) };
    }
    case 'latest': {
      const keepDeletes = optionalFlag(given, 'keepDeletes') === true ? { keepDeletes: true as const } : {};
      return { everyMs: requireNumber(given, 'everyMs', WINDOW_MS), ...checkKey(given.key), ...keepDeletes };
    }
  }
}

function checkKey(key: unknown): { key?: readonly string[] } {
  if (key === undefined) return {};
  return { key: checkKeyColumns(key) };
}

/**
 * The columns of a `key`: one name, or several.
 *
 * @throws SwitchboardError
 */
export function checkKeyColumns(key: unknown): readonly string[] {
  if (typeof key === 'string' && key !== '') return [key];
  if (Array.isArray(key) && key.length > 0) return requireNames(key, 'key');
  const what = Array.isArray(key) ? 'an empty array' : describe(key);
  throw invalid('key', `\`key\` must be a column's name or an array of names, not ${what}.`);
}

function invalid(option: string, message: string): SwitchboardError {
  return new SwitchboardError('INVALID_OPTION', option, message);
}
