import pg from 'pg';
import { fastTiming, startBackend, type Backend } from 'switchboard-backend';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { ChannelClient } from '../support/channelClient.js';
import { OfficialClient } from '../support/officialClient.js';

let backend: Backend;
let sql: pg.Client;
let warnings: string[] = [];
const clients: { close(): Promise<unknown> }[] = [];

beforeAll(async () => {
  backend = await startBackend({
    seed: false,
    timing: { ...fastTiming, replicationReadyMs: 0 },
    limits: { payloadKb: 10 },
  });
  sql = new pg.Client(backend.postgres);
  sql.on('error', () => undefined);
  sql.on('notice', ({ message }) => warnings.push(message ?? ''));
  await sql.connect();
  await sql.query(`
    create table orders (id integer primary key, state text);
    create function orders_changed() returns trigger language plpgsql as $$
      begin
        perform realtime.broadcast_changes('orders', tg_op, tg_op, tg_table_name, tg_table_schema, new, old);
        return null;
      end $$;
    create trigger orders_changed after insert or update or delete on orders
      for each row execute function orders_changed();`);
});

beforeEach(async () => {
  warnings = [];
  await sql.query('delete from realtime.messages');
});

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
});

afterAll(async () => {
  await sql.end();
  await backend.stop();
});

/** A client that may read and write everything. */
async function official(): Promise<OfficialClient> {
  const client = await OfficialClient.connect(backend, backend.serviceKey);
  clients.push(client);
  return client;
}

async function raw(): Promise<ChannelClient> {
  const client = await ChannelClient.connect(backend, backend.serviceKey);
  clients.push(client);
  return client;
}

async function storedIds(): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>('select id from realtime.messages order by inserted_at');
  return rows.map(({ id }) => id);
}

describe('realtime.send', () => {
  it('reaches the private channel of the topic with its id, and no public one', async () => {
    const client = await official();
    const closed = await client.join('room', { private: true });
    const other = await official();
    const open = await other.join('room');
    await sql.query(`select realtime.send('{"n": 1}', 'e', 'room')`);
    await sql.query(`select realtime.send('{"n": 2}', 'e', 'room', false)`);
    const [first, second] = await storedIds();
    expect(await client.broadcasts(closed, 1)).toEqual([
      { type: 'broadcast', event: 'e', payload: { n: 1, id: first }, meta: { id: first } },
    ]);
    expect(await other.broadcasts(open, 1)).toEqual([
      { type: 'broadcast', event: 'e', payload: { n: 2, id: second }, meta: { id: second } },
    ]);
  });

  it('keeps an id that the payload has', async () => {
    const client = await official();
    const channel = await client.join('own-id', { private: true });
    await sql.query(`select realtime.send('{"id": 7}', 'e', 'own-id')`);
    expect(await client.broadcasts(channel, 1)).toMatchObject([{ payload: { id: 7 } }]);
  });

  it('is a binary frame of kind 4', async () => {
    const client = await raw();
    await client.join('realtime:frame', { private: true });
    await sql.query(`select realtime.send('{"id": 7}', 'ev', 'frame')`);
    const [id = ''] = await storedIds();
    const metadata = JSON.stringify({ id });
    const head = Buffer.from([4, 'realtime:frame'.length, 2, metadata.length, 1]);
    const body = Buffer.from(`realtime:frameev${metadata}{"id": 7}`);
    expect(await client.raw.until((frame) => typeof frame !== 'string')).toEqual(Buffer.concat([head, body]));
  });

  it('that fails is a warning: the transaction goes on and the message is lost', async () => {
    const writer = new pg.Client(backend.postgres);
    const notices: string[] = [];
    writer.on('notice', ({ message }) => notices.push(message ?? ''));
    await writer.connect();
    await writer.query(`begin; set local role authenticated; select realtime.send('{}', 'e', 'room'); commit`);
    await writer.end();
    expect(notices).toEqual([
      'WarnSendingBroadcastMessage: new row violates row-level security policy for table "messages"',
    ]);
    expect(await storedIds()).toEqual([]);
  });

  it('sets the topic that policies see', async () => {
    await sql.query(
      `create policy by_topic on realtime.messages for insert to anon with check (realtime.topic() = 'own')`,
    );
    await sql.query(
      `begin; set local role anon; select realtime.send('{}', 'e', 'own'), realtime.send('{}', 'e', 'x'); commit`,
    );
    expect(await storedIds()).toHaveLength(1);
    expect(warnings).toHaveLength(1);
  });

  it('sends nothing above the payload limit', async () => {
    const client = await official();
    const channel = await client.join('large', { private: true });
    await sql.query(`select realtime.send(jsonb_build_object('text', repeat('x', 11000)), 'large', 'large')`);
    await sql.query(`select realtime.send(jsonb_build_object('text', repeat('x', 9000)), 'fits', 'large')`);
    expect(await client.broadcasts(channel, 1)).toMatchObject([{ event: 'fits' }]);
  });
});

