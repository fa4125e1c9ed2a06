import type { Database } from './database.js';
import { quoteName, type TableName } from '../finding.js';
import { readVersion, refusedIfSent, writeFactsSql, type WriteFacts } from './writes.js';

export const PUBLICATION = 'supabase_realtime';

/** The state of the database as a whole. */
export interface DatabaseFacts {
  walLevel: string;
  /** `wal_level` is set to logical, and PostgreSQL has not been restarted since. */
  walLevelPending: boolean;
  /** Null when there is no such publication. */
  publication: { insert: boolean; update: boolean; delete: boolean } | null;
  slots: number;
  maxSlots: number;
  /** Realtime has a slot already. */
  realtimeSlot: boolean;
  senders: number;
  maxSenders: number;
  /** Slots whose log is gone or about to go. */
  lostSlots: readonly string[];
  /** Tables whose UPDATE or DELETE PostgreSQL would refuse if the publication sent all events. */
  refusedIfSent: readonly string[];
}

export async function readDatabase(db: Database): Promise<DatabaseFacts> {
  const [row] = await db.rows<Omit<DatabaseFacts, 'publication' | 'refusedIfSent'>>(`
    select current_setting('wal_level') as "walLevel",
      (select count(*)::int4 from pg_replication_slots) as slots,
      current_setting('max_replication_slots')::int4 as "maxSlots",
      exists (select from pg_replication_slots where slot_name like 'supabase_realtime%') as "realtimeSlot",
      (select count(*)::int4 from pg_stat_replication) as senders,
      current_setting('max_wal_senders')::int4 as "maxSenders",
      (select coalesce(array_agg(slot_name::text), '{}') from pg_replication_slots
        where wal_status in ('unreserved', 'lost')) as "lostSlots",
      exists (select from pg_settings where name = 'wal_level' and pending_restart) as "walLevelPending"`);
  const [publication] = await db.rows<NonNullable<DatabaseFacts['publication']>>(
    'select pubinsert as insert, pubupdate as update, pubdelete as delete from pg_publication where pubname = $1',
    [PUBLICATION],
  );
  if (row === undefined) throw new Error('the database gave no answer');
  return { ...row, publication: publication ?? null, refusedIfSent: await refusedIfSent(db, PUBLICATION) };
}

/** The state of one table, as one role sees it. */
export interface TableFacts extends TableName {
  oid: number;
  /** pg_class.relkind. */
  kind: string;
  published: boolean;
  /** pg_class.relpersistence: p, u, t. */
  persistence: string;
  /** On disk, without its indexes. */
  bytes: number;
  writes: WriteFacts;
  /** The publication sends stored generated columns. */
  sendsGenerated: boolean;
  /** Of a partitioned table, `schema.table`, to the leaves. */
  partitions: readonly string[];
  isPartition: boolean;
  /** It is a partition, and the publication sends its changes under the name of the partitioned table. */
  sentAsRoot: boolean;
  /** NOT NULL columns that are unique together, and so could be the primary key; none when there are no such. */
  uniqueColumns: readonly string[];
  columns: readonly string[];
  /** Those of an array, json or jsonb type, also by a domain. */
  unfilterable: readonly string[];
  rowSecurity: boolean;
  /** A policy lets the role read at all. */
  readPolicy: boolean;
  schemaUsage: boolean;
  /** The role may read all columns of the primary key; all columns. */
  readsKey: boolean;
  readsAll: boolean;
}

/** Whether the role bypasses row level security, or null when there is no such role. */
export async function readRole(db: Database, role: string): Promise<{ bypasses: boolean } | null> {
  const [row] = await db.rows<{ bypasses: boolean }>(
    'select rolbypassrls or rolsuper as bypasses from pg_roles where rolname = $1',
    [role],
  );
  return row ?? null;
}

