import { compareDecimals, isDecimal } from './decimals.js';

/** How a column's value relates to the value of a condition. `different`: not equal, the order is not known. Null: only the database can say. */
export type Relation = 'less' | 'equal' | 'greater' | 'different' | null;

type Comparison = (value: unknown, operand: string) => Relation;

/**
 * How values are compared here as PostgreSQL compares them, by the column's type as the server names it (`pg_type.typname`). Types that are not listed are
 * decided by the database alone, as is every value or text that is not in the form that is expected. What is left out on purpose:
 * `bpchar` and `name` (a cast may shorten the condition's value), `oid` (-1 is the greatest), `money`, `interval`, `bytea`, `json`, arrays, ranges and network addresses (several texts
 * say the same).
 */
const COMPARISONS: ReadonlyMap<string, Comparison> = new Map([
  ['bool', compareBooleans],
  ['int2', compareIntegers],
  ['int4', compareIntegers],
  ['int8', compareIntegers],
  ['numeric', compareNumerics],
  ['float4', compareFloat4],
  ['float8', compareFloat8],
  ['text', compareTexts],
  ['varchar', compareTexts],
  ['citext', compareCitexts],
  ['uuid', compareUuids],
  ['date', compareBy(dateText)],
  ['time', compareBy(timeText)],
  ['timestamp', compareBy(timestampText)],
  ['timestamptz', compareBy(instant)],
]);

/** Besides those: types whose NULL is null here, and nothing else is. */
const OTHER_NULLABLE = new Set(
  'bpchar name oid money interval timetz bytea inet cidr macaddr macaddr8 bit varbit'.split(' '),
);
/** NaN and infinities arrive as null. */
const LOSSY = new Set(['float4', 'float8', 'numeric']);

export function compareAs(type: string, value: unknown, operand: string): Relation {
  const known = COMPARISONS.get(type);
  if (known !== undefined) return known(value, operand);
  return isBuiltIn(type) ? null : compareLabels(value, operand);
}

/**
 * What a null in a column of this type is, for a condition with these values. `null`: certainly NULL. `unequal`: NULL, or something that is equal to none
 * of them. Undefined: unknown.
 */
export function meaningOfNull(type: string, operands: readonly string[]): 'null' | 'unequal' | undefined {
  if (LOSSY.has(type)) return operands.length > 0 && operands.every(isDecimal) ? 'unequal' : undefined;
  if (COMPARISONS.has(type) || OTHER_NULLABLE.has(type)) return 'null';
  return !isBuiltIn(type) && operands.length > 0 && operands.every(isLabel) ? 'null' : undefined;
}

/** The types that PostgreSQL brings along and that have not one text for each value, or not one that arrives. */
function isBuiltIn(type: string): boolean {
  return type.startsWith('_') || type.startsWith('reg') || type.endsWith('range') || BUILT_IN.has(type);
}

const BUILT_IN = new Set([
  ...OTHER_NULLABLE,
  ...'json jsonb jsonpath xml char tsvector tsquery pg_lsn point line lseg box path polygon circle'.split(' '),
  ...'xid xid8 cid tid txid_snapshot pg_snapshot int2vector oidvector aclitem refcursor'.split(' '),
  ...'hstore ltree lquery vector geometry geography'.split(' '),
]);

function relation(order: number | null): Relation {
  if (order === null) return null;
  return order < 0 ? 'less' : order > 0 ? 'greater' : 'equal';
}

function orderOf<T extends number | bigint | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const TRUE_WORDS = new Set(['t', 'tr', 'tru', 'true', 'y', 'ye', 'yes', 'on', '1']);
const FALSE_WORDS = new Set(['f', 'fa', 'fal', 'fals', 'false', 'n', 'no', 'of', 'off', '0']);

function compareBooleans(value: unknown, operand: string): Relation {
  const word = operand.trim().toLowerCase();
  if (typeof value !== 'boolean' || !(TRUE_WORDS.has(word) || FALSE_WORDS.has(word))) return null;
  return relation(Number(value) - Number(TRUE_WORDS.has(word)));
}

function compareIntegers(value: unknown, operand: string): Relation {
  if (!/^\s*[+-]?\d+\s*$/u.test(operand)) return null;
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return compareRounded(value, operand);
  return isNumber(value) ? relation(compareDecimals(String(value), operand)) : null;
}

function compareNumerics(value: unknown, operand: string): Relation {
  if (typeof value === 'number') return isDecimal(operand) ? compareRounded(value, operand) : null;
  return isNumber(value) ? relation(compareDecimals(String(value), operand)) : null;
}

/** Rounding keeps the order, but may make equal what is not. */
function compareRounded(value: number, operand: string): Relation {
  const number = Number(operand);
  return number === value || Number.isNaN(value) ? null : relation(orderOf(value, number));
}

