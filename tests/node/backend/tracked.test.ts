import pg from 'pg';
import { fastTiming, startBackend, type Backend } from 'switchboard-backend';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { ChannelClient } from './support/channelClient.js';

const SALON = '11111111-1111-4111-8111-111111111111';
const TOPIC = `realtime:switchboard:bookings:${SALON}`;

interface Message {
  number: number;
  changes: { record: { client_name: string } }[];
}

let backend: Backend;
let sql: pg.Client;
let client: ChannelClient;

beforeAll(async () => {
  backend = await startBackend({ timing: fastTiming, track: true, beatMs: 3_600_000 });
  sql = new pg.Client(backend.postgres);
  await sql.connect();
});

afterEach(async () => {
  client.raw.socket.terminate();
  await backend.faults.reset();
});

afterAll(async () => {
  await sql.end();
  await backend.stop();
});

/** A client that gets the numbered changes of the salon's bookings. */
async function follow(): Promise<void> {
  client = await ChannelClient.connect(backend);
  await client.join(TOPIC, { private: true });
}

async function subscribe(): Promise<void> {
  client = await ChannelClient.connect(backend);
  await client.subscribe('realtime:bookings', [{ event: '*', schema: 'public', table: 'bookings' }]);
}

async function book(name: string, business = SALON): Promise<void> {
  await sql.query(`insert into bookings (business_id, client_name, service, starts_at) values ($1, $2, 'Cut', now())`, [
    business,
    name,
  ]);
}

/** The next message's number and the name in its first change. */
async function nextMessage(): Promise<[number, string | undefined]> {
  const frame = (await client.raw.until((raw) => typeof raw !== 'string')) as Buffer;
  const start = 5 + (frame[1] ?? 0) + (frame[2] ?? 0) + (frame[3] ?? 0);
  const message = JSON.parse(frame.subarray(start).toString()) as Message;
  return [message.number, message.changes[0]?.record.client_name];
}

async function nextChange(): Promise<unknown> {
  return (await client.change()).data.record?.['client_name'];
}

describe("the demo's tables", () => {
  it('are tracked by business where that is asked for, and the seeded rows have no numbers', async () => {
    await follow();
    const { rows } = await sql.query('select "table", by, topics from switchboard.tracked()');
    const tables = ['admin_alerts', 'bookings', 'client_business_transactions', 'clients'];
    const others = ['payment_transactions', 'staff', 'staff_attendance'];
    expect(rows).toEqual(
      [...tables, ...others].map((table) => ({ table: `public.${table}`, by: 'business_id', topics: '0' })),
    );
    await book('Anna');
    expect(await nextMessage()).toEqual([1, 'Anna']);
  });

  it('are not tracked otherwise', async () => {
    await follow();
    const plain = await startBackend({ databaseUrl: backend.postgres, seed: false });
    await plain.stop();
    expect((await sql.query('select from switchboard.tracked()')).rowCount).toBe(7);
    await sql.query('create database other');
    const url = new URL(backend.postgres);
    url.pathname = '/other';
    const untracked = await startBackend({ databaseUrl: url.href, seed: false });
    const other = new pg.Client(url.href);
    await other.connect();
    expect((await other.query('select from switchboard.tracked()')).rowCount).toBe(0);
    await other.end();
    await untracked.stop();
  });
});

describe('what is lost on one way', () => {
  it('is the next message with numbered changes, of the topic that is named', async () => {
    await follow();
    await book('Before');
    const [before] = await nextMessage();
    backend.faults.loseMessages({ topic: TOPIC.replace('realtime:', '') });
    await book('Elsewhere', '22222222-2222-4222-8222-222222222222');
    await book('Lost');
    await book('After');
    expect(await nextMessage()).toEqual([before + 2, 'After']);
    backend.faults.loseMessages({ count: 2 });
    for (const name of ['One', 'Two', 'Three']) await book(name);
    expect(await nextMessage()).toEqual([before + 5, 'Three']);
  });

  it('is not lost for those who listen to postgres_changes', async () => {
    await subscribe();
    backend.faults.loseMessages();
    await book('Seen');
    expect(await nextChange()).toBe('Seen');
    backend.faults.loseTransactions();
    await book('Unseen');
    await book('Seen again');
    expect(await nextChange()).toBe('Seen again');
  });

  it('is what transactions changed, and their messages come', async () => {
    await follow();
    backend.faults.loseTransactions();
    await book('Numbered');
    expect((await nextMessage())[1]).toBe('Numbered');
  });
});
