import { checkDelivery } from './delivery.js';
import { checkRoad } from './tables.js';
import type { SubscriptionSpec } from '../engine/engine.js';
import { SwitchboardError } from '../api/errors.js';
import type { GapHandler, ResyncHandler } from '../api/gap.js';
import { FilterSyntaxError, parseFilter } from '../filters/filter.js';
import type { EventName } from '../api/payload.js';
import {
  describe,
  optionalFlag,
  optionalText,
  optionalWord,
  refuseUnknown,
  requireFunction,
  requireNames,
  requireObject,
  requireText,
  type Given,
} from '../base/validate.js';

const KNOWN = [
  'table',
  'schema',
  'event',
  'filter',
  'select',
  'delivery',
  'via',
  'leaving',
  'from',
  'pauseWhenHidden',
  'onGap',
  'onResync',
  'signal',
  'owner',
];
const EVENTS: readonly EventName[] = ['*', 'INSERT', 'UPDATE', 'DELETE'];

/** A checked call of `subscribe`. */
export interface CheckedSubscription {
  spec: SubscriptionSpec;
  pauseWhenHidden: boolean;
  onGap: GapHandler | null;
  onResync: ResyncHandler | null;
  signal: AbortSignal | null;
  owner: object | null;
}

/**
 * Checks everything about a subscription that can be known before the server is asked.
 *
 * @throws SwitchboardError
 */
export function checkSubscribeOptions(options: unknown): CheckedSubscription {
  const given = requireObject(options, 'options');
  refuseUnknown(given, KNOWN, 'subscribe');
  const spec: SubscriptionSpec = {
    schema: optionalText(given, 'schema', 'public'),
    table: requireText(given, 'table', "name the table to listen to, such as { table: 'bookings' }."),
    event: optionalWord(given, 'event', EVENTS) ?? '*',
    ...checkRoad(given),
  };
  const filter = checkFilter(given);
  if (filter !== null) {
    requireNamedTable(spec, 'filter');
    spec.filter = filter;
  }
  const select = checkSelect(given, spec);
  if (select !== null) spec.select = select;
  const delivery = checkDelivery(given.delivery);
  if (delivery !== null) spec.delivery = delivery;
  const pauseWhenHidden = optionalFlag(given, 'pauseWhenHidden') ?? false;
  const { onGap, onResync } = options as { onGap?: GapHandler; onResync?: ResyncHandler };
  if (onGap !== undefined) requireFunction(onGap, 'onGap', 'it hears of each gap.');
  if (onResync !== undefined) requireFunction(onResync, 'onResync', 'it fetches what a gap may have cost.');
  const handlers = { onGap: onGap ?? null, onResync: onResync ?? null };
  return { spec, pauseWhenHidden, ...handlers, signal: checkSignal(given), owner: checkOwner(given) };
}

/** @throws SwitchboardError */
export function checkCallbacks(onEvent: unknown, onStatus: unknown): void {
  requireFunction(onEvent, 'onEvent', 'the second argument of subscribe gets each change.');
  if (onStatus === undefined) return;
  requireFunction(onStatus, 'onStatus', 'leave out the third argument of subscribe, or pass (status, detail) => … .');
}

function checkFilter(given: Given): string | null {
  const { filter } = given;
  if (filter === undefined) return null;
  if (typeof filter !== 'string') {
    throw new SwitchboardError(
      'INVALID_OPTION',
      'filter',
      `\`filter\` must be text such as "id=eq.5", not ${describe(filter)}: leave it out for all rows.`,
    );
  }
  try {
    return parseFilter(filter).length === 0 ? null : filter.trim();
  } catch (error) {
    if (!(error instanceof FilterSyntaxError)) throw error;
    throw new SwitchboardError('INVALID_FILTER', 'filter', `\`filter\` can't be read: ${error.message}.`, error);
  }
}

function checkSelect(given: Given, spec: SubscriptionSpec): readonly string[] | null {
  const { select } = given;
  if (select === undefined) return null;
  if (!Array.isArray(select)) {
    const message = `\`select\` must be an array of column names, such as ['id', 'name'], not ${describe(select)}.`;
    throw new SwitchboardError('INVALID_OPTION', 'select', message);
  }
  const columns = requireNames(select, 'select');
  if (columns.length === 0) return null;
  requireNamedTable(spec, 'select');
  return columns;
}

function requireNamedTable({ schema, table }: SubscriptionSpec, option: 'filter' | 'select'): void {
  if (table !== '*' && schema !== '*') return;
  const message = `\`${option}\` needs a named table: leave it out, or name the schema and the table.`;
  throw new SwitchboardError('INVALID_OPTION', option, message);
}

/** @throws SwitchboardError */
export function checkSignal(given: Given): AbortSignal | null {
  const { signal } = given;
  if (signal === undefined) return null;
  if (isSignal(signal)) return signal;
  throw new SwitchboardError('INVALID_OPTION', 'signal', `\`signal\` must be an AbortSignal, not ${describe(signal)}.`);
}

/** @throws SwitchboardError */
export function checkOwner(given: Given): object | null {
  const { owner } = given;
  if (owner === undefined) return null;
  if ((typeof owner === 'object' && owner !== null) || typeof owner === 'function') return owner;
  throw new SwitchboardError(
    'INVALID_OPTION',
    'owner',
    `\`owner\` must be the object that it belongs to, not ${describe(owner)}.`,
  );
}

/** By its shape: documents in tests and frames have classes of their own. */
function isSignal(value: unknown): value is AbortSignal {
  const signal = value as Partial<AbortSignal> | null;
  return (
    typeof signal === 'object' && typeof signal?.aborted === 'boolean' && typeof signal.addEventListener === 'function'
  );
}
