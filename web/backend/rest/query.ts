import { escapeIdentifier } from 'pg';

import { parseFilter, ParameterError, type Condition } from '../filter/parse.js';
import { isObject } from '../realtime/wire/termJson.js';
import { operatorSymbols } from '../filter/operatorSymbols.js';

export interface Statement {
  text: string;
  values: unknown[];
}

/** A request that cannot be turned into a statement. `status` is of HTTP. */
export class QueryError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details: string | null = null,
    readonly hint: string | null = null,
  ) {
    super(message);
  }
}

type Columns = ReadonlyMap<string, string>;

const RESERVED = new Set(['select', 'order', 'limit', 'offset', 'columns', 'on_conflict', 'apikey']);

/** Every statement yields one row: `rows`, the JSON list of the rows, `count`, and `total`: how many there are without limit and offset, if counted. */
function asJson(source: string, total = 'null'): string {
  return `with r as (${source}) select coalesce(json_agg(r), '[]')::text as rows, count(*) as count, ${total} as total from r`;
}

/** @param isCounted whether to say how many rows there are without limit and offset */
export function buildSelect(
  table: string,
  columns: Columns,
  parameters: URLSearchParams,
  isCounted: boolean,
): Statement {
  const values: unknown[] = [];
  const where = whereClause(columns, parameters, values);
  const order = orderClause(columns, parameters.get('order'));
  const page = (['limit', 'offset'] as const).map((name) => {
    const text = parameters.get(name);
    if (text === null) return '';
    if (!/^\d+$/.test(text)) throw new QueryError(400, 'PGRST100', `"${name}" must be a whole number`);
    return ` ${name} ${text}`;
  });
  return {
    text: asJson(
      `select ${selection(columns, parameters)} from ${table}${where}${order}${page.join('')}`,
      isCounted ? `(select count(*) from ${table}${where})` : undefined,
    ),
    values,
  };
}

/**
 * @param ignored columns of the unique index by which a row counts as there already, and is left as it is; null or none: a duplicate is an error
 */
export function buildInsert(
  table: string,
  columns: Columns,
  rows: Record<string, unknown>[],
  ignored: readonly string[] | null,
): Statement {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const list = names.map((name) => identifier(columns, name)).join(', ');
  const target = (ignored ?? []).map((name) => identifier(columns, name)).join(', ');
  const conflict = target === '' ? '' : ` on conflict (${target}) do nothing`;
  const insert =
    names.length === 0
      ? `insert into ${table} default values`
      : `insert into ${table} (${list}) select ${list} from json_populate_recordset(null::${table}, $1)`;
  return {
    text: asJson(`${insert}${conflict} returning *`),
    values: names.length === 0 ? [] : [JSON.stringify(rows)],
  };
}

export function buildUpdate(
  table: string,
  columns: Columns,
  row: Record<string, unknown>,
  parameters: URLSearchParams,
): Statement {
  const names = Object.keys(row);
  if (names.length === 0) throw new QueryError(400, 'PGRST102', 'The body must be an object with at least one column');
  const values: unknown[] = [JSON.stringify(row)];
  const set = names.map((name) => `${identifier(columns, name)} = s.${identifier(columns, name)}`).join(', ');
  const where = whereClause(columns, parameters, values, 't.');
  return {
    text: asJson(`update ${table} t set ${set} from json_populate_record(null::${table}, $1) s${where} returning t.*`),
    values,
  };
}

export function buildDelete(table: string, columns: Columns, parameters: URLSearchParams): Statement {
  const values: unknown[] = [];
  return { text: asJson(`delete from ${table}${whereClause(columns, parameters, values)} returning *`), values };
}

/** The rows of a body: one object or a list of objects. */
export function bodyRows(body: unknown): Record<string, unknown>[] {
  const rows = Array.isArray(body) ? (body as unknown[]) : [body];
  return rows.map((row) => {
    if (!isObject(row)) throw new QueryError(400, 'PGRST102', 'The body must be a JSON object or a list of objects');
    return row;
  });
}

function selection(columns: Columns, parameters: URLSearchParams): string {
  const select = parameters.get('select')?.trim() ?? '*';
  if (select === '*' || select === '') return '*';
  return select
    .split(',')
    .map((name) => (name.trim() === '*' ? '*' : identifier(columns, name.trim())))
    .join(', ');
}

function orderClause(columns: Columns, order: string | null): string {
  if (order === null || order === '') return '';
  const terms = order.split(',').map((term) => {
    const [name = '', ...modifiers] = term.trim().split('.');
    const words = modifiers.map((modifier) => {
      const sql = ORDER_WORDS[modifier];
      if (sql === undefined) throw new QueryError(400, 'PGRST100', `unknown order modifier "${modifier}"`);
      return ` ${sql}`;
    });
    return identifier(columns, name) + words.join('');
  });
  return ` order by ${terms.join(', ')}`;
}

const ORDER_WORDS: Record<string, string> = {
  asc: 'asc',
  desc: 'desc',
  nullsfirst: 'nulls first',
  nullslast: 'nulls last',
};

function whereClause(columns: Columns, parameters: URLSearchParams, values: unknown[], prefix = ''): string {
  const conditions: string[] = [];
  for (const [name, value] of parameters) {
    if (RESERVED.has(name)) continue;
    conditions.push(conditionSql(columns, readCondition(name, value), values, prefix));
  }
  return conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`;
}

/** Filters are written as in subscriptions, except that a comma in a value needs no quotes. */
function readCondition(column: string, value: string): Condition {
  const operator = /^(not\.)?([a-z]+)\.([\s\S]*)$/.exec(value);
  if (operator === null) throw new QueryError(400, 'PGRST100', `failed to parse filter (${value})`);
  const [, not = '', name = '', text = ''] = operator;
  if (name !== 'in') {
    const [condition] = parseOne(`x=${not}${name}.x`);
    if (condition !== undefined)
      return { ...condition, column, value: name.includes('like') ? text.replaceAll('*', '%') : text };
  }
  const [condition] = parseOne(`x=${value}`);
  if (condition === undefined) throw new QueryError(400, 'PGRST100', `failed to parse filter (${value})`);
  return { ...condition, column };
}

function parseOne(filter: string): Condition[] {
  try {
    return parseFilter(filter);
  } catch (error) {
    if (error instanceof ParameterError) throw new QueryError(400, 'PGRST100', error.message);
    throw error;
  }
}

function conditionSql(
  columns: Columns,
  { column, operator, value, negate }: Condition,
  values: unknown[],
  prefix: string,
): string {
  const left = prefix + identifier(columns, column);
  const type = columns.get(column) ?? 'text';
  const not = negate ? 'not ' : '';
  if (operator === 'is') {
    if (!['null', 'true', 'false', 'unknown'].includes(value)) {
      throw new QueryError(400, 'PGRST100', `"is" takes null, true, false or unknown, got "${value}"`);
    }
    return `${left} is ${not}${value}`;
  }
  values.push(value);
  const parameter = `$${values.length}::text`;
  if (operator === 'in') return `${not}(${left} = any (${parameter}::${type}[]))`;
  if (operator === 'isdistinct') return `${left} is ${not}distinct from ${parameter}::${type}`;
  const isPattern = operator === 'like' || operator === 'ilike' || operator === 'match' || operator === 'imatch';
  return `${not}(${left} ${operatorSymbols[operator]} ${isPattern ? parameter : `${parameter}::${type}`})`;
}

function identifier(columns: Columns, name: string): string {
  if (!columns.has(name)) throw new QueryError(400, '42703', `column "${name}" does not exist`);
  return escapeIdentifier(name);
}