/** Null when there is no such table. The role must exist. */
export async function readTable(db: Database, { schema, table }: TableName, role: string): Promise<TableFacts | null> {
  const [row] = await db.rows<TableFacts>(
    `
    select n.nspname::text as schema, c.relname::text as table, c.oid::int8::float8 as oid, c.relkind::text as kind,
      c.relpersistence::text as persistence, pg_table_size(c.oid)::float8 as bytes, c.relrowsecurity as "rowSecurity",
      ${writeFactsSql(await readVersion(db))} as writes,
      exists (select from pg_publication p where p.pubname = $3 and to_jsonb(p) ->> 'pubgencols' = 's') as "sendsGenerated",
      coalesce((select array_agg(t.relid::regclass::text order by 1) from pg_partition_tree(c.oid) t
        where t.isleaf and t.relid <> c.oid), '{}') as partitions,
      c.relispartition as "isPartition", c.relispartition and exists (select from pg_partition_ancestors(c.oid) a join pg_class k on k.oid = a.relid
        join pg_namespace s on s.oid = k.relnamespace join pg_publication_tables p
          on p.schemaname = s.nspname and p.tablename = k.relname
        where p.pubname = $3 and a.relid <> c.oid) as "sentAsRoot",
      exists (select from pg_publication_tables p
        where p.pubname = $3 and p.schemaname = n.nspname and p.tablename = c.relname) as published,
      coalesce((select (select array_agg(a.attname::text order by k.place)
          from unnest(i.indkey) with ordinality k(attnum, place)
          join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum)
        from pg_index i where i.indrelid = c.oid and i.indisunique and not i.indisprimary and i.indisvalid
          and i.indpred is null and i.indexprs is null and i.indnatts = i.indnkeyatts
          and not exists (select from unnest(i.indkey) k(attnum) join pg_attribute a
            on a.attrelid = c.oid and a.attnum = k.attnum where not a.attnotnull)
        order by i.indnatts, i.indexrelid limit 1), '{}') as "uniqueColumns",
      coalesce((select array_agg(a.attname::text order by a.attnum) from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped), '{}') as columns,
      coalesce((select array_agg(a.attname::text order by a.attnum) from pg_attribute a
        join pg_type t on t.oid = a.atttypid left join pg_type b on b.oid = t.typbasetype
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
          and (coalesce(b.typcategory, t.typcategory) = 'A' or coalesce(b.typname, t.typname) in ('json', 'jsonb'))),
        '{}') as unfilterable,
      exists (select from pg_policy p where p.polrelid = c.oid and p.polpermissive and p.polcmd in ('r', '*')
        and exists (select from unnest(p.polroles) r(oid)
          where r.oid = 0 or pg_has_role($4::name, r.oid, 'usage'))) as "readPolicy",
      has_schema_privilege($4::name, n.oid, 'usage') as "schemaUsage",
      has_table_privilege($4::name, c.oid, 'select') or not exists (select from pg_index i, unnest(i.indkey) k(attnum)
        where i.indrelid = c.oid and i.indisprimary and not has_column_privilege($4::name, c.oid, k.attnum, 'select'))
        and exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary) as "readsKey",
      has_table_privilege($4::name, c.oid, 'select') as "readsAll"
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = $1 and c.relname = $2 and c.relkind in ('r', 'p', 'v', 'm', 'f')`,
    [schema, table, PUBLICATION, role],
  );
  return row ?? null;
}

/** Names like the one that was not found. */
export async function similarTables(db: Database, { table }: TableName): Promise<string[]> {
  const rows = await db.rows<{ name: string }>(
    `select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and lower(c.relname) = lower($1) and n.nspname !~ '^pg_' order by 1 limit 5`,
    [table],
  );
  return rows.map(({ name }) => name);
}

/** The pulse's row: its age in seconds; null when there is none. */
export async function readPulseAge(db: Database, { schema, table }: TableName): Promise<number | null> {
  const name = `${quoteName(schema)}.${quoteName(table)}`;
  const [row] = await db.rows<{ age: number }>(
    `select extract(epoch from clock_timestamp() - beaten_at)::float8 as age from ${name} where id = 1`,
  );
  return row?.age ?? null;
}
