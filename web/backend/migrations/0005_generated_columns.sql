-- Supabase's replication carries stored generated columns. PostgreSQL 18 leaves them out of a publication by default,
-- and then refuses each UPDATE and DELETE of such a table with REPLICA IDENTITY FULL. Older versions have no such setting: there the
-- columns are missing from changes.
do $$
begin
  if current_setting('server_version_num')::integer >= 180000 then
    execute 'alter publication supabase_realtime set (publish_generated_columns = stored)';
  end if;
end
$$;
