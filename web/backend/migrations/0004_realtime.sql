-- Private channels: who may read or write a topic is decided by the policies of realtime.messages, and rows inserted
-- there by realtime.send() are broadcast. A Supabase database has all of this already.
create schema if not exists auth;
create schema if not exists realtime;
grant usage on schema auth, realtime to anon, authenticated, service_role;

do $$
begin
  if to_regprocedure('auth.jwt()') is null then
    create function auth.jwt() returns jsonb language sql stable
      as $f$ select nullif(current_setting('request.jwt.claims', true), '')::jsonb $f$;
  end if;
  if to_regprocedure('auth.uid()') is null then
    create function auth.uid() returns uuid language sql stable as $f$ select (auth.jwt() ->> 'sub')::uuid $f$;
  end if;
  if to_regprocedure('auth.role()') is null then
    create function auth.role() returns text language sql stable as $f$ select auth.jwt() ->> 'role' $f$;
  end if;
  if to_regprocedure('realtime.topic()') is null then
    create function realtime.topic() returns text language sql stable
      as $f$ select nullif(current_setting('realtime.topic', true), '') $f$;
  end if;

  if to_regclass('realtime.messages') is null then
    create table realtime.messages (
      id uuid primary key default gen_random_uuid(),
      topic text not null,
      extension text not null,
      event text,
      payload jsonb,
      binary_payload bytea,
      private boolean not null default false,
      inserted_at timestamptz not null default now()
    );
    create index on realtime.messages (topic, inserted_at);
    alter table realtime.messages enable row level security;
    grant select, insert, update on realtime.messages to anon, authenticated, service_role;

    create function realtime.send(payload jsonb, event text, topic text, private boolean default true) returns void
      language plpgsql as $f$
      declare
        message_id uuid := gen_random_uuid();
      begin
        insert into realtime.messages (id, topic, extension, event, payload, private)
        values (message_id, send.topic, 'broadcast', send.event,
                jsonb_build_object('id', message_id) || send.payload, send.private);
      end
      $f$;

    create function realtime.send_binary(payload bytea, event text, topic text, private boolean default true)
      returns void language sql as $f$
        insert into realtime.messages (topic, extension, event, binary_payload, private)
        values (topic, 'broadcast', event, payload, private)
      $f$;
  end if;

  if not exists (select from pg_publication where pubname = 'switchboard_messages') then
    create publication switchboard_messages for table realtime.messages with (publish = 'insert');
  end if;
end
$$;