it('realtime.send_binary reaches the official client as bytes', async () => {
  const client = await official();
  const channel = await client.join('bytes', { private: true });
  await sql.query(`select realtime.send_binary('\\xdeadbeef', 'e', 'bytes')`);
  const [message] = await client.broadcasts(channel, 1);
  expect(Buffer.from(message?.payload as ArrayBuffer).toString('hex')).toBe('deadbeef');
});

it('an update of a stored message, and a row without an event or payload, send nothing', async () => {
  const client = await official();
  const channel = await client.join('odd', { private: true });
  await sql.query(`
    insert into realtime.messages (topic, extension, payload, private) values ('odd', 'broadcast', '{}', true);
    insert into realtime.messages (topic, extension, event, private) values ('odd', 'broadcast', 'e', true);
    update realtime.messages set payload = '{}', event = 'updated';
    select realtime.send('{}', 'last', 'odd');`);
  expect(await client.broadcasts(channel, 1)).toMatchObject([{ event: 'last' }]);
});

describe('realtime.broadcast_changes', () => {
  it('sends the rows of a trigger', async () => {
    const client = await official();
    const channel = await client.join('orders', { private: true });
    await sql.query(`insert into orders values (1, 'new')`);
    await sql.query(`update orders set state = 'paid'`);
    await sql.query(`delete from orders`);
    const messages = await client.broadcasts(channel, 3);
    const [placed, paid] = [
      { id: 1, state: 'new' },
      { id: 1, state: 'paid' },
    ];
    const common = { table: 'orders', schema: 'public' };
    expect(messages).toMatchObject([
      { event: 'INSERT', payload: { ...common, operation: 'INSERT', record: placed, old_record: null } },
      { event: 'UPDATE', payload: { ...common, operation: 'UPDATE', record: paid, old_record: placed } },
      { event: 'DELETE', payload: { ...common, operation: 'DELETE', record: null, old_record: paid } },
    ]);
  });

  it.each([
    ["'TRUNCATE'", "'ROW'", 'Failed to process the row: Unexpected operation type: TRUNCATE'],
    [
      "'INSERT'",
      "'STATEMENT'",
      'Failed to process the row: function can only be triggered for each row, not for each statement',
    ],
  ])('fails for the operation %s at level %s', async (operation, level, message) => {
    const call = `select realtime.broadcast_changes('t', 'e', ${operation}, 'orders', 'public', null::orders, null::orders, ${level})`;
    await expect(sql.query(call)).rejects.toThrow(message);
  });
});

