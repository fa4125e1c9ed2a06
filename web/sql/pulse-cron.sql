-- Has pg_cron (1.5 or newer, for periods in seconds) raise the pulse every 5 seconds: `pulse: { periodMs: 5000 }`. Run
-- pulse.sql first. May be run again at any time; `select cron.unschedule('switchboard-pulse')` ends it. Without
-- pg_cron, let any job outside of the database run the update below every period, one at a time.
create extension if not exists pg_cron;

select cron.schedule('switchboard-pulse', '5 seconds',
  $$update public.switchboard_pulse set seq = seq + 1, beaten_at = clock_timestamp() where id = 1$$);

-- pg_cron writes a line for each run; those of the pulse are kept for an hour.
select cron.schedule('switchboard-pulse-log', '17 * * * *',
  $$delete from cron.job_run_details
    where end_time < now() - interval '1 hour'
      and jobid in (select jobid from cron.job where jobname = 'switchboard-pulse')$$);
