import pg from 'pg';
import { fastTiming, startBackend, type Backend } from 'switchboard-backend';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { ChannelClient } from '../support/channelClient.js';
import { isDropIn, OfficialClient } from '../support/officialClient.js';
import { RawClient } from '../support/rawClient.js';

let backend: Backend;
let sql: pg.Client;
const clients: { close(): Promise<unknown> }[] = [];

beforeAll(async () => {
  backend = await startBackend({ seed: false, timing: fastTiming });
  sql = new pg.Client(backend.postgres);
  sql.on('error', () => undefined);
  await sql.connect();
  await sql.query(`
    create function fail() returns boolean language plpgsql as $$ begin raise exception 'no'; end $$;
    create policy reads on realtime.messages for select to authenticated
      using (auth.jwt() -> 'reads' ? extension and realtime.topic() <> 'raises');
    create policy writes on realtime.messages for insert to authenticated
      with check (auth.jwt() -> 'writes' ? extension);
    create policy by_header on realtime.messages for select to authenticated
      using (current_setting('request.headers')::jsonb ->> 'x-room' = realtime.topic());
    create policy raises on realtime.messages for select to authenticated
      using (realtime.topic() = 'raises' and fail());`);
});

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
});

afterAll(async () => {
  await sql.end();
  await backend.stop();
});

interface Rights {
  reads?: readonly string[];
  writes?: readonly string[];
}

function token(rights: Rights): Promise<string> {
  return backend.signToken({ reads: [], writes: [], ...rights });
}

async function official(rights: Rights): Promise<OfficialClient> {
  const client = await OfficialClient.connect(backend, await token(rights));
  clients.push(client);
  return client;
}

/** A raw client: the official one does not show that a reply never comes. */
async function raw(): Promise<ChannelClient> {
  const client = await ChannelClient.connect(backend);
  clients.push(client);
  return client;
}

const all = ['broadcast', 'presence'];
const denied = (topic: string): string =>
  `Unauthorized: You do not have permissions to read from this Channel topic: ${topic}`;

describe('a private join', () => {
  it('is refused without any right to read', async () => {
    const client = await official({ writes: all });
    await expect(client.join('room', { private: true })).rejects.toThrow(denied('room'));
  });

  it.each([
    ['a role that does not exist', 'room', { role: 'nobody_knows', reads: all }],
    ['a policy that raises an error', 'raises', { role: 'authenticated', reads: all }],
  ])('is refused in the same words for %s', async (_case, topic, claims) => {
    const client = await OfficialClient.connect(backend, await backend.signToken(claims));
    clients.push(client);
    await expect(client.join(topic, { private: true })).rejects.toThrow(denied(topic));
  });

  it('needs the right to read one of broadcast and presence', async () => {
    for (const reads of all) {
      const client = await official({ reads: [reads] });
      await client.join(`one-${reads}`, { private: true, presence: { enabled: true } });
    }
  });

  it('is not allowed by presence where it does not ask for presence', async () => {
    const client = await official({ reads: ['presence'] });
    await expect(client.join('quiet', { private: true })).rejects.toThrow(denied('quiet'));
  });

  it('shows policies the extra headers of the handshake', async () => {
    const url = `${backend.realtime}/websocket?apikey=${backend.anonKey}&vsn=2.0.0`;
    const client = await RawClient.open(url, { 'x-room': 'by-header' });
    clients.push(client);
    const accessToken = await token({});
    client.send(['1', '1', 'realtime:by-header', 'phx_join', { config: { private: true }, access_token: accessToken }]);
    expect((await client.next()).toString()).toContain('"status":"ok"');
  });

  it('with the service key needs no policy', async () => {
    const client = await OfficialClient.connect(backend, backend.serviceKey);
    clients.push(client);
    await client.join('room', { private: true });
  });

  it('says so when the database can not be reached', async () => {
    const client = await raw();
    const accessToken = await token({ reads: all });
    const restarted = backend.faults.restartPostgres({ downMs: 500 });
    let reply: Record<string, unknown> = { status: 'ok' };
    for (let i = 0; reply['status'] === 'ok'; i += 1) {
      reply = await client.reply(client.sendJoin(`realtime:away-${i}`, { private: true }, accessToken));
    }
    expect(reply['response']).toEqual({
      reason: 'UnableToConnectToProject: Realtime was unable to connect to the project database',
    });
    await restarted;
  });
});

