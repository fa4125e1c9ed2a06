import type { DeliverySpec } from '../engine/engine.js';
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

type Mode = DeliverySpec['mode'];

type Common = 'mode' | 'payload';

interface ModeCheck<Spec> {
  /** The names of its own options, besides `mode` and `payload`. */
  readonly options: readonly Exclude<keyof Spec, Common>[];
  readonly check: (given: Given) => Omit<Spec, Common>;
}

const WINDOW_MS = { min: 1, max: 3_600_000 };
const MAX_CHANGES = { min: 1, max: 1_000_000 };

/** What each mode takes. */
const MODES: { readonly [Name in Mode]: ModeCheck<Extract<DeliverySpec, { mode: Name }>> } = {
  each: { options: [], check: () => ({}) },
  debounce: {
    options: ['waitMs', 'maxWaitMs', 'leading'],
    check: (given) => {
      const waitMs = requireNumber(given, 'waitMs', WINDOW_MS);
      const maxWaitMs = optionalNumber(given, 'maxWaitMs', { ...WINDOW_MS, min: waitMs });
      return { waitMs, ...(maxWaitMs === undefined ? {} : { maxWaitMs }), ...flag(given, 'leading') };
    },
  },
  throttle: {
    options: ['everyMs'],
    check: (given) => ({ everyMs: requireNumber(given, 'everyMs', WINDOW_MS) }),
  },
  batch: {
    options: ['everyMs', 'max', 'leading'],
    check: (given) => {
      const max = optionalNumber(given, 'max', MAX_CHANGES);
      const everyMs = requireNumber(given, 'everyMs', WINDOW_MS);
      return { everyMs, ...(max === undefined ? {} : { max }), ...flag(given, 'leading') };
    },
  },
  latest: {
    options: ['everyMs', 'key', 'keepDeletes', 'leading'],
    check: (given) => ({
      everyMs: requireNumber(given, 'everyMs', WINDOW_MS),
      ...(given.key === undefined ? {} : { key: checkKeyColumns(given.key) }),
      ...flag(given, 'keepDeletes'),
      ...flag(given, 'leading'),
    }),
  },
};
const MODE_NAMES = Object.keys(MODES) as Mode[];

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
  const mode = optionalWord(given, 'mode', MODE_NAMES);
  if (mode === undefined) {
    const names = MODE_NAMES.join(', ');
    throw new SwitchboardError('MISSING_OPTION', 'mode', `\`delivery.mode\` is missing: one of ${names}.`);
  }
  const { options, check } = MODES[mode];
  refuseUnknown(given, ['mode', 'payload', ...options], `delivery of mode '${mode}'`);
  const countOnly = optionalFlag(given, 'payload') === false;
  if (mode === 'each' && !countOnly) return null;
  return { mode, ...(countOnly ? { payload: false } : {}), ...check(given) } as DeliverySpec;
}

/** Nothing unless it is true, so that equal specs are equal texts. */
function flag<Name extends string>(given: Given, name: Name): Partial<Record<Name, true>> {
  return optionalFlag(given, name) === true ? ({ [name]: true } as Partial<Record<Name, true>>) : {};
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
