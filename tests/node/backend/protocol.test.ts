import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import pg from 'pg';
import { fastTiming, startBackend, type Backend } from 'switchboard-backend';

import { ChannelClient, type ChangeData } from './support/channelClient.js';
import { parseFrame, RawClient } from './support/rawClient.js';

const STALL_MS = 600;
const IDLE_MS = 400;

let backend: Backend;
let sql: pg.Client;
const clients: ChannelClient[] = [];

async function connect(key?: string): Promise<ChannelClient> {
  const client = await ChannelClient.connect(backend, key);
  clients.push(client);
  return client;
}

beforeAll(async () => {
  backend = await startBackend({
    seed: false,
    timing: { ...fastTiming, joinErrorMs: STALL_MS },
    limits: { channelsPerSocket: 4, payloadKb: 10, frameBytes: 50_000, backlogBytes: 1_000_000 },
  });
  sql = new pg.Client(backend.postgres);
  await sql.connect();
});

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
});

afterAll(async () => {
  await sql.end();
  await backend.stop();
});

const book = (name: string): Promise<unknown> =>
  sql.query(
    `insert into bookings (business_id, client_name, service, starts_at) values (gen_random_uuid(), $1, 'Cut', now())`,
    [name],
  );

const bookings = { event: '*', schema: 'public', table: 'bookings' };

describe('a failing join', () => {
  it('holds up the whole socket, and everything follows in order when it is answered', async () => {
    const client = await connect();
    const good = await client.subscribe('realtime:good', [bookings]);
    const began = Date.now();
    const bad = client.sendJoin('realtime:', {});
    const beat = client.heartbeat();
    await book('during the stall');
    const joinReply = parseFrame(await client.raw.next());
    expect(Date.now() - began).toBeGreaterThanOrEqual(STALL_MS);
    expect(joinReply).toMatchObject({ ref: bad, payload: { status: 'error' } });
    const next = [parseFrame(await client.raw.next()), parseFrame(await client.raw.next())];
    expect(next.map(({ event }) => event).sort()).toEqual(['phx_reply', 'postgres_changes']);
    expect(next.some(({ ref }) => ref === beat)).toBe(true);
    expect(good).toBe('1');
  });

  it('does not touch other sockets', async () => {
    const [stalled, free] = [await connect(), await connect()];
    stalled.sendJoin('realtime:', {});
    const began = Date.now();
    await free.reply(free.heartbeat());
    expect(Date.now() - began).toBeLessThan(STALL_MS);
  });

  it('stalls once for each, so that two cost twice the time', async () => {
    const client = await connect();
    const began = Date.now();
    client.sendJoin('realtime:', {});
    client.sendJoin('realtime:', {});
    await client.reply(client.heartbeat());
    expect(Date.now() - began).toBeGreaterThanOrEqual(2 * STALL_MS);
  });
});

