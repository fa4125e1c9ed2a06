import { createClient, type SupabaseClientOptions } from '@supabase/supabase-js';
import pg from 'pg';
import { fastTiming, startBackend, type Backend } from 'switchboard-backend';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let backend: Backend;
let sql: pg.Client;
let anon: ReturnType<typeof connected>;
let ann: ReturnType<typeof connected>;

const ANN = '11111111-1111-4111-8111-111111111111';

beforeAll(async () => {
  backend = await startBackend({ seed: false, timing: fastTiming });
  sql = new pg.Client(backend.postgres);
  await sql.connect();
  await sql.query(`
    create table items (id bigint primary key, name text, price numeric);
    insert into items values (9007199254740993, 'one', 1.50), (2, 'two', null);
    create function who() returns jsonb language sql stable as
      $$ select jsonb_build_object('role', current_user, 'sub', auth.uid()) $$;
    create function add(a integer, b integer default 10) returns integer language sql immutable as 'select a + b';
    create function add_all(variadic numbers numeric[]) returns numeric language sql as 'select sum(n) from unnest(numbers) n';
    create function "Two Words"("a ""b" text) returns text language sql as 'select $1';
    create function all_items() returns setof items language sql stable as 'select * from items order by name';
    create function one_item(of bigint) returns items language sql stable as 'select * from items where id = of';
    create function names() returns setof text language sql stable as 'select name from items order by 1';
    create function pair(a integer, out low integer, out high text) language sql as $$ select a - 1, 'x' $$;
    create function as_table(n integer) returns table (i integer) language sql as 'select generate_series(1, n)';
    create function nothing_to_say() returns void language sql as '';
    create function no_value() returns text language sql as 'select null';
    create function whole(json) returns text language sql as $$ select $1 ->> 'any key' $$;
    create function twice(a integer) returns text language sql as $$ select 'integer' $$;
    create function twice(a text) returns text language sql as $$ select 'text' $$;
    create function store(id bigint) returns bigint language sql as 'insert into items values (id) returning id';
    create function store_in_secret(id bigint) returns bigint language sql stable as 'select public.store(id)';
    create function fail(code text) returns void language plpgsql as
      $$ begin raise exception 'it fails' using errcode = code, detail = 'why', hint = 'what to do'; end $$;
    create function forbidden() returns integer language sql as 'select 1'; revoke execute on function forbidden() from public;
    create function on_write() returns trigger language plpgsql as 'begin return null; end';
    create schema hidden; create function hidden.inner_part() returns integer language sql as 'select 1'`);
  const accessToken = await backend.signToken({ sub: ANN });
  anon = connected();
  ann = connected({ accessToken: () => Promise.resolve(accessToken) });
});

afterAll(async () => {
  await sql.end();
  await backend.stop();
});

/** Node 20 has no WebSocket, and none is opened here. */
const transport = function transport() {
  // Is never called.
} as never;

function connected(options: SupabaseClientOptions<'public'> = {}) {
  return createClient(backend.url, backend.anonKey, { ...options, realtime: { transport } });
}

