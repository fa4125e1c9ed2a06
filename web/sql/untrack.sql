-- Removes everything that track.sql has made: triggers, policies, functions, the log. May be run again at any time. The tables that
-- were tracked stay as they are.
begin;

set local search_path = pg_catalog, pg_temp;
set local client_min_messages = warning;

select pg_advisory_xact_lock(hashtextextended('switchboard: track.sql', 0));

do $$
declare
  own record;
begin
  if to_regnamespace('switchboard') is null then
    return;
  end if;
  if to_regclass('cron.job') is not null then
    execute $cron$
      select cron.unschedule(j.jobid) from cron.job j where j.jobname in ('switchboard-beat', 'switchboard-beat-log')
    $cron$;
  end if;
  if to_regclass('switchboard.at_commit') is not null then
    perform switchboard.drop_triggers(array(
      select distinct g.tgrelid::regclass from pg_trigger g join pg_proc p on p.oid = g.tgfoid join pg_class c on c.oid = g.tgrelid
       where p.pronamespace = 'switchboard'::regnamespace and c.relnamespace <> 'switchboard'::regnamespace and not g.tgisinternal
         and (p.proname ~ '^capture_\d+$' or p.proname = 'capture_truncate')), 100);
  end if;
  if to_regclass('realtime.messages') is not null then
    drop policy if exists "switchboard: readers of a topic" on realtime.messages;
    drop policy if exists "switchboard: nobody else, and nobody sends" on realtime.messages;
  end if;
  drop function if exists public.switchboard_changes(text, bigint, integer);
  drop view if exists switchboard.readable, switchboard.readable_messages;
  drop table if exists switchboard.log, switchboard.at_commit;
  -- The functions that take or return a row of a table go with it.
  for own in
    select p.oid::regprocedure as signature, p.prokind from pg_proc p
     where p.pronamespace = 'switchboard'::regnamespace and (p.proname ~ '^(capture|readers)_\d+$' or p.proname in (
       'version', 'incarnation', 'new_epoch', 'base_type', 'base_name', 'primary_key', 'columns', 'tables_now', 'settings_now', 'settings',
       'tables_of', 'record', 'shrunk', 'common_keys', 'descends', 'settings_for', 'report', 'lost', 'note', 'put', 'put_fetch',
       'put_all', 'finite', 'counting', 'make_capture', 'capture_truncate', 'message', 'number_all', 'leave', 'wait_for_commit', 'number_one', 'number', 'last_number',
       'lock_topics', 'fresh', 'catalog_digest',
       'at_commit', 'gates', 'refusal', 'may_read', 'policies', 'make_policies', 'family', 'lock_tables', 'make_triggers', 'drop_triggers', 'end_topics', 'start_epoch',
       'make_readers', 'track', 'others_are_deferred', 'end_name_if_unused', 'untrack_id', 'untrack', 'tracked', 'trim', 'beat'))
  loop
    execute format('drop function if exists %s', own.signature);
  end loop;
  drop table if exists switchboard.problems, switchboard.unnumbered, switchboard.numbers, switchboard.topics, switchboard.tables,
    switchboard.names, switchboard.state;
  drop sequence if exists switchboard.log_seq;
  -- The schema may be somebody else's, too.
  if not exists (select from pg_depend d where d.refclassid = 'pg_namespace'::regclass and d.refobjid = 'switchboard'::regnamespace
                   and d.deptype = 'n') then
    drop schema switchboard;
  else
    revoke usage on schema switchboard from public;
  end if;
end
$$;

notify pgrst, 'reload schema';

commit;
