import { SwitchboardError } from '../api/errors.js';
import { describe } from '../base/validate.js';

/**
 * The filter for rows whose column has this value, with the value in quotes where it holds something that a filter would read as its own:
 * `equals('business_id', id)` is `business_id=eq.…`. For values that people typed, in particular.
 *
 * @throws SwitchboardError INVALID_OPTION for a value that is neither text nor a number, such as one that is not known yet, and for a column that no filter
 * can name.
 */
export function equals<Column extends string>(column: Column, value: string | number): `${Column}=eq.${string}` {
  if (!isColumn(column)) {
    throw new SwitchboardError(
      'INVALID_OPTION',
      'column',
      `equals: the column must be a name, not ${describe(column)}.`,
    );
  }
  if (!isValue(value)) {
    const message = `equals: the value for ${column} must be text or a number, not ${describe(value)}: for null write ${column}=is.null.`;
    throw new SwitchboardError('INVALID_OPTION', 'value', message);
  }
  const text = String(value);
  const isPlain = /^[^\s,()"\\]+$/.test(text);
  return `${column}=eq.${isPlain ? text : `"${text.replace(/["\\]/g, '\\$&')}"`}`;
}

/** A comma would begin another condition, and an equals sign the operator. */
function isColumn(column: unknown): boolean {
  return typeof column === 'string' && /^[^\s,=][^,=]*$/u.test(column);
}

function isValue(value: unknown): boolean {
  return (
    ['string', 'bigint', 'boolean'].includes(typeof value) || (typeof value === 'number' && Number.isFinite(value))
  );
}
