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
