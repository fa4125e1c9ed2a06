import pg from 'pg';
import { fastTiming, startBackend, type Backend } from 'switchboard-backend';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { ChannelClient } from './support/channelClient.js';

const bookings = [{ event: '*', schema: 'public', table: 'bookings' }];

let backend: Backend;
let sql: pg.Client;
const clients: ChannelClient[] = [];

beforeAll(async () => {
  backend = await startBackend({ timing: fastTiming, lab: true });
  sql = new pg.Client(backend.postgres);
  await sql.connect();
});

afterEach(() => {
  for (const client of clients.splice(0)) client.raw.socket.terminate();
});

afterAll(async () => {
  await sql.end();
  await backend.stop();
});

async function subscribe(): Promise<ChannelClient> {
  const client = await ChannelClient.connect(backend);
  clients.push(client);
  await client.subscribe('realtime:bookings', bookings);
  return client;
}

async function post(
  name: string,
  body: unknown = {},
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${backend.url}/lab/${name}`, { method: 'POST', body: JSON.stringify(body), headers });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

describe('the lab', () => {
  it('cuts every line', async () => {
    const client = await subscribe();
    expect((await post('cut')).status).toBe(200);
    expect((await client.raw.closed).code).toBe(1006);
  });

  it('silences the lines there are, and none that come later', async () => {
    await subscribe();
    await post('half-open');
    const later = await subscribe();
    await later.reply(later.heartbeat());
  });

  it('restarts the server, which is back after the time it names', async () => {
    const client = await subscribe();
    const { body } = await post('restart');
    expect((await client.raw.closed).code).toBe(1012);
    expect(body['downMs']).toBeGreaterThan(0);
  });

  it('signs tokens that open channels, until it expires them', async () => {
    const { body } = await post('token');
    const token = String(body['token']);
    const read = (): Promise<Response> =>
      fetch(`${backend.rest}/businesses`, {
        headers: { apikey: backend.anonKey, authorization: `Bearer ${token}` },
      });
    expect((await read()).status).toBe(200);
    await post('expire-token');
    expect((await read()).status).toBe(401);
    expect((await post('token')).body['token']).not.toBe(token);
  });

  it('bursts with as many changes as it says, and leaves the rows as they were', async () => {
    const [business] = backend.businesses;
    const rows = async (): Promise<unknown[]> =>
      (await sql.query<object>('select id, amount, status from bookings order by id')).rows;
    const before = await rows();
    const { body } = await post('burst', { businessId: business?.id, changes: 1000 });
    expect(body).toEqual({ changes: 1000 });
    expect(await rows()).toEqual(before);
    expect(await post('burst', { businessId: business?.id })).toMatchObject({ status: 400 });
    expect((await post('burst', { businessId: '33333333-3333-4333-8333-333333333333', changes: 10 })).body).toEqual({
      changes: 0,
    });
  });

  it('loses the next change of one road, which has to be named, and writes to a business that has to be', async () => {
    expect((await post('lose-next', { via: 'broadcast' })).status).toBe(200);
    expect((await post('lose-next', { via: 'postgres_changes' })).status).toBe(200);
    expect(await post('lose-next', { via: 'pigeons' })).toMatchObject({ status: 400 });
    expect(await post('replication-away')).toMatchObject({ status: 400 });
    expect(await post('large-transaction')).toMatchObject({ status: 400 });
  });

  it('knows its own switches only', async () => {
    expect((await post('explode')).status).toBe(404);
    expect((await fetch(`${backend.url}/lab/cut`)).status).toBe(405);
  });

  it('is not there unless asked for, nor on other addresses than the local one', async () => {
    const plain = await startBackend({ seed: false, timing: fastTiming });
    expect((await fetch(`${plain.url}/lab/cut`, { method: 'POST' })).status).toBe(404);
    await plain.stop();
    await expect(startBackend({ lab: true, host: '0.0.0.0' })).rejects.toThrow('127.0.0.1');
  });
});
