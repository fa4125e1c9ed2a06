import * as reference from '@supabase/realtime-js';
import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import pg from 'pg';
import { fastTiming, startBackend, type Backend } from 'switchboard-backend';
import { createRealtimeManager } from 'switchboard-realtime';
import * as dropIn from 'switchboard-realtime-js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';

let backend: Backend;
let sql: pg.Client;
const ends: (() => Promise<unknown>)[] = [];
const transport = WebSocket as unknown as dropIn.WebSocketLikeConstructor;

beforeAll(async () => {
  backend = await startBackend({ seed: false, timing: fastTiming });
  sql = new pg.Client(backend.postgres);
  await sql.connect();
  await sql.query(`
    create table samples (
      id integer primary key, flag boolean, big bigint, exact numeric, real float8, label text, made timestamp,
      at timestamptz, day date, data jsonb, numbers integer[], names text[], raw bytea, span int4range);
    alter table samples replica identity full;
    alter publication supabase_realtime add table samples;`);
});

afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

afterAll(async () => {
  await sql.end();
  await backend.stop();
});

type Client = Pick<dropIn.RealtimeClient, 'channel' | 'removeAllChannels' | 'disconnect'>;

function connect(packageUsed: { RealtimeClient: unknown }): Client {
  const Client = packageUsed.RealtimeClient as typeof dropIn.RealtimeClient;
  const client = new Client(backend.realtime, { params: { apikey: backend.anonKey }, transport });
  ends.push(() => client.removeAllChannels());
  return client;
}

/** Collects, and lets a test wait for a number. */
class Journal<Entry> {
  readonly entries: Entry[] = [];
  #wake: () => void = () => undefined;

  readonly add = (entry: Entry): void => {
    this.entries.push(entry);
    this.#wake();
  };

  async reach(count: number): Promise<Entry[]> {
    while (this.entries.length < count) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.entries;
  }
}

/** Subscribes, and resolves when the database's changes flow. */
async function flowing(channel: dropIn.RealtimeChannel): Promise<void> {
  const notices = new Journal<dropIn.RealtimeSystemPayload>();
  channel.on('system', {}, notices.add);
  channel.subscribe();
  const [notice] = await notices.reach(1);
  expect(notice).toMatchObject({ status: 'ok', message: 'Subscribed to PostgreSQL' });
}

function joined(channel: dropIn.RealtimeChannel): Promise<void> {
  return new Promise((resolve, reject) => {
    channel.subscribe((status, error) => {
      if (status === dropIn.REALTIME_SUBSCRIBE_STATES.SUBSCRIBED) resolve();
      else reject(error ?? new Error(status));
    });
  });
}

const both = [dropIn, reference] as const;

describe('beside realtime-js on the same server', () => {
  it('changes are equal, value by value', async () => {
    const journals = both.map(() => new Journal<unknown>());
    for (const [i, used] of both.entries()) {
      const channel = connect(used).channel('changes');
      channel.on('postgres_changes', { event: '*', schema: 'public', table: 'samples' }, (change) => {
        journals[i]?.add(change);
      });
      await flowing(channel);
    }
    await sql.query(`
      insert into samples values (1, true, 42, 12.50, 0.1, 'a "b" ä', '2026-01-02 03:04:05', '2026-01-02 03:04:05+01',
        '2026-01-02', '{"a": [1, null, "x"]}', '{1,2,NULL}', '{"a,b","",c}', '\\x00ff', '[1,5)');
      insert into samples (id) values (2);
      update samples set flag = false, label = null, data = '"text"' where id = 1;
      delete from samples;`);
    const [ours, theirs] = await Promise.all(journals.map((journal) => journal.reach(5)));
    expect(ours).toHaveLength(5);
    expect(ours).toEqual(theirs);
  });

  it('who is present is told by the same events', async () => {
    const journals = both.map(() => new Journal<{ event: string }>());
    const observers: dropIn.RealtimeChannel[] = [];
    for (const [i, used] of both.entries()) {
      const channel = connect(used).channel('room', { config: { presence: { enabled: true } } });
      for (const event of ['join', 'leave'] as const) {
        channel.on('presence', { event: event as 'join' }, (payload) => journals[i]?.add(payload));
      }
      observers.push(channel);
      await joined(channel);
    }
    const ann = connect(reference).channel('room', { config: { presence: { key: 'ann' } } });
    await joined(ann);
    await ann.track({ name: 'Ann' });
    await Promise.all(journals.map((journal) => journal.reach(1)));
    await ann.track({ name: 'Anna' });
    await Promise.all(journals.map((journal) => journal.reach(3)));
    expect(observers.map((channel) => channel.presenceState())[0]).toEqual(observers[1]?.presenceState());
    await ann.untrack();
    const [ours, theirs] = await Promise.all(journals.map((journal) => journal.reach(4)));
    expect(ours).toEqual(theirs);
    expect(ours?.map((entry) => entry.event)).toEqual(['join', 'join', 'leave', 'leave']);
    expect(observers.map((channel) => channel.presenceState())).toEqual([{}, {}]);
  });

  it('the first sync comes also where nobody is', async () => {
    for (const used of both) {
      const syncs = new Journal<void>();
      const channel = connect(used).channel('empty').on('presence', { event: 'sync' }, syncs.add);
      channel.subscribe();
      await syncs.reach(1);
    }
  });

  it('each hears the other', async () => {
    const [ours, theirs] = both.map((used) => connect(used).channel('talk', { config: { broadcast: { ack: true } } }));
    const journal = new Journal<unknown>();
    ours?.on('broadcast', { event: 'PING' }, (message) => {
      journal.add(message);
      void ours.send({ type: 'broadcast', event: 'pong', payload: message['payload'] as unknown });
    });
    theirs?.on('broadcast', { event: 'pong' }, journal.add);
    if (ours === undefined || theirs === undefined) throw new Error('there are two');
    await joined(ours);
    await joined(theirs);
    await theirs.send({ type: 'broadcast', event: 'ping', payload: { n: 1 } });
    const common = { type: 'broadcast', payload: { n: 1 } };
    expect(await journal.reach(2)).toEqual([
      { ...common, event: 'ping' },
      { ...common, event: 'pong' },
    ]);
  });
});

