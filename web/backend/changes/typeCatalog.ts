import type { Pool } from 'pg';

export interface TypeInfo {
  oid: number;
  /** `pg_type.typname`. */
  name: string;
  /** The type as SQL, schema-qualified where needed and without a length, fit for a cast. */
  sql: string;
  kind: 'base' | 'array' | 'composite' | 'domain' | 'enum' | 'range' | 'other';
  /** Element of an array, base of a domain; 0 otherwise. */
  relatedOid: number;
  /** For an array, the delimiter of its elements. */
  delimiter: string;
  /** PostgreSQL turns it into JSON with a cast of its own, or it is json itself. */
  hasJsonCast: boolean;
}

interface Row {
  oid: number;
  name: string;
  sql: string;
  typtype: string;
  is_array: boolean;
  typelem: number;
  typbasetype: number;
  delimiter: string;
  has_json_cast: boolean;
}

const KINDS: Record<string, TypeInfo['kind']> = { b: 'base', c: 'composite', d: 'domain', e: 'enum', r: 'range' };

/** What PostgreSQL knows of the types met so far. */
export class TypeCatalog {
  readonly #pool: Pool;
  readonly #types = new Map<number, TypeInfo>();

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** The type must have been loaded before. */
  get(oid: number): TypeInfo {
    const type = this.#types.get(oid);
    if (type === undefined) throw new Error(`type ${oid} is not loaded`);
    return type;
  }

  /** Loads the types, their elements and their bases, as far as they are not known yet. */
  async load(oids: Iterable<number>): Promise<void> {
    let missing = [...new Set(oids)].filter((oid) => oid !== 0 && !this.#types.has(oid));
    while (missing.length > 0) {
      const { rows } = await this.#pool.query<Row>(QUERY, [missing]);
      for (const row of rows) this.#types.set(row.oid, toInfo(row));
      if (rows.length === 0) throw new Error(`unknown types ${missing.join(', ')}`);
      missing = rows
        .flatMap((row) => [row.typelem, row.typbasetype])
        .filter((oid) => oid !== 0 && !this.#types.has(oid));
    }
  }
}

function toInfo(row: Row): TypeInfo {
  const kind = row.is_array ? 'array' : (KINDS[row.typtype] ?? 'other');
  return {
    oid: row.oid,
    name: row.name,
    sql: row.sql,
    kind,
    relatedOid: kind === 'array' ? row.typelem : row.typbasetype,
    delimiter: row.delimiter,
    hasJsonCast: row.has_json_cast,
  };
}

// A length of -1 keeps "character" and "bit" from being read as their one-character forms.
const QUERY = `
  select t.oid::int8::int4 as oid, t.typname as name, format_type(t.oid, -1) as sql, t.typtype,
         t.typsubscript = 'array_subscript_handler'::regproc and t.typelem <> 0 as is_array,
         t.typelem::int8::int4 as typelem, t.typbasetype::int8::int4 as typbasetype,
         coalesce(e.typdelim, ',')::text as delimiter,
         t.oid in ('json'::regtype, 'jsonb'::regtype)
           or exists (select from pg_cast c where c.castsource = t.oid and c.casttarget = 'json'::regtype) as has_json_cast
    from pg_type t left join pg_type e on e.oid = t.typelem
   where t.oid = any($1::int8[]::oid[])`;
