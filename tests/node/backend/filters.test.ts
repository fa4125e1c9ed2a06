import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ChannelClient, type ChangeData } from './support/channelClient.js';
import { RecordedBackend } from './support/recordedBackend.js';

let recorded: RecordedBackend;

const columns = {
  txt: 'text',
  vc: 'varchar(20)',
  num: 'numeric',
  i4: 'integer',
  i8: 'bigint',
  f8: 'double precision',
  flag: 'boolean',
  day: 'date',
  tz: 'timestamptz',
  uid: 'uuid',
  mood: 'filter_mood',
  tags: 'text[]',
  jb: 'jsonb',
  rg: 'int4range',
  ip: 'inet',
} as const;

const rows: Partial<Record<keyof typeof columns, string>>[] = [
  { txt: 'apple', vc: 'apple', num: '1', i4: '1', i8: '9007199254740993', f8: '0.1', flag: 't', day: '2026-01-01' },
  { txt: 'Apple pie', vc: 'a,b', num: '1.0', i4: '-5', i8: '9007199254740992', f8: '1e300', flag: 'f', uid: UUID('a') },
  { txt: 'b(a)r "q" \\', num: '150.00', i4: '2147483647', tz: '2026-01-01 10:00:00+02', day: '0044-03-15 BC' },
  { txt: '', num: 'NaN', f8: 'Infinity', tz: 'infinity', mood: 'two', tags: '{x,y}', jb: '{"a":1}', rg: '[1,5)' },
  { txt: 'ünï 😀', num: '-0.5', i4: '0', mood: 'one', tags: '{}', jb: '"text"', rg: 'empty', ip: '10.0.0.1' },
  { txt: 'null', vc: 'NULL', num: '100', i4: '100', f8: '100', flag: 't', uid: UUID('b'), ip: '10.0.0.0/8' },
  {},
];

function UUID(letter: string): string {
  return `${letter.repeat(8)}-0000-4000-8000-000000000000`;
}

