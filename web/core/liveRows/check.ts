import { checkKeyColumns } from '../checks/delivery.js';
import type { DeliveryOption } from '../api/delivery.js';
import { SwitchboardError } from '../api/errors.js';
import { parseFilter } from '../filters/filter.js';
import { checkSubscribeOptions } from '../checks/subscribeOptions.js';
import {
  describe,
  optionalFlag,
  refuseUnknown,
  requireFunction,
  requireNames,
  requireNumber,
  requireObject,
} from '../base/validate.js';
import type { LiveRowsOptions, OrderColumn } from '../api/liveRows.js';

const OWN = ['key', 'fetch', 'orderBy', 'wide', 'verify', 'shareFetch'];
const PASSED_ON = ['table', 'schema', 'filter', 'select', 'delivery', 'via', 'signal'];

/**
 * Checks what `subscribe` does not check anyway.
 *
 * @returns the key's columns.
 * @throws SwitchboardError
 */
export function checkLiveRowsOptions<Row extends object>(options: LiveRowsOptions<Row>): readonly string[] {
  const given = requireObject(options, 'options');
  refuseUnknown(given, [...PASSED_ON, ...OWN], 'liveRows');
  requireFunction(given.fetch, 'fetch', 'pass async ({ cursor, signal }) => rows.');
  const key = checkKeyColumns(given.key);
  const { table, schema, filter, select, delivery, via, orderBy, verify } = options;
  // The subscription of `wide` has no filter, and the key is looked for in `select`.
  checkSubscribeOptions({ table, schema, filter, select, delivery, via });
  if (table === '*' || schema === '*') throw invalid('table', 'liveRows needs one table: name it, and its schema.');
  const missing = select === undefined ? undefined : key.find((column) => !select.includes(column));
  if (missing !== undefined) throw invalid('select', `\`select\` must include the key column \`${missing}\`.`);
  checkDeliveryFor(key, delivery);
  if (optionalFlag(given, 'wide') === true && (filter ?? '').trim() === '') {
    throw invalid('wide', '`wide` is of use only with a `filter`: leave it out.');
  }
  optionalFlag(given, 'shareFetch');
  if (orderBy !== undefined && typeof orderBy !== 'function') checkOrder(orderBy);
  if (verify !== undefined) {
    const check = requireObject(verify, 'verify');
    refuseUnknown(check, ['everyMs', 'digest'], 'verify');
    requireNumber(check, 'everyMs', { min: 10, max: 86_400_000 });
    requireFunction(check.digest, 'digest', 'pass async ({ signal, rows }) => whether they are those of the table.');
  }
  return key;
}

function checkOrder(orderBy: unknown): void {
  const columns: readonly unknown[] = Array.isArray(orderBy) ? orderBy : [orderBy];
  if (columns.some((column) => typeof column !== 'string' && (typeof column !== 'object' || column === null))) {
    throw invalid(
      'orderBy',
      `\`orderBy\` must be a column, { column, ascending }, a list of them, or (a, b) => number, not ${describe(orderBy)}.`,
    );
  }
  for (const column of columns) {
    if (typeof column !== 'object') continue;
    const given = requireObject(column, 'orderBy');
    refuseUnknown(given, ['column', 'ascending'], 'orderBy');
    optionalFlag(given, 'ascending');
  }
  requireNames(
    columns.map((column) => (typeof column === 'string' ? column : (column as OrderColumn).column)),
    'orderBy',
  );
}

function checkDeliveryFor(key: readonly string[], delivery: DeliveryOption | undefined): void {
  if (typeof delivery !== 'object') return;
  if (delivery.payload === false) throw invalid('delivery', 'liveRows needs the rows: leave out `payload: false`.');
  if (delivery.mode !== 'latest' || delivery.key === undefined) return;
  const given = checkKeyColumns(delivery.key);
  if (given.length === key.length && given.every((column) => key.includes(column))) return;
  throw invalid('delivery', `\`delivery.key\` must be the \`key\` of liveRows (${key.join(', ')}): leave it out.`);
}

/** How the subscription is to deliver. */
export function deliveryFor<Row extends object>(
  { delivery = 'each' }: LiveRowsOptions<Row>,
  key: readonly string[],
): DeliveryOption {
  if (typeof delivery !== 'object' || delivery.mode !== 'latest') return delivery;
  // A row that came and went may have been fetched in between.
  return { ...delivery, key, keepDeletes: true };
}

/** The conditions to evaluate here; none unless `wide`. The filter has been checked. */
export function wideConditions<Row extends object>({
  wide,
  filter,
}: LiveRowsOptions<Row>): ReturnType<typeof parseFilter> {
  return wide === true && filter !== undefined ? parseFilter(filter) : [];
}

function invalid(option: string, message: string): SwitchboardError {
  return new SwitchboardError('INVALID_OPTION', option, message);
}
