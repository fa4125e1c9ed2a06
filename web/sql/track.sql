-- Numbered changes: every change of a tracked table is broadcast once, with a number, and kept for some days. Then
--   select switchboard.track('public.bookings', by => 'business_id', readers => '…');
-- tracks a table. docs/numbered-changes.md explains it. May be run again at any time; untrack.sql removes everything.
-- Needs PostgreSQL 15 or newer, and a role that may create schemas, such as postgres of a Supabase project.
begin;

set local search_path = pg_catalog, pg_temp;
set local client_min_messages = warning;

select pg_advisory_xact_lock(hashtextextended('switchboard: track.sql', 0));

do $$
declare
  installed integer;
begin
  if current_setting('server_version_num')::integer < 150000 then
    raise exception 'Numbered changes need PostgreSQL 15 or newer; this is %.', current_setting('server_version');
  end if;
  if to_regclass('realtime.messages') is null then
    raise exception 'There is no table realtime.messages. Numbered changes need a Supabase database.';
  end if;
  if to_regprocedure('switchboard.version()') is not null then
    execute 'select switchboard.version()' into installed;
    if installed > 1 then
      raise exception 'Version % of track.sql is installed, which is newer than this file (1). Use the newer file.', installed;
    end if;
  end if;
end
$$;

create schema if not exists switchboard;

-- Raised with every change of this file that an installed copy must not be replaced by an older one for.
create or replace function switchboard.version() returns integer language sql immutable
  set search_path = pg_catalog, pg_temp return 1;

--------------------------------------------------------------------------------------------------------------- Tables

do $$
declare
  own name;
begin
  -- Nothing below is done again on a copy that is at work: it would wait for the application's writes, and they for it.
  if to_regclass('switchboard.state') is not null then
    return;
  end if;

  -- One row. `incarnation` names this copy of the database.
  create table switchboard.state (
    id smallint primary key default 1 check (id = 1),
    beats bigint not null default 0,
    beaten_at timestamptz,
    beaten_before timestamptz,
    incarnation text not null,
    swept pg_snapshot not null default pg_current_snapshot(), -- the beat has seen what was committed then
    trimmed_to bigint not null default 0,
    others_are_deferred boolean not null default false
  );

  -- Names that tables may share. A topic is a name, or a name and a key.
  create table switchboard.names (
    name text collate "C" primary key,
    epoch text not null,
    key_type regtype -- null: topics without a key
  );

  create table switchboard.tables (
    id integer generated always as identity primary key,
    relation regclass not null unique,
    name text collate "C" not null references switchboard.names,
    by_column smallint, -- its attnum
    readers text,
    keep interval not null,
    columns text[],
    max_bytes integer not null,
    max_rows integer not null,
    made_of text, -- what its trigger's plans took from the catalog, as a digest
    tracked_at timestamptz not null default now()
  );

  -- Topics that have had messages. A topic that has ended is renamed, until its messages are gone. The number of the last message is
  -- the greatest one in switchboard.numbers, or `last` if all are gone from there. Were it counted here, a transaction that stays open
  -- for long would keep all versions of the row alive, and each new number would have to pass them.
  create table switchboard.topics (
    id bigint generated always as identity primary key,
    topic text collate "C" not null unique,
    name text collate "C" not null,
    epoch text not null,
    last bigint not null default 0, -- at the last beat
    at timestamptz not null default clock_timestamp() -- the beat that saw the last message
  ) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500);

  create sequence switchboard.log_seq cache 1;

  -- One row for each message, written with its statement and never changed.
  create table switchboard.log (
    xid xid8 not null default pg_current_xact_id(),
    seq bigint not null default nextval('switchboard.log_seq'),
    topic text collate "C" not null,
    name text collate "C" not null,
    bytes integer not null, -- of the changes as text
    is_first boolean not null, -- of its transaction
    tables jsonb not null,
    changes jsonb not null,
    fetches jsonb,
    primary key (xid, seq)
  );
  -- The numbers of messages, written at commit.
  create table switchboard.numbers (
    topic_id bigint not null,
    number bigint not null,
    xid xid8 not null,
    seq bigint not null,
    committed timestamptz not null,
    primary key (topic_id, number)
  );
  create unique index numbers_seq on switchboard.numbers (seq);

  -- Committed messages that have no number yet.
  create table switchboard.unnumbered (
    topic text collate "C" not null,
    seq bigint not null,
    xid xid8 not null,
    primary key (topic, seq)
  );

  -- Its deferred trigger comes last at commit.
  create unlogged table switchboard.at_commit (first_seq bigint not null, is_last boolean not null);

  create table switchboard.problems (
    id bigint generated always as identity primary key,
    table_id integer,
    at timestamptz not null default clock_timestamp(),
    kind text not null,
    detail text not null,
    is_open boolean not null -- changes are lost, and the beat has to start a new epoch
  );

  -- Where the server has it, lz4 makes large messages several times cheaper to store.
  if exists (select from pg_settings where name = 'default_toast_compression' and 'lz4' = any (enumvals)) then
    alter table switchboard.log alter column changes set compression lz4;
  else
    alter table switchboard.log alter column changes set storage external;
  end if;

  foreach own in array array['state', 'names', 'tables', 'topics', 'log', 'numbers', 'unnumbered', 'at_commit', 'problems'] loop
    execute format('alter table switchboard.%I enable row level security', own);
    execute format('revoke all on switchboard.%I from public, anon, authenticated, service_role', own);
  end loop;
  revoke all on sequence switchboard.log_seq from public, anon, authenticated, service_role;
end
$$;

-- Which copy of the database this is, also where a dump was restored in its place. A restored copy counts on from older numbers, so it must not continue an epoch.
create or replace function switchboard.incarnation() returns text language sql volatile
  set search_path = pg_catalog, pg_temp
  as $$
    select concat_ws('.', (pg_control_system()).system_identifier, (pg_control_checkpoint()).timeline_id,
                     (select oid from pg_database where datname = current_database()), 'switchboard.state'::regclass::oid)
  $$;

insert into switchboard.state (incarnation) values (switchboard.incarnation()) on conflict do nothing;

create or replace function switchboard.new_epoch() returns text language sql volatile
  set search_path = pg_catalog, pg_temp
  as $$ select substr(replace(gen_random_uuid()::text, '-', ''), 1, 12) $$;

------------------------------------------------------------------------------------------------------ What a table is like

create or replace function switchboard.base_type(type oid) returns oid language sql stable
  set search_path = pg_catalog, pg_temp
  as $$
    with recursive bases (oid, base, depth) as (
      select t.oid, t.typbasetype, 0 from pg_type t where t.oid = base_type.type
      union all
      select t.oid, t.typbasetype, depth + 1 from bases join pg_type t on t.oid = bases.base
    )
    select oid from bases order by depth desc limit 1
  $$;

-- What a client can take the values of a type for, if not for those of a type of its name: 'enum', or the type of PostgreSQL that a
-- domain is based on, if nothing along the way has a length, a precision or a collation of its own.
create or replace function switchboard.base_name(type oid) returns text language sql stable
  set search_path = pg_catalog, pg_temp
  as $$
    with recursive bases (oid, typtype, typname, typnamespace, base, is_plain, depth) as (
      select t.oid, t.typtype, t.typname, t.typnamespace, t.typbasetype, true, 0 from pg_type t where t.oid = base_name.type
      union all
      select t.oid, t.typtype, t.typname, t.typnamespace, t.typbasetype,
             b.is_plain and d.typtypmod = -1 and d.typcollation = t.typcollation, b.depth + 1
        from bases b join pg_type d on d.oid = b.oid join pg_type t on t.oid = b.base
    )
    select case when b.typtype = 'e' then 'enum'
                when b.depth > 0 and b.is_plain and b.typnamespace = 'pg_catalog'::regnamespace then b.typname::text end
      from bases b order by b.depth desc limit 1
  $$;

create or replace function switchboard.primary_key(relation oid) returns text[] language sql stable
  set search_path = pg_catalog, pg_temp
  as $$
    select coalesce(array_agg(a.attname::text order by k.n), '{}')
      from pg_index i cross join unnest(i.indkey) with ordinality k (attnum, n)
      join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
     where i.indrelid = primary_key.relation and i.indisprimary
  $$;

-- The columns of a tracked table, and which of them are in its messages. Without a list that is what signed-in users may select;
-- where they may select nothing, what others may.
create or replace function switchboard.columns(of_table integer)
  returns table (attnum smallint, name text, type name, base oid, is_included boolean)
  language sql stable
  set search_path = pg_catalog, pg_temp
  as $$
    with tracked as (
      select t.*, switchboard.primary_key(t.relation) as keys,
             (select r.oid from pg_roles r
               where r.rolname in ('authenticated', 'anon') and has_any_column_privilege(r.oid, t.relation, 'select')
               order by r.rolname desc limit 1) as reader
        from switchboard.tables t where t.id = of_table
    )
    select a.attnum, a.attname::text, ty.typname, case when ty.typtype = 'd' then switchboard.base_type(ty.oid) else ty.oid end,
           a.attgenerated <> 'v' and case
             when t.columns is not null then a.attname = any (t.columns || t.keys) or a.attnum = t.by_column
             else t.reader is null or has_column_privilege(t.reader, t.relation, a.attnum, 'select') end
      from tracked t join pg_attribute a on a.attrelid = t.relation join pg_type ty on ty.oid = a.atttypid
     where a.attnum > 0 and not a.attisdropped
     order by a.attnum
  $$;

-- `tables` of its messages.
create or replace function switchboard.tables_now(of_table integer) returns jsonb language sql stable
  set search_path = pg_catalog, pg_temp
  as $$
    select jsonb_build_array(
             jsonb_build_object('schema', n.nspname, 'table', c.relname, 'columns', k.columns,
                                'key', to_jsonb(switchboard.primary_key(t.relation))) ||
             case when k.bases is null then '{}' else jsonb_build_object('bases', k.bases) end)
      from switchboard.tables t join pg_class c on c.oid = t.relation join pg_namespace n on n.oid = c.relnamespace
     cross join lateral (
       select coalesce(jsonb_agg(jsonb_build_object('name', k.name, 'type', k.type) order by k.attnum), '[]') as columns,
              jsonb_object_agg(k.name, k.base) filter (where k.base is not null) as bases
         from (select k.attnum, k.name, k.type, case when ty.typtype in ('d', 'e') then switchboard.base_name(ty.oid) end as base
                 from switchboard.columns(of_table) k join pg_attribute a on a.attrelid = t.relation and a.attnum = k.attnum
                 join pg_type ty on ty.oid = a.atttypid
                where k.is_included) k) k
     where t.id = of_table
  $$;

