import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TrackedDatabase } from './support/trackedDatabase.js';

let db: TrackedDatabase;

beforeAll(async () => {
  db = await TrackedDatabase.start();
  await db.sql.query(`
    create table notes (id integer primary key, business text, title text, body text, kept text);
    select switchboard.track('notes', by => 'business')`);
});

afterAll(() => db.stop());

/** Bytes of a message's text. */
async function sizes(topic: string): Promise<number[]> {
  const { rows } = await db.superuser.query<{ bytes: number }>(
    `select octet_length(payload::text) as bytes from realtime.messages where topic = $1 and event = 'changes'
      order by (payload ->> 'number')::bigint`,
    [topic],
  );
  return rows.map(({ bytes }) => bytes);
}

describe('a message', () => {
  it('has all that the format says, and is private', async () => {
    await db.sql.query(`insert into notes values (1, 'm', 'one', null, '')`);
    const { rows } = await db.superuser.query(
      `select topic, event, private, extension, payload from realtime.messages where topic = 'switchboard:notes:m'`,
    );
    expect(rows).toEqual([
      {
        topic: 'switchboard:notes:m',
        event: 'changes',
        private: true,
        extension: 'broadcast',
        payload: {
          v: 1,
          epoch: expect.stringMatching(/^[0-9a-f]{12}$/) as unknown,
          number: 1,
          committed: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/) as unknown,
          tables: [
            {
              schema: 'public',
              table: 'notes',
              columns: [
                { name: 'id', type: 'int4' },
                { name: 'business', type: 'text' },
                { name: 'title', type: 'text' },
                { name: 'body', type: 'text' },
                { name: 'kept', type: 'text' },
              ],
              key: ['id'],
            },
          ],
          changes: [{ t: 0, type: 'INSERT', record: { id: 1, business: 'm', title: 'one', body: null, kept: '' } }],
        },
      },
    ]);
    const answer = await db.ask('switchboard:notes:m', 0, { role: 'service_role' });
    expect(answer.messages).toEqual(rows.map(({ payload }: { payload: unknown }) => payload));
  });

  it('does not depend on the settings of the session that writes', async () => {
    await db.sql
      .query(`create table moments (id integer, at timestamptz, d date, iv interval, f float8, by bytea, r tstzrange);
      select switchboard.track('moments')`);
    const insert = `insert into moments values (1, '2026-01-02 03:04:05+00', '2026-01-02', '1 day 2 hours', 0.1::float8 + 0.2, '\\x01', '[2026-01-01 00:00+00,)')`;
    await db.sql.query(insert);
    const other = await db.connect();
    await other.query(`set timezone = 'Asia/Tokyo'; set datestyle = 'SQL, DMY'; set intervalstyle = 'iso_8601';
      set bytea_output = 'escape'; set extra_float_digits = -5; set search_path = nowhere; set default_transaction_deferrable = on`);
    await other.query(insert.replace('moments', 'public.moments').replace('2026-01-02 03', '2026-01-02 03'));
    const [one, two] = await db.changes('switchboard:moments');
    expect(two).toEqual(one);
    expect(one?.record).toMatchObject({
      at: '2026-01-02T03:04:05+00:00',
      by: '01',
      iv: '1 day 02:00:00',
      f: 0.30000000000000004,
    });
    const { rows } = await other.query<{ zone: string }>(`select current_setting('timezone') as zone`);
    expect(rows[0]?.zone).toBe('Asia/Tokyo');
    await other.end();
  });

  it('writes each type as to_jsonb does, and special numbers and bytea as postgres_changes', async () => {
    await db.superuser.query(readFileSync(new URL('../backend/support/typesTable.sql', import.meta.url), 'utf8'));
    await db.superuser.query('alter table every_type owner to owner');
    await db.sql.query(`select switchboard.track('every_type')`);
    const values: [string, string][] = [
      ['num', `'NaN'`],
      ['num', `'12345678901234567890.1234567890'`],
      ['f8', `'-Infinity'`],
      ['f4', `'1e-45'`],
      ['f8', `'-0'`],
      ['i8', `'9007199254740993'`],
      ['by', `'\\xdeadbeef'`],
      ['by', `''`],
      ['t', `E'quote " backslash \\\\ bell \\x07 \u2028 😀'`],
      ['js', `'{"b" : 1.50, "b": 1e3, "é": "\\u00e9"}'`],
      ['jb', `'{"bb": 1, "a": {"z": 1e2}}'`],
      ['ts', `'0044-03-15 01:02:03 BC'`],
      ['tz', `'infinity'`],
      ['d', `'12026-01-01'`],
      ['an', `'{1.50,NaN,Infinity}'`],
      ['af', `'{1e20,NaN,-0}'`],
      ['aby', `array['\\x01ff'::bytea]`],
      ['comp', `row(1, 'a "b"', '{"x": 1}')`],
      ['hs', `'a=>1, "b c"=>NULL'`],
      ['acomp', `array[row(1, 'a', null)::pair]`],
      ['en', `'two'`],
      ['dom', '5'],
      ['doma', `'{1,2}'`],
      ['rg', `'[1,5)'`],
      ['mr', `'{[1,3),[5,9)}'`],
      ['ip', `'::1/64'`],
      ['bp', `'ab'`],
      ['nm', `'a name'`],
      ['ch', `'c'`],
      ['vb', `B'10101'`],
      ['pt', `'(1.5,-2)'`],
      ['tv', `'a:1 b:2'`],
      ['o', '4294967295'],
    ];
    for (const [column, value] of values) await db.sql.query(`insert into every_type (${column}) values (${value})`);
    const { rows } = await db.superuser.query<{ sent: string; whole: string; id: number }>(
      `select m.payload #>> '{changes,0,record}' as sent, to_jsonb(e)::text as whole, e.id
         from realtime.messages m join every_type e on e.id = (m.payload #>> '{changes,0,record,id}')::integer
        where m.topic = 'switchboard:every_type' order by e.id`,
    );
    const expected = (whole: string): string =>
      whole.replace(/"(num|f4|f8)": "-?(NaN|Infinity)"/, '"$1": null').replace(/"by": "\\\\x/, '"by": "');
    expect(rows.map(({ sent }) => sent)).toEqual(rows.map(({ whole }) => expected(whole)));
    expect(rows).toHaveLength(values.length);
    expect(await db.problems()).toEqual([]);
  });

  it('has null for special numbers among many rows, and leaves texts that look like them', async () => {
    await db.sql
      .query(`create table measures (id integer primary key, f float8, t text); select switchboard.track('measures');
      insert into measures select i, case i % 3 when 0 then 'NaN'::float8 when 1 then i else '-Infinity' end, '"NaN" Infinity"' from generate_series(1, 6) i;
      update measures set f = -f; delete from measures`);
    const changes = await db.changes('switchboard:measures');
    const numbers = [1, null, null, 4, null, null];
    expect(changes.map(({ record, old_record: old }) => [record?.['f'], old?.['f']])).toEqual([
      ...numbers.map((f) => [f, undefined]),
      ...numbers.map((f) => [f && -f, f]),
      ...numbers.map((f) => [undefined, f && -f]),
    ]);
    expect(changes[0]?.record?.['t']).toBe('"NaN" Infinity"');
  });
});

