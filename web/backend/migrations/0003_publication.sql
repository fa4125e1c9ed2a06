do $$
begin
  if not exists (select from pg_publication where pubname = 'supabase_realtime') then
    create publication supabase_realtime;
  end if;
end
$$;

alter table public.bookings replica identity full;
alter table public.payment_transactions replica identity full;
alter table public.client_business_transactions replica identity full;
alter table public.clients replica identity full;
alter table public.staff replica identity full;
alter table public.staff_attendance replica identity full;
alter table public.admin_alerts replica identity full;

alter publication supabase_realtime add table public.bookings;
alter publication supabase_realtime add table public.payment_transactions;
alter publication supabase_realtime add table public.client_business_transactions;
alter publication supabase_realtime add table public.clients;
alter publication supabase_realtime add table public.staff;
alter publication supabase_realtime add table public.staff_attendance;
alter publication supabase_realtime add table public.admin_alerts;
