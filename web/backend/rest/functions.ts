import { escapeIdentifier, type Pool } from 'pg';

import { isObject } from '../realtime/wire/termJson.js';
import { QueryError, type Statement } from './query.js';

interface Argument {
  /** Empty for none. */
  name: string;
  /** As SQL writes it. */
  type: string;
  isVariadic: boolean;
  hasDefault: boolean;
}

/** A function of the database that can be called over HTTP. */
interface CallableFunction {
  arguments: Argument[];
  returnsSet: boolean;
  returnsRows: boolean;
  returnsVoid: boolean;
  isVolatile: boolean;
}

/** A call of a function. Its statement yields one row: `rows`, JSON as text, and `count`. */
export interface Call {
  statement: Statement;
  returnsVoid: boolean;
  /** `rows` is a list. */
  returnsSet: boolean;
  isReadOnly: boolean;
}

/** Only these can be called, as with PostgREST's setting `db-schemas`. */
const EXPOSED = ['public'];

/**
 * What calls the function with the members of the body as its named arguments.
 *
 * @param body JSON as it came: its numbers keep all digits
 * @throws QueryError if there is no such function, or several
 */
export async function prepareCall(pool: Pool, schema: string, name: string, body: string): Promise<Call> {
  if (!EXPOSED.includes(schema)) {
    const hint = `Only the following schemas are exposed: ${EXPOSED.join(', ')}`;
    throw new QueryError(406, 'PGRST106', `Invalid schema: ${schema}`, null, hint);
  }
  const given = parsed(body);
  const keys = isObject(given) ? Object.keys(given).sort() : [];
  const overloads = await functionsNamed(pool, schema, name);
  const found = chosen(overloads, keys, isObject(given));
  const [first, second] = found;
  if (first === undefined) throw notFound(`${schema}.${name}`, keys, overloads);
  if (second !== undefined) throw ambiguous(`${schema}.${name}`, found);
  return callOf(first, `${escapeIdentifier(schema)}.${escapeIdentifier(name)}`, keys, body.trim() === '' ? '{}' : body);
}

function parsed(body: string): unknown {
  if (body.trim() === '') return {};
  try {
    return JSON.parse(body) as unknown;
  } catch {
    throw new QueryError(400, 'PGRST102', 'Empty or invalid json');
  }
}

async function functionsNamed(pool: Pool, schema: string, name: string): Promise<CallableFunction[]> {
  const { rows } = await pool.query<CallableFunction>(
    `select p.proretset as "returnsSet", p.prorettype = 'void'::regtype as "returnsVoid", p.provolatile = 'v' as "isVolatile",
            t.typtype = 'c' or coalesce(p.proargmodes::text[] && '{t,b,o}', false) as "returnsRows",
            (select coalesce(json_agg(json_build_object(
                      'name', coalesce(a.name, ''), 'type', format_type(a.type, null), 'isVariadic', a.mode = 'v',
                      'hasDefault', a.place > p.pronargs - p.pronargdefaults) order by a.place), '[]')
               from (select u.type, u.name, coalesce(u.mode, 'i') as mode, row_number() over (order by u.n) as place
                       from unnest(coalesce(p.proallargtypes, p.proargtypes::oid[]), p.proargnames, p.proargmodes)
                              with ordinality u (type, name, mode, n)
                      where coalesce(u.mode, 'i') in ('i', 'b', 'v')) a) as arguments
       from pg_proc p join pg_type t on t.oid = p.prorettype
      where p.pronamespace = to_regnamespace(quote_ident($1)) and p.proname = $2 and p.prokind = 'f'
        and p.prorettype <> 'trigger'::regtype
      order by p.oid`,
    [schema, name],
  );
  return rows;
}

/** The functions that take these arguments; without any, the one that takes the whole body. */
function chosen(overloads: CallableFunction[], keys: string[], isNamed: boolean): CallableFunction[] {
  const named = overloads.filter(
    ({ arguments: taken }) =>
      isNamed &&
      taken.every(({ name, hasDefault }) => name !== '' && (hasDefault || keys.includes(name))) &&
      keys.every((key) => taken.some(({ name }) => name === key)),
  );
  return named.length > 0 ? named : overloads.filter(takesWholeBody);
}

function takesWholeBody({ arguments: taken }: CallableFunction): boolean {
  const [only] = taken;
  return taken.length === 1 && only?.name === '' && ['json', 'jsonb'].includes(only.type);
}

function callOf(called: CallableFunction, name: string, keys: string[], body: string): Call {
  const { returnsSet, returnsRows, returnsVoid, isVolatile } = called;
  const given = called.arguments.filter((argument) => keys.includes(argument.name));
  const columns = given.map((argument) => `${escapeIdentifier(argument.name)} ${argument.type}`);
  const list = takesWholeBody(called)
    ? `$1::${called.arguments[0]?.type ?? 'json'}`
    : given.map(
        (a) => `${a.isVariadic ? 'variadic ' : ''}${escapeIdentifier(a.name)} => b.${escapeIdentifier(a.name)}`,
      );
  const source = columns.length === 0 ? '(select) b' : `json_to_record($1::json) as b (${columns.join(', ')})`;
  const call = `${name}(${String(list)})`;
  const rows = returnsRows
    ? `select r.* from ${source} cross join lateral ${call} r`
    : `select ${call} as result from ${source}`;
  const all = `coalesce(json_agg(${returnsRows ? 'r' : 'r.result'}), '[]')`;
  return {
    statement: {
      text: `with r as (${rows}) select (${all}${returnsSet ? '' : ' -> 0'})::text as rows, count(*) as count from r`,
      values: columns.length === 0 && !takesWholeBody(called) ? [] : [body],
    },
    returnsVoid,
    returnsSet,
    isReadOnly: !isVolatile,
  };
}

/** PostgREST looks for the most similar name or arguments for its hint; this one only for the same name. */
function notFound(name: string, keys: string[], [overload]: CallableFunction[]): QueryError {
  const list = keys.join(', ');
  const hint =
    overload === undefined
      ? null
      : `Perhaps you meant to call the function ${name}(${namesOf(overload).sort().join(', ')})`;
  const searched = keys.length === 0 ? ' without parameters' : ` with parameter${keys.length > 1 ? 's' : ''} ${list}`;
  return new QueryError(
    404,
    'PGRST202',
    `Could not find the function ${name}${keys.length === 0 ? ' without parameters' : `(${list})`} in the schema cache`,
    `Searched for the function ${name}${searched} or with a single unnamed json/jsonb parameter, but no matches were found in the schema cache.`,
    hint,
  );
}

function namesOf(called: CallableFunction): string[] {
  return called.arguments.map(({ name }) => name);
}

function ambiguous(name: string, found: CallableFunction[]): QueryError {
  const signatures = found.map(
    (one) => `${name}(${one.arguments.map((argument) => `${argument.name} => ${argument.type}`).join(', ')})`,
  );
  return new QueryError(
    300,
    'PGRST203',
    `Could not choose the best candidate function between: ${signatures.join(', ')}`,
    null,
    'Try renaming the parameters or the function itself in the database so function overloading can be resolved',
  );
}
