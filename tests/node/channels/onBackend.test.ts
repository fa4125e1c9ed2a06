import type { RealtimeChannel } from '@supabase/realtime-js';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type {
  BroadcastMessage,
  Channel,
  ChannelGap,
  ChannelStatus,
  ManagerOptions,
  PresenceChange,
  RealtimeManager,
} from 'switchboard-realtime';
import { OfficialClient } from '../backend/support/officialClient.js';
import { createRealtimeManager, openLab, quick, untilStatus, type Lab } from '../support/lab.js';
import { Recorder } from '../support/until.js';

const LIMIT_KB = 20;

let lab: Lab;
const opened: { close(): unknown }[] = [];

beforeAll(async () => {
  lab = await openLab({ seed: false, limits: { payloadKb: LIMIT_KB, eventsPerSecond: 1_000_000 } });
  await lab.db.query(`
    create policy reads on realtime.messages for select to authenticated using (realtime.topic() like 'team:%');
    create policy writes on realtime.messages for insert to authenticated with check (realtime.topic() = 'team:1');`);
});

afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

afterAll(() => lab.close());

function open(options: Partial<ManagerOptions> = {}): RealtimeManager {
  const manager = createRealtimeManager(quick(lab.backend, options));
  opened.push({ close: () => manager.dispose() });
  return manager;
}

/** One that is signed in. */
async function openSignedIn(): Promise<RealtimeManager> {
  const token = await lab.backend.signToken();
  return open({ accessToken: () => token });
}

async function official(token?: string): Promise<OfficialClient> {
  const client = await OfficialClient.connect(lab.backend, token);
  opened.push(client);
  return client;
}

/** What comes over a handle. */
class Room<Presence extends object = Record<string, unknown>> {
  readonly broadcasts = new Recorder<[payload: unknown, message: BroadcastMessage]>();
  readonly presence = new Recorder<PresenceChange<Presence>>();
  readonly statuses = new Recorder<ChannelStatus>();
  readonly gaps = new Recorder<ChannelGap>();

  constructor(readonly channel: Channel<{ readonly __untyped: true }, Presence>) {
    channel.on('*', (payload, message) => {
      this.broadcasts.push([payload, message]);
    });
    channel.onStatus(this.statuses.push);
    channel.onGap(this.gaps.push);
    if (channel.status().state === 'pending') this.statuses.push(channel.status());
  }

  watch(): this {
    this.channel.onPresence(this.presence.push);
    return this;
  }

  async live(times = 1): Promise<void> {
    await this.statuses.until(`live (${times})`, (all) => all.filter(({ state }) => state === 'live').length >= times);
  }
}

describe('broadcasts between a handle and the official client', () => {
  it('go both ways, as JSON and as bytes', async () => {
    const [room, client] = [new Room(open().channel('room')), await official()];
    const theirs = await client.join('room');
    await room.live();
    await theirs.send({ type: 'broadcast', event: 'text', payload: { text: 'é', n: [1, null] } });
    await theirs.send({ type: 'broadcast', event: 'bytes', payload: Uint8Array.of(0, 255, 7).buffer });
    expect(await room.broadcasts.count('broadcasts', 2)).toEqual([
      [
        { text: 'é', n: [1, null] },
        { event: 'text', replayed: false },
      ],
      [Uint8Array.of(0, 255, 7), { event: 'bytes', replayed: false }],
    ]);
    await room.channel.send('text', { text: 'ü' });
    await room.channel.send('bytes', Uint8Array.of(1, 2), { ack: true });
    await room.channel.send('number', 5, { ack: true });
    const got = await client.broadcasts(theirs, 3);
    expect(got.map(({ event }) => event)).toEqual(['text', 'bytes', 'number']);
    expect(got[0]?.payload).toEqual({ text: 'ü' });
    expect(new Uint8Array(got[1]?.payload as ArrayBuffer)).toEqual(Uint8Array.of(1, 2));
    expect(got[2]?.payload).toBe(5);
    expect(room.broadcasts.items).toHaveLength(2);
  });

  it('reach other handles of the name as from anybody, and the sender only where it asked', async () => {
    const manager = open();
    const [quiet, self, other] = [{}, { self: true }, {}].map((options) => new Room(manager.channel('room', options)));
    await Promise.all([quiet?.live(), self?.live(), other?.live()]);
    await quiet?.channel.send('from quiet', 1, { ack: true });
    await self?.channel.send('from self', 2, { ack: true });
    await other?.broadcasts.count('broadcasts', 2);
    await self?.broadcasts.count('broadcasts', 2);
    await quiet?.broadcasts.count('broadcasts', 1);
    const events = [quiet, self, other].map((room) => room?.broadcasts.items.map(([, { event }]) => event));
    expect(events).toEqual([['from self'], ['from quiet', 'from self'], ['from quiet', 'from self']]);
  });

  it('sent before the channel is joined go out in order when it is', async () => {
    const client = await official();
    const theirs = await client.join('early');
    const channel = open().channel('early');
    const sent = [1, 2, 3].map((n) => channel.send('n', n, { ack: true }));
    await Promise.all(sent);
    expect((await client.broadcasts(theirs, 3)).map(({ payload }) => payload)).toEqual([1, 2, 3]);
  });

  it('over HTTP reach both', async () => {
    const manager = open();
    const [room, client] = [new Room(manager.channel('http')), await official()];
    const theirs = await client.join('http');
    await room.live();
    await manager.broadcast('http', 'json', { x: 1 });
    await manager.broadcast('http', 'bytes', Uint8Array.of(9));
    await client.broadcasts(theirs, 2);
    const got = await room.broadcasts.count('broadcasts', 2);
    expect(got.map(([payload, { event }]) => [event, payload])).toEqual([
      ['json', { x: 1 }],
      ['bytes', Uint8Array.of(9)],
    ]);
  });

  it('above the limit of the project say so, where they are acknowledged and over HTTP', async () => {
    const manager = open();
    const large = { text: 'x'.repeat(LIMIT_KB * 1_100) };
    const refused = { code: 'PAYLOAD_TOO_LARGE', message: expect.stringMatching(/limit/) as string };
    await expect(manager.channel('room').send('a', large, { ack: true })).rejects.toMatchObject(refused);
    await expect(manager.broadcast('room', 'a', large)).rejects.toMatchObject(refused);
  });
});