-- What its triggers need, as
--   1 prefix of the topics, 2 name, 3 column of the key, 4 how to make a record of a row ('plain': row_to_json is one,
--   'floats': if it has no special number, 'other'), 5 bytes for the changes of a message, 6 greatest number of rows,
--   7 whether the database has other deferrable triggers, 8 schema, 9 table, 10 oid,
--   and arrays: 11 excluded columns, 12 numeric and float columns, 13 bytea columns, 14 primary key, 15 included columns.
create or replace function switchboard.settings_now(of_table integer) returns text[] language sql stable
  set search_path = pg_catalog, pg_temp
  as $$
    select array[
        'switchboard:' || t.name, t.name,
        (select a.attname from pg_attribute a where a.attrelid = t.relation and a.attnum = t.by_column)::text,
        case when k.excluded <> '{}' or k.byteas <> '{}' then 'other' when k.floats <> '{}' then 'floats' else 'plain' end,
        (t.max_bytes - octet_length(switchboard.tables_now(of_table)::text) - 300)::text, t.max_rows::text,
        s.others_are_deferred::text, n.nspname::text, c.relname::text, c.oid::text,
        k.excluded::text, k.floats::text, k.byteas::text, switchboard.primary_key(c.oid)::text, k.included::text]
      from switchboard.tables t join pg_class c on c.oid = t.relation join pg_namespace n on n.oid = c.relnamespace
     cross join switchboard.state s
     cross join lateral (
       select coalesce(array_agg(k.name) filter (where not k.is_included), '{}') as excluded,
              coalesce(array_agg(k.name) filter (where k.is_included), '{}') as included,
              coalesce(array_agg(k.name) filter (where k.is_included and k.base in (
                'numeric'::regtype, 'float4'::regtype, 'float8'::regtype)), '{}') as floats,
              coalesce(array_agg(k.name) filter (where k.is_included and k.base = 'bytea'::regtype), '{}') as byteas
         from switchboard.columns(of_table) k) k
     where t.id = of_table
  $$;

-- Differs where the trigger's plans have to be made again.
create or replace function switchboard.catalog_digest(of_table integer) returns text language sql stable
  set search_path = pg_catalog, pg_temp
  as $$ select md5(switchboard.settings_now(of_table)::text || switchboard.tables_now(of_table)::text) $$;

-- The settings, for the queries of a table's trigger only. They are said to be immutable, so that the planner puts their results into
-- the trigger's plans. PostgreSQL makes these plans again when a column of the table or a grant on it changes, because they read the
-- table's changed rows. So looking at the catalog costs nothing for each statement.
create or replace function switchboard.settings(of_table integer) returns text[] language plpgsql immutable
  as $$ begin return switchboard.settings_now(of_table); end $$;
create or replace function switchboard.tables_of(of_table integer) returns jsonb language plpgsql immutable
  as $$ begin return switchboard.tables_now(of_table); end $$;

-- A row as postgres_changes writes it, from what row_to_json makes of it: NaN and infinities are null, bytea is without '\x'.
create or replace function switchboard.record(whole json, settings text[]) returns text language plpgsql
  as $$
  declare
    record jsonb;
    name text;
  begin
    if whole is null or settings[4] = 'plain'
       or settings[4] = 'floats' and strpos(whole::text, '"NaN"') = 0 and strpos(whole::text, 'nfinity"') = 0 then
      return whole::text;
    end if;
    record := whole::jsonb - settings[11]::text[];
    foreach name in array settings[12]::text[] loop
      if jsonb_typeof(record -> name) = 'string' then
        record := record || jsonb_build_object(name, null);
      end if;
    end loop;
    foreach name in array settings[13]::text[] loop
      if jsonb_typeof(record -> name) = 'string' then
        record := record || jsonb_build_object(name, substr(record ->> name, 3));
      end if;
    end loop;
    return record::text;
  end
  $$;

-- A change without the values that are larger than 64 bytes; key columns stay.
create or replace function switchboard.shrunk(change jsonb, keys text[]) returns jsonb language sql immutable
  set search_path = pg_catalog, pg_temp
  as $$
    select change || jsonb_build_object('errors', jsonb_build_array('Error 413: Payload Too Large')) ||
           (select coalesce(jsonb_object_agg(i.image, (
                     select coalesce(jsonb_object_agg(v.key, v.value), '{}') from jsonb_each(change -> i.image) v
                      where octet_length(v.value::text) <= 64 or v.key = any (keys))), '{}')
              from unnest(array['record', 'old_record']) i (image) where change ? i.image)
  $$;

-- The columns of the primary key that are equal in both, as text.
create or replace function switchboard.common_keys(a json, b json, keys text[]) returns text language sql immutable
  as $$
    select coalesce(jsonb_object_agg(k.key, a::jsonb -> k.key), '{}')::text from unnest(keys) k (key)
     where a::jsonb -> k.key = b::jsonb -> k.key
  $$;

-- Whether a relation is a partition or a child of the other, at any depth.
create or replace function switchboard.descends(relation oid, ancestor oid) returns boolean language sql stable
  set search_path = pg_catalog, pg_temp
  as $$
    with recursive ancestors (oid) as (
      select i.inhparent from pg_inherits i where i.inhrelid = descends.relation and not i.inhdetachpending
      union
      select i.inhparent from ancestors a join pg_inherits i on i.inhrelid = a.oid where not i.inhdetachpending
    )
    select exists (select from ancestors a where a.oid = descends.ancestor)
  $$;

-- The settings as the trigger of a partition or a child needs them; null when it must be silent.
create or replace function switchboard.settings_for(of_table integer, relation oid) returns text[] language plpgsql
  as $$
  declare
    s text[] := switchboard.settings_now(of_table);
    further text[];
  begin
    if relation = s[10]::oid then
      return s;
    end if;
    if s is null or not switchboard.descends(relation, s[10]::oid) then
      return null;
    end if;
    further := array(select a.attname::text from pg_attribute a
                      where a.attrelid = relation and a.attnum > 0 and not a.attisdropped
                        and a.attname <> all (s[15]::text[] || s[11]::text[]));
    if further <> '{}' then
      s[11] := (s[11]::text[] || further)::text;
      s[4] := 'other';
    end if;
    return s;
  end
  $$;

------------------------------------------------------------------------------------------- With the statement: the log

create or replace function switchboard.report(table_id integer, kind text, detail text, is_open boolean) returns void
  language sql
  as $$
    insert into switchboard.problems (table_id, kind, detail, is_open)
    values (report.table_id, report.kind, report.detail, report.is_open)
  $$;

create or replace function switchboard.lost(table_id integer, reason text) returns void language plpgsql
  as $$
  begin
    perform switchboard.report(table_id, 'changes lost', left(reason, 500), true);
  exception when others then
    raise log 'switchboard: changes of table % are lost: %, %', table_id, reason, sqlerrm;
  end
  $$;

-- Notes that this transaction has one more message, and returns whether it is the first. The setting is local to the transaction; a
-- rollback to a savepoint undoes it together with the row that it stands for. 'one' and 'more' are for a database in which nothing
-- else is deferred, 'mixed one' and 'mixed more' for others.
create or replace function switchboard.note(others_are_deferred boolean) returns boolean language plpgsql
  as $$
  declare
    asked text := current_setting('switchboard.asked', true);
    ignored text;
  begin
    if asked <> '' then
      if asked in ('one', 'mixed one') then
        ignored := set_config('switchboard.asked', replace(asked, 'one', 'more'), true);
      end if;
      return false;
    end if;
    ignored := set_config('switchboard.asked', case when others_are_deferred then 'mixed one' else 'one' end, true);
    return true;
  end
  $$;

-- Writes one message into the log.
create or replace function switchboard.put(
  of_table integer, s text[], topic text, bytes integer, tables jsonb, changes jsonb, fetches jsonb
) returns void language plpgsql
  as $$
  begin
    if octet_length(topic) > 246 then -- nobody can join it
      perform switchboard.report(of_table, 'topic too long', left(topic, 100) || '…', false);
      return;
    end if;
    with written as (
      insert into switchboard.log as l (is_first, topic, name, bytes, tables, changes, fetches)
      values (switchboard.note(s[7]::boolean), put.topic, s[2], put.bytes, put.tables, put.changes, put.fetches)
      returning l.topic, l.xid, l.seq
    )
    -- In a SERIALIZABLE transaction at once: to read the log at commit would be a dependency on everybody else who writes to it, and
    -- could fail the application's transaction.
    insert into switchboard.unnumbered (topic, xid, seq)
    select w.topic, w.xid, w.seq from written w where current_setting('transaction_isolation') = 'serializable';
  end
  $$;

-- Says that rows changed, without the rows.
create or replace function switchboard.put_fetch(of_table integer, s text[], topic text, changed bigint) returns void
  language sql
  as $$
    select switchboard.put(of_table, s, topic, 100, switchboard.tables_now(of_table), '[]',
                           jsonb_build_array(jsonb_build_object('t', 0, 'rows', changed)))
  $$;

-- A change of which the records are made by switchboard.record.
create or replace function switchboard.finite(change jsonb, s text[]) returns text language plpgsql
  as $$
  declare
    image text;
  begin
    foreach image in array array['record', 'old_record'] loop
      if change ? image then
        change := change || jsonb_build_object(image, switchboard.record((change -> image)::json, s)::jsonb);
      end if;
    end loop;
    return change::text;
  end
  $$;

-- Writes the changes of one statement in one topic, in as few messages as the bound allows.
create or replace function switchboard.put_all(of_table integer, s text[], topic text, tables jsonb, changes text[])
  returns void language plpgsql
  as $$
  declare
    most constant integer := 20; -- messages
    budget constant integer := s[5]::integer;
    starts integer[] := '{1}'; -- of the messages, in changes
    totals integer[] := '{}';
    total integer := 0;
    size integer;
    i integer := 0;
    change text;
    part text[];
    list text;
  begin
    foreach change in array changes loop
      i := i + 1;
      size := octet_length(change) + 1;
      if size > budget then
        changes[i] := switchboard.shrunk(change::jsonb, s[14]::text[])::text;
        size := octet_length(changes[i]) + 1;
      end if;
      if total > 0 and total + size > budget then
        totals := totals || total;
        starts := starts || i;
        total := 0;
      end if;
      total := total + size;
    end loop;
    totals := totals || total;
    if cardinality(totals) > most or budget < any (totals) then
      perform switchboard.put_fetch(of_table, s, topic, cardinality(changes));
      return;
    end if;
    for i in 1 .. cardinality(totals) loop
      part := changes[starts[i] : coalesce(starts[i + 1] - 1, cardinality(changes))];
      list := '[' || array_to_string(part, ',') || ']';
      -- Looking for special numbers is cheaper in the whole text than in each row.
      if s[4] = 'floats' and (strpos(list, '"NaN"') > 0 or strpos(list, 'nfinity"') > 0) then
        list := (select '[' || string_agg(switchboard.finite(c.change::jsonb, s), ',' order by c.i) || ']'
                   from unnest(part) with ordinality c (change, i));
      end if;
      perform switchboard.put(of_table, s, topic, totals[i], tables, list::jsonb, null);
    end loop;
  end
  $$;

