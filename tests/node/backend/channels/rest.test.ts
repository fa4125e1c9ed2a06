import type { RealtimeChannel } from '@supabase/realtime-js';
import pg from 'pg';
import { fastTiming, startBackend, type Backend } from 'switchboard-backend';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { OfficialClient, type ReceivedBroadcast } from '../support/officialClient.js';

const LIMIT = 20;

let backend: Backend;
let sql: pg.Client;
let writer: string;
/** Listens to everything. */
let listener: OfficialClient;

beforeAll(async () => {
  backend = await startBackend({
    seed: false,
    timing: { ...fastTiming, rateTickMs: 60_000 },
    limits: { payloadKb: 10, eventsPerSecond: LIMIT },
  });
  sql = new pg.Client(backend.postgres);
  await sql.connect();
  await sql.query(`
    create function fail() returns boolean language plpgsql as $$ begin raise exception 'no'; end $$;
    create policy writes on realtime.messages for insert to authenticated with check (realtime.topic() like 'mine%');
    create policy fails on realtime.messages for insert to authenticated
      with check (realtime.topic() = 'raises' and fail());
    create policy by_header on realtime.messages for insert to anon
      with check (current_setting('request.headers')::jsonb ->> 'x-room' = realtime.topic());`);
  writer = await backend.signToken();
  listener = await OfficialClient.connect(backend, backend.serviceKey);
});

afterAll(async () => {
  await listener.close();
  await sql.end();
  await backend.stop();
});

interface Answer {
  status: number;
  body: unknown;
}

