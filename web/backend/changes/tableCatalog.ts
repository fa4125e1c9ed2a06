import type { Pool } from 'pg';

import type { TypeCatalog } from './typeCatalog.js';

export interface TableColumn {
  name: string;
  typeOid: number;
  isPrimaryKey: boolean;
}

export interface Table {
  oid: number;
  schema: string;
  name: string;
  hasRowSecurity: boolean;
  /** In attribute order. */
  columns: readonly TableColumn[];
  primaryKey: readonly string[];
}

export interface TableName {
  oid: number;
  schema: string;
  name: string;
}

/** Tables, their columns and what a role may read of them, as the catalog says now. */
export class TableCatalog {
  readonly #pool: Pool;
  readonly #types: TypeCatalog;
  readonly #publication: string;
  readonly #tables = new Map<number, Promise<Table | null>>();
  readonly #selectable = new Map<string, Promise<ReadonlySet<string>>>();

  constructor(pool: Pool, types: TypeCatalog, publication: string) {
    this.#pool = pool;
    this.#types = types;
    this.#publication = publication;
  }

  /** Null when there is no such table any more. */
  table(oid: number): Promise<Table | null> {
    return remember(this.#tables, oid, () => this.#loadTable(oid));
  }

  /** The columns of the table on which the role has SELECT; empty for an unknown role. */
  selectableColumns(oid: number, role: string): Promise<ReadonlySet<string>> {
    return remember(this.#selectable, `${oid} ${role}`, async () => {
      const { rows } = await this.#pool.query<{ name: string }>(
        `select a.attname as name from pg_attribute a
          where a.attrelid = $1 and a.attnum > 0 and not a.attisdropped
            and exists (select from pg_roles where rolname = $2)
            and has_column_privilege((select oid from pg_roles where rolname = $2), a.attrelid, a.attnum, 'SELECT')`,
        [oid, role],
      );
      return new Set(rows.map((row) => row.name));
    });
  }

  /** Forgets a table whose definition or privileges may have changed. */
  forget(oid: number): void {
    this.#tables.delete(oid);
    for (const key of this.#selectable.keys()) if (key.startsWith(`${oid} `)) this.#selectable.delete(key);
  }

  forgetAll(): void {
    this.#tables.clear();
    this.#selectable.clear();
  }

  /** The tables of the publication, by oid. */
  async published(): Promise<TableName[]> {
    const { rows } = await this.#pool.query<TableName>(
      `select format('%I.%I', schemaname, tablename)::regclass::oid::int8::int4 as oid, schemaname as schema,
              tablename as name
         from pg_publication_tables where pubname = $1 order by 1`,
      [this.#publication],
    );
    return rows;
  }

  async #loadTable(oid: number): Promise<Table | null> {
    const { rows } = await this.#pool.query<Omit<Table, 'primaryKey'>>(
      `select c.oid::int8::int4 as oid, n.nspname as schema, c.relname as name, c.relrowsecurity as "hasRowSecurity",
              (select coalesce(json_agg(json_build_object(
                        'name', a.attname, 'typeOid', a.atttypid::int8,
                        'isPrimaryKey', coalesce(a.attnum = any(i.indkey), false)) order by a.attnum), '[]')
                 from pg_attribute a left join pg_index i on i.indrelid = c.oid and i.indisprimary
                where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns
         from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = $1`,
      [oid],
    );
    const table = rows[0];
    if (table === undefined) return null;
    await this.#types.load(table.columns.map((column) => column.typeOid));
    return {
      ...table,
      primaryKey: table.columns.filter((column) => column.isPrimaryKey).map((column) => column.name),
    };
  }
}

/** Keeps the promise of a load; one that fails is forgotten, so that the next call tries again. */
function remember<K, V>(cache: Map<K, Promise<V>>, key: K, load: () => Promise<V>): Promise<V> {
  let value = cache.get(key);
  if (value === undefined) {
    value = load();
    cache.set(key, value);
    value.catch(() => cache.delete(key));
  }
  return value;
}
