import pg from 'pg';
import { fastTiming, startBackend, type Backend } from 'switchboard-backend';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let backend: Backend;
let sql: pg.Client;

const MINE = '11111111-1111-1111-1111-111111111111';

beforeAll(async () => {
  backend = await startBackend({ seedDate: new Date('2026-03-31T12:00:00Z'), timing: fastTiming });
  sql = new pg.Client(backend.postgres);
  await sql.connect();
  await sql.query('create table items (id bigint primary key, name text, price numeric, tags text[], data jsonb)');
  await sql.query('create table secrets (id integer primary key, owner uuid)');
  await sql.query('alter table secrets enable row level security');
  await sql.query('create policy own on secrets using (owner = auth.uid())');
  await sql.query(`insert into secrets values (1, '${MINE}'), (2, gen_random_uuid())`);
});

afterAll(async () => {
  await sql.end();
  await backend.stop();
});

interface Answer {
  status: number;
  text: string;
  json: unknown;
  headers: Headers;
}

async function request(
  path: string,
  { method = 'GET', body, headers = {} }: { method?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const response = await fetch(`${backend.rest}/${path}`, {
    method,
    headers: { apikey: backend.anonKey, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, text, json: text === '' ? null : JSON.parse(text), headers: response.headers };
}

const representation = { prefer: 'return=representation' };

describe('reading', () => {
  it('selects columns, filters, orders and pages', async () => {
    const [business] = backend.businesses;
    const all = await request(
      `bookings?select=id,status,starts_at&business_id=eq.${business?.id ?? ''}&order=starts_at.desc,id.asc`,
    );
    const page = await request(
      `bookings?select=id,status,starts_at&business_id=eq.${business?.id ?? ''}&order=starts_at.desc,id.asc&limit=3&offset=2`,
    );
    expect(page.json).toEqual((all.json as unknown[]).slice(2, 5));
    expect(Object.keys((page.json as object[])[0] ?? {})).toEqual(['id', 'status', 'starts_at']);
    expect(page.headers.get('content-range')).toBe('0-2/*');
  });

  it('counts the rows that match, without limit and offset, where that is asked for', async () => {
    await sql.query('truncate items');
    await sql.query(`insert into items (id, name) select id, 'a' from generate_series(1, 5) as id`);
    const ask = (query: string) => request(`items?order=id&${query}`, { headers: { prefer: 'count=exact' } });
    const range = ({ status, headers }: Answer): unknown[] => [status, headers.get('content-range')];
    expect(range(await ask('id=gt.1&limit=3'))).toEqual([206, '0-2/4']);
    expect(range(await ask('id=gt.2&limit=3'))).toEqual([200, '0-2/3']);
    expect(range(await ask('id=gt.9&limit=3'))).toEqual([200, '*/0']);
    expect(range(await ask('name=eq.a&offset=4'))).toEqual([206, '0-0/5']);
  });

  it('knows the operators of subscriptions', async () => {
    await sql.query('truncate items');
    await sql.query(`insert into items (id, name, price) values (1, 'a,b', 1.50), (2, 'b(c)', 20), (3, null, null)`);
    const ids = async (query: string): Promise<unknown> =>
      ((await request(`items?select=id&order=id&${query}`)).json as { id: number }[]).map(({ id }) => id);
    expect(await ids('name=eq.a,b')).toEqual([1]);
    expect(await ids('name=in.("a,b","b(c)")')).toEqual([1, 2]);
    expect(await ids('price=gt.1.5')).toEqual([2]);
    expect(await ids('price=gte.1.5&name=neq.a,b')).toEqual([2]);
    expect(await ids('name=like.*(*')).toEqual([2]);
    expect(await ids('name=is.null')).toEqual([3]);
    expect(await ids('name=not.is.null&id=not.eq.1')).toEqual([2]);
  });

  it('keeps every digit', async () => {
    await sql.query('truncate items');
    await sql.query('insert into items (id, price) values (9007199254740993, 1.50)');
    expect((await request('items?select=id,price')).text).toBe('[{"id":9007199254740993,"price":1.50}]');
  });

  it('gives one object where that is asked for, and an error where there is not one', async () => {
    const headers = { accept: 'application/vnd.pgrst.object+json' };
    expect((await request('businesses?select=name&order=name&limit=1', { headers })).json).toEqual({
      name: 'Harbour Physio',
    });
    expect((await request('businesses', { headers })).status).toBe(406);
  });

  it('runs under the role and claims of the token', async () => {
    expect((await request('secrets')).json).toEqual([]);
    const token = await backend.signToken({ sub: MINE });
    const mine = await request('secrets?select=id', { headers: { authorization: `Bearer ${token}` } });
    expect(mine.json).toEqual([{ id: 1 }]);
    const all = await request('secrets?select=id&order=id', { headers: { apikey: backend.serviceKey } });
    expect(all.json).toEqual([{ id: 1 }, { id: 2 }]);
  });
});

describe('writing', () => {
  it('inserts one row or several and returns them when asked to', async () => {
    await sql.query('truncate items');
    expect(await request('items', { method: 'POST', body: { id: 1, name: 'one' } })).toMatchObject({
      status: 201,
      text: '',
    });
    const many = await request('items', {
      method: 'POST',
      body: [
        { id: 2, tags: ['x', 'y'], data: { a: [1] } },
        { id: 3, price: 2.5 },
      ],
      headers: representation,
    });
    expect(many).toMatchObject({
      status: 201,
      json: [
        { id: 2, name: null, price: null, tags: ['x', 'y'], data: { a: [1] } },
        { id: 3, name: null, price: 2.5, tags: null, data: null },
      ],
    });
  });

  it('updates and deletes what the filters match, and nothing else', async () => {
    await sql.query('truncate items');
    await sql.query(`insert into items (id, name) values (1, 'a'), (2, 'b'), (3, 'c')`);
    const updated = await request('items?id=gt.1', { method: 'PATCH', body: { name: 'z' }, headers: representation });
    expect((updated.json as { id: number }[]).map(({ id }) => id).sort()).toEqual([2, 3]);
    expect((await request('items?name=eq.z&id=eq.3', { method: 'DELETE' })).status).toBe(204);
    expect((await request('items?select=id,name&order=id')).json).toEqual([
      { id: 1, name: 'a' },
      { id: 2, name: 'z' },
    ]);
  });

  it('leaves a row that is there already as it is, by the primary key or by the columns of on_conflict', async () => {
    await sql.query('drop table if exists keyed');
    await sql.query('create table keyed (id integer primary key, key uuid unique, name text, code text unique)');
    const insert = (path: string, body: object): Promise<Answer> =>
      request(path, {
        method: 'POST',
        body,
        headers: { prefer: 'resolution=ignore-duplicates,return=representation' },
      });
    const first = { id: 1, key: MINE, name: 'first', code: 'a' };
    expect(await insert('keyed', first)).toMatchObject({ status: 201, json: [first] });
    expect(await insert('keyed', { ...first, name: 'again' })).toMatchObject({ status: 201, json: [] });
    expect(await insert('keyed?on_conflict=key', { ...first, id: 2, code: 'b' })).toMatchObject({
      status: 201,
      json: [],
    });
    expect(await insert('keyed', { id: 3, code: 'a' })).toMatchObject({ status: 409, json: { code: '23505' } });
    expect(await insert('keyed?on_conflict=nosuch', first)).toMatchObject({ status: 400, json: { code: '42703' } });
    expect((await request('keyed?select=id,name')).json).toEqual([{ id: 1, name: 'first' }]);
  });

  it('gives each state of an edited row a version of its own, also after it was deleted and added again', async () => {
    const [{ id: business_id } = { id: '' }] = backend.businesses;
    const versions: number[] = [];
    const note = ({ json }: Answer): void => {
      versions.push((json as { version: number }[])[0]?.version ?? 0);
    };
    const row = { id: 900_001, business_id, client_name: 'Ann', service: 'Cut', starts_at: '2026-03-31T10:00:00Z' };
    const write = (method: string, path: string, body?: object): Promise<Answer> =>
      request(path, { method, body, headers: representation });
    note(await write('POST', 'bookings', row));
    note(await write('PATCH', 'bookings?id=eq.900001', { version: 1, status: 'confirmed' }));
    await write('DELETE', 'bookings?id=eq.900001');
    note(await write('POST', 'bookings', { ...row, version: 1 }));
    expect(versions).toEqual(versions.toSorted((a, b) => a - b));
    expect(new Set(versions).size).toBe(3);
    const old = await write('PATCH', `bookings?id=eq.900001&version=eq.${versions[1] ?? 0}`, { status: 'cancelled' });
    expect(old).toMatchObject({ status: 200, json: [] });
    await write('DELETE', 'bookings?id=eq.900001');
  });

  it('reports what the database refuses, as PostgREST does', async () => {
    await sql.query('truncate items');
    await request('items', { method: 'POST', body: { id: 1 } });
    const duplicate = await request('items', { method: 'POST', body: { id: 1 } });
    expect(duplicate).toMatchObject({ status: 409, json: { code: '23505' } });
    const wrong = await request('items', { method: 'POST', body: { id: 'x' } });
    expect(wrong).toMatchObject({ status: 400, json: { code: '22P02' } });
    const denied = await request('businesses', { method: 'DELETE' });
    expect(denied).toMatchObject({ status: 401, json: { code: '42501' } });
  });
});

describe('bad requests', () => {
  it.each([
    ['nosuch', 404, 'PGRST205'],
    ['items?nosuch=eq.1', 400, '42703'],
    ['items?select=id,nosuch', 400, '42703'],
    ['items?select=id;drop table items', 400, '42703'],
    ['items?id=eq', 400, 'PGRST100'],
    ['items?id=foo.1', 400, 'PGRST100'],
    ['items?limit=ten', 400, 'PGRST100'],
    ['items?order=id.sideways', 400, 'PGRST100'],
  ])('%s', async (path, status, code) => {
    expect(await request(path)).toMatchObject({ status, json: { code } });
  });

  it('asks for a key', async () => {
    expect((await request('items', { headers: { apikey: '' } })).status).toBe(401);
    expect((await request('items', { headers: { apikey: 'garbage' } })).status).toBe(401);
  });

  it('answers preflight requests of browsers', async () => {
    const response = await fetch(`${backend.rest}/items`, { method: 'OPTIONS' });
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('access-control-allow-headers')).toContain('authorization');
  });
});

it('/health reports whether the database answers', async () => {
  const response = await fetch(`${backend.url}/health`);
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ status: 'ok' });
});
