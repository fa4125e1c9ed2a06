import { SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { ChannelClient } from './support/channelClient.js';
import { RawClient } from './support/rawClient.js';
import { RecordedBackend } from './support/recordedBackend.js';

let recorded: RecordedBackend;
const clients: ChannelClient[] = [];

beforeAll(async () => {
  recorded = await RecordedBackend.start();
  await recorded.sql.query('create table days (id integer primary key, day date)');
  await recorded.sql.query('alter publication supabase_realtime add table days');
});

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
});

afterAll(async () => {
  await recorded.stop();
});

async function connect(): Promise<ChannelClient> {
  const client = await ChannelClient.connect(recorded.backend);
  clients.push(client);
  return client;
}

/** What the system message of a join with these entries says. */
async function answerTo(entries: readonly Record<string, unknown>[]): Promise<string> {
  const client = await connect();
  await client.join('realtime:days', { postgres_changes: entries });
  return String((await client.event('system')).payload['message']);
}

const days = { event: '*', schema: 'public', table: 'days' };

describe('what the database says of a subscription is quoted', () => {
  it('with the hint that PostgreSQL gives', async () => {
    expect(await answerTo([{ ...days, filter: 'day=eq.13-13-2026' }])).toMatch(
      /Exception: ERROR 22008 \(datetime_field_overflow\) date\/time field value out of range: "13-13-2026"\n\n {4}hint: Perhaps you need a different "datestyle" setting\.$/i,
    );
  });

  it('of several faults the last entry names its own', async () => {
    const answer = await answerTo([{ ...days, table: 'first' }, days, { ...days, table: 'second' }]);
    expect(answer).toContain('table: second');
    expect(answer).not.toContain('first');
  });

  it('when the database takes no writes', async () => {
    await recorded.sql.query('alter system set default_transaction_read_only = on');
    await recorded.sql.query('select pg_reload_conf()');
    const isReadOnly = async (): Promise<boolean> =>
      (await answerTo([days])).includes(
        'Exception: ERROR 25006 (read_only_sql_transaction) cannot execute INSERT in a read-only transaction',
      );
    // The setting reaches each session of the backend at its next statement or a little later.
    while (!(await isReadOnly()));
    await recorded.sql.query('alter system reset default_transaction_read_only');
    await recorded.sql.query('select pg_reload_conf()');
    while (await isReadOnly());
    expect(await answerTo([days])).toBe('Subscribed to PostgreSQL');
  });
});

describe('claims of the wrong kind', () => {
  const sign = (claims: Record<string, unknown>): Promise<string> =>
    new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(recorded.backend.jwtSecret));
  const soon = Math.floor(Date.now() / 1000) + 3600;

  it.each([
    [{ role: 'anon', exp: String(soon) }, 500, 'Error connecting to Realtime'],
    [{ role: 'anon', exp: 1.5 }, 500, 'Error connecting to Realtime'],
    [{ role: 'anon', exp: soon, iat: 'now' }, 500, 'Error connecting to Realtime'],
    [{ role: 'anon', exp: 1 }, 401, 'Token has expired'],
    [{ role: 'anon' }, 401, 'Fields `role` and `exp` are required in JWT'],
    [{ exp: soon }, 401, 'Fields `role` and `exp` are required in JWT'],
  ])('%j is refused with %i', async (claims, status, error) => {
    const key = await sign(claims);
    const raw = new RawClient(`${recorded.backend.realtime}/websocket?apikey=${key}&vsn=2.0.0`);
    expect(await raw.refused).toEqual({ status, body: JSON.stringify({ error }) });
  });

  it('a join with such a token fails without a reason, and a role that is no text is asked of the database', async () => {
    const client = await connect();
    const refused = client.sendJoin('realtime:x', {}, await sign({ role: 'anon', exp: 'never' }));
    expect(await client.reply(refused)).toEqual({ status: 'error', response: { reason: 'Unknown Error on Channel' } });
    await client.join('realtime:y', { postgres_changes: [days] }, await sign({ role: 5, exp: soon }));
    expect((await client.event('system')).payload['message']).toContain(
      'ERROR 42704 (undefined_object) role "5" does not exist',
    );
  });

  it('a private join with a role that does not exist is unauthorized', async () => {
    const client = await connect();
    const ref = client.sendJoin('realtime:x', { private: true }, await sign({ role: 'nosuch', exp: soon }));
    expect(await client.reply(ref)).toEqual({
      status: 'error',
      response: { reason: 'Unauthorized: You do not have permissions to read from this Channel topic: x' },
    });
  });
});

describe('what a channel does with odd pushes', () => {
  it('crashes at a presence event that is no text', async () => {
    const client = await connect();
    const join = await client.join('realtime:x', { presence: { enabled: true } });
    client.push(join, 'realtime:x', 'presence', { type: 'presence', event: null });
    await client.event('phx_error');
  });

  it('takes every encoding of a binary broadcast but 0 for JSON, and ignores metadata that is no JSON', async () => {
    const client = await connect();
    await client.join('realtime:x', { broadcast: { self: true } });
    const frame = (metadata: string, encoding: number): Buffer =>
      Buffer.concat([
        Buffer.from([3, 1, 1, 'realtime:x'.length, 1, metadata.length, encoding]),
        Buffer.from(`11realtime:xe${metadata}{}`),
      ]);
    client.raw.send(frame('{"', 1));
    client.raw.send(frame('', 7));
    client.raw.send(frame('{}', 0));
    const encodings = [];
    for (let i = 0; i < 2; i += 1) {
      const raw = await client.raw.until((next) => typeof next !== 'string');
      encodings.push((raw as Buffer)[4]);
    }
    expect(encodings).toEqual([1, 0]);
  });
});