describe('replay', () => {
  const since = (): number => Date.now() - 60_000;

  it('brings the newest messages since a time, oldest first, and marks them', async () => {
    for (let n = 0; n < 5; n += 1) await sql.query(`select realtime.send('{"n": ${n}}', 'e', 'room')`);
    await sql.query(
      `update realtime.messages set inserted_at = inserted_at - interval '2 minutes' where payload @> '{"n": 4}'`,
    );
    const client = await official();
    const channel = await client.join('room', { private: true, broadcast: { replay: { since: since(), limit: 3 } } });
    const messages = await client.broadcasts(channel, 3);
    expect(messages.map(({ payload }) => (payload as { n: number }).n)).toEqual([1, 2, 3]);
    expect(messages[0]?.meta).toEqual({ id: (messages[0]?.payload as { id: string }).id, replayed: true });
  });

  it('brings at most 25, and bytes as bytes', async () => {
    await sql.query(`select realtime.send(jsonb_build_object('n', n), 'e', 'many') from generate_series(1, 30) n`);
    await sql.query(`select realtime.send_binary('\\xff', 'bytes', 'many')`);
    const client = await official();
    const channel = await client.join('many', { private: true, broadcast: { replay: { since: since(), limit: 25 } } });
    await sql.query(`select realtime.send('{}', 'live', 'many')`);
    const messages = await client.broadcasts(channel, 26);
    expect(messages.map(({ event }) => event)).toEqual([...Array<string>(24).fill('e'), 'bytes', 'live']);
    expect(new Uint8Array(messages[24]?.payload as ArrayBuffer)).toEqual(new Uint8Array([255]));
  });

  it('leaves out live copies of what was replayed', async () => {
    await sql.query(`select realtime.send('{}', 'stored', 'copies')`);
    const client = await official();
    const config = { private: true, broadcast: { replay: { since: since() } } };
    const channel = await client.join('copies', config);
    await client.broadcasts(channel, 1);
    const other = await official();
    const fresh = await other.join('copies', { private: true });
    await sql.query(`insert into realtime.messages (id, topic, extension, event, payload, private)
      select id, topic, extension, 'copy', payload, private from realtime.messages`);
    await sql.query(`select realtime.send('{}', 'last', 'copies')`);
    expect((await other.broadcasts(fresh, 2)).map(({ event }) => event)).toEqual(['copy', 'last']);
    expect((await client.broadcasts(channel, 2)).map(({ event }) => event)).toEqual(['stored', 'last']);
  });

  it.each([
    ['a public channel', { broadcast: { replay: { since: 0 } } }, 'Replay is not allowed for public channels'],
    ['a public channel, with null', { broadcast: { replay: null } }, 'Replay is not allowed for public channels'],
    ['a text', { private: true, broadcast: { replay: { since: 'now' } } }, 'Replay params are not valid'],
    ['no time', { private: true, broadcast: { replay: {} } }, 'Replay params are not valid'],
    ['a part of a ms', { private: true, broadcast: { replay: { since: 1.5 } } }, 'Replay params are not valid'],
    ['a year of five digits', { private: true, broadcast: { replay: { since: 1e15 } } }, 'Replay params are not valid'],
    [
      'a limit that is a text',
      { private: true, broadcast: { replay: { since: 1, limit: '3' } } },
      'Replay params are not valid',
    ],
  ])('is refused for %s', async (_case, config, reason) => {
    const client = await raw();
    const reply = await client.reply(client.sendJoin('realtime:room', config));
    expect(reply).toEqual({ status: 'error', response: { reason: `UnableToReplayMessages: ${reason}` } });
  });

  it('is ignored where it is no map', async () => {
    const client = await raw();
    await client.join('realtime:room', { private: true, broadcast: { replay: 'all' } });
  });

  it('needs the right to read broadcasts', async () => {
    await sql.query(
      `create policy presence_only on realtime.messages for select to authenticated using (extension = 'presence')`,
    );
    const client = await raw();
    const config = { private: true, presence: { enabled: true }, broadcast: { replay: { since: 0 } } };
    const reply = await client.reply(client.sendJoin('realtime:room', config, await backend.signToken()));
    expect(reply['response']).toEqual({
      reason: 'Unauthorized: You do not have permissions to read from this Channel topic: room',
    });
  });
});

describe('the replication of messages', () => {
  it('is announced to who asks for it', async () => {
    const client = await raw();
    await client.join('realtime:ready', { broadcast: { replication_ready: true } });
    expect((await client.event('system')).payload).toMatchObject({
      ...{ extension: 'system', status: 'ok', message: 'Replication connection established' },
    });
  });

  it('that does not come in time closes the channel that asked for it', async () => {
    const client = await raw();
    const restarted = backend.faults.restartPostgres({ downMs: 500 });
    let message: unknown;
    for (let i = 0; message !== 'Replication connection was not established in time'; i += 1) {
      await client.join(`realtime:late-${i}`, { broadcast: { replication_ready: true } });
      message = (await client.event('system')).payload['message'];
    }
    await client.event('phx_close');
    await restarted;
    sql = new pg.Client(backend.postgres);
    await sql.connect();
  });
});

it('without a partition for today a private join says so', async () => {
  const today = `realtime.messages_${new Date().toISOString().slice(0, 10).replaceAll('-', '_')}`;
  await sql.query(`alter table realtime.messages detach partition ${today}`);
  const client = await raw();
  const reply = await client.reply(client.sendJoin('realtime:room', { private: true }));
  const day = new Date().toISOString().slice(0, 10);
  await sql.query(
    `alter table realtime.messages attach partition ${today} for values from ('${day}') to ('${day}'::date + 1)`,
  );
  expect(reply['response']).toEqual({
    reason: 'MissingPartition: Realtime was unable to find the expected messages partition',
  });
});