describe('presence between a handle and the official client', () => {
  interface Person {
    name: string;
  }

  it('shows each the other: joining, changing and leaving', async () => {
    const room = new Room<Person>(open().channel('present', { presence: { key: 'ours' } })).watch();
    const client = await official();
    const states: string[] = [];
    const theirs = await client.join('present', { presence: { key: 'theirs', enabled: true } }, (channel) => {
      channel.on('presence', { event: 'sync' }, () => {
        states.push(shown(channel));
        client.wake();
      });
    });
    room.channel.track({ name: 'Us' });
    await client.until(() => states.at(-1) === 'ours:Us');
    await theirs.track({ name: 'Them' });
    await room.presence.first('their join', ({ joins }) => joins.some(({ key }) => key === 'theirs'));
    expect(room.channel.presence()).toEqual([
      { key: 'ours', payload: { name: 'Us' }, payloads: [{ name: 'Us' }] },
      { key: 'theirs', payload: { name: 'Them' }, payloads: [{ name: 'Them' }] },
    ]);
    room.channel.track({ name: 'Us again' });
    await client.until(() => states.at(-1) === 'ours:Us again theirs:Them');
    await theirs.untrack();
    await room.presence.first('their leave', ({ leaves }) => leaves.some(({ key }) => key === 'theirs'));
    room.channel.untrack();
    await client.until(() => states.at(-1) === '');
  });

  it('is what it was after a cut, and nobody saw anybody go', async () => {
    const one = new Room<Person>(open().channel('cut', { presence: { key: 'one' } })).watch();
    const two = new Room<Person>(open().channel('cut', { presence: { key: 'two' } })).watch();
    one.channel.track({ name: 'One' });
    two.channel.track({ name: 'Two' });
    const both = ({ members }: PresenceChange<Person>): boolean => members.length === 2;
    await Promise.all([one.presence.first('both', both), two.presence.first('both', both)]);
    const before = one.channel.presence();
    lab.backend.faults.drop();
    await Promise.all([one.gaps.count('gaps', 1), two.gaps.count('gaps', 1)]);
    await two.channel.send('after', 1, { ack: true });
    await one.broadcasts.count('broadcasts', 1);
    expect(
      [...one.presence.items, ...two.presence.items].flatMap(({ leaves, updates }) => [...leaves, ...updates]),
    ).toEqual([]);
    expect(one.channel.presence()).toBe(before);
  });

  it('knows the key that the core made up', async () => {
    const room = new Room<Person>(open().channel('keyless', { presence: true })).watch();
    room.channel.track({ name: 'Me' });
    await room.presence.first('myself', ({ joins }) => joins.length === 1);
    expect(room.channel.presence().map(({ key }) => key)).toEqual([room.channel.status().presenceKey]);
  });

  function shown(channel: RealtimeChannel): string {
    const entries = Object.entries(channel.presenceState<Person>());
    return entries
      .map(([key, [first]]) => `${key}:${first?.name ?? ''}`)
      .sort()
      .join(' ');
  }
});