/** A filter, and what PostgreSQL is asked to compare with. NaN and infinities are NULL to filters, as on the server. */
const filters: [filter: string, sql: string][] = [
  ['txt=eq.apple', `txt = 'apple'`],
  ['txt=neq.apple', `txt <> 'apple'`],
  ['txt=not.eq.apple', `not (txt = 'apple')`],
  ['txt=eq."b(a)r \\"q\\" \\\\"', `txt = 'b(a)r "q" \\'`],
  ['txt=eq.', `txt = ''`],
  ['txt=eq.null', `txt = 'null'`],
  ['txt=lt.b', `txt < 'b'`],
  ['txt=gte.apple', `txt >= 'apple'`],
  ['txt=gt.u', `txt > 'u'`],
  ['txt=in.(apple,"Apple pie",none)', `txt = any('{apple,"Apple pie",none}')`],
  ['txt=not.in.(apple,"null")', `not (txt = any('{apple,"null"}'))`],
  ['vc=in.("a,b",apple)', `vc = any('{"a,b",apple}')`],
  ['txt=like.%pple%', `txt like '%pple%'`],
  ['txt=not.like.a%', `not (txt like 'a%')`],
  ['txt=like._(%', `txt like '_(%'`],
  ['txt=ilike.APPLE%', `txt ilike 'APPLE%'`],
  ['txt=ilike.ÜNÏ%', `txt ilike 'ÜNÏ%'`],
  ['txt=match.^[a-b].*[e)]', `txt ~ '^[a-b].*[e)]'`],
  ['txt=imatch.^APPLE$', `txt ~* '^APPLE$'`],
  ['txt=not.match.p+', `not (txt ~ 'p+')`],
  ['txt=is.null', 'txt is null'],
  ['txt=not.is.null', 'txt is not null'],
  ['txt=isdistinct.apple', `txt is distinct from 'apple'`],
  ['txt=not.isdistinct.apple', `txt is not distinct from 'apple'`],
  ['num=eq.1', 'num_ = 1'],
  ['num=eq.1.00', 'num_ = 1.00'],
  ['num=neq.1', 'num_ <> 1'],
  ['num=gt.1', 'num_ > 1'],
  ['num=lte.-0.50', 'num_ <= -0.50'],
  ['num=gte.1e2', 'num_ >= 1e2'],
  ['num=in.(1,150)', `num_ = any('{1,150}')`],
  ['num=is.null', 'num_ is null'],
  ['num=isdistinct.100', 'num_ is distinct from 100'],
  ['i4=eq.0100', 'i4 = 100'],
  ['i4=lt.0', 'i4 < 0'],
  ['i4=in.(1,100,2147483647)', `i4 = any('{1,100,2147483647}')`],
  ['i4=not.in.(1,NULL)', `not (i4 = any('{1,NULL}'))`],
  ['i8=eq.9007199254740993', 'i8 = 9007199254740993'],
  ['i8=gt.9007199254740992', 'i8 > 9007199254740992'],
  ['f8=eq.0.10', 'f8_ = 0.10::float8'],
  ['f8=gt.99.5', 'f8_ > 99.5'],
  ['flag=eq.true', 'flag = true'],
  ['flag=eq.no', 'flag = false'],
  ['flag=is.true', 'flag is true'],
  ['flag=is.false', 'flag is false'],
  ['flag=is.unknown', 'flag is unknown'],
  ['flag=not.is.true', 'flag is not true'],
  ['flag=gt.f', `flag > 'f'`],
  ['flag=in.(t)', `flag = any('{t}')`],
  ['day=eq.2026-1-1', `day = '2026-01-01'`],
  ['day=lt.2000-01-01', `day < '2000-01-01'`],
  ['tz=eq.2026-01-01T08:00:00Z', `tz = '2026-01-01 08:00:00+00'`],
  ['tz=gt.2026-01-01', `tz > '2026-01-01'`],
  [`uid=eq.${UUID('A')}`, `uid = '${UUID('a')}'`],
  [`uid=neq.${UUID('a')}`, `uid <> '${UUID('a')}'`],
  [`uid=lt.${UUID('b')}`, `uid < '${UUID('b')}'`],
  ['mood=eq.two', `mood = 'two'`],
  ['mood=lt.two', `mood < 'two'`],
  ['rg=eq."[1,4]"', `rg = '[1,4]'`],
  ['ip=lt.10.0.0.1', `ip < '10.0.0.1'`],
  ['ip=eq.10.0.0.1/32', `ip = '10.0.0.1'`],
  ['num=gt.0,i4=lt.50', 'num_ > 0 and i4 < 50'],
  ['txt=not.is.null,txt=neq.apple,num=lte.150', `txt is not null and txt <> 'apple' and num_ <= 150`],
  [' txt=eq.apple , i4=eq.1 ', `txt = 'apple' and i4 = 1`],
  ['  ', 'true'],
];

/** The rows for which PostgreSQL itself says that the condition holds. */
async function expected(sql: string, table = 'probe'): Promise<number[]> {
  const finite = `select *, nullif(nullif(num, 'NaN'), 'Infinity') as num_, nullif(nullif(f8, 'NaN'), 'Infinity') as f8_ from ${table}`;
  const result = await recorded.sql.query<{ id: number }>(`select id from (${finite}) p where ${sql} order by id`);
  return result.rows.map(({ id }) => id);
}

async function insertRows(): Promise<void> {
  for (const row of rows) {
    const names = Object.keys(row);
    await recorded.sql.query(
      names.length === 0
        ? 'insert into probe default values'
        : `insert into probe (${names.join(', ')}) values (${names.map((_, i) => `$${i + 1}`).join(', ')})`,
      Object.values(row),
    );
  }
}

beforeAll(async () => {
  recorded = await RecordedBackend.start();
  const definitions = Object.entries(columns).map(([name, type]) => `${name} ${type}`);
  await recorded.sql.query(`create type filter_mood as enum ('one', 'two')`);
  await recorded.sql.query(
    `create table probe (id integer generated always as identity primary key, ${definitions.join(', ')})`,
  );
  await recorded.sql.query('alter table probe replica identity full');
  await recorded.sql.query('alter publication supabase_realtime add table probe');
});

afterAll(async () => {
  await recorded.stop();
});