describe('bindings', () => {
  it('one bad binding silences every binding of its channel, and no other channel', async () => {
    const client = await connect();
    await client.join('realtime:poisoned', {
      postgres_changes: [bookings, { event: '*', schema: 'public', table: 'nosuch' }],
    });
    await client.event('system', 'realtime:poisoned');
    await client.subscribe('realtime:healthy', [bookings]);
    await book('for the healthy one');
    expect((await client.change()).data.type).toBe('INSERT');
    await client.reply(client.heartbeat());
    expect(client.raw.pending).toEqual([]);
  });

  it('equal entries have equal ids on every channel, other entries have others', async () => {
    const client = await connect();
    const ids = async (topic: string, entry: unknown): Promise<number[]> => {
      const reply = await client.reply(client.sendJoin(topic, { postgres_changes: [entry] }));
      return (reply['response'] as { postgres_changes: { id: number }[] }).postgres_changes.map(({ id }) => id);
    };
    const [first] = await ids('realtime:a', bookings);
    const [second] = await ids('realtime:b', { table: 'bookings', schema: 'public', event: '*' });
    const [third] = await ids('realtime:c', { ...bookings, event: 'INSERT' });
    expect(second).toBe(first);
    expect(third).not.toBe(first);
    expect(first).toBeLessThan(2 ** 27);
  });

  it('a second join of a topic replaces the first: ok, then phx_close for the old one', async () => {
    const client = await connect();
    const first = await client.subscribe('realtime:twice', [bookings]);
    const second = client.sendJoin('realtime:twice', { postgres_changes: [bookings] });
    expect(parseFrame(await client.raw.next())).toMatchObject({ event: 'phx_reply', ref: second });
    expect(parseFrame(await client.raw.next())).toMatchObject({ event: 'phx_close', joinRef: first, ref: first });
    await client.event('system');
    await book('once');
    await client.change();
    await client.reply(client.heartbeat());
    expect(client.raw.pending).toEqual([]);
  });

  it('a table that joins the publication can be subscribed at once', async () => {
    await sql.query('create table latecomers (id integer primary key)');
    const client = await connect();
    await client.join('realtime:early', { postgres_changes: [{ event: '*', schema: 'public', table: 'latecomers' }] });
    expect((await client.event('system')).payload['status']).toBe('error');
    await sql.query('alter publication supabase_realtime add table latecomers');
    await client.subscribe('realtime:late', [{ event: '*', schema: 'public', table: 'latecomers' }]);
    await sql.query('insert into latecomers values (1)');
    expect((await client.change()).data.table).toBe('latecomers');
  });
});

describe('privileges', () => {
  it('columns the role may not read are left out, and without the key there is Error 401', async () => {
    await sql.query('create table partly (id integer primary key, open text, hidden text)');
    await sql.query('revoke all on partly from anon');
    await sql.query('grant select (id, open) on partly to anon');
    await sql.query('alter publication supabase_realtime add table partly');
    const client = await connect();
    const service = await connect(backend.serviceKey);
    await client.subscribe('realtime:partly', [{ event: '*', schema: 'public', table: 'partly' }]);
    await service.subscribe('realtime:partly', [{ event: '*', schema: 'public', table: 'partly' }]);
    await sql.query(`insert into partly values (1, 'a', 'b')`);
    expect((await client.change()).data.record).toEqual({ id: 1, open: 'a' });
    expect((await service.change()).data.record).toEqual({ id: 1, open: 'a', hidden: 'b' });
    await sql.query('revoke select (id) on partly from anon');
    await sql.query(`insert into partly values (2, 'a', 'b')`);
    const { data } = await client.change();
    expect(data).toMatchObject({ errors: ['Error 401: Unauthorized'], record: {}, columns: [] });
  });

  it('a table without a primary key sends Error 400', async () => {
    await sql.query('create table keyless (n integer)');
    await sql.query('alter table keyless replica identity full');
    await sql.query('alter publication supabase_realtime add table keyless');
    const client = await connect();
    await client.subscribe('realtime:keyless', [{ event: '*', schema: 'public', table: 'keyless' }]);
    await sql.query('insert into keyless values (1)');
    const { data } = await client.change();
    expect(data).toMatchObject({ errors: ['Error 400: Bad Request, no primary key'], record: {} });
  });
});

