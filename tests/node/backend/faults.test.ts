import pg from 'pg';
import { fastTiming, startBackend, type Backend } from 'switchboard-backend';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { ChannelClient } from './support/channelClient.js';
import { parseFrame, RawClient, type RawFrame } from './support/rawClient.js';

const TOPIC = 'realtime:bookings';
const bookings = [{ event: '*', schema: 'public', table: 'bookings' }];

let backend: Backend;
let sql: pg.Client;
const clients: ChannelClient[] = [];

beforeAll(async () => {
  backend = await startBackend({ seed: false, timing: fastTiming });
  sql = await connectSql();
});

afterEach(async () => {
  await backend.faults.reset();
  for (const client of clients.splice(0)) client.raw.socket.terminate();
});

afterAll(async () => {
  await sql.end();
  await backend.stop();
});

async function connectSql(): Promise<pg.Client> {
  const client = new pg.Client(backend.postgres);
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

async function connect(): Promise<ChannelClient> {
  const client = await ChannelClient.connect(backend);
  clients.push(client);
  return client;
}

/** A client on which changes flow, and the number of its connection. */
async function subscribe(): Promise<{ client: ChannelClient; connection: number }> {
  const client = await connect();
  await client.subscribe(TOPIC, bookings);
  return { client, connection: backend.faults.connections().at(-1) ?? 0 };
}

function book(name: string): Promise<unknown> {
  return sql.query(
    `insert into bookings (business_id, client_name, service, starts_at) values (gen_random_uuid(), $1, 'Cut', now())`,
    [name],
  );
}

const pause = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, 20));

/** Resolves when the server has taken all that is committed now from the database. */
async function streamCaughtUp(): Promise<void> {
  const { rows } = await sql.query<{ lsn: string }>('select pg_current_wal_insert_lsn() as lsn');
  const isBehind = 'select from pg_stat_replication where write_lsn < $1';
  while (((await sql.query(isBehind, [rows[0]?.lsn])).rowCount ?? 0) > 0) await pause();
}

async function nextName(client: ChannelClient): Promise<unknown> {
  return (await client.change()).data.record?.['client_name'];
}

/** A handshake and what became of it: an HTTP status, or 'open', or the code of its end. */
async function handshake(): Promise<number | 'open'> {
  const raw = new RawClient(`${backend.realtime}/websocket?apikey=${backend.anonKey}&vsn=2.0.0`);
  const result = await Promise.race([
    raw.opened.then(() => 'open' as const),
    raw.refused.then(({ status }) => status),
    raw.closed.then(({ code }) => code),
  ]);
  raw.socket.terminate();
  return result;
}