/** The answer as it is on the wire. */
async function call(name: string, body = '', headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${backend.rest}/rpc/${name}`, {
    method: 'POST',
    headers: { apikey: backend.anonKey, 'content-type': 'application/json', ...headers },
    body,
  });
}

describe('a function called by supabase-js', () => {
  it('runs as the role of the token, with its claims', async () => {
    expect((await anon.rpc('who')).data).toEqual({ role: 'anon', sub: null });
    expect((await ann.rpc('who')).data).toEqual({ role: 'authenticated', sub: ANN });
  });

  it.each([
    ['add', { a: 1, b: 2 }, 3],
    ['add', { a: 1 }, 11],
    ['add_all', { numbers: [1, 2.5] }, 3.5],
    ['Two Words', { 'a "b': `it's` }, `it's`],
    ['names', {}, ['one', 'two']],
    ['as_table', { n: 2 }, [{ i: 1 }, { i: 2 }]],
    ['as_table', { n: 0 }, []],
    ['pair', { a: 5 }, { low: 4, high: 'x' }],
    ['one_item', { of: 2 }, { id: 2, name: 'two', price: null }],
    ['no_value', {}, null],
    ['nothing_to_say', {}, null],
    ['whole', { 'any key': 'value' }, 'value'],
  ])('%s(%j) gives %j', async (name, args, expected) => {
    expect(await anon.rpc(name, args)).toMatchObject({ error: null, data: expected });
  });

  it('gives one row of several where that is asked for, and an error where there is not one', async () => {
    expect((await anon.rpc('as_table', { n: 1 }).single()).data).toEqual({ i: 1 });
    expect((await anon.rpc('as_table', { n: 2 }).single()).error).toMatchObject({ code: 'PGRST116' });
    expect((await anon.rpc('add', { a: 1 }).single()).data).toBe(11);
  });

  it('changes the database, unless it is said to be stable', async () => {
    await sql.query('revoke insert on items from anon');
    expect(await anon.rpc('store', { id: 3 })).toMatchObject({ error: { code: '42501' }, status: 401 });
    await sql.query('grant insert on items to anon');
    expect((await anon.rpc('store', { id: 3 })).data).toBe(3);
    expect(await anon.rpc('store_in_secret', { id: 4 })).toMatchObject({ error: { code: '25006' }, status: 405 });
    const { rows } = await sql.query<{ id: string }>('select id from items where id in (3, 4)');
    expect(rows).toEqual([{ id: '3' }]);
  });

  it.each([
    ['that does not exist', 'nope', {}, ' without parameters', ' without parameters', null],
    ['with other arguments', 'nope', { b: 1, a: 2 }, '(a, b)', ' with parameters a, b', null],
    [
      'with one too few',
      'add',
      { b: 1 },
      '(b)',
      ' with parameter b',
      'Perhaps you meant to call the function public.add(a, b)',
    ],
    ['of a trigger', 'on_write', {}, ' without parameters', ' without parameters', null],
    ['of another schema', 'inner_part', {}, ' without parameters', ' without parameters', null],
  ])('%s is not found', async (_, name, args, message, details, hint) => {
    expect(await anon.rpc(name, args)).toMatchObject({
      data: null,
      status: 404,
      error: {
        code: 'PGRST202',
        message: `Could not find the function public.${name}${message} in the schema cache`,
        details: `Searched for the function public.${name}${details} or with a single unnamed json/jsonb parameter, but no matches were found in the schema cache.`,
        hint,
      },
    });
  });

  it('that could be one of several is refused', async () => {
    expect(await anon.rpc('twice', { a: 1 })).toMatchObject({
      status: 300,
      error: {
        code: 'PGRST203',
        message:
          'Could not choose the best candidate function between: public.twice(a => integer), public.twice(a => text)',
      },
    });
  });

  it.each([
    ['P0001', 400],
    ['23505', 409],
    ['40001', 500],
    ['53300', 503],
    ['PT418', 418],
    ['XX000', 500],
    ['22000', 400],
  ])('that fails with %s answers %i', async (code, status) => {
    expect(await anon.rpc('fail', { code })).toMatchObject({
      status,
      error: { code, message: 'it fails', details: 'why', hint: 'what to do' },
    });
  });

  it('that the role may not execute is refused', async () => {
    expect(await anon.rpc('forbidden')).toMatchObject({ status: 401, error: { code: '42501' } });
    expect(await ann.rpc('forbidden')).toMatchObject({ status: 403, error: { code: '42501' } });
  });

  it('must be in the schema that is exposed', async () => {
    expect(await anon.schema('hidden').rpc('inner_part')).toMatchObject({
      status: 406,
      error: {
        code: 'PGRST106',
        message: 'Invalid schema: hidden',
        hint: 'Only the following schemas are exposed: public',
      },
    });
  });

  it('gets arguments of the wrong type refused by the database', async () => {
    expect(await anon.rpc('add', { a: 'x' })).toMatchObject({ status: 400, error: { code: '22P02' } });
  });
});

describe('on the wire', () => {
  it('no digit is lost, neither of arguments nor of what comes back', async () => {
    expect(await (await call('one_item', '{"of": 9007199254740993}')).text()).toBe(
      '{"id":9007199254740993,"name":"one","price":1.50}',
    );
    expect(await (await call('add_all', '{"numbers": [1.50, 9007199254740993]}')).text()).toBe('9007199254740994.50');
  });

  it('a function without a value has no body, one of null has', async () => {
    const empty = await call('nothing_to_say', '{}');
    expect([empty.status, await empty.text()]).toEqual([204, '']);
    const none = await call('no_value');
    expect([none.status, await none.text()]).toEqual([200, 'null']);
  });

  it('a body that is no JSON, or another method, is refused', async () => {
    expect(await (await call('add', '{a: 1}')).json()).toMatchObject({ code: 'PGRST102' });
    expect(await (await call('add', '[1]')).json()).toMatchObject({ code: 'PGRST202' });
    const got = await fetch(`${backend.rest}/rpc/add?a=1`, { headers: { apikey: backend.anonKey } });
    expect([got.status, await got.json()]).toMatchObject([405, { code: 'PGRST101' }]);
    expect((await call('add', '{"a": 1}', { apikey: 'garbage' })).status).toBe(401);
  });
});

describe('the missing messages of a topic', () => {
  it('are had by who may read it', async () => {
    await sql.query(`create table tasks (id bigint, owner uuid); alter table tasks enable row level security;
      select switchboard.track('tasks', by => 'owner', readers => 'key = auth.uid()::text');
      insert into tasks values (9007199254740993, '${ANN}')`);
    const topic = `switchboard:tasks:${ANN}`;
    const asked = { topic, after: 0, at_most: 10 };
    const answer = (await ann.rpc('switchboard_changes', asked)) as { data: { messages: string[] }; error: unknown };
    expect(answer).toMatchObject({ error: null, data: { v: 1, state: 'ok', topic, first: 1, last: 1, more: false } });
    const [message] = answer.data.messages;
    expect(message).toContain('"id": 9007199254740993');
    expect((await ann.rpc('switchboard_changes', { topic, after: null })).data).toMatchObject({
      messages: [],
      last: 1,
    });
    expect((await anon.rpc('switchboard_changes', { topic, after: 0 })).data).toMatchObject({ state: 'refused' });
  });
});
