import type { Column } from '../../changes/convert.js';
import type { FilterCondition } from '../../api/filter.js';
import { compareAs, meaningOfNull, type Relation } from './comparisons.js';
import { isLike } from './like.js';

/** Whether a row fits; null when only the database can decide. */
export type Verdict = boolean | null;

/**
 * Evaluates a filter as PostgreSQL would, as far as the row's values and the types of its columns tell. Of a column whose type is not among `columns` nothing
 * is known.
 */
export function matches(
  conditions: readonly FilterCondition[],
  row: Readonly<Record<string, unknown>>,
  columns: readonly Column[] = [],
): Verdict {
  let verdict: Verdict = true;
  for (const condition of conditions) {
    const type = columns.find(({ name }) => name === condition.column)?.type;
    const value = row[condition.column];
    const fits = type === undefined || value === undefined ? null : fitsOne(condition, value, type);
    if (fits === false) return false;
    if (fits === null) verdict = null;
  }
  return verdict;
}

function fitsOne(condition: FilterCondition, value: unknown, type: string): Verdict {
  const { operator, negated, values } = condition;
  if (value === null) return fitsNull(condition, type);
  const [operand = ''] = values;
  switch (operator) {
    case 'eq':
    case 'neq':
      return flip(isEqual(compareAs(type, value, operand)), (operator === 'neq') !== negated);
    case 'isdistinct':
      return isNullWord(operand) ? null : flip(isEqual(compareAs(type, value, operand)), !negated);
    case 'in':
      return flip(isAmong(type, value, values), negated);
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
      return flip(isOrdered(operator, compareAs(type, value, operand)), negated);
    case 'like':
    case 'ilike':
      return isText(type, value) ? flip(isLike(value, operand, operator === 'ilike'), negated) : null;
    case 'is':
      return flip(isWord(type, value, operand), negated);
    // Regular expressions differ in detail from JavaScript's.
    case 'match':
    case 'imatch':
      return null;
  }
}

/** Anything compared with NULL is unknown, which is no match, negated or not. */
function fitsNull({ operator, negated, values }: FilterCondition, type: string): Verdict {
  if (operator === 'is') {
    if (meaningOfNull(type, []) !== 'null') return null;
    return (values[0] === 'null' || values[0] === 'unknown') !== negated;
  }
  const meaning = meaningOfNull(type, values);
  if (meaning === undefined) return null;
  if (operator === 'isdistinct') return isNullWord(values[0] ?? '') ? null : !negated;
  if (meaning === 'null') return false;
  const asksForEqual = operator === 'neq' ? negated : (operator === 'eq' || operator === 'in') && !negated;
  return asksForEqual ? false : null;
}

function isNullWord(text: string): boolean {
  return text.toLowerCase() === 'null';
}

function isWord(type: string, value: unknown, word: string): Verdict {
  if (word === 'null') return false;
  if (type !== 'bool' || typeof value !== 'boolean') return null;
  return word === 'unknown' ? false : value === (word === 'true');
}

function isText(type: string, value: unknown): value is string {
  return typeof value === 'string' && (type === 'text' || type === 'varchar');
}

function flip(verdict: Verdict, negated: boolean): Verdict {
  return verdict === null ? null : verdict !== negated;
}

function isEqual(relation: Relation): Verdict {
  return relation === null ? null : relation === 'equal';
}

/** A NULL in the list makes unknown what is not found. */
function isAmong(type: string, value: unknown, operands: readonly string[]): Verdict {
  const verdicts = operands.map((item) => isEqual(compareAs(type, value, item)));
  if (verdicts.includes(true))
    return operands.some((item, i) => verdicts[i] === true && isNullWord(item)) ? null : true;
  return verdicts.includes(null) || operands.some(isNullWord) ? null : false;
}

function isOrdered(operator: 'lt' | 'lte' | 'gt' | 'gte', relation: Relation): Verdict {
  if (relation === null || relation === 'different') return null;
  if (relation === 'equal') return operator === 'lte' || operator === 'gte';
  return relation === (operator === 'lt' || operator === 'lte' ? 'less' : 'greater');
}