-- The query that counts the changed rows of a statement for each topic.
create or replace function switchboard.counting(s text[], operation text) returns text language sql stable
  as $$
    select format(
      'select %L || coalesce('':'' || k, '''') as topic, '
      'greatest(count(*) filter (where is_new), count(*) filter (where not is_new)) as changed from (%s) r group by 1',
      s[1],
      concat_ws(' union all ',
        case when operation <> 'DELETE' then format('select (%s)::text as k, true as is_new from new_rows r', c.by) end,
        case when operation <> 'INSERT' then format('select (%s)::text as k, false as is_new from old_rows r', c.by) end))
      from (select coalesce('r.' || quote_ident(s[3]), 'null') as by) c
  $$;

-- Makes the trigger function of a table. Its source differs from others only in the table's id.
create or replace function switchboard.make_capture(of_table integer) returns void language plpgsql
  set search_path = pg_catalog, pg_temp
  as $make$
  begin
    execute format($create$
create or replace function switchboard.capture_%1$s() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  set timezone = 'UTC'
  set datestyle = 'ISO, MDY'
  set intervalstyle = 'postgres'
  set bytea_output = 'hex'
  set extra_float_digits = 1
  set plan_cache_mode = force_generic_plan
  set jit = off
  as $capture$
  #variable_conflict use_variable
  declare
    s text[]; -- see settings_now
    tables jsonb;
    new_row json;
    old_row json;
    key text;
    old_key text;
    keys text[]; -- of many rows
    old_keys text[];
    topic text;
    other text; -- the topic that a row left
    change text;
    asked text;
    n bigint := 0;
    total bigint;
    over text[] := '{}'; -- topics of too many changes
    g record;
    failure text;
  begin
    -- Most statements change one row. Asking for exactly one is the cheapest way to know.
    begin
      case tg_op
        when 'INSERT' then
          select row_to_json(r.*), to_jsonb(r.*) ->> (switchboard.settings(%1$s))[3], switchboard.settings(%1$s),
                 switchboard.tables_of(%1$s)
            into strict new_row, key, s, tables from new_rows r;
        when 'DELETE' then
          select row_to_json(o.*), to_jsonb(o.*) ->> (switchboard.settings(%1$s))[3], switchboard.settings(%1$s),
                 switchboard.tables_of(%1$s)
            into strict old_row, key, s, tables from old_rows o;
        else
          select row_to_json(r.*), row_to_json(o.*), to_jsonb(r.*) ->> (switchboard.settings(%1$s))[3],
                 to_jsonb(o.*) ->> (switchboard.settings(%1$s))[3], switchboard.settings(%1$s), switchboard.tables_of(%1$s)
            into strict new_row, old_row, key, old_key, s, tables from new_rows r, old_rows o;
      end case;
      n := 1;
      if s[9] is distinct from tg_table_name::text or s[8] is distinct from tg_table_schema::text then
        s := switchboard.settings_for(%1$s, tg_relid);
        if s is null then
          return null;
        end if;
        tables := switchboard.tables_now(%1$s);
      end if;
      topic := s[1] || coalesce(':' || key, '');
      if tg_op = 'INSERT' then
        change := '{"t":0,"type":"INSERT","record":' || switchboard.record(new_row, s) || '}';
      elsif tg_op = 'DELETE' then
        change := '{"t":0,"type":"DELETE","old_record":' || switchboard.record(old_row, s) || '}';
      else
        other := s[1] || coalesce(':' || old_key, '');
        if other <> topic then
          perform switchboard.put_all(%1$s, s, other, tables, array[
            '{"t":0,"type":"UPDATE","moved":true,"record":' || switchboard.common_keys(old_row, new_row, s[14]::text[]) ||
            ',"old_record":' || switchboard.record(old_row, s) || '}']);
          change := '{"t":0,"type":"UPDATE","moved":true,"record":' || switchboard.record(new_row, s) ||
            ',"old_record":' || switchboard.common_keys(new_row, old_row, s[14]::text[]) || '}';
        else
          change := '{"t":0,"type":"UPDATE","record":' || switchboard.record(new_row, s) ||
            ',"old_record":' || switchboard.record(old_row, s) || '}';
        end if;
      end if;
      if octet_length(change) + 1 > s[5]::integer or octet_length(topic) > 246 or current_setting('transaction_isolation') = 'serializable' then
        perform switchboard.put_all(%1$s, s, topic, tables, array[change]);
      else
        asked := current_setting('switchboard.asked', true);
        insert into switchboard.log (is_first, topic, name, bytes, tables, changes)
        values (coalesce(asked, '') = '', topic, s[2], octet_length(change) + 1, tables, ('[' || change || ']')::jsonb);
        if coalesce(asked, '') = '' then
          asked := set_config('switchboard.asked', case when s[7]::boolean then 'mixed one' else 'one' end, true);
        elsif asked in ('one', 'mixed one') then
          asked := set_config('switchboard.asked', replace(asked, 'one', 'more'), true);
        end if;
      end if;
      return null;
    exception when others then
      -- The planner's word on the number of rows, if there was not exactly one.
      failure := sqlstate || ' ' || sqlerrm;
    end;

    begin
      if n = 0 and left(failure, 5) in ('P0002', 'P0003') then
        if tg_op <> 'DELETE' then
          select count(*) into total from new_rows;
          n := total;
        end if;
        if tg_op <> 'INSERT' then
          select count(*) into n from old_rows;
          total := case when tg_op = 'DELETE' then n else total end;
        end if;
        if n = 0 and total = 0 then
          return null;
        end if;
        if tg_op = 'DELETE' then
          select switchboard.settings(%1$s), switchboard.tables_of(%1$s) into s, tables from old_rows limit 1;
        else
          select switchboard.settings(%1$s), switchboard.tables_of(%1$s) into s, tables from new_rows limit 1;
        end if;
        if s[9] is distinct from tg_table_name::text or s[8] is distinct from tg_table_schema::text then
          s := switchboard.settings_for(%1$s, tg_relid);
          if s is null then
            return null;
          end if;
          tables := switchboard.tables_now(%1$s);
        end if;
        -- n <> total: an UPDATE moved rows to another partition, and a trigger there swallowed some. What is left can't be paired.
        if n <> total or n > s[6]::integer then
          for g in execute switchboard.counting(s, tg_op) loop
            if n <> total or n > 50 * s[6]::bigint or g.changed > s[6]::integer then
              perform switchboard.put_fetch(%1$s, s, g.topic, g.changed);
              over := over || g.topic::text;
            end if;
          end loop;
          if n <> total or n > 50 * s[6]::bigint then
            return null;
          end if;
        end if;
        -- For many rows a plan of their own for the keys is cheaper than a whole row for each.
        if tg_op <> 'DELETE' then
          if n < 200 or s[3] is null then
            keys := array(select to_jsonb(r.*) ->> s[3] from new_rows r);
          else
            execute format('select array(select to_jsonb(r.%%I) #>> ''{}'' from new_rows r)', s[3]) into keys;
          end if;
        end if;
        if tg_op <> 'INSERT' then
          if n < 200 or s[3] is null then
            old_keys := array(select to_jsonb(r.*) ->> s[3] from old_rows r);
          else
            execute format('select array(select to_jsonb(r.%%I) #>> ''{}'' from old_rows r)', s[3]) into old_keys;
          end if;
        end if;
        if tg_op = 'INSERT' then
          for g in
            select c.topic, array_agg(c.change order by c.i) as changes
              from (select s[1] || coalesce(':' || r.key, '') as topic, r.i, '{"t":0,"type":"INSERT","record":' ||
                           case when s[4] = 'other' then switchboard.record(r.j, s) else r.j::text end || '}' as change
                      from unnest(array(select row_to_json(r.*) from new_rows r), keys) with ordinality r (j, key, i) offset 0) c
             where c.topic <> all (over) group by c.topic
          loop
            perform switchboard.put_all(%1$s, s, g.topic, tables, g.changes);
          end loop;
        elsif tg_op = 'DELETE' then
          for g in
            select c.topic, array_agg(c.change order by c.i) as changes
              from (select s[1] || coalesce(':' || r.key, '') as topic, r.i, '{"t":0,"type":"DELETE","old_record":' ||
                           case when s[4] = 'other' then switchboard.record(r.j, s) else r.j::text end || '}' as change
                      from unnest(array(select row_to_json(r.*) from old_rows r), old_keys) with ordinality r (j, key, i) offset 0) c
             where c.topic <> all (over) group by c.topic
          loop
            perform switchboard.put_all(%1$s, s, g.topic, tables, g.changes);
          end loop;
        else
          -- Both tables have their rows in the same order. Arrays pair them, whatever number of rows the plan was made for.
          for g in
            with pairs as materialized (
              select s[1] || coalesce(':' || u.old_key, '') as other, s[1] || coalesce(':' || u.key, '') as topic,
                     u.old, u.new, u.i
                from unnest(array(select row_to_json(r.*) from old_rows r), array(select row_to_json(r.*) from new_rows r),
                            old_keys, keys)
                       with ordinality u (old, new, old_key, key, i)
            ), written (topic, i, change) as (
              select p.topic, p.i, '{"t":0,"type":"UPDATE","record":' ||
                     case when s[4] = 'other' then switchboard.record(p.new, s) else p.new::text end || ',"old_record":' ||
                     case when s[4] = 'other' then switchboard.record(p.old, s) else p.old::text end || '}'
                from pairs p where p.topic = p.other
              union all
              select p.other, p.i, '{"t":0,"type":"UPDATE","moved":true,"record":' ||
                     switchboard.common_keys(p.old, p.new, s[14]::text[]) || ',"old_record":' || switchboard.record(p.old, s) || '}'
                from pairs p where p.topic <> p.other
              union all
              select p.topic, p.i, '{"t":0,"type":"UPDATE","moved":true,"record":' || switchboard.record(p.new, s) ||
                     ',"old_record":' || switchboard.common_keys(p.new, p.old, s[14]::text[]) || '}'
                from pairs p where p.topic <> p.other
            )
            select w.topic, array_agg(w.change order by w.i) as changes from written w where w.topic <> all (over) group by w.topic
          loop
            perform switchboard.put_all(%1$s, s, g.topic, tables, g.changes);
          end loop;
        end if;
        return null;
      end if;
    exception when others then
      failure := sqlstate || ' ' || sqlerrm;
    end;

    -- The application's statement must not fail. Its changes are reported without the rows; where that fails, too, the beat starts a
    -- new epoch.
    begin
      s := switchboard.settings_for(%1$s, tg_relid);
      for g in execute switchboard.counting(s, tg_op) loop
        perform switchboard.put_fetch(%1$s, s, g.topic, g.changed);
      end loop;
      perform switchboard.report(%1$s, 'rows left out', left(failure, 500), false);
    exception when others then
      perform switchboard.lost(%1$s, failure);
    end;
    return null;
  end
  $capture$
    $create$, of_table);
    execute format('revoke all on function switchboard.capture_%1$s() from public', of_table);
    update switchboard.tables t set made_of = switchboard.catalog_digest(of_table) where t.id = of_table;
  end
  $make$;

-- TRUNCATE of the whole table is a change of each topic that it has rows in or that has had messages. Of a partition or a child it
-- is a number of changed rows.
create or replace function switchboard.capture_truncate() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$
  declare
    of_table constant integer := tg_argv[0]::integer;
    s text[];
    g record;
    truncating text[];
    ignored text;
    is_large boolean;
  begin
    -- Relations of which all partitions and children are being truncated, too.
    truncating := string_to_array(coalesce(current_setting('switchboard.truncating', true), ''), ' ');
    if tg_when = 'AFTER' then
      ignored := set_config('switchboard.truncating', array_to_string(array_remove(truncating, tg_relid::text), ' '), true);
      return null;
    end if;
    ignored := set_config('switchboard.truncating', array_to_string(truncating || tg_relid::text, ' '), true);
    if exists (select from unnest(truncating) t (oid) where switchboard.descends(tg_relid, t.oid::oid)) then
      return null;
    end if;
    s := switchboard.settings_for(of_table, tg_relid);
    if s is null then
      return null;
    end if;
    -- A large table is not read for it: those who have its rows, on a topic without a message so far, learn it by a new epoch.
    is_large := 64 * 1024 * 1024 < (select sum(pg_relation_size(f.f)) from switchboard.family(tg_relid) f (f));
    if is_large then
      perform switchboard.report(of_table, 'large table truncated', tg_relid::regclass::text, true);
    end if;
    for g in execute format(
      'select topic, sum(n)::bigint as n from (%s union all select topic, 0 from switchboard.topics where name = %L and %L) r group by 1',
      case when is_large then format('select %L as topic, 0 as n where %L', s[1], s[3] is null)
           else format('select %L || coalesce('':'' || (%s)::text, '''') as topic, count(*) as n from %s r group by 1',
                       s[1], coalesce('r.' || quote_ident(s[3]), 'null'), tg_relid::regclass) end,
      s[2], tg_relid = s[10]::oid)
    loop
      if tg_relid <> s[10]::oid then
        perform switchboard.put_fetch(of_table, s, g.topic, g.n);
      else
        perform switchboard.put(of_table, s, g.topic, 40, switchboard.tables_now(of_table),
                                '[{"t":0,"type":"TRUNCATE"}]', null);
      end if;
    end loop;
    return null;
  exception when others then
    perform switchboard.lost(of_table, sqlstate || ' ' || sqlerrm);
    return null;
  end
  $$;

