-- The pulse of `createRealtimeManager({ pulse: … })`: a table with one row, whose seq the database raises every few
-- seconds, so that a client can tell when changes are lost without a word. May be run again at any time.
create table if not exists public.switchboard_pulse (
  id smallint primary key default 1 check (id = 1),
  seq bigint not null default 0,
  beaten_at timestamptz not null default now()
) with (fillfactor = 10); -- room for the row's next versions, which then need no index entry and no new page

insert into public.switchboard_pulse (id) values (1) on conflict do nothing;

-- Everybody may read it, nobody but its owner may change it.
alter table public.switchboard_pulse enable row level security;
revoke all on public.switchboard_pulse from public, anon, authenticated;
grant select on public.switchboard_pulse to anon, authenticated;
drop policy if exists "everybody hears the pulse" on public.switchboard_pulse;
create policy "everybody hears the pulse" on public.switchboard_pulse
  for select to anon, authenticated using (true);

do $$
begin
  if not exists (
    select from pg_publication_tables
    where pubname = 'supabase_realtime' and schemaname = 'public' and tablename = 'switchboard_pulse'
  ) then
    alter publication supabase_realtime add table public.switchboard_pulse;
  end if;
end
$$;
