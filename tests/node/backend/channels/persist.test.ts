import pg from 'pg';
import { fastTiming, startBackend, type Backend } from 'switchboard-backend';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { ChannelClient } from '../support/channelClient.js';
import { isDropIn, OfficialClient, type ReceivedBroadcast } from '../support/officialClient.js';

const MINUTE_MS = 60_000;

let backend: Backend;
let sql: pg.Client;
const clients: OfficialClient[] = [];

beforeAll(async () => {
  backend = await startBackend({ seed: false, timing: fastTiming, limits: { payloadKb: 10 } });
  sql = new pg.Client(backend.postgres);
  sql.on('error', () => undefined);
  await sql.connect();
});

beforeEach(async () => {
  await sql.query('delete from realtime.messages');
});

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
});

afterAll(async () => {
  await sql.end();
  await backend.stop();
});

async function official(token = backend.serviceKey): Promise<OfficialClient> {
  const client = await OfficialClient.connect(backend, token);
  clients.push(client);
  return client;
}

const room = { private: true, broadcast: { ack: true } };

/** What a client gets that joins now, up to `count`. */
async function replayed(count: number): Promise<readonly ReceivedBroadcast[]> {
  const client = await official();
  const broadcast = { replay: { since: Date.now() - MINUTE_MS } };
  const channel = await client.join('kept', { private: true, broadcast });
  return client.broadcasts(channel, count);
}

async function stored(): Promise<unknown[]> {
  const { rows } = await sql.query<Record<string, unknown>>(
    'select topic, event, payload, binary_payload, private, extension from realtime.messages order by inserted_at',
  );
  return rows;
}

describe('a broadcast with persist', () => {
  it('is stored, acknowledged, received once, and replayed to who joins later', async () => {
    const [sender, hearer] = [await official(), await official()];
    const heard = await hearer.join('kept', room);
    const channel = await sender.join('kept', room);
    const message = { type: 'broadcast', event: 'saved', payload: { n: 1.5 } } as const;
    expect(await channel.send({ ...message, persist: true })).toBe('ok');
    expect(await channel.send({ ...message, event: 'unsaved' })).toBe('ok');
    const live = await hearer.broadcasts(heard, 2);
    expect(live.map(({ event }) => event)).toEqual(['saved', 'unsaved']);
    expect(live[0]?.meta).toHaveProperty('id');
    expect(live[1]?.meta).toBeUndefined();
    expect(await stored()).toMatchObject([
      { topic: 'kept', event: 'saved', payload: { n: 1.5 }, private: true, extension: 'broadcast' },
    ]);
    const again = await replayed(1);
    expect(again).toMatchObject([{ event: 'saved', payload: { n: 1.5 }, meta: { ...live[0]?.meta, replayed: true } }]);
    // What came through replication meanwhile would have come before this.
    await sql.query(`select realtime.send('{}', 'last', 'kept')`);
    expect((await hearer.broadcasts(heard, 3)).map(({ event }) => event)).toEqual(['saved', 'unsaved', 'last']);
    expect((await sender.broadcasts(channel, 1)).map(({ event }) => event)).toEqual(['last']);
  });

  it('carries bytes, too', async () => {
    const sender = await official();
    const channel = await sender.join('kept', room);
    const payload = new Uint8Array([0, 1, 255]).buffer;
    expect(await channel.send({ type: 'broadcast', event: 'bytes', payload, persist: true })).toBe('ok');
    const [message] = await replayed(1);
    expect(new Uint8Array(message?.payload as ArrayBuffer)).toEqual(new Uint8Array([0, 1, 255]));
  });

  it('over HTTP is stored as well', async () => {
    const sender = await official();
    const channel = sender.client.channel('kept', { config: { private: true } });
    await expect(channel.httpSend('posted', { n: 1 }, { persist: true })).resolves.toEqual({ success: true });
    await expect(channel.httpSend('brief', { n: 2 }, { persist: { ttl: 60 } })).resolves.toEqual({ success: true });
    expect((await replayed(2)).map(({ event }) => event)).toEqual(['posted', 'brief']);
  });

  it('is replayed for its ttl only', async () => {
    const sender = await official();
    const channel = await sender.join('kept', room);
    const message = { type: 'broadcast', payload: {} } as const;
    for (const [event, persist] of [
      ['brief', { ttl: 0.001 }],
      ['long', { ttl: 60 }],
      ['ever', {}],
    ] as const) {
      // The drop-in takes whole seconds only.
      const refused = isDropIn && event === 'brief';
      expect(await channel.send({ ...message, event, persist })).toBe(refused ? 'error' : 'ok');
    }
    expect((await replayed(2)).map(({ event }) => event)).toEqual(['long', 'ever']);
    expect(await stored()).toHaveLength(2);
  });

  it('is not stored without the right to send, above the limit, or on a public channel', async () => {
    await sql.query(`create policy reads on realtime.messages for select to authenticated using (true)`);
    const reader = await official(await backend.signToken({ role: 'authenticated' }));
    const denied = await reader.join('kept', room);
    const message = { type: 'broadcast', event: 'e', payload: {}, persist: true } as const;
    expect(await denied.send(message, { timeout: 200 })).toBe('timed out');
    const sender = await official();
    const channel = await sender.join('kept', room);
    const large = { text: 'x'.repeat(11_000) };
    expect(await channel.send({ ...message, payload: large })).toBe('error');
    const client = await ChannelClient.connect(backend, backend.serviceKey);
    await client.join('realtime:open', { broadcast: { ack: true } });
    const metadata = '{"persist":true}';
    const parts = ['1', '2', 'realtime:open', 'e', metadata].map((part) => Buffer.from(part));
    client.raw.send(
      Buffer.concat([Buffer.from([3, ...parts.map(({ length }) => length), 1]), ...parts, Buffer.from('{}')]),
    );
    expect((await client.reply('2')).status).toBe('ok');
    await client.close();
    expect(await stored()).toEqual([]);
  });
});
