-- realtime.messages as the server has it: partitioned by day, with its functions and its publication. A Supabase database has the table
-- and the functions already, so only what the backend made itself is replaced. Messages are kept for three days at most; those
-- from before are not taken over.
do $$
declare
  policy record;
begin
  if (select relkind from pg_class where oid = 'realtime.messages'::regclass) = 'p' then
    return;
  end if;

  drop publication if exists switchboard_messages;
  alter table realtime.messages rename to messages_before;

  create table realtime.messages (
    topic text not null,
    extension text not null,
    payload jsonb,
    event text,
    private boolean default false,
    updated_at timestamp not null default now(),
    inserted_at timestamp not null default now(),
    id uuid not null default gen_random_uuid(),
    binary_payload bytea,
    primary key (id, inserted_at),
    constraint messages_payload_exclusive check (payload is null or binary_payload is null)
  ) partition by range (inserted_at);
  comment on table realtime.messages is 'switchboard: partitions are made and dropped by the local backend';
  create index messages_inserted_at_topic_index on realtime.messages (inserted_at desc, topic)
    where extension = 'broadcast' and private is true;
  alter table realtime.messages enable row level security;
  grant select, insert, update on realtime.messages to anon, authenticated, service_role;

  for policy in select * from pg_policies where schemaname = 'realtime' and tablename = 'messages_before' loop
    execute format('create policy %I on realtime.messages as %s for %s to %s', policy.policyname, policy.permissive, policy.cmd,
                   (select string_agg(case when role = 'public' then 'public' else quote_ident(role) end, ', ')
                      from unnest(policy.roles) role))
      || coalesce(' using (' || policy.qual || ')', '')
      || coalesce(' with check (' || policy.with_check || ')', '');
  end loop;
  drop table realtime.messages_before;
end
$$;

do $$
begin
  if obj_description('realtime.messages'::regclass) is distinct from 'switchboard: partitions are made and dropped by the local backend' then
    return;
  end if;

  -- An error inside does not abort the caller's transaction: it is a WARNING, and the message is lost.
  create or replace function realtime.send(payload jsonb, event text, topic text, private boolean default true) returns void
    language plpgsql as $f$
    declare
      message_id uuid := gen_random_uuid();
    begin
      perform set_config('realtime.topic', send.topic, true);
      insert into realtime.messages (id, payload, event, topic, private, extension)
      values (message_id,
              case when send.payload ? 'id' then send.payload else jsonb_set(send.payload, '{id}', to_jsonb(message_id)) end,
              send.event, send.topic, send.private, 'broadcast');
    exception when others then
      raise warning 'WarnSendingBroadcastMessage: %', sqlerrm;
    end
    $f$;

  create or replace function realtime.send_binary(payload bytea, event text, topic text, private boolean default true) returns void
    language plpgsql as $f$
    begin
      perform set_config('realtime.topic', send_binary.topic, true);
      insert into realtime.messages (binary_payload, event, topic, private, extension)
      values (send_binary.payload, send_binary.event, send_binary.topic, send_binary.private, 'broadcast');
    exception when others then
      raise warning 'WarnSendingBroadcastMessage: %', sqlerrm;
    end
    $f$;

  -- For triggers on each row of a table.
  create or replace function realtime.broadcast_changes(
    topic_name text, event_name text, operation text, table_name text, table_schema text,
    new record, old record, level text default 'ROW'
  ) returns void
    language plpgsql as $f$
    begin
      if level = 'STATEMENT' then
        raise exception 'function can only be triggered for each row, not for each statement';
      end if;
      if operation not in ('INSERT', 'UPDATE', 'DELETE') then
        raise exception 'Unexpected operation type: %', operation;
      end if;
      perform realtime.send(
        jsonb_build_object('old_record', old, 'record', new, 'operation', operation, 'table', table_name, 'schema', table_schema),
        event_name, topic_name
      );
    exception when others then
      raise exception 'Failed to process the row: %', sqlerrm;
    end
    $f$;
end
$$;

do $$
begin
  drop publication if exists switchboard_messages;
  if not exists (select from pg_publication where pubname = 'supabase_realtime_messages_publication') then
    create publication supabase_realtime_messages_publication for table realtime.messages;
  end if;
end
$$;
