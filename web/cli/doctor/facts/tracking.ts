import { readFile } from 'node:fs/promises';
import { quoteTable, type TableName } from '../finding.js';
import type { Database } from './database.js';

/** The SQL of numbered changes in the database. */
export interface TrackingFacts {
  version: number;
  /** Whether the role of the connection may use it. */
  isOwner: boolean;
  owner: string;
}

/** What is there for all tracked tables. */
export interface TrackingState {
  /** Policies of realtime.messages that are missing or were changed. */
  wrongPolicies: readonly string[];
  /** The role may use what a reader needs. */
  readerRights: boolean;
  /** Triggers of its own tables that are missing or disabled. */
  wrongTriggers: readonly string[];
  /** Seconds since the last beat; null: there was none. */
  beatAge: number | null;
  /** pg_cron: can be created or is there, in a version that knows seconds; has the job. */
  canSchedule: boolean;
  isScheduled: boolean;
  /** How many tables are tracked. */
  tables: number;
}

/** A trigger of a tracked table, its partitions and its children. */
export interface TrackTrigger {
  /** As SQL. */
  table: string;
  name: string;
  isMissing: boolean;
}

/** How a table is tracked, and how that works. */
export interface TrackedTable {
  id: number;
  topic: string;
  by: string | null;
  readers: string | null;
  /** Messages without a number that the last beat should have numbered. */
  unnumbered: number;
  wrongTriggers: readonly TrackTrigger[];
  /** Columns of its messages that the role may not select. */
  unreadable: readonly string[];
  problems: readonly TrackProblem[];
}

/** Problems of one kind. */
export interface TrackProblem {
  kind: string;
  count: number;
  /** Seconds since the last one, and what it was. */
  age: number;
  detail: string;
}

/** Null: it is not installed. */
export async function readTracking(db: Database): Promise<TrackingFacts | null> {
  const [row] = await db.rows<TrackingFacts>(
    `select pg_has_role(current_user, n.nspowner, 'usage') as "isOwner", pg_get_userbyid(n.nspowner)::text as owner, 0 as version
       from pg_namespace n where n.nspname = 'switchboard' and to_regprocedure('switchboard.version()') is not null`,
  );
  if (row === undefined) return null;
  if (!row.isOwner) return row;
  const [{ version } = { version: 0 }] = await db.rows<{ version: number }>('select switchboard.version() as version');
  return { ...row, version };
}

/** The version of the file that ships with this package. */
export async function packagedVersion(): Promise<number> {
  return Number(/version\(\) returns integer[^;]*? return (\d+);/s.exec(await packagedSql('track.sql'))?.[1] ?? 0);
}

/** A file of the package's folder `sql`. */
export async function packagedSql(file: string): Promise<string> {
  return readFile(new URL(`../../../../sql/${file}`, import.meta.url), 'utf8');
}

export async function readTrackingState(db: Database, role: string): Promise<TrackingState> {
  const [row] = await db.rows<Omit<TrackingState, 'isScheduled'> & { hasCron: boolean }>(
    `select array(select p.name from switchboard.policies() p where not p.is_right) as "wrongPolicies",
       has_schema_privilege($1::name, 'switchboard', 'usage') and has_schema_privilege($1::name, 'public', 'usage')
         and has_function_privilege($1::name, 'public.switchboard_changes(text, bigint, integer)', 'execute')
         and has_function_privilege($1::name, 'switchboard.may_read(text)', 'execute') as "readerRights",
       array(select v.name || ' of ' || v.relation from (values ('switchboard.log', 'first_message'),
           ('switchboard.at_commit', 'numbers_at_commit')) v (relation, name)
         where not exists (select from pg_trigger g where g.tgrelid = v.relation::regclass and g.tgname = v.name
           and g.tgenabled in ('O', 'A'))) as "wrongTriggers",
       (select extract(epoch from clock_timestamp() - s.beaten_at)::float8 from switchboard.state s) as "beatAge",
       exists (select from pg_available_extension_versions where name = 'pg_cron'
         and version ~ '^(1[.]([5-9]|[1-9][0-9])|[2-9][.]|[1-9][0-9])') as "canSchedule",
       to_regclass('cron.job') is not null as "hasCron", (select count(*)::int4 from switchboard.tables) as tables`,
    [role],
  );
  if (row === undefined) throw new Error('the database gave no answer');
  const { hasCron, ...state } = row;
  const jobs = hasCron ? await db.rows(`select from cron.job where jobname = 'switchboard-beat' and active`) : [];
  return { ...state, isScheduled: jobs.length > 0 };
}

/** Null: it is not tracked. */
export async function readTracked(db: Database, table: TableName, role: string): Promise<TrackedTable | null> {
  const [row] = await db.rows<TrackedTable>(
    `select t.id, t.name as topic, a.attname::text as by, t.readers,
       (select count(*)::int4 from switchboard.unnumbered u join switchboard.log l on l.xid = u.xid and l.seq = u.seq
         where l.name = t.name and pg_visible_in_snapshot(u.xid, (select s.swept from switchboard.state s))) as unnumbered,
       (select coalesce(jsonb_agg(jsonb_build_object('table', f::regclass::text, 'name', w.name, 'isMissing', g.oid is null)
                                  order by 1), '[]')
          from switchboard.family(t.relation) f
         cross join unnest('{switchboard_insert,switchboard_update,switchboard_delete,switchboard_truncate,switchboard_truncated}'::name[]) w (name)
          left join pg_trigger g on g.tgrelid = f and g.tgname = w.name
         where g.oid is null or g.tgenabled in ('D', 'R')) as "wrongTriggers",
       array(select k.name from switchboard.columns(t.id) k
              where k.is_included and not has_column_privilege($2::name, t.relation, k.attnum, 'select')) as unreadable,
       (select coalesce(jsonb_agg(p order by p.kind), '[]') from (
          select p.kind, count(*) as count, extract(epoch from clock_timestamp() - max(p.at)) as age,
                 (array_agg(p.detail order by p.id desc))[1] as detail
            from switchboard.problems p where p.table_id = t.id or p.table_id is null group by p.kind) p) as problems
     from switchboard.tables t left join pg_attribute a on a.attrelid = t.relation and a.attnum = t.by_column
    where t.relation = to_regclass($1)`,
    [quoteTable(table), role],
  );
  return row ?? null;
}
