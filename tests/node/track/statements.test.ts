import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TrackedDatabase } from './support/trackedDatabase.js';

let db: TrackedDatabase;

beforeAll(async () => {
  db = await TrackedDatabase.start();
});

afterAll(() => db.stop());

beforeEach(async () => {
  await db.sql.query(`
    drop table if exists other, child, items cascade;
    select switchboard.beat(); -- forgets them
    create table items (id integer primary key, k text, n integer);
    select switchboard.track('items', by => 'k')`);
});

/** Types and images of the changes of a key, as short texts. */
async function changes(key: string, name = 'items'): Promise<string[]> {
  const messages = await db.sent(`switchboard:${name}${key === '' ? '' : `:${key}`}`);
  const { rows } = await db.superuser.query<{ epoch: string }>('select epoch from switchboard.names where name = $1', [
    name,
  ]);
  return messages
    .filter(({ epoch }) => epoch === rows[0]?.epoch)
    .flatMap((message) => message.changes)
    .map(({ type, record, old_record: old, moved }) =>
      [type, record && image(record), old && `was ${image(old)}`.trim(), moved === true && 'moved']
        .filter(Boolean)
        .join(' '),
    );
}

function image(record: Record<string, unknown>): string {
  return Object.keys(record)
    .sort()
    .map((name) => String(record[name]))
    .join('/');
}

describe('each way to write is a change', () => {
  it('INSERT, UPDATE, DELETE of one and of several rows', async () => {
    await db.sql.query(`insert into items values (1, 'a', 1)`);
    await db.sql.query(`insert into items values (2, 'a', 2), (3, 'a', 3)`);
    await db.sql.query('update items set n = 9 where id = 1');
    await db.sql.query('update items set n = -n where id > 1');
    await db.sql.query('update items set n = 0 where false');
    await db.sql.query('delete from items where id = 1');
    await db.sql.query('delete from items');
    expect((await changes('a')).sort()).toEqual(
      [
        'INSERT 1/a/1',
        'INSERT 2/a/2',
        'INSERT 3/a/3',
        'UPDATE 1/a/9 was 1/a/1',
        'UPDATE 2/a/-2 was 2/a/2',
        'UPDATE 3/a/-3 was 3/a/3',
        'DELETE was 1/a/9',
        'DELETE was 2/a/-2',
        'DELETE was 3/a/-3',
      ].sort(),
    );
  });

  it('INSERT … ON CONFLICT DO UPDATE and DO NOTHING', async () => {
    await db.sql.query(`insert into items values (1, 'a', 1)`);
    await db.sql.query(
      `insert into items values (1, 'a', 5), (2, 'a', 6) on conflict (id) do update set n = excluded.n`,
    );
    await db.sql.query(`insert into items values (1, 'a', 7), (3, 'a', 8) on conflict do nothing`);
    expect((await changes('a')).sort()).toEqual(
      ['INSERT 1/a/1', 'INSERT 2/a/6', 'INSERT 3/a/8', 'UPDATE 1/a/5 was 1/a/1'].sort(),
    );
  });

  it('MERGE', async () => {
    await db.sql.query(`insert into items values (1, 'a', 1), (2, 'a', 2)`);
    await db.sql
      .query(`merge into items i using (values (1, 'a', 10), (2, 'a', 0), (3, 'a', 30)) v (id, k, n) on v.id = i.id
      when matched and v.n = 0 then delete when matched then update set n = v.n
      when not matched then insert values (v.id, v.k, v.n)`);
    expect((await changes('a')).sort()).toEqual(
      ['INSERT 1/a/1', 'INSERT 2/a/2', 'INSERT 3/a/30', 'UPDATE 1/a/10 was 1/a/1', 'DELETE was 2/a/2'].sort(),
    );
  });

  it('COPY', async () => {
    await db.superuser.query(`copy items from program 'printf "1\\ta\\t1\\n2\\ta\\t2\\n"'`);
    expect(await changes('a')).toEqual(['INSERT 1/a/1', 'INSERT 2/a/2']);
  });

  it('several statements in one with WITH', async () => {
    await db.sql.query(`insert into items values (1, 'a', 1)`);
    await db.sql.query(
      `with gone as (delete from items returning *) insert into items select id + 1, 'b', n from gone`,
    );
    expect(await changes('a')).toEqual(['INSERT 1/a/1', 'DELETE was 1/a/1']);
    expect(await changes('b')).toEqual(['INSERT 2/b/1']);
  });

  it('cascades of foreign keys', async () => {
    await db.sql.query(`
      create table child (id integer primary key, item integer references items on delete cascade on update cascade);
      select switchboard.track('child');
      insert into items values (1, 'a', 1); insert into child values (10, 1), (11, 1);
      update items set id = 2; delete from items`);
    expect((await changes('', 'child')).sort()).toEqual(
      [
        'INSERT 10/1',
        'INSERT 11/1',
        'UPDATE 10/2 was 10/1',
        'UPDATE 11/2 was 11/1',
        'DELETE was 10/2',
        'DELETE was 11/2',
      ].sort(),
    );
  });

  it('TRUNCATE, for each topic with rows or messages, also by CASCADE', async () => {
    await db.sql.query(`
      create table child (item integer references items); create table other (k text);
      select switchboard.track('child'); select switchboard.track('other', by => 'k');
      insert into items values (1, 'a', 1), (2, 'b', 1); delete from items where k = 'b'; insert into child values (1)`);
    await db.sql.query('truncate items cascade');
    expect((await changes('a')).at(-1)).toBe('TRUNCATE');
    expect((await changes('b')).at(-1)).toBe('TRUNCATE');
    expect((await changes('', 'child')).at(-1)).toBe('TRUNCATE');
    // Rows from before the table was tracked.
    await db.sql.query(`select switchboard.untrack('items'); insert into items values (1, 'c', 1);
      select switchboard.track('items', by => 'k')`);
    await db.sql.query('truncate items, child');
    expect(await changes('c')).toEqual(['TRUNCATE']);
  });

  it('rows that a BEFORE trigger changed, without those it swallowed', async () => {
    await db.sql.query(`
      create or replace function doubled() returns trigger language plpgsql as $$ begin
        if new.n = 0 then return null; end if; new.n := new.n * 2; return new; end $$;
      create trigger doubled before insert or update on items for each row execute function doubled();
      insert into items values (1, 'a', 1), (2, 'a', 0); insert into items values (3, 'a', 0); update items set n = 0`);
    expect(await changes('a')).toEqual(['INSERT 1/a/2']);
  });

  it('rows that an AFTER trigger writes', async () => {
    await db.sql.query(`
      create or replace function mirrored() returns trigger language plpgsql as $$ begin
        if new.id < 100 then insert into items values (new.id + 100, 'b', new.n); end if; return null; end $$;
      create trigger mirrored after insert on items for each row execute function mirrored();
      insert into items values (1, 'a', 1), (2, 'a', 2)`);
    expect(await changes('a')).toEqual(['INSERT 1/a/1', 'INSERT 2/a/2']);
    expect((await changes('b')).sort()).toEqual(['INSERT 101/b/1', 'INSERT 102/b/2']);
  });
});

