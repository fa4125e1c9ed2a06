import pg from 'pg';
import { defaultLimits, fastTiming, startBackend, type Backend } from 'switchboard-backend';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { RateCounter } from '../../../web/backend/limits.js';
import { ChannelClient } from './support/channelClient.js';
import { RawClient } from './support/rawClient.js';

describe('a rate counter', () => {
  it('lets bursts pass until the next tick', () => {
    const counter = new RateCounter(10, 1000);
    counter.add(1000);
    expect(counter.isTripped).toBe(false);
    counter.tick();
    expect(counter.isTripped).toBe(true);
  });

  it('averages over at most twelve ticks, so a burst is forgiven slowly', () => {
    const counter = new RateCounter(10, 1000);
    counter.add(45);
    const tripped: boolean[] = [];
    for (let i = 0; i < 14; i += 1) {
      counter.tick();
      tripped.push(counter.isTripped);
    }
    // 45, 22.5, 15, 11.25, 9, … events per second
    expect(tripped.slice(0, 6)).toEqual([true, true, true, true, false, false]);
    expect(counter.perSecond).toBe(0);
  });

  it("takes a test's burst of thousands for no rate above the limit", () => {
    const counter = new RateCounter(defaultLimits.eventsPerSecond, fastTiming.rateTickMs);
    counter.add(10_000);
    counter.tick();
    expect(counter.isTripped).toBe(false);
  });
});

describe('rates of the tenant', () => {
  let backend: Backend;
  let sql: pg.Client;

  beforeAll(async () => {
    backend = await startBackend({
      seed: false,
      timing: { ...fastTiming, rateTickMs: 200 },
      limits: { joinsPerSecond: 200, eventsPerSecond: 200 },
    });
    sql = new pg.Client(backend.postgres);
    await sql.connect();
  });

  afterAll(async () => {
    await sql.end();
    await backend.stop();
  });

  it('too many changes a second are dropped silently, and flow again later', async () => {
    const client = await ChannelClient.connect(backend);
    await client.subscribe('realtime:flood', [{ event: '*', schema: 'public', table: 'bookings' }]);
    const book = (name: string): Promise<unknown> =>
      sql.query(
        `insert into bookings (business_id, client_name, service, starts_at)
         select gen_random_uuid(), $1, 'Cut', now() from generate_series(1, $2)`,
        [name, name === 'flood' ? 500 : 1],
      );
    await book('flood');
    let received = 0;
    let lost = 0;
    for (let i = 0; ; i += 1) {
      await book(`probe ${i}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
      const names = client.raw.pending.splice(0).map((frame) => /"client_name": "(\w+)/.exec(frame.toString())?.[1]);
      received += names.length;
      if (!names.includes('probe')) lost += 1;
      else if (lost > 0) break;
    }
    expect(received).toBeGreaterThan(500);
    expect(client.raw.socket.readyState).toBe(client.raw.socket.OPEN);
    await client.close();
  });

  it('too many broadcasts a second close each channel that gets one', async () => {
    const [sender, receiver] = [await ChannelClient.connect(backend), await ChannelClient.connect(backend)];
    const join = await sender.join('realtime:noise', { broadcast: { self: true } });
    await receiver.join('realtime:noise', {});
    const noise = setInterval(() => {
      for (let i = 0; i < 50; i += 1) {
        sender.push(join, 'realtime:noise', 'broadcast', { type: 'broadcast', event: 'e', payload: {} });
      }
    }, 10);
    for (const client of [sender, receiver]) {
      const { payload } = await client.event('system');
      expect(payload).toMatchObject({ status: 'error', message: 'Too many messages per second' });
      await client.event('phx_close');
    }
    clearInterval(noise);
    await Promise.all([sender.close(), receiver.close()]);
  });

  it('while there are too many, messages from the database are dropped silently', async () => {
    const status = async (): Promise<number> => {
      const url = `${backend.url}/api/broadcast/elsewhere/events/e`;
      return (await fetch(url, { method: 'POST', headers: { apikey: backend.anonKey } })).status;
    };
    const statusBecomes = async (expected: number): Promise<void> => {
      while ((await status()) !== expected) await new Promise((resolve) => setTimeout(resolve, 20));
    };
    const client = await ChannelClient.connect(backend, backend.serviceKey);
    await client.join('realtime:stored', { private: true });
    await sql.query(`select realtime.send('{}', 'flood', 'nobody') from generate_series(1, 500)`);
    await statusBecomes(429);
    await sql.query(`select realtime.send('{}', 'dropped', 'stored')`);
    await statusBecomes(202);
    await sql.query(`select realtime.send('{}', 'passes', 'stored')`);
    const frame = await client.raw.until((received) => typeof received !== 'string');
    expect(frame.toString()).toContain('storedpasses');
    await client.close();
  });

  it('too many joins a second fail with their socket, and handshakes get 429', async () => {
    const client = await ChannelClient.connect(backend);
    const joins = setInterval(() => {
      for (let i = 0; i < 50; i += 1) client.sendJoin(`realtime:${i}`, {});
    }, 10);
    expect((await client.raw.closed).code).toBe(1001);
    clearInterval(joins);
    const late = new RawClient(`${backend.realtime}/websocket?apikey=${backend.anonKey}&vsn=2.0.0`);
    expect(await late.refused).toEqual({ status: 429, body: '{"error":"Too many joins per second"}' });
  });
});