async function post(
  path: string,
  body: string | Uint8Array<ArrayBuffer> | undefined,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${backend.url}/realtime/v1/api/broadcast${path}`, {
    method: 'POST',
    headers: { apikey: backend.anonKey, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : (JSON.parse(text) as unknown) };
}

const batch = (messages: unknown, headers?: Record<string, string>): Promise<Answer> =>
  post('', JSON.stringify({ messages }), headers);
const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

/** Sends one more message by SQL, and resolves with what came before it. */
async function before(channel: RealtimeChannel, isPrivate: boolean): Promise<ReceivedBroadcast[]> {
  const { broadcasts } = listener.received(channel);
  await sql.query(`select realtime.send('{}', 'end', $1, $2)`, [channel.topic.replace('realtime:', ''), isPrivate]);
  await listener.until(() => broadcasts.at(-1)?.event === 'end');
  return broadcasts.slice(0, -1);
}

describe('the official client', () => {
  it('sends JSON and bytes to one event without a socket', async () => {
    const open = await listener.join('open');
    const client = await OfficialClient.connect(backend);
    const channel = client.client.channel('open');
    expect(await channel.httpSend('json', { n: 1 })).toEqual({ success: true });
    expect(await channel.httpSend('bytes', new Uint8Array([1, 2]).buffer)).toEqual({ success: true });
    const [json, bytes] = await before(open, false);
    expect(json).toEqual({ type: 'broadcast', event: 'json', payload: { n: 1 } });
    expect(new Uint8Array(bytes?.payload as ArrayBuffer)).toEqual(new Uint8Array([1, 2]));
  });

  it('falls back to a batch where it has not joined', async () => {
    const open = await listener.join('batch');
    const client = await OfficialClient.connect(backend);
    const sent = await client.client.channel('batch').send({ type: 'broadcast', event: 'e', payload: { n: 1 } });
    expect(sent).toBe('ok');
    expect(await before(open, false)).toEqual([{ type: 'broadcast', event: 'e', payload: { n: 1 } }]);
  });

  it('is refused on a private topic that it may not write, and reaches one that it may', async () => {
    const mine = await listener.join('mine', { private: true });
    const client = await OfficialClient.connect(backend, writer);
    const config = { config: { private: true } };
    await expect(client.client.channel('theirs', config).httpSend('e', {})).rejects.toThrow('Unauthorized');
    await client.client.channel('mine', config).httpSend('e', { n: 1 });
    expect(await before(mine, true)).toMatchObject([{ event: 'e', payload: { n: 1 } }]);
  });
});

describe('a batch', () => {
  it('delivers what the sender may write, and drops the rest silently', async () => {
    const mine = await listener.join('mine-batch', { private: true });
    const theirs = await listener.join('theirs-batch', { private: true });
    const open = await listener.join('open-batch');
    const message = (topic: string, isPrivate: unknown) => ({ topic, event: 'e', payload: {}, private: isPrivate });
    const messages = [message('mine-batch', 'true'), message('theirs-batch', true), message('open-batch', '0')];
    expect(await batch(messages, bearer(writer))).toEqual({ status: 202, body: null });
    expect(await before(mine, true)).toHaveLength(1);
    expect(await before(theirs, true)).toHaveLength(0);
    expect(await before(open, false)).toHaveLength(1);
  });

  it('hands over the id of a message', async () => {
    const open = await listener.join('with-id');
    await batch([{ topic: 'with-id', event: 'e', payload: {}, id: 'm1' }]);
    expect(await before(open, false)).toMatchObject([{ meta: { id: 'm1' } }]);
  });

  it('shows policies the headers of the request', async () => {
    const closed = await listener.join('by-header', { private: true });
    const messages = [{ topic: 'by-header', event: 'e', payload: {}, private: true }];
    await batch(messages);
    await batch(messages, { 'x-room': 'by-header' });
    expect(await before(closed, true)).toHaveLength(1);
  });

  const good = { topic: 't', event: 'e', payload: {} };
  const blank = ["can't be blank"];
  const invalid = ['is invalid'];
  it.each([
    [undefined, blank],
    [[], blank],
    ['x', invalid],
    [[1], invalid],
    [[{ event: 'e', payload: {} }], [{ topic: blank }]],
    [[{ ...good, topic: ' ', event: '', payload: null }], [{ event: blank, payload: blank, topic: blank }]],
    [[{ ...good, topic: 1, event: {}, payload: [] }], [{ event: invalid, payload: invalid, topic: invalid }]],
    [[{ ...good, private: 'maybe', id: 1 }], [{ id: invalid, private: invalid }]],
    [
      [good, { ...good, payload: 'text' }],
      [{}, { payload: invalid }],
    ],
  ])('of %j is refused with 422', async (messages, errors) => {
    expect(await batch(messages)).toEqual({ status: 422, body: { errors: { messages: errors } } });
  });

  it('above the payload limit is refused with 422', async () => {
    const message = { topic: 't', event: 'e', payload: { x: 'x'.repeat(11_000) } };
    expect(await batch([message])).toEqual({
      status: 422,
      body: { errors: { messages: [{ payload: ['Payload size exceeds tenant limit'] }] } },
    });
  });

  it('of more messages than the rate allows is refused with 429', async () => {
    const message = { topic: 't', event: 'e', payload: {} };
    expect(await batch(Array(LIMIT + 1).fill(message))).toEqual({
      status: 429,
      body: { message: 'Too many messages to broadcast, please reduce the batch size' },
    });
  });
});

describe('a single broadcast', () => {
  it.each([
    ['JSON that is no map', '[1]', {}, { _json: [1] }],
    ['no body', undefined, {}, {}],
    ['keys in any order', '{"b":1,"a":2}', { 'content-type': 'application/json; charset=utf-8' }, { a: 2, b: 1 }],
  ])('of %s arrives as the server reads it', async (name, body, headers, payload) => {
    const open = await listener.join(name);
    expect(await post(`/${encodeURIComponent(name)}/events/e`, body, headers)).toEqual({ status: 202, body: null });
    expect(await before(open, false)).toMatchObject([{ payload }]);
  });

  it.each([
    ['no token', '/t/events/e', '{}', { apikey: '' }, 401, { message: 'Unauthorized' }],
    [
      'another type',
      '/t/events/e',
      'x',
      { 'content-type': 'text/plain' },
      415,
      { error: 'Unsupported Media Type. Use application/json or application/octet-stream' },
    ],
    ['broken JSON', '/t/events/e', '{', {}, 400, { message: 'Bad Request' }],
    ['a broken escape', '/%/events/e', '{}', {}, 400, { message: 'Bad Request' }],
    [
      'a blank topic and event',
      '/%20/events/%20',
      '{}',
      {},
      422,
      { errors: { topic: ["can't be blank"], event: ["can't be blank"] } },
    ],
    [
      'too large a payload',
      '/t/events/e',
      JSON.stringify('x'.repeat(11_000)),
      {},
      422,
      { errors: { payload: ['Payload size exceeds tenant limit'] } },
    ],
    [
      'too many bytes',
      '/t/events/e',
      new Uint8Array(11_000),
      { 'content-type': 'application/octet-stream' },
      422,
      { errors: { payload: ['Payload size exceeds tenant limit'] } },
    ],
  ])('with %s is refused', async (_case, path, body, headers, status, answer) => {
    expect(await post(path, body, headers)).toEqual({ status, body: answer });
  });

  it('to a topic whose policy raises an error is refused with 422', async () => {
    expect(await post('/raises/events/e?private=true', '{}', bearer(writer))).toEqual({
      status: 422,
      body: { message: 'RLS policy error' },
    });
  });
});

it('more than the rate is refused with 429', async () => {
  const busy = await startBackend({
    seed: false,
    timing: { ...fastTiming, rateTickMs: 50 },
    limits: { eventsPerSecond: 1 },
  });
  const send = (): Promise<Response> =>
    fetch(`${busy.url}/api/broadcast/t/events/e`, { method: 'POST', headers: { apikey: busy.anonKey } });
  let response = await send();
  while (response.status === 202) response = await send();
  expect(response.status).toBe(429);
  expect(await response.json()).toEqual({ message: 'You have exceeded your rate limit' });
  await busy.stop();
});
