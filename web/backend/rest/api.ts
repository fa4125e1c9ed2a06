import { escapeIdentifier, type Pool } from 'pg';

import type { Reply } from '../http/respond.js';
import { roleParameters, setLocal } from '../postgres/setLocal.js';
import type { Claims } from '../tokens.js';
import { errorReply } from './errors.js';
import { prepareCall } from './functions.js';
import { bodyRows, buildDelete, buildInsert, buildSelect, buildUpdate, QueryError, type Statement } from './query.js';

export interface RestRequest {
  method: string;
  table: string;
  parameters: URLSearchParams;
  /** The `Prefer` header. */
  prefer: string;
  schema: string;
  /** The client asks for one object instead of a list. */
  single: boolean;
  body: unknown;
  claims: Claims;
}

export interface CallRequest {
  /** The function's name. */
  name: string;
  schema: string;
  single: boolean;
  /** JSON as it came. */
  body: string;
  claims: Claims;
}

/** As `pg` has the one row of a statement. */
interface Answer {
  rows: string | null;
  count: string;
  total?: string | null;
}

interface Result {
  rows: string;
  count: number;
  /** Of a read that counts: how many rows there are without limit and offset. */
  total: number | null;
}

/**
 * A small part of PostgREST: reads and writes of one table with simple filters, and calls of functions, under the role of
 * the token.
 */
export class RestApi {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async handle(request: RestRequest): Promise<Reply> {
    try {
      const columns = await this.#columns(request.schema, request.table);
      const name = `${escapeIdentifier(request.schema)}.${escapeIdentifier(request.table)}`;
      return await this.#run(request, name, columns);
    } catch (error) {
      return orThrow(errorReply(error, request.claims.role), error);
    }
  }

  async call({ name, schema, single, body, claims }: CallRequest): Promise<Reply> {
    try {
      const { statement, returnsVoid, returnsSet, isReadOnly } = await prepareCall(this.#pool, schema, name, body);
      const result = await this.#execute({ claims, isReadOnly }, statement);
      if (returnsVoid) return { status: 204 };
      return present({ single: single && returnsSet, method: 'POST' }, result, 200);
    } catch (error) {
      return orThrow(errorReply(error, claims.role), error);
    }
  }

  async #run(request: RestRequest, table: string, columns: ReadonlyMap<string, string>): Promise<Reply> {
    const { method, parameters, prefer, body } = request;
    const returns = prefer.includes('return=representation');
    switch (method) {
      case 'GET':
      case 'HEAD': {
        const isCounted = prefer.includes('count=exact');
        const result = await this.#execute(request, buildSelect(table, columns, parameters, isCounted));
        return present(request, result, result.total !== null && result.count < result.total ? 206 : 200);
      }
      case 'POST': {
        const ignored = prefer.includes('resolution=ignore-duplicates') ? await this.#conflictColumns(request) : null;
        const result = await this.#execute(request, buildInsert(table, columns, bodyRows(body), ignored));
        return returns ? present(request, result, 201) : { status: 201 };
      }
      case 'PATCH': {
        const [row] = bodyRows(body);
        const result = await this.#execute(request, buildUpdate(table, columns, row ?? {}, parameters));
        return returns ? present(request, result, 200) : { status: 204 };
      }
      case 'DELETE': {
        const result = await this.#execute(request, buildDelete(table, columns, parameters));
        return returns ? present(request, result, 200) : { status: 204 };
      }
      default:
        throw new QueryError(405, 'PGRST105', `${method} is not supported`);
    }
  }

  /** The columns of the table and their types as SQL. */
  async #columns(schema: string, table: string): Promise<ReadonlyMap<string, string>> {
    const { rows } = await this.#pool.query<{ name: string; type: string }>(
      `select a.attname as name, format_type(a.atttypid, a.atttypmod) as type
         from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = $1 and c.relname = $2 and c.relkind in ('r', 'p', 'v') and a.attnum > 0 and not a.attisdropped`,
      [schema, table],
    );
    if (rows.length === 0) {
      throw new QueryError(404, 'PGRST205', `Could not find the table '${schema}.${table}' in the schema cache`);
    }
    return new Map(rows.map(({ name, type }) => [name, type]));
  }

  /** What makes a row a duplicate: the columns of `on_conflict`, else the primary key. */
  async #conflictColumns({ schema, table, parameters }: RestRequest): Promise<string[]> {
    const named = parameters.get('on_conflict');
    if (named !== null && named !== '') return named.split(',').map((name) => name.trim());
    const { rows } = await this.#pool.query<{ name: string }>(
      `select a.attname as name
         from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
           join pg_attribute a on a.attrelid = c.oid and a.attnum = any (i.indkey)
        where n.nspname = $1 and c.relname = $2 and i.indisprimary
        order by array_position(i.indkey::int2[], a.attnum)`,
      [schema, table],
    );
    return rows.map(({ name }) => name);
  }

  async #execute(
    { claims, isReadOnly = false }: { claims: Claims; isReadOnly?: boolean },
    { text, values }: Statement,
  ): Promise<Result> {
    const client = await this.#pool.connect();
    try {
      await client.query(isReadOnly ? 'begin read only' : 'begin');
      await setLocal(client, roleParameters(claims));
      const { rows: answers } = await client.query<Answer>(text, values);
      await client.query('commit');
      const [answer] = answers;
      const total = answer?.total ?? null;
      return {
        rows: answer?.rows ?? '[]',
        count: Number(answer?.count ?? 0),
        total: total === null ? null : Number(total),
      };
    } catch (error) {
      await client.query('rollback').catch(() => undefined);
      throw error;
    } finally {
      client.release();
    }
  }
}

/** Rows stay as PostgreSQL's text, so that no digit is lost. */
function present(
  { single, method }: Pick<RestRequest, 'single' | 'method'>,
  { rows, count, total }: Result,
  status: number,
): Reply {
  if (single && count !== 1) {
    throw new QueryError(406, 'PGRST116', `The result contains ${count} rows, a single object was requested`);
  }
  const text = single ? rows.slice(1, -1) : rows;
  const range = `${count === 0 ? '*' : `0-${count - 1}`}/${total ?? '*'}`;
  return { status, ...(method === 'HEAD' ? {} : { body: text }), headers: { 'content-range': range } };
}

function orThrow(reply: Reply | null, error: unknown): Reply {
  if (reply === null) throw error;
  return reply;
}