describe('private channels', () => {
  it('are joined by whom the policies let, and refused in words otherwise', async () => {
    const room = new Room((await openSignedIn()).channel('team:1', { private: true }));
    await room.live();
    const refused = new Room(open().channel('team:1', { private: true }));
    const parked = await refused.statuses.first('refused', ({ state }) => state === 'parked');
    expect(parked).toMatchObject({ code: 'UNAUTHORIZED', retryable: false });
    expect(parked.message).toMatch(/team:1/);
  });

  it('without the right to send say which policy is missing', async () => {
    const manager = await openSignedIn();
    const room = new Room(manager.channel('team:2', { private: true }));
    await room.live();
    const policy = expect.stringMatching(/INSERT policy on realtime\.messages/) as string;
    await expect(room.channel.send('a', 1, { ack: true, timeoutMs: 500 })).rejects.toMatchObject({
      code: 'SEND_TIMED_OUT',
      message: policy,
    });
    await expect(manager.broadcast('team:2', 'a', {}, { private: true })).rejects.toMatchObject({
      code: 'SEND_REFUSED',
      message: policy,
    });
    await manager.broadcast('team:1', 'a', {}, { private: true });
  });

  it('repeat what the database has: at first since a time, and what an interruption hid', async () => {
    await send(lab.db, 'team:replayed', 'before');
    const manager = await openSignedIn();
    const since = Date.now() - 60_000;
    const room = new Room(manager.channel('team:replayed', { private: true, replay: { since } }));
    await room.live();
    expect(await room.broadcasts.count('replayed', 1)).toMatchObject([
      [{ text: 'before' }, { event: 'note', replayed: true, id: expect.any(String) as string }],
    ]);
    await send(lab.db, 'team:replayed', 'live');
    await room.broadcasts.count('live', 2);
    await lab.backend.faults.refuse();
    lab.backend.faults.drop();
    await room.statuses.first('interrupted', ({ code }) => code === 'CONNECTION_LOST');
    await send(lab.db, 'team:replayed', 'hidden');
    await lab.backend.faults.reset();
    const [gap] = await room.gaps.count('gaps', 1);
    await room.broadcasts.count('hidden', 3);
    expect(room.broadcasts.items.map(([payload, { replayed }]) => [payload, replayed])).toMatchObject([
      [{ text: 'before' }, true],
      [{ text: 'live' }, false],
      [{ text: 'hidden' }, true],
    ]);
    expect(gap).toMatchObject({ healed: true });
    expect(gap?.to.getTime()).toBeGreaterThanOrEqual(gap?.from.getTime() ?? Infinity);
  });

  it('do not repeat what the handles sent themselves, or had from each other, and the server has kept', async () => {
    const manager = await openSignedIn();
    const rooms = [1, 2].map(() => new Room(manager.channel('team:1', { private: true })));
    const [one, two] = rooms as [Room, Room];
    await Promise.all(rooms.map((room) => room.live()));
    await one.channel.send('note', { z: 1, a: 'é' }, { persist: true, ack: true });
    await two.channel.send('bytes', Uint8Array.of(7), { persist: true, ack: true });
    await send(lab.db, 'team:1', 'live');
    await Promise.all(rooms.map((room) => room.broadcasts.count('broadcasts', 2)));
    lab.backend.faults.drop();
    await Promise.all(rooms.map((room) => room.gaps.count('gaps', 1)));
    await send(lab.db, 'team:1', 'last');
    await Promise.all(rooms.map((room) => room.broadcasts.count('broadcasts', 3)));
    const events = (room: Room): string[] => room.broadcasts.items.map(([, { event }]) => event);
    expect(rooms.map(events)).toEqual([
      ['bytes', 'note', 'note'],
      ['note', 'note', 'note'],
    ]);
  });
});

it('fifty subscriptions, twenty channels and presence share one socket', async () => {
  await lab.db.query(`
    create table things (id int primary key);
    alter publication supabase_realtime add table things;
    grant select on things to anon`);
  const manager = open();
  for (let id = 0; id < 50; id += 1) {
    manager.subscribe({ table: 'things', filter: `id=eq.${id}` }, () => undefined);
  }
  for (let n = 0; n < 20; n += 1) {
    const channel = manager.channel(`room:${n}`, { presence: true });
    channel.track({ n });
    await channel.send('hello', n, { ack: true });
  }
  const status = await untilStatus(manager, 'live', ({ overall }) => overall === 'live');
  expect([status.connections.length, status.counters.connects, status.channels.length]).toEqual([1, 1, 20]);
  expect(manager.stats().core?.sockets).toBe(1);
});

/** A message of the database. */
async function send(db: pg.Client, topic: string, text: string): Promise<void> {
  await db.query(`select realtime.send(jsonb_build_object('text', $2::text), 'note', $1, true)`, [topic, text]);
}
