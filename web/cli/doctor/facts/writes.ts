import type { Database } from './database.js';

/** A publication that sends changes of a table. */
export interface PublishedBy {
  readonly name: string;
  readonly update: boolean;
  readonly delete: boolean;
  /** Its list of columns for the table; null: all columns. */
  readonly columns: readonly string[] | null;
  /** The columns that its row filter reads; none without a filter. */
  readonly filterColumns: readonly string[];
  /** It sends stored generated columns too (`publish_generated_columns`, PostgreSQL 18). */
  readonly generated: boolean;
}

/** What decides whether PostgreSQL lets a table be updated and deleted from. */
export interface WriteFacts {
  /** `server_version_num`, such as 150004. */
  readonly version: number;
  /** pg_class.relreplident: d, n, f, i. */
  readonly identity: string;
  readonly primaryKey: readonly string[];
  /** Of the index that REPLICA IDENTITY USING INDEX names; none when it is gone. */
  readonly identityIndex: readonly string[];
  readonly storedColumns: readonly string[];
  readonly virtualColumns: readonly string[];
  readonly publications: readonly PublishedBy[];
}

/**
 * Why PostgreSQL refuses UPDATE or DELETE of such a table, or null when it refuses neither. As `CheckCmdReplicaIdentity` of PostgreSQL 15 to 18 decides: a
 * publication that sends updates or deletes needs a replica identity that fits its list of columns and its row filter.
 */
export function refusal(table: WriteFacts): string | null {
  for (const publication of table.publications) {
    if (!publication.update && !publication.delete) continue;
    const because = conflict(table, publication);
    if (because === null) continue;
    const kinds = [publication.update ? 'UPDATE' : '', publication.delete ? 'DELETE' : ''].filter(
      (kind) => kind !== '',
    );
    return `PostgreSQL refuses every ${kinds.join(' and ')} of it, because ${because}`;
  }
  return null;
}

function conflict(table: WriteFacts, publication: PublishedBy): string | null {
  if (table.identity === 'f') return conflictOfFull(table, publication);
  const { name, columns, filterColumns } = publication;
  const carried = carriedColumns(table);
  if (carried.length === 0) return `it has no replica identity and is in the publication ${name}`;
  const unlisted = columns === null ? [] : carried.filter((column) => !columns.includes(column));
  if (unlisted.length > 0) {
    return `the column list of the publication ${name} leaves out ${unlisted.join(', ')} of its replica identity`;
  }
  const unknown = filterColumns.filter((column) => !carried.includes(column));
  if (unknown.length > 0) {
    return `the row filter of the publication ${name} reads ${unknown.join(', ')}, which its replica identity lacks`;
  }
  if (columns === null && unsentColumns(table, publication).some((column) => carried.includes(column))) {
    return `its replica identity has a generated column that the publication ${name} does not send`;
  }
  return null;
}

function conflictOfFull(table: WriteFacts, publication: PublishedBy): string | null {
  const { name, columns } = publication;
  if (columns !== null)
    return `the publication ${name} has a column list for it, which REPLICA IDENTITY FULL rules out`;
  const unsent = unsentColumns(table, publication);
  if (unsent.length === 0) return null;
  return `REPLICA IDENTITY FULL includes ${unsent.join(', ')}, a generated column that the publication ${name} does not send`;
}

const PG18 = 180_000;

/** Generated columns that can't be part of a replica identity. Before version 18 PostgreSQL did not check that. */
function unsentColumns({ version, storedColumns, virtualColumns }: WriteFacts, { generated }: PublishedBy): string[] {
  if (version < PG18) return [];
  return [...virtualColumns, ...(generated ? [] : storedColumns)];
}

function carriedColumns({ identity, primaryKey, identityIndex }: WriteFacts): readonly string[] {
  if (identity === 'd') return primaryKey;
  return identity === 'i' ? identityIndex : [];
}

/** An expression for a `select` from `pg_class c`: the facts of the row, as JSON. */
export function writeFactsSql(version: number): string {
  return `jsonb_build_object(
    'version', ${version},
    'identity', c.relreplident,
    'primaryKey', ${indexColumnsSql('i.indisprimary')},
    'identityIndex', ${indexColumnsSql('i.indisreplident')},
    'storedColumns', ${generatedColumnsSql('s')},
    'virtualColumns', ${generatedColumnsSql('v')},
    'publications', ${publicationsSql(version)})`;
}

