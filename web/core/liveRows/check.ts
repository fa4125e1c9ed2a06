import { checkKeyColumns } from '../delivery.js';
import { SwitchboardError } from '../errors.js';
import { parseFilter } from '../filter.js';
import { describe, optionalFlag, refuseUnknown, requireFunction, requireNumber, requireObject } from '../validate.js';
import type { LiveRowsOptions } from './types.js';

const OWN = ['key', 'fetch', 'orderBy', 'wide', 'verify'];
const PASSED_ON = ['table', 'schema', 'filter', 'select', 'delivery', 'signal'];

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
  const { select, delivery, orderBy, verify } = options;
  const missing = select === undefined ? undefined : key.find((column) => !select.includes(column));
  if (missing !== undefined) throw invalid('select', `\`select\` must include the key column \`${missing}\`.`);
  if (typeof delivery === 'object' && delivery.payload === false) {
    throw invalid('delivery', 'liveRows needs the rows: leave out `payload: false`.');
  }
  if (optionalFlag(given, 'wide') === true && (options.filter ?? '').trim() === '') {
    throw invalid('wide', '`wide` is of use only with a `filter`: leave it out.');
  }
  if (
    orderBy !== undefined &&
    typeof orderBy !== 'function' &&
    typeof orderBy !== 'string' &&
    typeof orderBy !== 'object'
  ) {
    throw invalid(
      'orderBy',
      `\`orderBy\` must be a column, { column, ascending }, a list of them, or (a, b) => number, not ${describe(orderBy)}.`,
    );
  }
  if (verify !== undefined) {
    const check = requireObject(verify, 'verify');
    refuseUnknown(check, ['everyMs', 'digest'], 'verify');
    requireNumber(check, 'everyMs', { min: 10, max: 86_400_000 });
    requireFunction(check.digest, 'digest', 'pass async ({ signal, rows }) => whether they are those of the table.');
  }
  return key;
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