describe('on a private channel', () => {
  it('who may read broadcasts gets them, and no presence', async () => {
    const sender = await official({ reads: all, writes: all });
    const reader = await official({ reads: ['broadcast'] });
    let presences = 0;
    const read = await reader.join('read-broadcast', { private: true, presence: { enabled: true } }, (channel) => {
      channel.on('presence', { event: '*' }, () => (presences += 1));
    });
    const sent = await sender.join('read-broadcast', { private: true, broadcast: { ack: true } });
    expect(await sent.track({ here: true })).toBe('ok');
    expect(await sent.send({ type: 'broadcast', event: 'e', payload: { n: 1 } })).toBe('ok');
    expect(await reader.broadcasts(read, 1)).toMatchObject([{ event: 'e', payload: { n: 1 } }]);
    expect(presences).toBe(0);
  });

  it('who may read presence gets it, and no broadcasts', async () => {
    const sender = await official({ reads: all, writes: all });
    const reader = await official({ reads: ['presence'] });
    const read = await reader.join('read-presence', { private: true, presence: { enabled: true } }, (channel) => {
      channel.on('presence', { event: 'sync' }, reader.wake);
    });
    const sent = await sender.join('read-presence', { private: true, broadcast: { ack: true } });
    expect(await sent.send({ type: 'broadcast', event: 'e', payload: {} })).toBe('ok');
    expect(await sent.track({ here: true })).toBe('ok');
    await reader.until(() => Object.keys(read.presenceState()).length === 1);
    expect(reader.received(read).broadcasts).toEqual([]);
  });

  it('a broadcast without the right to write is neither answered nor delivered', async () => {
    const reader = await official({ reads: all });
    const read = await reader.join('write', { private: true });
    const writer = await raw();
    const join = await writer.join(
      'realtime:write',
      { private: true, broadcast: { ack: true } },
      await token({ reads: all }),
    );
    writer.push(join, 'realtime:write', 'broadcast', { type: 'broadcast', event: 'denied', payload: {} });
    const next = writer.push(join, 'realtime:write', 'presence', {});
    expect((await writer.event('phx_reply')).ref).toBe(next);
    const allowed = await official({ reads: all, writes: ['broadcast'] });
    const sent = await allowed.join('write', { private: true, broadcast: { ack: true } });
    expect(await sent.send({ type: 'broadcast', event: 'allowed', payload: {} })).toBe('ok');
    expect(await reader.broadcasts(read, 1)).toMatchObject([{ event: 'allowed' }]);
  });

  it('tracking without the right to write presence is an error', async () => {
    const client = await official({ reads: all, writes: ['broadcast'] });
    const channel = await client.join('track', { private: true });
    // The drop-in answers when the channel is joined, since it combines calls.
    expect(await channel.track({ here: true })).toBe(isDropIn ? 'ok' : 'error');
  });

  it('who joined without presence gets the differences once it tracks', async () => {
    const client = await official({ reads: all, writes: all });
    const other = await official({ reads: all, writes: all });
    const late = await raw();
    const join = await late.join('realtime:late', { private: true }, await token({ reads: all, writes: ['presence'] }));
    const present = await other.join('late', { private: true });
    expect(await present.track({ n: 1 })).toBe('ok');
    late.push(join, 'realtime:late', 'presence', { type: 'presence', event: 'track', payload: { n: 2 } });
    expect((await late.event('presence_diff')).payload).toMatchObject({ joins: expect.anything() as unknown });
    await client.close();
  });
});

describe('a new token on a private channel', () => {
  it('without any right to read closes it', async () => {
    const client = await raw();
    const join = await client.join('realtime:fresh', { private: true }, await token({ reads: all }));
    client.push(join, 'realtime:fresh', 'access_token', { access_token: await token({}) });
    expect((await client.event('system')).payload).toMatchObject({
      status: 'error',
      message: 'You do not have permissions to read from this Channel topic: fresh',
    });
    await client.event('phx_close');
  });

  it.each(all)('that takes %s away closes it too', async (kept) => {
    const client = await raw();
    const config = { private: true, presence: { enabled: true } };
    const join = await client.join('realtime:less', config, await token({ reads: all }));
    client.push(join, 'realtime:less', 'access_token', { access_token: await token({ reads: [kept] }) });
    expect((await client.event('system')).payload).toMatchObject({
      status: 'error',
      message: 'You no longer have permission to read from this Channel topic: less',
    });
    await client.event('phx_close');
  });

  it('that grants writing lets it write', async () => {
    const client = await raw();
    const config = { private: true, broadcast: { ack: true } };
    const join = await client.join('realtime:more', config, await token({ reads: all }));
    const broadcast = { type: 'broadcast', event: 'e', payload: {} };
    client.push(join, 'realtime:more', 'broadcast', broadcast);
    const accessToken = await token({ reads: all, writes: all });
    client.push(join, 'realtime:more', 'access_token', { access_token: accessToken });
    const ref = client.push(join, 'realtime:more', 'broadcast', broadcast);
    expect((await client.event('phx_reply')).ref).toBe(ref);
  });
});

it('a project that allows private channels only refuses others', async () => {
  const strict = await startBackend({ seed: false, timing: fastTiming, privateOnly: true });
  const client = await OfficialClient.connect(strict, strict.serviceKey);
  await expect(client.join('open')).rejects.toThrow('PrivateOnly: This project only allows private channels');
  await client.join('closed', { private: true });
  await client.close();
  await strict.stop();
});