describe('the size of messages', () => {
  it('is bounded: 1,000 rows of 300 bytes take at most three', async () => {
    await db.sql.query(
      `insert into notes select i, 'bulk', 'title', repeat('x', 210), '' from generate_series(1000, 1999) i`,
    );
    const messages = await db.sent('switchboard:notes:bulk');
    expect(messages.length).toBeLessThanOrEqual(3);
    expect(messages.flatMap(({ changes }) => changes.map(({ record }) => record?.['id']))).toEqual(
      Array.from({ length: 1000 }, (_, i) => 1000 + i),
    );
    for (const size of await sizes('switchboard:notes:bulk')) expect(size).toBeLessThan(256_000);
  });

  it('leaves out values above 64 bytes where a row is too large, but no key', async () => {
    const key = 'k'.repeat(100);
    await db.sql.query(`insert into notes values (2, $1, 'short', repeat('é', 150000), repeat('y', 60))`, [key]);
    await db.sql.query(`update notes set title = 'new' where id = 2`);
    await db.sql.query(`insert into notes values (3, $1, 'a', repeat('z', 199999), 'b'), (4, $1, 'a', 'short', 'b')`, [
      key,
    ]);
    const changes = await db.changes(`switchboard:notes:${key}`);
    const errors = ['Error 413: Payload Too Large'];
    const record = { id: 2, title: 'short', kept: 'y'.repeat(60) };
    expect(changes).toEqual([
      { t: 0, type: 'INSERT', record, errors },
      { t: 0, type: 'UPDATE', record: { ...record, title: 'new' }, old_record: record, errors },
      { t: 0, type: 'INSERT', record: { id: 3, title: 'a', kept: 'b' }, errors },
      { t: 0, type: 'INSERT', record: { id: 4, business: key, title: 'a', body: 'short', kept: 'b' } },
    ]);
    for (const size of await sizes(`switchboard:notes:${key}`)) expect(size).toBeLessThan(200_000);
  });

  it('counts what control characters take as text', async () => {
    await db.sql.query(
      `insert into notes select i, 'control', repeat(chr(1), 30000), '', '' from generate_series(3000, 3004) i`,
    );
    const found = await sizes('switchboard:notes:control');
    expect(found).toHaveLength(5);
    for (const size of found) expect(size).toBeLessThan(200_000);
  });

  it('is a number of rows where there are more than max_rows in a topic, or too many messages', async () => {
    await db.sql.query(`insert into notes select i, case when i % 10 = 0 then 'few' else 'many' end, '', '', ''
      from generate_series(10001, 13000) i`);
    expect(await db.sent('switchboard:notes:many')).toMatchObject([
      { number: 1, changes: [], fetch: [{ t: 0, rows: 2700 }] },
    ]);
    expect(await db.changes('switchboard:notes:few')).toHaveLength(300);
    await db.sql.query(
      `update notes set title = 'x', business = case when id < 11000 then 'left' else business end where business = 'many'`,
    );
    expect((await db.sent('switchboard:notes:many')).at(-1)).toMatchObject({
      number: 2,
      changes: [],
      fetch: [{ t: 0, rows: 2700 }],
    });
    expect(await db.changes('switchboard:notes:left')).toHaveLength(900);
    await db.sql.query(
      `insert into notes select i, 'heavy', repeat('x', 150000), '', '' from generate_series(20001, 20030) i`,
    );
    expect(await db.sent('switchboard:notes:heavy')).toMatchObject([{ changes: [], fetch: [{ t: 0, rows: 30 }] }]);
    await db.sql.query(`delete from notes where business in ('many', 'heavy')`);
    expect((await db.sent('switchboard:notes:heavy')).at(-1)).toMatchObject({
      changes: [],
      fetch: [{ t: 0, rows: 30 }],
    });
    await db.sql.query(
      `insert into notes select i, 'huge' || i % 2, '', '', '' from generate_series(100001, 200002) i`,
    );
    expect(await db.sent('switchboard:notes:huge0')).toMatchObject([{ changes: [], fetch: [{ t: 0, rows: 50001 }] }]);
  });

  it('follows the options max_bytes and max_rows', async () => {
    await db.sql
      .query(`create table small (id integer); select switchboard.track('small', max_rows => 3, max_bytes => 10000);
      insert into small select generate_series(1, 3); insert into small select generate_series(1, 4)`);
    expect((await db.sent('switchboard:small')).map(({ fetch }) => fetch?.[0]?.rows)).toEqual([undefined, 4]);
  });
});