describe('limits', () => {
  it('one channel too many is refused, until one is left', async () => {
    const client = await connect();
    const joins = [];
    for (let i = 0; i < 4; i += 1) joins.push(await client.join(`realtime:c${i}`, {}));
    const refused = await client.reply(client.sendJoin('realtime:c4', {}));
    expect(refused['response']).toEqual({ reason: 'ChannelRateLimitReached: Too many channels' });
    client.push(joins[0] ?? null, 'realtime:c0', 'phx_leave', {});
    await client.join('realtime:c4', {});
  });

  it('a payload too large is not delivered, and reported to a client that asked for acknowledgements', async () => {
    const client = await connect();
    const join = await client.join('realtime:large', { broadcast: { ack: true, self: true } });
    const ref = client.push(join, 'realtime:large', 'broadcast', {
      type: 'broadcast',
      event: 'e',
      payload: { text: 'x'.repeat(11_000) },
    });
    expect(await client.reply(ref)).toEqual({ status: 'error', response: 'payload_size_exceeded' });
  });

  it('a presence payload too large closes the channel', async () => {
    const client = await connect();
    const join = await client.join('realtime:large', {});
    const payload = { text: 'x'.repeat(11_000) };
    client.push(join, 'realtime:large', 'presence', { type: 'presence', event: 'track', payload });
    expect((await client.event('system')).payload['message']).toBe('Track message size exceeded');
    await client.event('phx_close');
  });

  it('a frame too large closes the socket with 1009', async () => {
    const client = await connect();
    client.raw.send('x'.repeat(50_001));
    expect((await client.raw.closed).code).toBe(1009);
  });

  it('a socket whose client reads nothing is cut, and others get everything', async () => {
    const idle = await connect();
    await idle.subscribe('realtime:idle', [bookings]);
    const reader = await connect();
    await reader.subscribe('realtime:reader', [bookings]);
    idle.raw.socket.pause();
    // The system's own buffers take some megabytes first.
    let sent = 0;
    for (; backend.faults.connections().length > 1; sent += 1) {
      await book(`${sent} ${'x'.repeat(500_000)}`);
      expect((await reader.change()).data.record?.['client_name']).toMatch(new RegExp(`^${sent} `));
    }
    expect(sent).toBeGreaterThan(1);
    idle.raw.socket.resume();
    expect((await idle.raw.closed).code).toBe(1006);
  });

  it('a socket that gets nothing for the length of a join is cut when too much waits for it', async () => {
    const client = await connect();
    await client.subscribe('realtime:busy', [bookings]);
    await book('x'.repeat(400_000));
    await client.change();
    client.sendJoin('realtime:', {});
    for (let i = 0; backend.faults.connections().length > 0; i += 1) await book(`${i} ${'x'.repeat(400_000)}`);
    expect((await client.raw.closed).code).toBe(1006);
  });
});

describe('tokens', () => {
  it('null, sb_ keys and the token it has already are ignored', async () => {
    const client = await connect();
    const token = await backend.signToken();
    const join = await client.subscribe('realtime:tokens', [bookings], token);
    for (const access_token of [null, 'sb_secret_x', token]) {
      client.push(join, 'realtime:tokens', 'access_token', { access_token });
    }
    await new Promise((resolve) => setTimeout(resolve, fastTiming.resubscribeMs[1] + 20));
    await client.reply(client.heartbeat());
    expect(client.raw.pending).toEqual([]);
  });

  it('a new token makes the subscription again without a gap', async () => {
    const client = await connect();
    const join = await client.subscribe('realtime:tokens', [bookings], await backend.signToken());
    client.push(join, 'realtime:tokens', 'access_token', { access_token: await backend.signToken() });
    const written: string[] = [];
    const received: string[] = [];
    let subscriptions = 0;
    while (subscriptions === 0 || received.length < written.length) {
      if (subscriptions === 0) {
        written.push(`row ${written.length}`);
        await book(written.at(-1) ?? '');
      }
      const { event, payload } = parseFrame(await client.raw.next());
      if (event === 'system') subscriptions += 1;
      else received.push((payload as { data: ChangeData }).data.record?.['client_name'] as string);
    }
    expect(received).toEqual(written);
    expect(written.length).toBeGreaterThan(1);
  });
});

describe('an idle socket', () => {
  it('is closed with 1000, and one that sends heartbeats is not', async () => {
    const idle = await startBackend({ seed: false, timing: { ...fastTiming, idleMs: IDLE_MS } });
    try {
      const url = `${idle.realtime}/websocket?apikey=${idle.anonKey}&vsn=2.0.0`;
      const [silent, busy] = [await RawClient.open(url), await RawClient.open(url)];
      const beat = setInterval(() => {
        busy.send('[null,"1","phoenix","heartbeat",{}]');
      }, IDLE_MS / 4);
      const began = Date.now();
      expect((await silent.closed).code).toBe(1000);
      expect(Date.now() - began).toBeGreaterThanOrEqual(IDLE_MS - 50);
      await new Promise((resolve) => setTimeout(resolve, IDLE_MS / 2));
      expect(busy.socket.readyState).toBe(busy.socket.OPEN);
      clearInterval(beat);
      await busy.close();
    } finally {
      await idle.stop();
    }
  });
});