---------------------------------------------------------------------------------------------------- At commit: numbers

-- A message as it is broadcast, and as switchboard_changes returns it.
create or replace function switchboard.message(
  epoch text, number bigint, committed timestamptz, tables jsonb, changes jsonb, fetches jsonb
) returns jsonb language plpgsql stable
  as $$
  begin
    if fetches is null then
      return jsonb_build_object('v', 1, 'epoch', epoch, 'number', number, 'tables', tables, 'changes', changes, 'committed',
                                to_char(committed at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'));
    end if;
    return switchboard.message(epoch, number, committed, tables, changes, null) || jsonb_build_object('fetch', fetches);
  end
  $$;

-- The number of a topic's last message.
create or replace function switchboard.last_number(of_topic bigint, at_least bigint) returns bigint language sql stable
  as $$
    select greatest(at_least, (select n.number from switchboard.numbers n where n.topic_id = of_topic order by n.number desc limit 1))
  $$;

-- Locks topics until the end of the transaction, in the order of their names, and returns those that it got. Where this transaction
-- has some already, the order is kept by not waiting. These are advisory locks, which leave nothing behind in tables. Their room is
-- bounded, so a transaction with many topics locks out all others instead.
create or replace function switchboard.lock_topics(topics text[], most integer) returns text[] language plpgsql
  as $$
  declare
    everything constant bigint := hashtextextended('switchboard: topics', 0);
    held text := coalesce(current_setting('switchboard.held', true), '');
    ignored text;
    got text[] := '{}';
    topic text;
  begin
    if cardinality(topics) > most then
      if not pg_try_advisory_xact_lock(everything) then
        if held <> '' then
          return got;
        end if;
        perform pg_advisory_xact_lock(everything);
      end if;
      ignored := set_config('switchboard.held', (select max(t.t collate "C") from unnest(topics || held) t (t)), true);
      return topics;
    end if;
    if not pg_try_advisory_xact_lock_shared(everything) then
      if held <> '' then
        return got;
      end if;
      perform pg_advisory_xact_lock_shared(everything);
    end if;
    for topic in select t.t from unnest(topics) t (t) order by t.t collate "C" loop
      if not pg_try_advisory_xact_lock(hashtextextended(topic, 0)) then
        continue when topic <= held collate "C";
        perform pg_advisory_xact_lock(hashtextextended(topic, 0));
      end if;
      got := got || topic;
      if topic > held collate "C" then
        held := topic;
      end if;
    end loop;
    ignored := set_config('switchboard.held', held, true);
    return got;
  end
  $$;

-- Numbers what has no number yet in these topics: messages of this transaction from first_seq on, and those that others left.
-- Subqueries with a limit, and scalar ones, keep the planner from reading whole tables whatever it takes their sizes for.
create or replace function switchboard.number_all(first_seq bigint, topics text[], most_locks integer, sends_directly boolean)
  returns void language plpgsql
  as $$
  declare
    got constant text[] := switchboard.lock_topics(topics, most_locks);
    done bigint[];
  begin
    insert into switchboard.topics (topic, name, epoch)
    select distinct on (l.topic) l.topic, n.name, n.epoch
      from (
        select l0.topic, l0.name from switchboard.log l0
         where l0.xid = pg_current_xact_id() and l0.seq >= first_seq and l0.topic = any (got)
        union all
        select l0.topic, l0.name from switchboard.unnumbered u
          cross join lateral (select l1.* from switchboard.log l1 where l1.xid = u.xid and l1.seq = u.seq limit 1) l0
         where u.topic = any (got)) l
      join switchboard.names n on n.name = l.name
     where (select k.id from switchboard.topics k where k.topic = l.topic) is null
     order by l.topic
    on conflict do nothing;

    with claimed as (
      delete from switchboard.unnumbered u where u.topic = any (got) returning u.topic, u.xid, u.seq
    ), due as (
      select c.topic, c.xid, c.seq from claimed c
      union
      select l.topic, l.xid, l.seq from switchboard.log l
       where l.xid = pg_current_xact_id() and l.seq >= first_seq and l.topic = any (got)
    ), fresh as (
      select d.topic, d.xid, d.seq, row_number() over (partition by d.topic order by d.seq) as k
        from due d where (select n.seq from switchboard.numbers n where n.seq = d.seq) is null
    ), bases as materialized (
      select k.topic, k.id, switchboard.last_number(k.id, k.last) as base
        from switchboard.topics k where k.topic = any (array(select distinct f.topic from fresh f))
    ), placed as (
      insert into switchboard.numbers (topic_id, number, xid, seq, committed)
      select b.id, b.base + f.k, f.xid, f.seq, (select clock_timestamp()) from fresh f join bases b on b.topic = f.topic
      returning seq
    )
    select array_agg(p.seq) into done from placed p;

    if sends_directly then
      insert into realtime.messages (topic, extension, event, private, payload, inserted_at)
      select k.topic, 'broadcast', 'changes', true,
             switchboard.message(k.epoch, n.number, n.committed, l.tables, l.changes, l.fetches),
             clock_timestamp() at time zone 'UTC'
        from unnest(done) d (seq)
       cross join lateral (select n.* from switchboard.numbers n where n.seq = d.seq limit 1) n
       cross join lateral (select k.* from switchboard.topics k where k.id = n.topic_id limit 1) k
       cross join lateral (select l.* from switchboard.log l where l.xid = n.xid and l.seq = n.seq limit 1) l
       order by k.topic, n.number;
    else
      perform realtime.send(m.payload, 'changes', m.topic, true)
         from (select k.topic, switchboard.message(k.epoch, n.number, n.committed, l.tables, l.changes, l.fetches) as payload
                 from unnest(done) d (seq)
                cross join lateral (select n.* from switchboard.numbers n where n.seq = d.seq limit 1) n
                cross join lateral (select k.* from switchboard.topics k where k.id = n.topic_id limit 1) k
                cross join lateral (select l.* from switchboard.log l where l.xid = n.xid and l.seq = n.seq limit 1) l
                order by k.topic, n.number) m;
    end if;

    insert into switchboard.unnumbered (topic, xid, seq)
    select l.topic, l.xid, l.seq from switchboard.log l
     where l.xid = pg_current_xact_id() and l.seq >= first_seq and l.topic = any (topics) and l.topic <> all (got)
       and (select n.seq from switchboard.numbers n where n.seq = l.seq) is null
    on conflict do nothing;
  end
  $$;

-- Leaves this transaction's messages to the next transaction of the topic, or to the beat.
create or replace function switchboard.leave(first_seq bigint) returns void language sql
  as $$
    insert into switchboard.unnumbered (topic, xid, seq)
    select l.topic, l.xid, l.seq from switchboard.log l where l.xid = pg_current_xact_id() and l.seq >= first_seq
  $$;

-- Numbers one message of one topic, which is what most transactions have. False: it takes number_all.
create or replace function switchboard.number_one(
  in_topic text, xid xid8, seq bigint, tables jsonb, changes jsonb, fetches jsonb
) returns boolean language plpgsql
  as $$
  #variable_conflict use_variable
  declare
    number bigint;
    epoch text;
    committed timestamptz;
    ignored text;
  begin
    -- As lock_topics does for one.
    if not pg_try_advisory_xact_lock_shared(hashtextextended('switchboard: topics', 0)) then
      perform pg_advisory_xact_lock_shared(hashtextextended('switchboard: topics', 0));
    end if;
    if not pg_try_advisory_xact_lock(hashtextextended(in_topic, 0)) then
      perform pg_advisory_xact_lock(hashtextextended(in_topic, 0));
    end if;
    insert into switchboard.numbers as n (topic_id, number, xid, seq, committed)
    select k.id, greatest(k.last, (select m.number from switchboard.numbers m where m.topic_id = k.id
                                    order by m.number desc limit 1)) + 1,
           xid, seq, clock_timestamp()
      from switchboard.topics k
     where k.topic = in_topic and not exists (select from switchboard.unnumbered u where u.topic = in_topic)
    returning n.number, n.committed, (select k.epoch from switchboard.topics k where k.topic = in_topic)
      into number, committed, epoch;
    if number is null then
      return false; -- The topic is new, or others are first.
    end if;
    insert into realtime.messages (topic, extension, event, private, payload, inserted_at)
    values (in_topic, 'broadcast', 'changes', true, case when fetches is null then
              jsonb_build_object('v', 1, 'epoch', epoch, 'number', number, 'tables', tables, 'changes', changes, 'committed',
                                 to_char(committed at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
              else switchboard.message(epoch, number, committed, tables, changes, fetches) end,
            committed at time zone 'UTC');
    ignored := set_config('switchboard.held', in_topic, true);
    return true;
  end
  $$;

-- Numbers what this transaction has put since its last call, and sends it. Nothing that fails here fails the transaction.
create or replace function switchboard.number(first_seq bigint, is_one boolean) returns void language plpgsql
  as $$
  declare
    failure text := '';
    topics text[];
    one record;
  begin
    if current_setting('transaction_isolation') = 'serializable' then
      return; -- switchboard.put has left them
    end if;
    -- Under REPEATABLE READ a topic that somebody else numbered meanwhile can't be locked. A prepared transaction would keep its
    -- topics locked until it is committed.
    if current_setting('transaction_isolation') in ('read committed', 'read uncommitted')
       and (current_setting('max_prepared_transactions') = '0'
            or left(current_query(), 1000) !~* 'prepare\s+transaction') is not false then
      begin
        if is_one and coalesce(current_setting('switchboard.held', true), '') = '' and not exists (
             select from switchboard.log k join switchboard.unnumbered u on u.topic = k.topic
              where k.xid = pg_current_xact_id() and k.seq >= first_seq) then
          select k.topic, k.xid, k.seq, k.tables, k.changes, k.fetches into one
            from switchboard.log k where k.xid = pg_current_xact_id() and k.seq >= first_seq;
          if found and switchboard.number_one(one.topic, one.xid, one.seq, one.tables, one.changes, one.fetches) then
            return;
          end if;
        end if;
        topics := array(select distinct l.topic from switchboard.log l
                         where l.xid = pg_current_xact_id() and l.seq >= first_seq);
        if topics <> '{}' then
          perform switchboard.number_all(first_seq, topics, 50, true);
        end if;
        return;
      exception when others then
        failure := sqlstate || ' ' || sqlerrm;
      end;
      if left(failure, 5) not in ('40P01', '55P03') then
        begin
          topics := array(select distinct l.topic from switchboard.log l
                           where l.xid = pg_current_xact_id() and l.seq >= first_seq);
          perform switchboard.number_all(first_seq, topics, 50, false);
          perform switchboard.report(null, 'sent by realtime.send', left(failure, 500), false);
          return;
        exception when others then
          failure := sqlstate || ' ' || sqlerrm;
        end;
      end if;
    end if;
    perform switchboard.leave(first_seq);
    if failure <> '' then
      perform switchboard.report(null, 'not numbered at commit', left(failure, 500), false);
    end if;
  exception when others then
    -- The beat finds them.
    raise log 'switchboard: messages without a number: %, %', failure, sqlerrm;
  end
  $$;

-- Inserts a row whose deferred trigger comes after all that are waiting now. Where that runs at once, constraints are immediate, which
-- means that this is not the commit yet.
create or replace function switchboard.wait_for_commit(first bigint) returns void language plpgsql
  as $$
  declare
    ignored text;
  begin
    ignored := set_config('switchboard.asking', 'y', true);
    insert into switchboard.at_commit (first_seq, is_last) values (first, true);
    if current_setting('switchboard.asking', true) <> 'y' then
      set constraints switchboard.numbers_at_commit deferred;
      insert into switchboard.at_commit (first_seq, is_last) values (first, false);
    end if;
    ignored := set_config('switchboard.asking', '', true);
  exception when others then
    raise log 'switchboard: messages without a number: %', sqlerrm;
  end
  $$;

-- Deferred on the first message of a transaction, and on switchboard.at_commit. It must not number in the middle of a transaction,
-- after SET CONSTRAINTS, nor before the application's own deferred triggers: a transaction that holds topics must not wait for
-- anything else. So, unless it is sure, it first waits for a trigger of its own that comes last. All that can fail is in blocks that
-- catch it; one block for all would cost a further subtransaction.
create or replace function switchboard.at_commit() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  set lock_timeout = '2s'
  set plan_cache_mode = force_generic_plan
  set jit = off
  as $$
  declare
    asked text := current_setting('switchboard.asked', true);
    query text;
    ignored text;
  begin
    -- The application's own limit must not be used up by waiting for a topic.
    if current_setting('statement_timeout') <> '0' then
      ignored := set_config('lock_timeout', least(2000, greatest(1, floor(
        extract(epoch from current_setting('statement_timeout')::interval) * 1000 / 8)))::text, true);
    end if;
    if tg_table_name = 'log' then
      query := current_query();
      if asked in ('one', 'more') and (query is null or query ~* '^\s*(commit|end)\s*(work|transaction)?\s*;?\s*$') then
        ignored := set_config('switchboard.asked', '', true);
        if asked = 'one' and current_setting('transaction_isolation') = 'read committed'
           and coalesce(current_setting('switchboard.held', true), '') = '' then
          begin
            if switchboard.number_one(new.topic, new.xid, new.seq, new.tables, new.changes, new.fetches) then
              return null;
            end if;
          exception when others then
            null; -- The way below finds out what it was.
          end;
        end if;
        perform switchboard.number(new.seq, false);
      else
        perform switchboard.wait_for_commit(new.seq);
      end if;
    elsif not new.is_last then
      perform switchboard.wait_for_commit(new.first_seq);
    elsif current_setting('switchboard.asking', true) = 'y' then
      ignored := set_config('switchboard.asking', 'at once', true);
    else
      ignored := set_config('switchboard.asked', '', true);
      perform switchboard.number(new.first_seq, asked in ('one', 'mixed one'));
    end if;
    return null;
  end
  $$;

do $$
begin
  if not exists (select from pg_trigger where tgrelid = 'switchboard.log'::regclass and tgname = 'first_message') then
    create constraint trigger first_message after insert on switchboard.log deferrable initially deferred
      for each row when (new.is_first) execute function switchboard.at_commit();
  end if;
  if not exists (select from pg_trigger where tgrelid = 'switchboard.at_commit'::regclass and tgname = 'numbers_at_commit') then
    create constraint trigger numbers_at_commit after insert on switchboard.at_commit deferrable initially deferred
      for each row execute function switchboard.at_commit();
  end if;
  if exists (select from pg_settings where name = 'default_toast_compression' and 'lz4' = any (enumvals)) then
    alter function switchboard.at_commit() set default_toast_compression = 'lz4'; -- for realtime.messages
  end if;
end
$$;

------------------------------------------------------------------------------------------------------------- Reading

-- The tables that share the name of a topic, as may_read needs them. It only tells what switchboard_changes tells, too.
create or replace function switchboard.gates(topic text)
  returns table (problem text, canonical text, key text, relation regclass, readers text, attnums smallint[])
  language plpgsql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
  declare
    parts constant text[] := regexp_match(topic, '^switchboard:([A-Za-z0-9_.-]{1,100})(?::(.*))?$', 's');
    tracked switchboard.names;
  begin
    select n.* into tracked from switchboard.names n where n.name = parts[1];
    if tracked.name is null then
      problem := 'no table is tracked under this name';
      return next;
      return;
    end if;
    if parts[2] is not null then
      if tracked.key_type is null then
        problem := 'it is tracked without a column';
        return next;
        return;
      end if;
      begin
        execute format('select ($1::%s)::text', tracked.key_type) using parts[2] into canonical;
      exception when others then
        problem := format('the key is no %s', tracked.key_type);
        return next;
        return;
      end;
      if canonical <> parts[2] collate "C" then
        problem := 'PostgreSQL writes the key in another way';
        return next;
        return;
      end if;
    end if;
    key := parts[2];
    for relation, readers, attnums in
      select t.relation, case when t.readers is not null then 'readers_' || t.id end,
             array(select k.attnum from switchboard.columns(t.id) k where k.is_included)
        from switchboard.tables t where t.name = tracked.name
    loop
      if not exists (select from pg_class c where c.oid = relation) then
        problem := 'a table of this name is gone';
      end if;
      return next;
    end loop;
  end
  $$;

-- Null where the current role, with the current claims, may read the topic; else state, reason and canonical of the answer of
-- switchboard_changes. The readers' expressions are evaluated with the rights of the reader.
create or replace function switchboard.refusal(topic text) returns jsonb language plpgsql stable
  set search_path = pg_catalog, pg_temp
  as $$
  declare
    gate record;
    allowed boolean;
  begin
    if topic = 'switchboard:beat' then
      return null;
    end if;
    for gate in select g.* from switchboard.gates(topic) g loop
      if gate.problem is not null then
        return jsonb_strip_nulls(
          jsonb_build_object('state', 'not_tracked', 'reason', gate.problem, 'canonical', gate.canonical));
      end if;
      if (select r.rolsuper or r.rolbypassrls from pg_roles r where r.rolname = current_user) then
        continue;
      end if;
      if not has_table_privilege(gate.relation, 'select') and (
           gate.attnums = '{}' or exists (select from unnest(gate.attnums) a (attnum)
                                           where not has_column_privilege(gate.relation, a.attnum, 'select'))) then
        return jsonb_build_object('state', 'refused', 'reason', 'the role may not select all columns of the messages');
      end if;
      continue when gate.readers is null;
      begin
        execute format('select switchboard.%I($1)', gate.readers) using gate.key into allowed;
      exception when others then
        -- Not its text, which may have values of other people's rows.
        return jsonb_build_object('state', 'refused', 'reason', 'the readers'' expression fails with ' || sqlstate);
      end;
      if allowed is not true then
        return jsonb_build_object('state', 'refused', 'reason', 'the readers'' expression says no');
      end if;
    end loop;
    return null;
  end
  $$;

create or replace function switchboard.may_read(topic text) returns boolean language plpgsql stable
  set search_path = pg_catalog, pg_temp
  as $$
  begin
    return left(topic, 12) = 'switchboard:' and switchboard.refusal(topic) is null;
  exception when others then
    return false;
  end
  $$;

-- The topic that the setting switchboard.reading names, for those who may read it. The setting is read once for each scan: a query
-- may change it between the rows of another table.
create or replace view switchboard.readable with (security_barrier) as
  select coalesce(k.epoch, n.epoch) as epoch, coalesce(l.last, 0) as last, coalesce(f.number, coalesce(l.last, 0) + 1) as first,
         (select jsonb_agg(jsonb_build_object('schema', s.nspname, 'table', c.relname, 'by', coalesce(a.attname, ''))
                           order by t.id)
            from switchboard.tables t join pg_class c on c.oid = t.relation join pg_namespace s on s.oid = c.relnamespace
            left join pg_attribute a on a.attrelid = t.relation and a.attnum = t.by_column
           where t.name = n.name) as tables
    from (select current_setting('switchboard.reading', true) as topic offset 0) q
    join switchboard.names n on n.name = split_part(q.topic, ':', 2)
    left join switchboard.topics k on k.topic = q.topic
    left join lateral (
      select greatest(k.last, (select m.number from switchboard.numbers m where m.topic_id = k.id order by m.number desc limit 1)) as last
    ) l on true
    left join lateral (select m.number from switchboard.numbers m where m.topic_id = k.id order by m.number limit 1) f on true
   where switchboard.may_read(q.topic);

create or replace view switchboard.readable_messages with (security_barrier) as
  select n.number, l.bytes, k.epoch, n.committed, l.tables, l.changes, l.fetches
    from (select current_setting('switchboard.reading', true) as topic offset 0) q
    join switchboard.topics k on k.topic = q.topic
    join switchboard.numbers n on n.topic_id = k.id
    join switchboard.log l on l.xid = n.xid and l.seq = n.seq
   where switchboard.may_read(q.topic);

-- The messages of a topic with numbers above `after`, at most `at_most` and about a megabyte. `after` null: only where it is.
-- Each is a JSON text, because a client that parses the answer as a whole must not lose digits of numbers.
create or replace function public.switchboard_changes(topic text, after bigint default null, at_most integer default 100)
  returns jsonb language plpgsql stable security invoker
  set search_path = pg_catalog, pg_temp
  set timezone = 'UTC'
  as $$
  declare
    most_bytes constant bigint := 1000000;
    most constant integer := least(greatest(coalesce(at_most, 100), 1), 1000);
    ignored text;
    answer jsonb;
    place record;
    messages text[] := '{}';
    bytes bigint := 0;
    upto bigint;
    m record;
  begin
    answer := switchboard.refusal(topic);
    if answer is not null or topic = 'switchboard:beat' then
      return jsonb_build_object('v', 1, 'topic', topic) ||
             coalesce(answer, '{"state": "not_tracked", "reason": "the beat has no numbers"}');
    end if;
    ignored := set_config('switchboard.reading', topic, true);
    select r.* into place from switchboard.readable r;
    answer := jsonb_build_object('v', 1, 'topic', topic, 'epoch', place.epoch, 'first', place.first, 'last', place.last,
                                 'tables', place.tables);
    if after is not null and (after + 1 < place.first or after > place.last) then
      return answer || jsonb_build_object('state', 'too_old', 'messages', '[]'::jsonb, 'more', false);
    end if;
    upto := coalesce(after, place.last);
    if after is not null then
      for m in
        select r.number, switchboard.message(r.epoch, r.number, r.committed, r.tables, r.changes, r.fetches)::text as text
          from switchboard.readable_messages r where r.number > after and r.number <= after + most order by r.number
      loop
        bytes := bytes + octet_length(m.text);
        exit when m.number <> upto + 1 or (messages <> '{}' and bytes > most_bytes);
        messages := messages || m.text;
        upto := m.number;
      end loop;
    end if;
    return answer || jsonb_build_object('state', 'ok', 'messages', to_jsonb(messages), 'more', upto < place.last);
  end
  $$;

-- Who may join the topics. Nobody may send on them, whatever other policies allow. is_right: the policy is there, and as it is to be.
create or replace function switchboard.policies()
  returns table (name text, kind text, command text, using_this text, check_this text, is_right boolean)
  language sql stable
  set search_path = pg_catalog, pg_temp
  as $$
    select w.*, exists (
             select from pg_policies p
              where p.schemaname = 'realtime' and p.tablename = 'messages' and p.policyname = w.name and p.permissive = w.kind
                and p.cmd = w.command and p.roles = '{public}' and replace(p.qual, '"left"', 'left') = w.using_this
                and replace(p.with_check, '"left"', 'left') is not distinct from w.check_this)
      from (values
        ('switchboard: readers of a topic', 'PERMISSIVE', 'SELECT',
         '((extension = ''broadcast''::text) AND switchboard.may_read(topic))', null),
        ('switchboard: nobody else, and nobody sends', 'RESTRICTIVE', 'ALL',
         '((left(topic, 12) <> ''switchboard:''::text) OR ((extension = ''broadcast''::text) AND switchboard.may_read(topic)))',
         '(left(topic, 12) <> ''switchboard:''::text)')) w (name, kind, command, using_this, check_this)
  $$;

-- Makes those that are missing or were changed.
create or replace function switchboard.make_policies() returns void language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
  declare
    wrong record;
  begin
    for wrong in select p.* from switchboard.policies() p where not p.is_right loop
      execute format('drop policy if exists %I on realtime.messages', wrong.name);
      execute format('create policy %I on realtime.messages as %s for %s to public using %s %s', wrong.name, wrong.kind,
                     wrong.command, wrong.using_this, coalesce('with check ' || wrong.check_this, ''));
    end loop;
  end
  $$;

------------------------------------------------------------------------------------------------------ Tracking a table

-- The table, its partitions and its children.
create or replace function switchboard.family(relation oid) returns setof oid language sql stable
  set search_path = pg_catalog, pg_temp
  as $$
    with recursive members (oid) as (
      select family.relation
      union
      select i.inhrelid from members m join pg_inherits i on i.inhparent = m.oid where not i.inhdetachpending
    )
    select m.oid from members m join pg_class c on c.oid = m.oid where c.relkind in ('r', 'p') order by m.oid
  $$;

-- Locks all of them, but never waits for one while it has another: a transaction of the application that writes to several tables
-- would wait for it, and one of them would be ended as a deadlock.
create or replace function switchboard.lock_tables(relations regclass[], mode text, attempts integer) returns void language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
  declare
    n constant integer := cardinality(relations);
    waiting constant text := current_setting('lock_timeout');
    ignored text;
  begin
    for attempt in 1 .. attempts loop
      begin
        ignored := set_config('lock_timeout', '500ms', true);
        for i in 0 .. n - 1 loop
          execute format('lock table only %s in %s mode %s', relations[(attempt + i) % n + 1], mode,
                         case when i > 0 then 'nowait' else '' end);
        end loop;
        ignored := set_config('lock_timeout', waiting, true);
        return;
      exception when lock_not_available then
        if attempt = attempts then
          raise exception 'The application writes to % all the time.', array_to_string(relations, ', ')
            using errcode = 'lock_not_available', hint = 'Try again when there are no long transactions.';
        end if;
        perform pg_sleep(0.02);
      end;
    end loop;
  end
  $$;

-- Makes the triggers that are missing on the table, its partitions and its children, and drops those on what is none any more.
create or replace function switchboard.make_triggers(of_table integer, attempts integer) returns void language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
  declare
    capture constant text := format('switchboard.capture_%s()', of_table);
    members oid[] := array(
      select f.f from switchboard.tables t cross join switchboard.family(t.relation) f (f) where t.id = of_table);
    strangers regclass[] := array(
      select distinct g.tgrelid from pg_trigger g where g.tgfoid = to_regprocedure(capture) and g.tgrelid <> all (members));
    missing jsonb;
    part record;
  begin
    select jsonb_agg(jsonb_build_object('relation', m.oid, 'name', v.name, 'what', v.what, 'reads', v.reads) order by m.oid)
      into missing
      from unnest(members) m (oid) cross join (values
        ('switchboard_insert', 'after insert', 'referencing new table as new_rows'),
        ('switchboard_update', 'after update', 'referencing old table as old_rows new table as new_rows'),
        ('switchboard_delete', 'after delete', 'referencing old table as old_rows'),
        ('switchboard_truncate', 'before truncate', null),
        ('switchboard_truncated', 'after truncate', null)) v (name, what, reads)
     where not exists (select from pg_trigger g where g.tgrelid = m.oid and g.tgname = v.name);
    if missing is not null then
      perform switchboard.lock_tables(
        array(select distinct (m ->> 'relation')::oid::regclass from jsonb_array_elements(missing) m), 'share row exclusive', attempts);
      for part in
        select (m ->> 'relation')::oid::regclass as relation, m ->> 'name' as name, m ->> 'what' as what, m ->> 'reads' as reads
          from jsonb_array_elements(missing) m
      loop
        execute format('create trigger %I %s on %s %s for each statement execute function %s', part.name, part.what, part.relation,
                       coalesce(part.reads, ''),
                       case when part.reads is null then format('switchboard.capture_truncate(%s)', of_table) else capture end);
      end loop;
    end if;
    perform switchboard.drop_triggers(strangers, attempts);
  end
  $$;

create or replace function switchboard.drop_triggers(relations regclass[], attempts integer) returns void language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
  declare
    own record;
  begin
    if relations = '{}' then
      return;
    end if;
    perform switchboard.lock_tables(relations, 'access exclusive', attempts);
    for own in
      select g.tgname as name, g.tgrelid::regclass as relation from pg_trigger g join pg_proc p on p.oid = g.tgfoid
       where g.tgrelid = any (relations) and p.pronamespace = 'switchboard'::regnamespace and not g.tgisinternal
       order by g.tgrelid, g.tgname
    loop
      execute format('drop trigger %I on %s', own.name, own.relation);
    end loop;
  end
  $$;

-- Ends a name's topics. Their messages are deleted by the beat.
create or replace function switchboard.end_topics(of_name text) returns void language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
  begin
    perform from switchboard.topics k where k.name = of_name order by k.topic for update;
    update switchboard.topics k set topic = 'ended:' || k.id, name = '' where k.name = of_name;
    with left_over as (
      delete from switchboard.unnumbered u using switchboard.log l where l.xid = u.xid and l.seq = u.seq and l.name = of_name
      returning l.xid, l.seq
    )
    delete from switchboard.log l using left_over o where l.xid = o.xid and l.seq = o.seq;
  end
  $$;

-- From here on the numbers of a name begin at 1 again, and clients fetch what they show.
create or replace function switchboard.start_epoch(of_name text) returns void language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
  declare
    ended text[];
    started text;
  begin
    update switchboard.names n set epoch = switchboard.new_epoch() where n.name = of_name returning n.epoch into started;
    ended := array(select k.topic from switchboard.topics k where k.name = of_name order by k.at desc limit 1000);
    perform switchboard.end_topics(of_name);
    insert into realtime.messages (topic, extension, event, private, payload, inserted_at)
    select e.topic, 'broadcast', 'position', true, jsonb_build_object('v', 1, 'epoch', started, 'last', 0),
           clock_timestamp() at time zone 'UTC'
      from unnest(ended) e (topic);
  end
  $$;

-- A readers' expression becomes a function, which is evaluated with the reader's rights.
create or replace function switchboard.make_readers(of_table integer, readers text) returns void language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
  declare
    probe refcursor;
    ignored boolean;
  begin
    if to_regprocedure(format('switchboard.readers_%s(text)', of_table)) is not null then
      execute format('drop function switchboard.readers_%s(text)', of_table);
    end if;
    if readers is null then
      return;
    end if;
    begin
      -- A cursor takes one query only, and a value of one column.
      open probe for execute 'select (' || readers || E'\n)::boolean from (select null::text as key) k';
      close probe;
      execute format('create function switchboard.readers_%s(key text) returns boolean language plpgsql stable '
                     'set search_path = pg_catalog, pg_temp as %L', of_table,
                     E'begin return (\n' || readers || E'\n)::boolean; end');
      execute format('select switchboard.readers_%s(null)', of_table) into ignored;
    exception when others then
      raise exception 'The readers'' expression fails: %', sqlerrm
        using hint = 'It is one SQL expression over key (text), auth.uid(), auth.jwt() and auth.role(), with schemas: '
                     'exists (select from public.members m where m.business_id::text = key and m.user_id = auth.uid()). '
                     'It must not fail for a key that is null.', errcode = sqlstate;
    end;
    execute format('grant execute on function switchboard.readers_%s(text) to public', of_table);
  end
  $$;

-- Tracks a table, or tracks it in another way. Returns the pattern of its topics.
create or replace function switchboard.track(
  "table" regclass,
  by text default null, -- the column whose value is the key of the topic
  topic text default null, -- the name; by default the table's
  readers text default null, -- who may read; by default everybody who may select, if there is no row-level security
  keep interval default '3 days', -- how long messages are kept for those who miss some
  columns text[] default null, -- which columns are sent, with the key's; by default those that readers may select
  max_bytes integer default 200000, -- of a message
  max_rows integer default 2000 -- of a statement and topic; if there are more, only their number is sent
) returns text language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
  #variable_conflict use_column
  declare
    c record;
    by_column smallint;
    by_type regtype;
    wanted text;
    before switchboard.tables;
    other switchboard.names;
    of_table integer;
  begin
    select r.oid, r.relname, n.nspname, r.relkind, r.relpersistence, r.relispartition, r.relrowsecurity into c
      from pg_class r join pg_namespace n on n.oid = r.relnamespace where r.oid = "table";
    if not found then
      raise exception 'There is no such table.' using errcode = 'undefined_table';
    end if;
    if c.relkind not in ('r', 'p') or c.nspname in ('switchboard', 'realtime', 'pg_catalog', 'information_schema') then
      raise exception '% can''t be tracked: only tables of the application can.', "table" using errcode = 'wrong_object_type';
    end if;
    if c.relpersistence <> 'p' then
      raise exception '% can''t be tracked: it is temporary or unlogged, so a crash may empty it without a change.', "table"
        using errcode = 'wrong_object_type';
    end if;
    if c.relispartition then
      raise exception '% is a partition. Track %, its changes are tracked with it.', "table", pg_partition_root("table")
        using errcode = 'wrong_object_type';
    end if;
    wanted := coalesce(track.topic, case when c.nspname = 'public' then '' else c.nspname || '.' end || c.relname);
    if wanted !~ '^[A-Za-z0-9_.-]{1,100}$' or wanted = 'beat' then
      raise exception 'A topic can''t have the name "%".', wanted using errcode = 'invalid_parameter_value',
        hint = 'Give it another one: topic => ''bookings''. Letters, digits and _ . - are allowed, up to 100; beat is reserved.';
    end if;
    if track.by is not null then
      select a.attnum, switchboard.base_type(a.atttypid)::regtype into by_column, by_type
        from pg_attribute a join pg_type ty on ty.oid = switchboard.base_type(a.atttypid)
       where a.attrelid = "table" and a.attname = track.by and a.attnum > 0 and not a.attisdropped and a.attgenerated <> 'v'
         and (ty.typtype = 'e' or ty.oid = any ('{int2,int4,int8,uuid,text,varchar,bool}'::regtype[]));
      if by_column is null then
        raise exception '% has no column "%" that can be the key of a topic.', "table", track.by
          using errcode = 'undefined_column',
          hint = 'It must be a smallint, integer, bigint, uuid, text, varchar, boolean or enum, and no virtual column.';
      end if;
    end if;
    if track.columns is not null and exists (
      select from unnest(track.columns) w (name) where not exists (
        select from pg_attribute a where a.attrelid = "table" and a.attname = w.name and a.attnum > 0 and not a.attisdropped)) then
      raise exception '% has not all columns of %.', "table", track.columns using errcode = 'undefined_column';
    end if;
    if c.relrowsecurity and track.readers is null then
      raise exception '% has row-level security, so it must be said who may read its topics.', "table"
        using errcode = 'invalid_parameter_value',
        hint = 'readers => an SQL expression over key, auth.uid(), auth.jwt() and auth.role(); readers => ''true'' is everybody.';
    end if;
    if keep < interval '1 minute' or keep > interval '30 days' or keep is null
       or max_bytes not between 10000 and 2900000 or max_rows not between 1 and 100000
       or max_bytes is null or max_rows is null then
      raise exception 'keep is from 1 minute to 30 days, max_bytes from 10000 to 2900000, max_rows from 1 to 100000.'
        using errcode = 'invalid_parameter_value';
    end if;

    perform pg_advisory_xact_lock(hashtextextended('switchboard: tracking', 0));
    select n.* into other from switchboard.names n where n.name = wanted;
    select t.* into before from switchboard.tables t where t.relation = "table";
    if other.name is not null and other.key_type is distinct from by_type and exists (
      select from switchboard.tables t where t.name = wanted and t.relation <> "table") then
      raise exception 'The topic "%" is shared with tables that are tracked by %; this one would be by %.', wanted,
        coalesce('a ' || other.key_type::text, 'no column'), coalesce('a ' || by_type::text, 'no column')
        using errcode = 'invalid_parameter_value', hint = 'Give this table another name: topic => ''…''.';
    end if;
    if other.name is null then
      insert into switchboard.names (name, epoch, key_type) values (wanted, switchboard.new_epoch(), by_type);
    end if;
    if before.id is null then
      insert into switchboard.tables (relation, name, by_column, readers, keep, columns, max_bytes, max_rows)
      values ("table", wanted, by_column, track.readers, track.keep, track.columns, track.max_bytes, track.max_rows)
      returning id into of_table;
    else
      of_table := before.id;
      update switchboard.tables t
         set name = wanted, by_column = track_column.n, readers = track.readers, keep = track.keep, columns = track.columns,
             max_bytes = track.max_bytes, max_rows = track.max_rows
        from (select by_column as n) track_column where t.id = before.id;
    end if;
    perform switchboard.make_readers(of_table, track.readers);
    update switchboard.state s set others_are_deferred = switchboard.others_are_deferred();
    if (switchboard.settings_now(of_table))[5]::integer < max_bytes / 2 then
      raise exception 'The list of columns of % alone takes half of a message.', "table" using errcode = 'invalid_parameter_value',
        hint = 'Track fewer columns, or raise max_bytes.';
    end if;
    perform switchboard.make_capture(of_table);
    -- Waits for the transactions that are writing to the table.
    perform switchboard.make_triggers(of_table, 100);
    if before.id is not null and (before.name, before.by_column) is distinct from (wanted, by_column) then
      perform switchboard.end_name_if_unused(before.name);
      if before.name = wanted then
        update switchboard.names n set key_type = by_type where n.name = wanted;
        perform switchboard.start_epoch(wanted);
      end if;
    end if;
    return 'switchboard:' || wanted || coalesce(':<' || track.by || '>', '');
  end
  $$;

create or replace function switchboard.others_are_deferred() returns boolean language sql stable
  set search_path = pg_catalog, pg_temp
  as $$
    select exists (select from pg_trigger g join pg_class c on c.oid = g.tgrelid
                    where g.tgdeferrable and c.relnamespace <> 'switchboard'::regnamespace)
  $$;

create or replace function switchboard.end_name_if_unused(of_name text) returns void language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
  begin
    if not exists (select from switchboard.tables t where t.name = of_name) then
      perform switchboard.end_topics(of_name);
      delete from switchboard.names n where n.name = of_name;
    end if;
  end
  $$;

create or replace function switchboard.untrack_id(of_table integer, attempts integer) returns void language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
  declare
    tracked switchboard.tables;
  begin
    perform switchboard.drop_triggers(array(
      select distinct g.tgrelid::regclass from pg_trigger g
       where g.tgfoid = to_regprocedure(format('switchboard.capture_%s()', of_table))), attempts);
    delete from switchboard.tables t where t.id = of_table returning t.* into tracked;
    execute format('drop function if exists switchboard.capture_%1$s(), switchboard.readers_%1$s(text)', of_table);
    perform switchboard.end_name_if_unused(tracked.name);
  end
  $$;

-- Ends the tracking of a table. False: it was not tracked.
create or replace function switchboard.untrack("table" regclass) returns boolean language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
  declare
    of_table integer;
  begin
    perform pg_advisory_xact_lock(hashtextextended('switchboard: tracking', 0));
    select t.id into of_table from switchboard.tables t where t.relation = "table";
    if of_table is null then
      return false;
    end if;
    perform switchboard.untrack_id(of_table, 100);
    return true;
  end
  $$;

-- What is tracked, and how it does.
create or replace function switchboard.tracked()
  returns table (
    "table" text, topic text, by text, readers text, keep interval, columns text[], max_bytes integer, max_rows integer,
    epoch text, tracked_at timestamptz, topics bigint, last_message_at timestamptz, unnumbered bigint,
    triggers_missing bigint, triggers_disabled bigint, problems jsonb, beats bigint, beaten_at timestamptz, sql_version integer
  )
  language sql stable
  set search_path = pg_catalog, pg_temp
  as $$
    select coalesce(c.oid::regclass::text, t.relation::oid::text), t.name, a.attname::text, t.readers, t.keep,
           array(select k.name from switchboard.columns(t.id) k where k.is_included), t.max_bytes, t.max_rows,
           n.epoch, t.tracked_at,
           (select count(*) from switchboard.topics k where k.name = t.name),
           (select max(k.at) from switchboard.topics k where k.name = t.name),
           (select count(*) from switchboard.unnumbered u join switchboard.log l on l.xid = u.xid and l.seq = u.seq
             where l.name = t.name),
           (select count(*) from switchboard.family(t.relation) f (f)
             cross join unnest('{switchboard_insert,switchboard_update,switchboard_delete,switchboard_truncate}'::name[]) w (name)
             where not exists (select from pg_trigger g where g.tgrelid = f.f and g.tgname = w.name)),
           (select count(*) from switchboard.family(t.relation) f (f) join pg_trigger g on g.tgrelid = f.f
             where g.tgname like 'switchboard\_%' and g.tgenabled in ('D', 'R')),
           (select coalesce(jsonb_object_agg(p.kind, p.n), '{}') from (
              select p.kind, count(*) as n from switchboard.problems p
               where p.table_id = t.id or p.table_id is null group by p.kind) p),
           s.beats, s.beaten_at, switchboard.version()
      from switchboard.tables t join switchboard.names n on n.name = t.name cross join switchboard.state s
      left join pg_class c on c.oid = t.relation
      left join pg_attribute a on a.attrelid = t.relation and a.attnum = t.by_column
     order by 1
  $$;

------------------------------------------------------------------------------------------------------------- The beat

-- Deletes what has been kept long enough, at most so many messages. Each call looks at some of the topics, in turn.
create or replace function switchboard.trim(at_most integer) returns integer language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
  declare
    k record;
    upto bigint;
    room integer := at_most;
    seen integer := 0;
    deleted integer;
    trimmed_to bigint;
  begin
    select s.trimmed_to into trimmed_to from switchboard.state s;
    for k in
      select t.id, t.name, clock_timestamp() - (select max(b.keep) from switchboard.tables b where b.name = t.name) as before,
             clock_timestamp() + interval '1 hour' as after
        from switchboard.topics t where t.id > trimmed_to order by t.id limit 500
    loop
      upto := k.id;
      seen := seen + 1;
      continue when k.name <> '' and coalesce((
        select n.committed between k.before and k.after from switchboard.numbers n
         where n.topic_id = k.id order by n.number limit 1), true);
      -- Up to the first that is kept, so that there is no hole. What is from the future is of a clock that was wrong.
      with old as (
        select o.topic_id, o.number, o.xid, o.seq
          from (select n.*, bool_and(k.name = '' or n.committed not between k.before and k.after) over (order by n.number) as is_old
                  from (select m.* from switchboard.numbers m where m.topic_id = k.id order by m.number limit room) n) o
         where o.is_old
      ), unlogged as (
        delete from switchboard.log l using old o where l.xid = o.xid and l.seq = o.seq
      ), counted as (
        update switchboard.topics t set last = greatest(t.last, (select max(o.number) from old o)) where t.id = k.id
      )
      delete from switchboard.numbers n using old o where n.topic_id = o.topic_id and n.number = o.number;
      get diagnostics deleted = row_count;
      room := room - deleted;
      if k.name = '' and room > 0 then
        delete from switchboard.topics t where t.id = k.id;
      end if;
      exit when room <= 0;
    end loop;
    -- A topic that was not finished is the next one's first; after the last one the first comes again.
    update switchboard.state s set trimmed_to = case when room <= 0 then upto - 1 when seen < 500 then 0 else upto end;
    return at_most - room;
  end
  $$;

-- The messages that one snapshot shows and an earlier one did not, but for this transaction's. Looks only there, whatever transactions
-- stay open meanwhile.
create or replace function switchboard.fresh(since pg_snapshot, upto pg_snapshot) returns table (topic text, xid xid8, seq bigint)
  language sql stable
  set search_path = pg_catalog, pg_temp
  set enable_seqscan = off
  as $$
    select l.topic, l.xid, l.seq from switchboard.log l
     where l.xid >= pg_snapshot_xmax(since) and pg_visible_in_snapshot(l.xid, upto)
       and l.xid is distinct from pg_current_xact_id_if_assigned()
    union all
    select l.topic, l.xid, l.seq from pg_snapshot_xip(since) open (xid) join switchboard.log l on l.xid = open.xid
     where pg_visible_in_snapshot(l.xid, upto) and l.xid is distinct from pg_current_xact_id_if_assigned()
  $$;

-- To be called every few seconds, by pg_cron (track-cron.sql) or any other clock; every_ms is its period, for the clients.
-- It numbers what was left, deletes what is old, follows changes of the schema, and proves that broadcasts arrive.
create or replace function switchboard.beat(every_ms integer default 5000) returns bigint language plpgsql
  set search_path = pg_catalog, pg_temp
  set lock_timeout = '1s'
  set timezone = 'UTC'
  as $$
  declare
    s switchboard.state;
    seen pg_snapshot := pg_current_snapshot();
    t record;
    left_topics text[];
    now_deferred boolean;
    here text := switchboard.incarnation();
    failure text;
  begin
    if not pg_try_advisory_xact_lock(hashtextextended('switchboard: beat', 0)) then
      return null;
    end if;
    select s0.* into s from switchboard.state s0;

    -- After a restore the numbers go on from older ones.
    if s.incarnation <> here then
      for t in select n.name from switchboard.names n order by n.name loop
        perform switchboard.start_epoch(t.name);
      end loop;
      update switchboard.state s0 set incarnation = here, swept = seen;
      s.swept := seen;
    end if;
    -- The clock was set back: nothing is known of what came since.
    if s.beaten_before > clock_timestamp() then
      s.beaten_before := '-infinity';
    end if;
    -- So they do where changes were lost.
    for t in
      select distinct b.name from switchboard.problems p join switchboard.tables b on b.id = p.table_id
       where p.is_open order by 1
    loop
      perform switchboard.start_epoch(t.name);
    end loop;
    update switchboard.problems p set is_open = false where p.is_open;
    delete from switchboard.problems p where p.id < (select max(q.id) - 1000 from switchboard.problems q);

    perform switchboard.trim(10000);
    delete from switchboard.at_commit where ctid = any (array(select ctid from switchboard.at_commit limit 20000));

    -- Messages that nothing numbered, for whatever reason.
    insert into switchboard.unnumbered (topic, xid, seq)
    select l.topic, l.xid, l.seq from switchboard.fresh(s.swept, seen) l
     where (select n.seq from switchboard.numbers n where n.seq = l.seq) is null
    on conflict do nothing;
    update switchboard.topics k set last = switchboard.last_number(k.id, k.last), at = clock_timestamp()
     where k.topic = any (array(select distinct l.topic from switchboard.fresh(s.swept, seen) l));

    with homeless as (
      delete from switchboard.unnumbered u using switchboard.log l
       where l.xid = u.xid and l.seq = u.seq and not exists (select from switchboard.names n where n.name = l.name)
      returning l.xid, l.seq
    )
    delete from switchboard.log l using homeless o where l.xid = o.xid and l.seq = o.seq;

    -- Tables that were dropped; partitions that came or went; deferred triggers that came or went.
    now_deferred := switchboard.others_are_deferred();
    for t in select b.id, b.relation, b.made_of from switchboard.tables b order by b.id loop
      begin
        if not exists (select from pg_class c where c.oid = t.relation) then
          perform switchboard.untrack_id(t.id, 1);
        else
          perform switchboard.make_triggers(t.id, 1);
          if now_deferred <> s.others_are_deferred then
            update switchboard.state s0 set others_are_deferred = now_deferred;
          end if;
          -- Not everything that matters makes PostgreSQL plan again: not a type's name, nor the roles that a role has.
          if switchboard.catalog_digest(t.id) is distinct from t.made_of then
            perform switchboard.make_capture(t.id);
          end if;
        end if;
      exception when others then
        perform switchboard.report(t.id, 'triggers not made', sqlstate || ' ' || sqlerrm, false);
      end;
    end loop;

    -- Locks topics, so it comes late.
    begin
      left_topics := array(select distinct u.topic from switchboard.unnumbered u order by u.topic limit 1000);
      if left_topics <> '{}' then
        perform switchboard.number_all(9223372036854775807, left_topics, 1000, true);
      end if;
    exception when others then
      perform switchboard.report(null, 'not numbered by the beat', sqlstate || ' ' || sqlerrm, false);
    end;

    begin
      insert into realtime.messages (topic, extension, event, private, payload, inserted_at)
      select k.topic, 'broadcast', 'position', true,
             jsonb_build_object('v', 1, 'epoch', k.epoch, 'last', switchboard.last_number(k.id, k.last)),
             clock_timestamp() at time zone 'UTC'
        from switchboard.topics k where k.at > s.beaten_before and k.name <> '' order by k.at desc limit 1000;
      insert into realtime.messages (topic, extension, event, private, payload, inserted_at)
      values ('switchboard:beat', 'broadcast', 'beat', true,
              jsonb_build_object('v', 1, 'seq', s.beats + 1, 'every_ms', every_ms), clock_timestamp() at time zone 'UTC');
    exception when others then
      perform switchboard.report(null, 'beat not sent', sqlstate || ' ' || sqlerrm, false);
    end;
    update switchboard.state s0
       set beats = s0.beats + 1, beaten_before = s0.beaten_at, beaten_at = clock_timestamp(), swept = seen;
    return s.beats + 1;
  end
  $$;

--------------------------------------------------------------------------------------------------------------- Rights

revoke all on schema switchboard from public;
-- Policies of realtime.messages are evaluated for every role, so every role must get as far as may_read.
grant usage on schema switchboard to public;
do $$
declare
  own record;
begin
  for own in
    select p.oid::regprocedure as signature, p.proname from pg_proc p
     where p.pronamespace = 'switchboard'::regnamespace and p.proname !~ '^readers_\d+$'
  loop
    execute format('revoke all on function %s from public, anon, authenticated, service_role', own.signature);
    if own.proname in ('gates', 'refusal', 'may_read', 'message') then
      execute format('grant execute on function %s to public', own.signature);
    end if;
  end loop;
end
$$;
revoke all on switchboard.readable, switchboard.readable_messages from public, anon, authenticated, service_role;
grant select on switchboard.readable, switchboard.readable_messages to public;
revoke all on function public.switchboard_changes(text, bigint, integer) from public, anon, authenticated, service_role;
grant execute on function public.switchboard_changes(text, bigint, integer) to anon, authenticated, service_role;

select switchboard.make_policies();

-- The triggers' functions are made again where an earlier version of this file made them.
select switchboard.make_capture(t.id) from switchboard.tables t order by t.id;

notify pgrst, 'reload schema';

commit;