function compareFloat8(value: unknown, operand: string): Relation {
  if (typeof value !== 'number' || !isDecimal(operand)) return null;
  const number = Number(operand);
  const isRefused = !Number.isFinite(number) || (number === 0 && /[1-9]/u.test(operand));
  return isRefused ? null : relation(orderOf(value, number));
}

/** Both are rounded to 24 bits by the database. */
function compareFloat4(value: unknown, operand: string): Relation {
  const order = compareFloat8(value, operand);
  if (order === null || typeof value !== 'number') return null;
  const number = Number(operand);
  const isExact = Number.isInteger(value) && Math.abs(value) < 2 ** 24;
  if (order === 'equal') return isExact ? order : null;
  return Math.abs(value - number) > Math.max(Math.abs(value), Math.abs(number)) * 2 ** -22 ? order : null;
}

let loose: Intl.Collator | null = null;

/** Whether a collation that ignores case, accents, blanks or leading zeros might find them equal. */
function areSimilar(a: string, b: string): boolean {
  loose ??= new Intl.Collator('en', { sensitivity: 'base', ignorePunctuation: true, numeric: true });
  return loose.compare(a, b) === 0;
}

/** The order of texts depends on the database's collation; that of equal ones does not. */
function compareTexts(value: unknown, operand: string): Relation {
  if (typeof value !== 'string') return null;
  if (value === operand) return 'equal';
  return areSimilar(value, operand) ? null : 'different';
}

function compareCitexts(value: unknown, operand: string): Relation {
  const isPlain = typeof value === 'string' && isAscii(value) && isAscii(operand);
  return value === operand || isPlain ? compareTexts(value, operand) : null;
}

export function isAscii(text: string): boolean {
  return /^[\0-\x7f]*$/u.test(text);
}

/** An enum, a domain, or a type of an extension. */
function compareLabels(value: unknown, operand: string): Relation {
  return typeof value === 'string' && isLabel(value) && isLabel(operand) ? compareTexts(value, operand) : null;
}

/** Text that looks like the label of an enum, and like no other way to write a number, bytes or a range. */
function isLabel(text: string): boolean {
  return /^[a-z][\w -]{0,62}$/iu.test(text) && !/^(?:[\da-f]+|empty|inf|infinity|nan)$/iu.test(text);
}

const UUID = /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/iu;

function compareUuids(value: unknown, operand: string): Relation {
  if (typeof value !== 'string' || !UUID.test(value) || !UUID.test(operand)) return null;
  return relation(orderOf(value.toLowerCase(), operand.toLowerCase()));
}

function compareBy(read: (text: string) => string | bigint | null): Comparison {
  return (value, operand) => {
    const [left, right] = [typeof value === 'string' ? read(value) : null, read(operand)];
    return left === null || right === null ? null : relation(orderOf(left, right));
  };
}

/** Of four digits for the year, so that texts are ordered as the days are. Null for a day that its month does not have. */
function dateText(text: string): string | null {
  if (!/^(?!0000)\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/u.test(text)) return null;
  // Runtimes disagree on such days: some take them for days of the next month, some for none.
  return new Date(`${text}T00:00:00Z`).getUTCDate() === Number(text.slice(8)) ? text : null;
}

function timeText(text: string): string | null {
  const match = /^((?:[01]\d|2[0-3]):[0-5]\d)(?::([0-5]\d)(?:\.(\d{1,6}))?)?$/u.exec(text);
  if (match === null) return null;
  const [, minutes = '', seconds = '00', fraction = ''] = match;
  return `${minutes}:${seconds}.${fraction.padEnd(6, '0')}`;
}

function timestampText(text: string): string | null {
  const date = dateText(text.slice(0, 10));
  if (date === null) return null;
  if (text.length === 10) return `${date}T${timeText('00:00') ?? ''}`;
  const time = /^[T ]/u.test(text.slice(10)) ? timeText(text.slice(11)) : null;
  return time === null ? null : `${date}T${time}`;
}

/** Microseconds since 1970. Only with an offset: what a text without one means depends on the session. */
function instant(text: string): bigint | null {
  const match = /^(.{16,26})(?:Z|([+-])(\d\d):?(\d\d)?)$/u.exec(text);
  const local = match === null ? null : timestampText(match[1] ?? '');
  if (match === null || local === null) return null;
  const [, , sign, hours = '0', minutes = '0'] = match;
  const offset = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
  const seconds = Date.parse(`${local.slice(0, 19)}Z`) - offset * 60_000;
  return BigInt(seconds) * 1_000n + BigInt(local.slice(20));
}

function isNumber(value: unknown): value is number | bigint | string {
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string';
}
