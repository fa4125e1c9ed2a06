import { parseArrayLiteral, type LiteralItem } from './arrayLiteral.js';

/** A column as the server describes it: name and `pg_type.typname`, arrays with a leading `_`. */
export interface Column {
  readonly name: string;
  readonly type: string;
}

/** A double holds this many decimal digits whatever the value. */
const EXACT_DIGITS = 15;

/** Types whose text becomes something else, besides arrays. */
const CONVERTED = new Set(['bool', 'float4', 'float8', 'int2', 'int4', 'int8', 'numeric', 'oid', 'timestamp']);

/**
 * Makes what brings the values of rows with these columns to JavaScript types, in place, as the reference client does: values already arrive typed from today's server and stay
 * as they are; values that arrive as text (older servers) are read by their column's type.
 *
 * Unlike the reference client: text in a `json` or `jsonb` column stays text (it is a JSON string, already parsed once); numeric text that a double
 * can't hold stays text; array literals are read with their quotes and NULLs.
 */
export function rowConverter(columns: readonly Column[]): (row: Record<string, unknown>) => void {
  const concerned = columns.filter(({ type }) => type.startsWith('_') || CONVERTED.has(type));
  return (row) => {
    for (const { name, type } of concerned) {
      const value = row[name];
      if (typeof value !== 'string') continue;
      const converted = convertText(value, type);
      if (converted !== value) row[name] = converted;
    }
  };
}

/** One value that came as text. */
export function convertText(text: string, type: string): unknown {
  if (type.startsWith('_')) {
    const items = parseArrayLiteral(text);
    return items === null ? text : convertItems(items, type.slice(1));
  }
  switch (type) {
    case 'bool':
      return text === 't' ? true : text === 'f' ? false : text;
    case 'float4':
    case 'float8':
    case 'int2':
    case 'int4':
    case 'int8':
    case 'numeric':
    case 'oid':
      return toNumber(text);
    case 'timestamp':
      // Not the blank before BC.
      return text.replace(/^(\d+-\d\d-\d\d) /u, '$1T');
    default:
      return text;
  }
}

function convertItems(items: readonly LiteralItem[], type: string): unknown[] {
  return items.map((item) => {
    if (item === null) return null;
    return typeof item === 'string' ? convertText(item, type) : convertItems(item, type);
  });
}

function toNumber(text: string): number | string {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) return text;
  const digits = text.replace(/e.*$/iu, '').replace(/\D/gu, '').replace(/^0+/u, '');
  return digits.length <= EXACT_DIGITS || Number.isSafeInteger(value) ? value : text;
}

/** Brings a row that was parsed to the values that applications get, in place. */
export type RowConverter = (row: Record<string, unknown>) => void;