async function post(name: string, body: unknown = {}): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${backend.url}/faults/${name}`, { method: 'POST', body: JSON.stringify(body) });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

describe('connections', () => {
  it('drop cuts without a close frame, only the one that was named', async () => {
    const [one, other] = [await subscribe(), await subscribe()];
    backend.faults.drop({ connection: one.connection });
    expect((await one.client.raw.closed).code).toBe(1006);
    await other.client.reply(other.client.heartbeat());
    expect(backend.stats().connections).toBe(1);
  });

  it('close closes all with the code and reason', async () => {
    const { client } = await subscribe();
    backend.faults.close({ code: 4321, reason: 'because' });
    expect(await client.raw.closed).toEqual({ code: 4321, reason: 'because' });
  });

  it('stall holds back what is sent and then delivers it in order', async () => {
    const { client } = await subscribe();
    const began = Date.now();
    backend.faults.stall({ ms: 150 });
    for (const name of ['a', 'b', 'c']) await book(name);
    expect([await nextName(client), await nextName(client), await nextName(client)]).toEqual(['a', 'b', 'c']);
    expect(Date.now() - began).toBeGreaterThanOrEqual(140);
  });

  it('delay lets every frame come later, in order, also on connections made afterwards', async () => {
    backend.faults.delay({ ms: 80 });
    const client = await connect();
    const began = Date.now();
    const first = client.heartbeat();
    const second = client.heartbeat();
    expect(parseFrame(await client.raw.next()).ref).toBe(first);
    expect(parseFrame(await client.raw.next()).ref).toBe(second);
    expect(Date.now() - began).toBeGreaterThanOrEqual(75);
    backend.faults.delay({ ms: 600_000 });
    backend.faults.delay({ ms: 0 });
    await client.reply(client.heartbeat());
  });

  it('halfOpen answers nothing and closes nothing, not even pings and close frames', async () => {
    const { client, connection } = await subscribe();
    const other = await subscribe();
    backend.faults.halfOpen({ connection });
    client.heartbeat();
    client.raw.socket.ping();
    client.raw.socket.close(1000);
    await book('unseen');
    // What the other one gets was sent after all that.
    expect(await nextName(other.client)).toBe('unseen');
    await other.client.reply(other.client.heartbeat());
    expect(client.raw.pending).toEqual([]);
    expect(client.raw.socket.readyState).toBe(client.raw.socket.CLOSING);
    expect(backend.stats().connections).toBe(2);
  });

  it('halfOpen without a number swallows what comes later as well', async () => {
    backend.faults.halfOpen();
    const client = await connect();
    client.heartbeat();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(client.raw.pending).toEqual([]);
    await backend.faults.reset();
    const healthy = await connect();
    await healthy.reply(healthy.heartbeat());
  });

  it('garbage sends malformed, truncated and foreign frames, after which the connection goes on', async () => {
    const { client } = await subscribe();
    backend.faults.garbage();
    await book('after the garbage');
    const garbage: RawFrame[] = [];
    let last: RawFrame;
    while (!(last = await client.raw.next()).toString().includes('after the garbage')) garbage.push(last);
    expect(garbage.some((frame) => Buffer.isBuffer(frame))).toBe(true);
    expect(garbage).toContain('hello');
    expect(garbage.length).toBeGreaterThan(10);
  });
});

describe('handshakes', () => {
  it('refuse answers with a status, cuts, or does not answer at all', async () => {
    await backend.faults.refuse({ status: 502 });
    expect(await handshake()).toBe(502);
    await backend.faults.refuse({ mode: 'drop' });
    expect(await handshake()).toBe(1006);
    await backend.faults.refuse({ mode: 'hang' });
    const answer = await Promise.race([handshake(), new Promise((resolve) => setTimeout(resolve, 60, 'silence'))]);
    expect(answer).toBe('silence');
    await backend.faults.reset();
    expect(await handshake()).toBe('open');
  });

  it('refuse of the port closes it for a while and opens it again', async () => {
    const { client } = await subscribe();
    await backend.faults.refuse({ mode: 'port', ms: 1_500 });
    await expect(fetch(`${backend.url}/health`)).rejects.toThrow();
    // Connections that are open stay open.
    await client.reply(client.heartbeat());
    while ((await handshake()) !== 'open') await pause();
  });

  it('refuse ends by itself after its time', async () => {
    await backend.faults.refuse({ status: 500, ms: 1_000 });
    expect(await handshake()).toBe(500);
    while ((await handshake()) !== 'open') await pause();
  });

  it('acceptAndClose opens and ends each connection', async () => {
    backend.faults.acceptAndClose({ code: 1011 });
    const client = await connect();
    expect((await client.raw.closed).code).toBe(1011);
    await backend.faults.reset();
    backend.faults.acceptAndClose();
    expect((await (await connect()).raw.closed).code).toBe(1006);
  });
});

describe('the server', () => {
  it('restart closes with 1012, stays away, and is cold when it is back', async () => {
    const { client } = await subscribe();
    const restarted = backend.faults.restart({ downMs: 1_500, coldStartMs: 150 });
    expect((await client.raw.closed).code).toBe(1012);
    expect(await handshake()).toBe(1006);
    await restarted;
    const again = await connect();
    await again.join(TOPIC, { postgres_changes: bookings });
    const joined = Date.now();
    await again.event('system');
    expect(Date.now() - joined).toBeGreaterThanOrEqual(140);
    await book('after the restart');
    expect(await nextName(again)).toBe('after the restart');
  });

  it('restart with an announcement says so before it closes', async () => {
    const { client } = await subscribe();
    await backend.faults.restart({ announce: true });
    const { payload } = await client.event('system');
    expect(payload).toEqual({ message: 'Server requested disconnect', status: 'ok', extension: 'system' });
    expect((await client.raw.closed).code).toBe(1012);
  });

  it('expireTokens closes the channels that use a token, not those on the key', async () => {
    const client = await connect();
    const token = await backend.signToken();
    await client.subscribe('realtime:token', bookings, token);
    await client.subscribe('realtime:key', bookings);
    backend.faults.expireTokens();
    const { payload, topic } = await client.event('system');
    expect(topic).toBe('realtime:token');
    expect(payload).toMatchObject({ status: 'error', extension: 'system', message: 'Token has expired 0 seconds ago' });
    expect((await client.event('phx_close')).topic).toBe('realtime:token');
    const refused = await client.reply(client.sendJoin('realtime:token', {}, token));
    expect(refused['response']).toEqual({ reason: 'InvalidJWTToken: Token has expired 0 seconds ago' });
    await client.subscribe('realtime:token', bookings, await backend.signToken());
    await book('still there');
    expect((await client.change('realtime:key')).data.type).toBe('INSERT');
  });

  it('expireTokens can take the keys as well', async () => {
    const { client } = await subscribe();
    backend.faults.expireTokens({ keys: true });
    await client.event('phx_close');
    expect(await handshake()).toBe(401);
    await backend.faults.reset();
    expect(await handshake()).toBe('open');
  });

  it('rateLimit fails joins, takes their socket with 1001 and refuses handshakes with 429', async () => {
    const client = await connect();
    backend.faults.rateLimit();
    const refused = await client.reply(client.sendJoin(TOPIC, {}));
    expect(refused['response']).toEqual({ reason: 'ClientJoinRateLimitReached: Too many joins per second' });
    expect((await client.raw.closed).code).toBe(1001);
    expect(await handshake()).toBe(429);
  });

  it('failJoins answers the given number of joins with the error, and lets others pass', async () => {
    const client = await connect();
    const reason = 'UnableToConnectToProject: Realtime was unable to connect to the project database';
    backend.faults.failJoins({ reason, topic: TOPIC, count: 1 });
    await client.join('realtime:another', {});
    expect((await client.reply(client.sendJoin(TOPIC, {})))['response']).toEqual({ reason });
    await client.join(TOPIC, {});
  });
});

describe('the database', () => {
  it('loseChanges drops changes silently', async () => {
    const { client } = await subscribe();
    backend.faults.loseChanges({ ms: 60_000 });
    await book('lost');
    await streamCaughtUp();
    backend.faults.loseChanges({ ms: 0 });
    await book('seen');
    expect(await nextName(client)).toBe('seen');
  });

  it('failSubscriptions answers subscriptions with the error, as the database does that starts', async () => {
    const client = await connect();
    const error = 'FATAL 57P03 (cannot_connect_now) the database system is starting up';
    backend.faults.failSubscriptions({ error });
    await client.join(TOPIC, { postgres_changes: bookings });
    const { payload } = await client.event('system');
    expect(payload).toMatchObject({ status: 'error', extension: 'postgres_changes' });
    expect(payload['message']).toMatch(
      /^Unable to subscribe to changes with given parameters\. An exception happened /,
    );
    expect(payload['message']).toContain(`Exception: ${error}`);
  });

  it('resubscribe loses changes, then says "Subscribed to PostgreSQL" once more', async () => {
    const { client } = await subscribe();
    backend.faults.resubscribe({ lostMs: 100 });
    await book('lost');
    const { payload } = await client.event('system');
    expect(payload).toMatchObject({ status: 'ok', message: 'Subscribed to PostgreSQL' });
    await book('seen');
    expect(await nextName(client)).toBe('seen');
  });

  it('restartPostgres keeps sockets and channels, and changes flow again without a message', async () => {
    const { client } = await subscribe();
    await backend.faults.restartPostgres();
    sql = await connectSql();
    for (let i = 0; client.raw.pending.length === 0; i += 1) {
      await book(`row ${i}`);
      await pause();
    }
    expect(parseFrame(client.raw.pending[0] ?? '').event).toBe('postgres_changes');
    expect(backend.faults.connections().length).toBe(1);
  });

  it('restartPostgres fails the requests that are under way, and nothing else', async () => {
    await sql.query('begin');
    await sql.query('lock table clients in access exclusive mode');
    const answer = fetch(`${backend.rest}/clients?select=id`, { headers: { apikey: backend.anonKey } });
    const watcher = await connectSql();
    const waiting = "select from pg_stat_activity where wait_event_type = 'Lock'";
    while ((await watcher.query(waiting)).rowCount === 0) await pause();
    await backend.faults.restartPostgres();
    expect((await answer).status).toBeGreaterThanOrEqual(500);
    await watcher.end();
    sql = await connectSql();
    const again = await fetch(`${backend.rest}/clients?select=id`, { headers: { apikey: backend.anonKey } });
    expect(again.status).toBe(200);
  });

  it('a killed replication backend is replaced', async () => {
    const { client } = await subscribe();
    await sql.query(`select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'walsender'`);
    for (let i = 0; client.raw.pending.length === 0; i += 1) {
      await book(`row ${i}`);
      await pause();
    }
    expect(parseFrame(client.raw.pending[0] ?? '').event).toBe('postgres_changes');
  });
});

describe('the control API', () => {
  it('throws the same switches over HTTP', async () => {
    const { client, connection } = await subscribe();
    expect(await post('close', { connection, code: 4000 })).toMatchObject({ status: 200, body: { ok: true } });
    expect((await client.raw.closed).code).toBe(4000);
    await post('refuse', { status: 503 });
    expect(await handshake()).toBe(503);
    await post('reset');
    expect(await handshake()).toBe('open');
  });

  it('names what is wrong with a request', async () => {
    expect(await post('nosuch')).toMatchObject({ status: 404, body: { error: 'unknown fault "nosuch"' } });
    expect(await post('stall', {})).toEqual({ status: 400, body: { error: '"ms" must be a number' } });
    expect(await post('refuse', { mode: 'maybe' })).toMatchObject({ status: 400 });
    expect(await post('delay', { ms: 'long' })).toMatchObject({ status: 400 });
    expect((await fetch(`${backend.url}/faults/drop`)).status).toBe(405);
  });

  it('counts joins and frames, so that a test can ask for one of each', async () => {
    const before = backend.stats().topics[TOPIC];
    const { client } = await subscribe();
    await book('one');
    await client.change();
    const stats = (await (await fetch(`${backend.url}/faults`)).json()) as ReturnType<Backend['stats']>;
    expect(stats).toMatchObject({ connections: 1, channels: 1, subscriptions: 1 });
    expect((stats.topics[TOPIC]?.joins ?? 0) - (before?.joins ?? 0)).toBe(1);
    expect((stats.topics[TOPIC]?.changes ?? 0) - (before?.changes ?? 0)).toBe(1);
  });
});