describe('a key', () => {
  it('that changes is an update in both topics, each with its own image and the common primary key', async () => {
    await db.sql.query(`insert into items values (1, 'a', 1), (2, 'a', 2)`);
    await db.sql.query(`update items set k = 'b' where id = 1`);
    await db.sql.query(`update items set k = case when k = 'a' then 'b' else 'a' end, id = id + 10`);
    expect(await changes('a')).toEqual([
      'INSERT 1/a/1',
      'INSERT 2/a/2',
      'UPDATE 1 was 1/a/1 moved',
      'UPDATE was 2/a/2 moved',
      'UPDATE 11/a/1 was moved',
    ]);
    expect(await changes('b')).toEqual([
      'UPDATE 1/b/1 was 1 moved',
      'UPDATE 12/b/2 was moved',
      'UPDATE was 1/b/1 moved',
    ]);
  });

  it('that is null has the topic without a key', async () => {
    await db.sql.query(`insert into items values (1, null, 1)`);
    await db.sql.query(`update items set k = 'a'`);
    expect(await changes('')).toEqual(['INSERT 1/null/1', 'UPDATE 1 was 1/null/1 moved']);
    expect(await changes('a')).toEqual(['UPDATE 1/a/1 was 1 moved']);
  });

  it.each([
    ['smallint', '-7', '-7'],
    ['bigint', '9007199254740993', '9007199254740993'],
    ['uuid', `'AAAAAAAA-bbbb-cccc-dddd-eeeeeeeeeeee'`, 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee'],
    ['boolean', 'true', 'true'],
    ['varchar(20)', `'a:b "c" é 😀'`, 'a:b "c" é 😀'],
    ['text', `''`, ''],
    ['mood', `'so so'`, 'so so'],
    ['positive', '5', '5'],
  ])('of type %s is the text that PostgreSQL makes of it', async (type, value, text) => {
    await db.sql.query(`
      drop type if exists mood; create type mood as enum ('so so');
      drop domain if exists positive; create domain positive as integer check (value > 0);
      create table other (id integer, k ${type}); select switchboard.track('other', by => 'k');
      insert into other values (1, ${value}); insert into other values (2, ${value}), (3, ${value})`);
    expect(await db.changes(`switchboard:other:${text}`)).toHaveLength(3);
    expect(await db.ask(`switchboard:other:${text}`, 0, { role: 'service_role' })).toMatchObject({
      state: 'ok',
      last: 2,
    });
    await db.sql.query('drop table other');
    await db.sql.query('select switchboard.beat()');
  });

  it('that makes a topic that nobody can join, above 246 bytes, has no messages, and is counted', async () => {
    const long = 'x'.repeat(246 - 'switchboard:items:'.length);
    await db.sql.query(`insert into items values (1, $1, 1)`, [long]);
    await db.sql.query(`insert into items values (2, $1 || 'x', 1)`, [long]);
    await db.sql.query(`insert into items values (3, $1 || 'x', 1), (4, 'a', 1)`, [long]);
    expect(await changes(long)).toHaveLength(1);
    expect(await changes('a')).toEqual(['INSERT 4/a/1']);
    const { rows } = await db.sql.query<{ problems: object }>('select problems from switchboard.tracked()');
    expect(rows[0]?.problems).toMatchObject({ 'topic too long': 2 });
  });
});

describe('a statement on many rows', () => {
  const pick = (i: string, one: string, other: string): string =>
    `case when ${i} % 2 = 0 then ${one} else ${other} end`;

  beforeAll(async () => {
    await db.sql.query(`create type "Mood %I" as enum ('fine', 'not "fine"'); create domain short as smallint;
      create domain some_mood as "Mood %I"`);
  });

  it.each([
    ['smallint', '-32768', '7'],
    ['integer', '0', '2147483647'],
    ['bigint', '9007199254740993', '9007199254740992'],
    ['uuid', `'AAAAAAAA-bbbb-cccc-dddd-eeeeeeeeeeee'`, `'00000000-0000-0000-0000-000000000000'`],
    ['text', `'with: "quotes" \\ %'`, `''`],
    ['varchar(5)', `'a b  '`, `'é'`],
    ['boolean', 'true', 'false'],
    ['"Mood %I"', `'fine'`, `'not "fine"'`],
    ['some_mood', `'fine'`, `'not "fine"'`],
    ['short', '1', '-1'],
  ])('is in the same topics as those on a single row: keys of type %s', async (type, one, other) => {
    const keyed = (i: string): string => `case when ${i} % 3 > 0 then (${pick(i, one, other)})::${type} end`;
    await db.sql.query('drop table if exists keyed');
    await db.sql.query('select switchboard.beat()'); // forgets it
    await db.sql.query(`create table keyed (id integer, "the %I ""key" ${type});
      select switchboard.track('keyed', by => 'the %I "key')`);
    const sent = async (): Promise<{ topic: string; n: string }[]> => {
      const { rows } = await db.superuser.query<{ topic: string; n: string }>(
        `select topic, sum(jsonb_array_length(payload -> 'changes')) as n from realtime.messages
          where topic like 'switchboard:keyed%' and event = 'changes' group by topic order by topic collate "C"`,
      );
      await db.superuser.query(`delete from realtime.messages where topic like 'switchboard:keyed%'`);
      return rows;
    };
    await db.superuser.query(
      `delete from switchboard.problems; delete from realtime.messages where topic like 'switchboard:keyed%'`,
    );
    for (let i = 1; i <= 6; i += 1) await db.sql.query(`insert into keyed select ${i}, ${keyed(`${i}`)}`);
    const topics = (await sent()).map(({ topic, n }) => ({ topic, n: String(Number(n) * 50) }));
    expect(topics).toHaveLength(3);
    await db.sql.query('delete from keyed');
    await sent();
    await db.sql.query(`insert into keyed select i, ${keyed('i')} from generate_series(1, 300) i`);
    expect(await sent()).toEqual(topics);
    await db.sql.query('update keyed set id = -id');
    expect(await sent()).toEqual(topics);
    await db.sql.query('update keyed set "the %I ""key" = null');
    const moved = await sent();
    expect(moved.map(({ topic }) => topic)).toEqual(topics.map(({ topic }) => topic));
    expect(moved[0]).toEqual({ topic: 'switchboard:keyed', n: '300' });
    await db.sql.query('delete from keyed');
    expect(await sent()).toEqual([{ topic: 'switchboard:keyed', n: '300' }]);
    expect(await db.problems()).toEqual([]);
  });
});
