-- Has pg_cron call the beat of numbered changes every 5 seconds. Run track.sql first. May be run again at any time;
-- `select cron.unschedule('switchboard-beat')` ends it. Without pg_cron, let any job outside of the database run the statement below
-- every period, and give it the period in milliseconds.
begin;

create extension if not exists pg_cron;

do $$
begin
  perform cron.schedule('switchboard-beat', '5 seconds', 'select switchboard.beat(5000)');
exception when others then
  raise exception 'pg_cron % does not take the beat: %', (select extversion from pg_catalog.pg_extension where extname = 'pg_cron'), sqlerrm
    using errcode = sqlstate,
          hint = 'Periods in seconds need pg_cron 1.5 or newer. With an older one let another clock run: select switchboard.beat(5000)';
end
$$;

-- pg_cron writes a line for each run; those of the beat are kept for an hour.
do $$
begin
  perform cron.schedule('switchboard-beat-log', '27 * * * *',
    'delete from cron.job_run_details
      where end_time < now() - interval ''1 hour''
        and jobid in (select jobid from cron.job where jobname = ''switchboard-beat'')');
end
$$;

commit;