function indexColumnsSql(which: string): string {
  return `coalesce((select jsonb_agg(a.attname order by k.place) from pg_index i,
    unnest(i.indkey) with ordinality k(attnum, place), pg_attribute a
    where i.indrelid = c.oid and ${which} and k.place <= i.indnkeyatts
      and a.attrelid = c.oid and a.attnum = k.attnum), '[]')`;
}

function generatedColumnsSql(kind: 's' | 'v'): string {
  return `coalesce((select jsonb_agg(a.attname order by a.attnum) from pg_attribute a
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '${kind}'), '[]')`;
}

const PG15 = 150_000;

/** All publications of the table, by name, by schema, as one of all tables, or by a table that it is a partition of. */
function publicationsSql(version: number): string {
  // Lists of columns, row filters and whole schemas came with version 15.
  const [columns, filter, bySchema] =
    version < PG15
      ? ['null::jsonb', 'null::jsonb', 'false']
      : [
          `(select jsonb_agg(a.attname) from pg_attribute a
            where a.attrelid = entry.prrelid and entry.prattrs is not null and a.attnum = any(entry.prattrs))`,
          `(select jsonb_agg(a.attname) from pg_attribute a where a.attrelid = entry.prrelid and a.attnum in
            (select m[1]::int2 from regexp_matches(entry.prqual::text, ':varattno (\\d+)', 'g') m))`,
          `exists (select from pg_publication_namespace s, pg_class k, family f
            where s.pnpubid = p.oid and k.oid = f.oid and k.relnamespace = s.pnnspid)`,
        ];
  return `coalesce((
    with recursive family(oid, depth) as (
      select c.oid, 0 union all
      select i.inhparent, f.depth + 1 from family f join pg_inherits i on i.inhrelid = f.oid
        join pg_class k on k.oid = f.oid and k.relispartition)
    select jsonb_agg(jsonb_build_object('name', p.pubname, 'update', p.pubupdate, 'delete', p.pubdelete,
      'generated', coalesce(to_jsonb(p) ->> 'pubgencols', 'n') = 's',
      'columns', ${columns}, 'filterColumns', coalesce(${filter}, '[]')) order by p.pubname)
    from pg_publication p
    left join lateral (select r.* from pg_publication_rel r join family f on f.oid = r.prrelid
      where r.prpubid = p.oid and (p.pubviaroot or f.depth = 0) order by f.depth desc limit 1) entry on true
    where c.relpersistence = 'p' and (p.puballtables or ${bySchema}
      or exists (select from pg_publication_rel r join family f on f.oid = r.prrelid where r.prpubid = p.oid))), '[]')`;
}

/** Names of the tables of a publication, partitions included, whose UPDATE or DELETE would be refused if it sent both. */
export async function refusedIfSent(db: Database, publication: string): Promise<string[]> {
  const rows = await db.rows<{ name: string; facts: WriteFacts }>(
    `select n.nspname || '.' || c.relname as name, ${writeFactsSql(await readVersion(db))} as facts
     from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind = 'r' and c.oid in (
       select k.oid from pg_publication_tables t join pg_namespace s on s.nspname = t.schemaname
         join pg_class k on k.relnamespace = s.oid and k.relname = t.tablename where t.pubname = $1
       union select tree.relid from pg_publication_tables t join pg_namespace s on s.nspname = t.schemaname
         join pg_class k on k.relnamespace = s.oid and k.relname = t.tablename and k.relkind = 'p',
         pg_partition_tree(k.oid) tree where t.pubname = $1)
     order by 1`,
    [publication],
  );
  return rows
    .filter(({ facts }) => refusal(facts) === null && refusal(sending(facts, publication)) !== null)
    .map(({ name }) => name);
}

function sending(facts: WriteFacts, publication: string): WriteFacts {
  const publications = facts.publications.map((one) =>
    one.name === publication ? { ...one, update: true, delete: true } : one,
  );
  return { ...facts, publications };
}

export async function readVersion(db: Database): Promise<number> {
  const [row] = await db.rows<{ version: number }>("select current_setting('server_version_num')::int4 as version");
  return row?.version ?? 0;
}
