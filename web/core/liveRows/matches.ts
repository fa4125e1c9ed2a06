import type { FilterCondition } from '../filter.js';

/** Whether a row fits; null when that can't be told without the database. */
export type Verdict = boolean | null;

/** Evaluates a filter as PostgreSQL would, as far as the row's values alone tell. */
export function matches(conditions: readonly FilterCondition[], row: Readonly<Record<string, unknown>>): Verdict {
  let verdict: Verdict = true;
  for (const condition of conditions) {
    const fits = fitsOne(condition, row[condition.column]);
    if (fits === false) return false;
    if (fits === null) verdict = null;
  }
  return verdict;
}

function fitsOne({ operator, negated, values }: FilterCondition, value: unknown): Verdict {
  const [wanted = ''] = values;
  if (value === undefined) return null;
  if (operator === 'is') return (value === isValue(wanted)) !== negated;
  if (operator === 'isdistinct') return value === null ? !negated : flip(equals(value, wanted), !negated);
  // Anything compared with NULL is unknown, which is no match, negated or not.
  if (value === null) return false;
  switch (operator) {
    case 'eq':
    case 'neq':
      return flip(equals(value, wanted), (operator === 'neq') !== negated);
    case 'in':
      return flip(equalsAny(value, values), negated);
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
      return flip(ordered(operator, value, wanted), negated);
    case 'like':
    case 'ilike':
      return typeof value === 'string' ? likePattern(wanted, operator === 'ilike').test(value) !== negated : null;
    default:
      return null;
  }
}

function isValue(word: string): boolean | null {
  return word === 'true' ? true : word === 'false' ? false : null;
}

function flip(verdict: Verdict, negated: boolean): Verdict {
  return verdict === null ? null : verdict !== negated;
}

function equalsAny(value: unknown, wanted: readonly string[]): Verdict {
  const verdicts = wanted.map((item) => equals(value, item));
  if (verdicts.includes(true)) return true;
  return verdicts.includes(null) ? null : false;
}

function equals(value: unknown, wanted: string): Verdict {
  switch (typeof value) {
    case 'number':
    case 'bigint': {
      const number = readNumber(wanted);
      // Not `===`: a number and a bigint of the same value are equal.
      return number === null ? null : !(value < number) && !(value > number);
    }
    case 'boolean': {
      const word = wanted.toLowerCase();
      if (['t', 'true'].includes(word)) return value;
      return ['f', 'false'].includes(word) ? !value : null;
    }
    case 'string':
      return equalTexts(value, wanted);
    default:
      return null;
  }
}

/** The type of the column is not known: dates and numbers may be written in several ways, and some types ignore case or blanks. */
function equalTexts(value: string, wanted: string): Verdict {
  if (value === wanted) return true;
  const canVary = /^[\s\d+.:-]/u.test(value) && !/^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/iu.test(value);
  if (canVary) return null;
  return value.trimEnd().toLowerCase() === wanted.trimEnd().toLowerCase() ? null : false;
}

function ordered(operator: 'lt' | 'lte' | 'gt' | 'gte', value: unknown, wanted: string): Verdict {
  const number = readNumber(wanted);
  if ((typeof value !== 'number' && typeof value !== 'bigint') || number === null) return null;
  if (operator === 'lt') return value < number;
  if (operator === 'lte') return value <= number;
  return operator === 'gt' ? value > number : value >= number;
}

function readNumber(text: string): number | bigint | null {
  if (/^\s*[+-]?\d+\s*$/u.test(text)) return BigInt(text.replace('+', ''));
  const number = Number(text);
  return text.trim() === '' || Number.isNaN(number) ? null : number;
}

function likePattern(pattern: string, ignoreCase: boolean): RegExp {
  const source = pattern.replace(/\\(.)|[\s\S]/gu, (char, escaped: string | undefined) => {
    if (escaped === undefined && char === '%') return '[\\s\\S]*';
    if (escaped === undefined && char === '_') return '[\\s\\S]';
    return (escaped ?? char).replace(/[\\^$.*+?()[\]{}|/-]/gu, '\\$&');
  });
  return new RegExp(`^${source}$`, ignoreCase ? 'iu' : 'u');
}