describe('filters match the rows that PostgreSQL matches', () => {
  const matched = new Map<string, number[]>();
  const deleted = new Map<string, number[]>();
  const selected = new Map<string, number[]>();

  beforeAll(async () => {
    const client = await ChannelClient.connect(recorded.backend);
    const bindings = filters.map(([filter]) => ({ event: '*', schema: 'public', table: 'probe', filter }));
    const join = client.sendJoin('realtime:filters', {
      postgres_changes: [...bindings, { event: '*', schema: 'public', table: 'probe' }],
    });
    const { response } = (await client.reply(join)) as {
      response: { postgres_changes: { id: number; filter?: string }[] };
    };
    const { payload } = await client.event('system');
    expect(payload['message']).toBe('Subscribed to PostgreSQL');
    await insertRows();
    for (const [filter, sql] of filters) selected.set(filter, await expected(sql));
    await recorded.sql.query('delete from probe');
    for (let i = 0; i < 2 * rows.length; i += 1) {
      const { data, ids } = await client.change();
      for (const [index, [filter]] of filters.entries()) {
        if (!ids.includes(response.postgres_changes[index]?.id ?? -1)) continue;
        const target = data.type === 'DELETE' ? deleted : matched;
        target.set(filter, [...(target.get(filter) ?? []), Number((data.record ?? data.old_record)?.['id'])]);
      }
    }
    await client.close();
  });

  it.each(filters)('%s', (filter) => {
    expect(matched.get(filter) ?? []).toEqual(selected.get(filter));
    expect(
      (deleted.get(filter) ?? []).sort((a, b) => a - b),
      'deletes',
    ).toEqual(selected.get(filter));
  });

  it('each filter matches some rows and not others', () => {
    const silent = filters.filter(([filter]) => {
      const count = selected.get(filter)?.length ?? 0;
      return count === 0 || count === rows.length;
    });
    expect(silent.map(([filter]) => filter)).toEqual(['i4=not.in.(1,NULL)', '  ']);
  });
});

describe('filters that are refused', () => {
  const exception = 'An exception happened so please check your connect parameters';

  it.each([
    ['txt=eq', 'Error parsing `filter` params: ["eq"]'],
    ['txt=foo.x', 'Error parsing `filter` params: ["foo", "x"]'],
    ['txt=eq.a,,txt=eq.b', 'filter must not contain empty segments (check for extra commas)'],
    ['i4=in.1,2', '`in` filter value must be wrapped by parentheses'],
    ['i4=eq.abc', 'ERROR 22P02 (invalid_text_representation) invalid input syntax for type integer: "abc"'],
    [
      'i4=eq.99999999999',
      'ERROR 22003 (numeric_value_out_of_range) value "99999999999" is out of range for type integer',
    ],
    ['i4=in.(1,x)', 'invalid input syntax for type integer: "x"'],
    [`i4=in.(${Array.from({ length: 101 }, (_, i) => i).join(',')})`, 'too many values for `in` filter. Maximum 100'],
    ['i4=like.1%', 'operator like requires a text-compatible column type, got integer'],
    ['i4=match.1', 'operator match requires a text-compatible column type, got integer'],
    ['txt=match.(', 'invalid regular expression for match filter:'],
    ['txt=is.maybe', 'invalid value for is filter: must be null, true, false, or unknown'],
    ['txt=is.true', 'is true filter requires a boolean column, got text'],
    ['mood=eq.three', 'invalid input value for enum filter_mood: "three"'],
    ['nosuch=eq.1', 'ERROR P0001 (raise_exception) invalid column for filter nosuch'],
  ])('%s', async (filter, words) => {
    const client = await ChannelClient.connect(recorded.backend);
    await client.join('realtime:refused', {
      postgres_changes: [{ event: '*', schema: 'public', table: 'probe', filter }],
    });
    const { payload } = await client.event('system');
    expect(payload['status']).toBe('error');
    expect(payload['message']).toContain(words);
    if (String(payload['message']).includes('ERROR')) expect(payload['message']).toContain(exception);
    await client.close();
  });

  it('a hundred values are not too many', async () => {
    const client = await ChannelClient.connect(recorded.backend);
    const list = Array.from({ length: 100 }, (_, i) => i).join(',');
    await client.subscribe('realtime:hundred', [
      { event: '*', schema: 'public', table: 'probe', filter: `i4=in.(${list})` },
    ]);
    await client.close();
  });
});