function supabase(): SupabaseClient {
  return createClient(backend.url, backend.anonKey, { realtime: { transport: WebSocket as never } }) as SupabaseClient;
}

describe('one manager', () => {
  const everything = { event: '*', schema: 'public', table: 'samples' } as const;

  it('serves changes, broadcasts and presence over one handshake, which begins at connect', async () => {
    const before = backend.stats().accepted;
    const client = connect(dropIn);
    const channels = ['a', 'b', 'c'].map((name) => {
      const channel = client.channel(name).on('postgres_changes', everything, () => undefined);
      return channel.on('presence', { event: 'sync' }, () => undefined);
    });
    await Promise.all(channels.map(joined));
    expect(await Promise.all(channels.map((channel) => channel.track({ here: true })))).toEqual(['ok', 'ok', 'ok']);
    expect(backend.stats().accepted - before).toBe(1);
  });

  it('is that of the application where it was made with the same client', async () => {
    const before = backend.stats().accepted;
    const client = supabase();
    dropIn.attach(client, { transport });
    const manager = createRealtimeManager({ supabase: client, transport: WebSocket });
    ends.push(() => manager.dispose());
    const channel = client.channel('room').on('postgres_changes', everything, () => undefined);
    await joined(channel as unknown as dropIn.RealtimeChannel);
    expect(manager.status().subscriptions).toHaveLength(1);
    await client.removeAllChannels();
    expect(manager.status().subscriptions).toEqual([]);
    expect(backend.stats().accepted - before).toBe(1);
  });

  it('takes its channels with it when the application disposes of it, those with changes only too', async () => {
    const manager = createRealtimeManager({ url: backend.realtime, apikey: backend.anonKey, transport: WebSocket });
    const params = { apikey: backend.anonKey };
    const client = new dropIn.RealtimeClient(backend.realtime, { params, transport, manager });
    ends.push(() => client.removeAllChannels());
    const channels = [
      client.channel('room'),
      client.channel('changes').on('postgres_changes', everything, () => undefined),
      client.channel('thrower').on('postgres_changes', everything, () => undefined),
    ];
    const statuses: string[] = [];
    for (const channel of channels) {
      await new Promise<void>((resolve) => {
        channel.subscribe((status) => {
          statuses.push(`${channel.subTopic} ${status}`);
          if (status === dropIn.REALTIME_SUBSCRIBE_STATES.SUBSCRIBED) resolve();
          else if (channel.subTopic === 'thrower') throw new Error('thrown by the application');
        });
      });
    }
    statuses.length = 0;
    const disposal = manager.dispose();
    expect(statuses.sort()).toEqual(['changes CLOSED', 'room CLOSED', 'thrower CLOSED']);
    expect(channels.map(({ state }) => state)).toEqual(['closed', 'closed', 'closed']);
    expect(client.getChannels()).toEqual([]);
    await disposal;
  });

  it('is not shared by clients of two users in one process', async () => {
    const managers = [createRealtimeManager({ url: backend.realtime, apikey: backend.anonKey })];
    ends.push(...managers.map((manager) => () => manager.dispose()));
    await joined(
      connect(dropIn)
        .channel('room')
        .on('postgres_changes', everything, () => undefined),
    );
    expect(managers[0]?.status().subscriptions).toEqual([]);
  });
});

describe('after an interruption', () => {
  it('a channel is SUBSCRIBED again, and what comes then arrives', async () => {
    const statuses = new Journal<string>();
    const names = new Journal<unknown>();
    const channel = connect(dropIn).channel('room');
    channel.on('postgres_changes', { event: 'INSERT', schema: 'public', table: 'samples' }, (change) => {
      names.add((change.new as { label: string }).label);
    });
    channel.on('broadcast', { event: 'x' }, ({ event }) => {
      names.add(event);
    });
    channel.subscribe((status) => {
      statuses.add(status);
    });
    await statuses.reach(1);
    backend.faults.drop();
    expect(await statuses.reach(3)).toEqual(['SUBSCRIBED', 'CHANNEL_ERROR', 'SUBSCRIBED']);
    await sql.query(`insert into samples (id, label) values (7, 'later'); delete from samples`);
    await names.reach(1);
    const other = connect(reference).channel('room');
    await joined(other);
    await other.send({ type: 'broadcast', event: 'x', payload: {} });
    expect(await names.reach(2)).toEqual(['later', 'x']);
  });

  it('a channel that was closed comes back, with the same listeners', async () => {
    const channel = connect(dropIn)
      .channel('room')
      .on('broadcast', { event: '*' }, () => undefined);
    await joined(channel);
    await channel.unsubscribe();
    await joined(channel);
    expect(channel.state).toBe('joined');
  });
});
