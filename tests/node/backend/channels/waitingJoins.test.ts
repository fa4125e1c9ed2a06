import pg from 'pg';
import { fastTiming, startBackend, type Backend } from 'switchboard-backend';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ChannelClient } from '../support/channelClient.js';
import { OfficialClient } from '../support/officialClient.js';

const orders = { event: '*', schema: 'public', table: 'orders' };
const COLD_MS = 200;

let backend: Backend;
let sql: pg.Client;

beforeAll(async () => {
  backend = await startBackend({ seed: false, timing: fastTiming });
  sql = new pg.Client(backend.postgres);
  sql.on('error', () => undefined);
  await sql.connect();
  await sql.query('create table orders (id int4 primary key); alter publication supabase_realtime add table orders');
});

afterAll(async () => {
  await sql.end();
  await backend.stop();
});

interface Reply {
  status: string;
  response: { reason?: string; postgres_changes?: unknown[] };
}

function connect(): Promise<ChannelClient> {
  return ChannelClient.connect(backend, backend.serviceKey);
}

/** The answer to a join. */
async function answer(client: ChannelClient, topic: string, config: Record<string, unknown>): Promise<Reply> {
  return (await client.reply(client.sendJoin(topic, config))) as unknown as Reply;
}

describe('a join with postgres_changes_options.wait', () => {
  it('is answered when changes flow, also by a server that starts up', async () => {
    await backend.faults.restart({ coldStartMs: COLD_MS });
    const client = await connect();
    const reply = await answer(client, 'realtime:a', {
      postgres_changes: [orders],
      postgres_changes_options: { wait: true },
    });
    expect(reply).toMatchObject({ status: 'ok', response: { postgres_changes: [orders] } });
    await sql.query('insert into orders values (1)');
    expect((await client.event('system', 'realtime:a')).payload).toMatchObject({ message: 'Subscribed to PostgreSQL' });
    expect((await client.change('realtime:a')).data).toMatchObject({ type: 'INSERT', record: { id: 1 } });
    await client.close();
  });

  it('leads to the same topic as other joins, also when the last of them leaves while it waits', async () => {
    await backend.faults.restart({ coldStartMs: COLD_MS });
    const [waiting, leaving, late] = [await connect(), await connect(), await connect()];
    const ref = waiting.sendJoin('realtime:topic', {
      postgres_changes: [orders],
      postgres_changes_options: { wait: true },
    });
    const leavingRef = await leaving.join('realtime:topic', {});
    await leaving.reply(leaving.push(leavingRef, 'realtime:topic', 'phx_leave', {}));
    expect((await waiting.reply(ref))['status']).toBe('ok');
    const lateRef = await late.join('realtime:topic', {});
    late.push(lateRef, 'realtime:topic', 'broadcast', { type: 'broadcast', event: 'e', payload: { n: 1 } });
    expect((await waiting.event('broadcast', 'realtime:topic')).payload).toMatchObject({ payload: { n: 1 } });
    for (const client of [waiting, leaving, late]) await client.close();
  });

  it('is refused for a table that can not be subscribed to, and leaves the socket as it was', async () => {
    const client = await connect();
    const reply = await answer(client, 'realtime:b', {
      postgres_changes: [orders, { event: '*', schema: 'public', table: 'nothing' }],
      postgres_changes_options: { wait: true },
    });
    expect(reply.status).toBe('error');
    expect(reply.response.reason).toMatch(/^RealtimeDisabledForConfiguration: .*nothing/u);
    await client.subscribe('realtime:b', [orders]);
    await client.close();
  });

  it('is refused when its time runs out', async () => {
    await backend.faults.restart({ coldStartMs: 60_000 });
    const client = await connect();
    const reply = await answer(client, 'realtime:c', {
      postgres_changes: [orders],
      postgres_changes_options: { wait: true, timeout: 30 },
    });
    expect(reply.response.reason).toMatch(/^PostgresChangesSubscribeTimeout: /u);
    await client.close();
    await backend.faults.restart();
  });

  it.each([
    ['no bindings', { postgres_changes_options: { wait: true } }],
    ['wait that is false', { postgres_changes: [orders], postgres_changes_options: { wait: false } }],
    ['options that are no map', { postgres_changes: [orders], postgres_changes_options: 'wait' }],
  ])('is answered at once with %s', async (_, config) => {
    await backend.faults.restart({ coldStartMs: 60_000 });
    const client = await connect();
    expect((await answer(client, 'realtime:d', config)).status).toBe('ok');
    await client.close();
    await backend.faults.restart();
  });

  it('is what the official client reports', async () => {
    const client = await OfficialClient.connect(backend, backend.serviceKey);
    const config = { postgres_changes_options: { wait: true } };
    const changes: unknown[] = [];
    await client.join('e', config, (channel) => {
      channel.on('postgres_changes', { event: 'INSERT', schema: 'public', table: 'orders' }, (change) => {
        changes.push(change.new);
        client.wake();
      });
    });
    await sql.query('insert into orders values (2)');
    await client.until(() => changes.length === 1);
    expect(changes).toEqual([{ id: 2 }]);
    const refused = client.join('f', config, (channel) => {
      channel.on('postgres_changes', { event: '*', schema: 'public', table: 'nothing' }, () => undefined);
    });
    await expect(refused).rejects.toThrow('RealtimeDisabledForConfiguration');
    await client.close();
  });
});
