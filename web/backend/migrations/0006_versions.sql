-- What forms need to write without overwriting each other. `version` says which state of a row somebody saw; `updated_at` since when it is so.
-- Versions come from one sequence: a row that was deleted and added again never has a version that it had before. An `idempotency_key` makes
-- an insert that is sent twice one row.
create sequence public.row_versions as bigint;

-- Runs as its owner, so that no role needs rights on the sequence.
create function public.stamp_row() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  new.version := nextval('public.row_versions');
  if tg_op = 'UPDATE' then
    new.updated_at := clock_timestamp();
  else
    new.updated_at := coalesce(new.updated_at, now());
  end if;
  return new;
end
$$;

do $$
declare
  table_name text;
begin
  foreach table_name in array array['bookings', 'payment_transactions', 'staff_attendance', 'admin_alerts'] loop
    execute format('alter table public.%I add column if not exists updated_at timestamptz not null default now()', table_name);
    execute format('alter table public.%I add column version bigint not null default 0', table_name);
    execute format('alter table public.%I alter column version drop default', table_name);
    execute format('alter table public.%I add column idempotency_key uuid unique', table_name);
    execute format(
      'create trigger stamp_row before insert or update on public.%I for each row execute function public.stamp_row()',
      table_name
    );
  end loop;
end
$$;
