import {
  createClient,
  REALTIME_SUBSCRIBE_STATES,
  type RealtimeChannel,
  type SupabaseClient,
} from '@supabase/supabase-js';
import pg from 'pg';
import { fastTiming, startBackend, type Backend } from 'switchboard-backend';
import { afterAll, beforeAll, expect, it } from 'vitest';
import WebSocket from 'ws';

let backend: Backend;
let sql: pg.Client;
const clients: SupabaseClient[] = [];

beforeAll(async () => {
  backend = await startBackend({ seed: false, timing: fastTiming });
  sql = new pg.Client(backend.postgres);
  await sql.connect();
  await sql.query(`
    create policy members on realtime.messages for all to authenticated
      using (realtime.topic() = 'team') with check (realtime.topic() = 'team');
    create table notes (id integer primary key, body text);
    alter publication supabase_realtime add table notes;`);
});

afterAll(async () => {
  for (const client of clients) {
    await client.removeAllChannels();
    await client.realtime.disconnect();
  }
  await sql.end();
  await backend.stop();
});

/** With a signed-in user's token. */
async function connect(): Promise<SupabaseClient> {
  const token = await backend.signToken();
  const client = createClient(backend.url, backend.anonKey, {
    accessToken: () => Promise.resolve(token),
    realtime: { transport: WebSocket as never },
  });
  await client.realtime.setAuth();
  clients.push(client);
  return client;
}

function subscribed(channel: RealtimeChannel): Promise<void> {
  return new Promise((resolve, reject) => {
    channel.subscribe((status, error) => {
      if (status === REALTIME_SUBSCRIBE_STATES.SUBSCRIBED) resolve();
      else reject(error ?? new Error(status));
    });
  });
}

it('supabase-js has broadcast, presence, messages and changes of the database on one private channel', async () => {
  const [ann, bob] = [await connect(), await connect()];
  const events: string[] = [];
  let wake: () => void = () => undefined;
  const note = (event: string): void => {
    events.push(event);
    wake();
  };
  const channel = ann
    .channel('team', { config: { private: true, presence: { key: 'ann', enabled: true } } })
    .on('broadcast', { event: '*' }, ({ event }) => {
      note(`broadcast ${event}`);
    })
    .on('presence', { event: 'join' }, ({ key }) => {
      note(`join ${key}`);
    })
    .on('postgres_changes', { event: 'INSERT', schema: 'public', table: 'notes' }, ({ new: row }) => {
      note(`insert ${(row as { body: string }).body}`);
    })
    .on('system', {}, ({ message }: { message: string }) => {
      note(message);
    });
  const until = async (length: number): Promise<void> => {
    while (events.length < length) await new Promise<void>((resolve) => (wake = resolve));
  };
  await subscribed(channel);
  await until(1);
  const other = bob.channel('team', { config: { private: true, broadcast: { ack: true }, presence: { key: 'bob' } } });
  await subscribed(other);
  expect(await other.send({ type: 'broadcast', event: 'hello', payload: {} })).toBe('ok');
  await until(2);
  expect(await other.track({})).toBe('ok');
  await until(3);
  await sql.query(`select realtime.send('{}', 'stored', 'team')`);
  await until(4);
  await sql.query(`insert into notes values (1, 'text')`);
  await until(5);
  expect(events).toEqual([
    'Subscribed to PostgreSQL',
    'broadcast hello',
    'join bob',
    'broadcast stored',
    'insert text',
  ]);
});

it('supabase-js is refused where no policy lets it in', async () => {
  const client = await connect();
  const channel = client.channel('elsewhere', { config: { private: true } });
  await expect(subscribed(channel)).rejects.toThrow('Unauthorized: You do not have permissions to read from this');
});