describe('which columns are sent', () => {
  it('is what signed-in users may select, and follows their grants', async () => {
    await db.sql.query(`create table accounts (id integer primary key, name text, secret text);
      revoke all on accounts from anon, authenticated; grant select (id, name) on accounts to authenticated; select switchboard.track('accounts')`);
    await db.sql.query(`insert into accounts values (1, 'a', 's')`);
    await db.sql.query(`insert into accounts values (2, 'b', 's'), (3, 'c', 's')`);
    await db.sql.query(`revoke select (name) on accounts from authenticated`);
    await db.sql.query(`update accounts set secret = 't' where id = 1`);
    await db.sql.query(`grant select on accounts to authenticated`);
    await db.sql.query(`delete from accounts where id = 1`);
    expect((await db.changes('switchboard:accounts')).map(({ record, old_record: old }) => [record, old])).toEqual([
      [{ id: 1, name: 'a' }, undefined],
      [{ id: 2, name: 'b' }, undefined],
      [{ id: 3, name: 'c' }, undefined],
      [{ id: 1 }, { id: 1 }],
      [undefined, { id: 1, name: 'a', secret: 't' }],
    ]);
  });

  it('is the list, with the primary key and the key', async () => {
    await db.sql.query(`create table listed (id integer primary key, k integer, a integer, b integer);
      select switchboard.track('listed', by => 'k', columns => '{a}'); insert into listed values (1, 2, 3, 4)`);
    expect(await db.changes('switchboard:listed:2')).toEqual([{ t: 0, type: 'INSERT', record: { id: 1, k: 2, a: 3 } }]);
    await expect(db.sql.query(`select switchboard.track('listed', columns => '{a,nope}')`)).rejects.toThrow(
      /has not all columns/,
    );
  });
});
