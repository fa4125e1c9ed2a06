import type { Pool } from 'pg';

import type { TypeInfo } from '../changes/typeCatalog.js';
import { RaisedError } from '../postgres/errors.js';
import { columnText } from './columnText.js';
import type { Condition } from './parse.js';
import { operatorSymbols } from './operatorSymbols.js';

/** A condition bound to a column's type. Conditions with equal keys give equal answers. */
export interface CompiledCondition {
  key: string;
  column: string;
  typeOid: number;
  /** Decides without PostgreSQL; null when only it can. The text is the column's, null for SQL NULL. */
  test: ((text: string | null) => boolean) | null;
  /** SQL that answers for many values: `$1` holds their texts, `$2` (unless `is`) the condition's value. */
  sql: string;
  parameters: readonly string[];
}

const MAX_IN_VALUES = 100;
const BOOL = 16;

/** Types whose values are equal exactly when their texts are. */
const canonicalTypes = new Set([BOOL, 19, 20, 21, 23, 25, 26, 1043, 1082, 1114, 1184, 2950]);

/**
 * Checks the condition against the column's type, in the server's order and with its messages, and compiles it.
 * Throws RaisedError or the DatabaseError of a failing cast.
 */
export async function compileCondition(pool: Pool, condition: Condition, type: TypeInfo): Promise<CompiledCondition> {
  const canonical = await check(pool, condition, type);
  const { column, operator, value, negate } = condition;
  const sql = `select coalesce(${expression(condition, type)}, false) as match from unnest($1::text[]) with ordinality as u (v, n) order by n`;
  return {
    key: JSON.stringify([column, type.oid, operator, negate, value]),
    column,
    typeOid: type.oid,
    test: canonical === null ? null : directTest(condition, canonical, type.oid),
    sql,
    parameters: operator === 'is' ? [] : [value],
  };
}

/** Returns the canonical texts of the condition's values, or null where texts do not decide. */
async function check(pool: Pool, condition: Condition, type: TypeInfo): Promise<(string | null)[] | null> {
  const { operator, value } = condition;
  const isCanonical = canonicalTypes.has(type.oid) || type.kind === 'enum';
  switch (operator) {
    case 'in': {
      const { rows } = await pool.query<{ items: (string | null)[]; count: number }>(
        `select a::text[] as items, coalesce(array_length(a, 1), 0) as count from (select $1::text::${type.sql}[]) as t (a)`,
        [value],
      );
      if ((rows[0]?.count ?? 0) > MAX_IN_VALUES) throw new RaisedError('too many values for `in` filter. Maximum 100');
      return isCanonical ? (rows[0]?.items ?? []) : null;
    }
    case 'is':
      checkIs(value, type);
      return isPlainText(type) ? [value] : null;
    case 'like':
    case 'ilike':
    case 'match':
    case 'imatch':
      await checkPattern(pool, condition, type);
      return null;
    default: {
      const { rows } = await pool.query<{ item: string }>(`select ($1::text::${type.sql})::text as item`, [value]);
      const item = rows[0]?.item;
      const isEquality = operator === 'eq' || operator === 'neq' || operator === 'isdistinct';
      return isCanonical && isEquality && item !== undefined ? [item] : null;
    }
  }
}

/** The JSON form of each value is its text, which is what the server casts back before it compares. */
function isPlainText({ kind, hasJsonCast }: TypeInfo): boolean {
  return (kind === 'base' || kind === 'enum' || kind === 'range') && !hasJsonCast;
}

function checkIs(value: string, type: TypeInfo): void {
  if (!['null', 'true', 'false', 'unknown'].includes(value)) {
    throw new RaisedError('invalid value for is filter: must be null, true, false, or unknown');
  }
  if (value !== 'null' && type.oid !== BOOL) {
    throw new RaisedError(`is ${value} filter requires a boolean column, got ${type.sql}`);
  }
}

async function checkPattern(pool: Pool, { operator, value }: Condition, type: TypeInfo): Promise<void> {
  const isRegex = operator === 'match' || operator === 'imatch';
  const symbol = isRegex ? (operator === 'imatch' ? '~*' : '~') : '~~';
  const { rowCount } = await pool.query(
    `select from pg_operator where oprname = $1 and oprleft = $2
        and (not $3 or (oprright = $2 and oprresult = 'boolean'::regtype)) limit 1`,
    [symbol, type.oid, isRegex],
  );
  if (rowCount === 0) {
    throw new RaisedError(`operator ${operator} requires a text-compatible column type, got ${type.sql}`);
  }
  if (!isRegex) return;
  try {
    await pool.query(`select '' ~ $1::text`, [value]);
  } catch (error) {
    throw new RaisedError(
      `invalid regular expression for ${operator} filter: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/**
 * The server holds each value as JSON and casts its text back to the column's type. That is the value again for most types; for arrays,
 * composite types and JSON strings it is an error.
 */
function expression({ operator, value, negate }: Condition, type: TypeInfo): string {
  const { sql } = type;
  const column = isPlainText(type) ? `v::${sql}` : `(to_jsonb(v::${sql}) #>> '{}')::${sql}`;
  switch (operator) {
    case 'is':
      return `${column} is ${negate ? 'not ' : ''}${value}`;
    case 'isdistinct':
      return `${column} is ${negate ? 'not ' : ''}distinct from $2::text::${sql}`;
    case 'in':
      return `${negate ? 'not ' : ''}(${column} = any ($2::text::${sql}[]))`;
    default:
      return `${negate ? 'not ' : ''}(${column} ${operatorSymbols[operator]} $2::text::${sql})`;
  }
}

function directTest(
  { operator, negate }: Condition,
  values: readonly (string | null)[],
  typeOid: number,
): (text: string | null) => boolean {
  const read = (text: string | null): string | null => columnText(text, typeOid);
  const [first = null] = values;
  switch (operator) {
    case 'is': {
      const expected = first === 'null' || first === 'unknown' ? null : first === 'true' ? 't' : 'f';
      return (text) => (read(text) === expected) !== negate;
    }
    case 'isdistinct':
      return (text) => (read(text) !== boolText(first, typeOid)) !== negate;
    case 'in': {
      const known = new Set(values.map((value) => boolText(value, typeOid)));
      const hasNull = known.has(null);
      // A NULL in the list makes "not in" unknown, and unknown is no match.
      return (text) => text !== null && (negate ? !hasNull && !known.has(text) : known.has(text));
    }
    default: {
      const expected = boolText(first, typeOid);
      const equal = (operator === 'eq') !== negate;
      return (text) => text !== null && (text === expected) === equal;
    }
  }
}

/** A cast of boolean to text says `true`, the replication stream `t`. */
function boolText(value: string | null, typeOid: number): string | null {
  return typeOid === BOOL && value !== null ? value.charAt(0) : value;
}