describe('images', () => {
  async function changesOf(filter: string, ...statements: string[]): Promise<ChangeData[]> {
    const client = await ChannelClient.connect(recorded.backend);
    await client.subscribe('realtime:images', [{ event: '*', schema: 'public', table: 'probe', filter }]);
    for (const statement of statements) await recorded.sql.query(statement);
    await recorded.settle();
    const changes = client.raw.pending.map((frame) => {
      const [, , , , payload] = JSON.parse(frame.toString()) as [null, null, string, string, { data: ChangeData }];
      return payload.data;
    });
    await client.close();
    return changes;
  }

  it('an update that moves a row out of the filter is not delivered, one that moves it in is', async () => {
    const changes = await changesOf(
      'i4=eq.1',
      'insert into probe (i4) values (1)',
      'update probe set i4 = 2',
      'update probe set i4 = 1',
      'update probe set i4 = 3',
      'delete from probe',
    );
    expect(changes.map(({ type }) => type)).toEqual(['INSERT', 'UPDATE']);
  });

  it('a condition on a large value that did not change does not hold', async () => {
    // Twice the same text would be compressed; this one is stored out of line.
    const [insert, update] = await changesOf(
      'txt=like.c4ca%',
      `insert into probe (txt) select string_agg(md5(i::text), '') from generate_series(1, 3200) i`,
      'update probe set i4 = 1',
      'delete from probe',
    );
    expect(insert?.type).toBe('INSERT');
    expect(update?.type).toBe('DELETE');
  });
});

describe('filters that the server accepts and cannot evaluate', () => {
  let next = 1;

  beforeAll(async () => {
    await recorded.sql.query('create type pair as (a integer, b integer)');
    await recorded.sql.query(
      `create table risky (id integer generated always as identity primary key,
         txt text, tags text[], jb jsonb, js json, pr pair, pt point)`,
    );
    await recorded.sql.query('create table innocent (id integer primary key)');
    await recorded.sql.query('alter publication supabase_realtime add table risky, innocent');
    await recorded.sql.query('grant select on risky, innocent to anon');
  });

  /** Whether another client gets a change that is committed together with the row, while somebody uses the filter. */
  async function isInnocentServed(filter: string, row: string): Promise<boolean> {
    const culprit = await ChannelClient.connect(recorded.backend);
    await culprit.subscribe('realtime:risky', [{ event: '*', schema: 'public', table: 'risky', filter }]);
    const client = await ChannelClient.connect(recorded.backend);
    await client.subscribe('realtime:innocent', [{ event: '*', schema: 'public', table: 'innocent' }]);
    const id = next;
    await recorded.sql.query(`begin; insert into innocent values (${id}); insert into risky ${row}; commit`);
    const change = client.change();
    let first = id;
    void change.then(({ data }) => (first = Number(data.record?.['id'])));
    // What follows may be read together with the row, and be lost with it; something arrives at last.
    for (let arrived = false; !arrived;) {
      next += 1;
      await recorded.sql.query(`insert into innocent values (${next})`);
      arrived = await Promise.race([change.then(() => true), new Promise<false>((r) => setTimeout(r, 20, false))]);
    }
    next += 1;
    await client.close();
    await culprit.close();
    return first === id;
  }

  it.each([
    ['txt=like.a\\', `(txt) values ('ab')`],
    ['txt=ilike.A\\', `(txt) values ('ab')`],
    ['txt=not.like.a\\', `(txt) values ('ab')`],
    ['tags=eq.{a}', `(tags) values ('{a}')`],
    ['tags=in.(a)', `(tags) values ('{}')`],
    ['tags=not.eq.{a}', `(tags) values ('{b}')`],
    ['tags=is.null', `(tags) values ('{a}')`],
    ['jb=eq."1"', `(jb) values ('"text"')`],
    ['jb=neq.1', `(jb) values ('"text"')`],
    ['js=eq.1', `(js) values ('1')`],
    ['js=eq.1', `(txt) values ('the column is null')`],
    ['pr=is.null', `(pr) values ((1, 2))`],
    ['pt=eq.(1,2)', `(pt) values ('(1,2)')`],
  ])('%s loses what is read together with a row %s, for everybody', async (filter, row) => {
    expect(await isInnocentServed(filter, row)).toBe(false);
  });

  it.each([
    ['txt=like.a\\', `(txt) values ('b')`],
    ['txt=like.a\\\\', `(txt) values ('a')`],
    ['tags=eq.{a}', `(txt) values ('the column is null')`],
    ['tags=is.null', `(tags) values (null)`],
    ['jb=eq.1', `(jb) values ('1'), ('{"a": [1]}'), (null), ('null')`],
    ['jb=is.null', `(jb) values ('{}')`],
  ])('%s disturbs nobody with a row %s', async (filter, row) => {
    expect(await isInnocentServed(filter, row)).toBe(true);
  });
});
