-- A client's visits are their completed bookings, and what they have spent is what is paid for their bookings. Both are counted here, whenever
-- one of these changes, so nobody has to add them up, and nobody can forget to.

-- A client can pay more often than once what a payment can be.
alter table public.clients alter column lifetime_value type numeric(20, 2);
create index on public.bookings (client_id);
create index on public.payment_transactions (booking_id);

-- Runs, as do the triggers, as its owner: whoever may write a booking need not be able to write clients.
create function public.count_for_clients(ids bigint[]) returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- Whoever counts for the same client waits here. The statement after it sees what the other one has committed.
  perform from public.clients where id = any(ids) order by id for no key update;
  update public.clients as client
     set visits = counted.visits, lifetime_value = counted.spent
    from (
      select one.id,
             (select count(*) from public.bookings where client_id = one.id and status = 'completed') as visits,
             (select coalesce(sum(payment.amount), 0)
                from public.bookings as booking join public.payment_transactions as payment on payment.booking_id = booking.id
               where booking.client_id = one.id and payment.status = 'paid') as spent
        from public.clients as one
       where one.id = any(ids)
    ) as counted
   where client.id = counted.id and (client.visits, client.lifetime_value) is distinct from (counted.visits, counted.spent);
end
$$;

revoke execute on function public.count_for_clients(bigint[]) from public;

create function public.count_booking() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform public.count_for_clients(array[old.client_id, new.client_id]);
  return null;
end
$$;

create function public.count_payment() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- Who gives the booking to another client at the same time is waited for, or waits.
  perform public.count_for_clients(array(
    select client_id from public.bookings where id in (old.booking_id, new.booking_id) order by id for no key update
  ));
  return null;
end
$$;

-- A trigger for each of the three, so that what has nothing to do with the numbers costs no call.
create trigger count_inserted after insert on public.bookings
  for each row when (new.client_id is not null) execute function public.count_booking();
create trigger count_deleted after delete on public.bookings
  for each row when (old.client_id is not null) execute function public.count_booking();
create trigger count_updated after update of id, client_id, status on public.bookings
  for each row when ((old.id, old.client_id, old.status) is distinct from (new.id, new.client_id, new.status))
  execute function public.count_booking();

create trigger count_inserted after insert on public.payment_transactions
  for each row when (new.status = 'paid' and new.booking_id is not null) execute function public.count_payment();
create trigger count_deleted after delete on public.payment_transactions
  for each row when (old.status = 'paid' and old.booking_id is not null) execute function public.count_payment();
create trigger count_updated after update of booking_id, amount, status on public.payment_transactions
  for each row when ((old.booking_id, old.amount, old.status) is distinct from (new.booking_id, new.amount, new.status))
  execute function public.count_payment();

select public.count_for_clients(array(select id from public.clients));
