import { canonicalDecimal, compareDecimals } from './decimals.js';

/** Negative, zero or positive. Numbers come first, by value and however they are written, then text by its code units, then nulls. */
export function compareNumbers(a: unknown, b: unknown): number {
  const [rankA, rankB] = [numericRank(a), numericRank(b)];
  if (rankA !== rankB) return rankA - rankB;
  if (rankA !== NUMBER) return compareTexts(a, b);
  if (typeof a !== 'string' && typeof b !== 'string') return orderOf(a as number, b as number);
  // Rounded numbers that differ are in the order of the exact ones.
  return orderOf(Number(a), Number(b)) || (compareDecimals(textOf(a), textOf(b)) ?? 0);
}

/** Negative, zero or positive. By the code units of their texts, nulls last. */
export function compareTexts(a: unknown, b: unknown): number {
  const [noA, noB] = [isNothing(a), isNothing(b)];
  return noA || noB ? Number(noA) - Number(noB) : orderOf(textOf(a), textOf(b));
}

const NUMBER = 1;

/** As PostgreSQL orders them: -Infinity, numbers, Infinity, NaN. */
function numericRank(value: unknown): number {
  if (isNothing(value)) return 5;
  if (typeof value === 'number' || typeof value === 'bigint') return NUMBER;
  const special = ['-Infinity', '', 'Infinity', 'NaN'].indexOf(textOf(value));
  if (special !== -1 && special !== NUMBER) return special;
  return compareDecimals(textOf(value), '0') === null ? 4 : NUMBER;
}

function isNothing(value: unknown): boolean {
  return value === null || value === undefined;
}

function orderOf<T extends number | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'object' ? JSON.stringify(value, plainBigint) : `${value as number}`;
}

function plainBigint(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}

/** Types whose values are numbers, as `pg_type` names them. */
export const NUMERIC_TYPES: ReadonlySet<string> = new Set([
  'int2',
  'int4',
  'int8',
  'oid',
  'float4',
  'float8',
  'numeric',
]);

/**
 * A text that is equal for rows of the same key; null when a key column is missing or null. A number, a bigint and the text of the same number are the same
 * key, so that `fetch` may write numbers otherwise than the option `numbers` does. `types`: of the columns, as far as they are known.
 */
export function keyText(
  row: Readonly<Record<string, unknown>>,
  columns: readonly string[],
  types?: ReadonlyMap<string, string>,
): string | null {
  const parts: string[] = [];
  for (const column of columns) {
    const value = row[column];
    if (value === null || value === undefined) return null;
    const isNumber = typeof value === 'number' || NUMERIC_TYPES.has(types?.get(column) ?? '');
    parts.push(isNumber ? canonicalDecimal(textOf(value)) : textOf(value));
  }
  return parts.length === 1 ? (parts[0] ?? null) : JSON.stringify(parts);
}
