-- Has pg_cron (1.5 or newer, for periods in seconds) call the beat of numbered changes every 5 seconds. Run track.sql first. May be
-- run again at any time; `select cron.unschedule('switchboard-beat')` ends it. Without pg_cron, let any job outside of the database
-- run the statement below every period, and give it the period in milliseconds.
create extension if not exists pg_cron;

select cron.schedule('switchboard-beat', '5 seconds', 'select switchboard.beat(5000)');

-- pg_cron writes a line for each run; those of the beat are kept for an hour.
select cron.schedule('switchboard-beat-log', '27 * * * *',
  $$delete from cron.job_run_details
    where end_time < now() - interval '1 hour'
      and jobid in (select jobid from cron.job where jobname = 'switchboard-beat')$$);
