import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { TrackedDatabase } from './support/trackedDatabase.js';

let db: TrackedDatabase;
let undo: string[] = [];

beforeAll(async () => {
  db = await TrackedDatabase.start();
  await db.sql.query(`create table items (id integer generated always as identity, k text, n integer);
    select switchboard.track('items', by => 'k')`);
});

afterEach(async () => {
  for (const statement of undo) await db.superuser.query(statement);
  undo = [];
  await db.superuser.query('delete from switchboard.problems');
});

afterAll(() => db.stop());

/** Breaks something until the test is over. */
async function broken(statement: string, repair: string): Promise<void> {
  await db.superuser.query(statement);
  undo.unshift(repair);
}

const insert = (key: string): Promise<unknown> => db.sql.query(`insert into items (k, n) values ('${key}', 1)`);
const ids = async (table: string): Promise<number> =>
  Number((await db.sql.query<{ count: string }>(`select count(*) from ${table}`)).rows[0]?.count);
const epochOf = async (name: string): Promise<string> =>
  (await db.superuser.query<{ epoch: string }>('select epoch from switchboard.names where name = $1', [name])).rows[0]
    ?.epoch ?? '';

describe('a write of the application succeeds', () => {
  it('where realtime.messages has no partition for today; the message has a number and is had from the log', async () => {
    await insert('a');
    await broken(
      'alter table realtime.messages detach partition realtime.messages_all',
      'alter table realtime.messages attach partition realtime.messages_all default',
    );
    await insert('a');
    await db.sql.query(`begin; insert into items (k) values ('a'); insert into items (k) values ('b'); commit`);
    await db.sql.query('select switchboard.beat()');
    for (const statement of undo) await db.superuser.query(statement);
    undo = [];
    await insert('a');
    expect((await db.sent('switchboard:items:a')).map(({ number }) => number)).toEqual([1, 4]);
    const { messages } = await db.ask('switchboard:items:a', 1, { role: 'service_role' });
    expect(messages?.map(({ number }) => number)).toEqual([2, 3, 4]);
    expect(await ids('items')).toBe(5);
  });

  it('where realtime.messages has changed; realtime.send is used then', async () => {
    await db.superuser.query(`delete from realtime.messages`);
    await broken(
      `alter table realtime.messages add column added text;
       create function refuse() returns trigger language plpgsql as $$ begin
         if not new.payload ? 'id' then raise exception 'not from send'; end if; return new; end $$;
       create trigger refuse before insert on realtime.messages for each row execute function refuse()`,
      `drop function refuse() cascade; alter table realtime.messages drop column added`,
    );
    await insert('c');
    await insert('c');
    expect((await db.sent('switchboard:items:c')).map(({ number }) => number)).toEqual([1, 2]);
    expect(await db.problems()).toContainEqual(expect.stringContaining('sent by realtime.send: P0001 not from send'));
  });

  it('where the log can not be written; a new epoch begins', async () => {
    await insert('d');
    const epoch = await epochOf('items');
    await broken('alter table switchboard.log add check (name <> $$items$$) not valid', 'select 1');
    await insert('d');
    await db.sql.query(`insert into items (k) values ('d'), ('e')`);
    await db.sql.query('truncate items');
    expect(await ids('items')).toBe(0);
    await db.superuser.query('alter table switchboard.log drop constraint log_name_check');
    await db.sql.query('select switchboard.beat()');
    expect(await epochOf('items')).not.toBe(epoch);
    expect(await db.problems()).toContainEqual(expect.stringContaining('changes lost: 23514'));
    await insert('d');
    expect((await db.sent('switchboard:items:d')).map(({ number }) => number)).toEqual([1, 1]);
  });

  it('where numbers can not be given; the beat gives them', async () => {
    await broken(
      'alter table switchboard.numbers add constraint none check (seq < 0) not valid',
      'alter table switchboard.numbers drop constraint if exists none',
    );
    await insert('f');
    await db.sql.query(`begin; insert into items (k) values ('f'); insert into items (k) values ('g'); commit`);
    expect(await db.sent('switchboard:items:f')).toEqual([]);
    await db.sql.query('select switchboard.beat()');
    for (const statement of undo) await db.superuser.query(statement);
    undo = [];
    await db.sql.query('select switchboard.beat()');
    expect((await db.sent('switchboard:items:f')).map(({ number }) => number)).toEqual([1, 2]);
    expect(await db.sent('switchboard:items:g')).toHaveLength(1);
  });

  it('where a row can not be made JSON; its topic gets the number of rows', async () => {
    await db.sql.query(`
      create type odd as enum ('x');
      create function odd_json(odd) returns json language plpgsql as $$ begin raise exception 'no JSON today'; end $$;
      create cast (odd as json) with function odd_json(odd);
      create table odd_items (id integer, k text, o odd, j json); select switchboard.track('odd_items', by => 'k');
      insert into odd_items values (1, 'a', 'x', null)`);
    await db.sql.query(`insert into odd_items values (2, 'a', 'x', null), (3, 'b', null, null)`);
    await db.sql.query(`insert into odd_items values (4, 'c', null, '{"x": "\\u0000"}')`);
    await db.sql.query(`insert into odd_items values (5, 'c', null, '1e999999')`);
    await db.sql.query(`insert into odd_items values (6, 'c', null, '[1]')`);
    expect(await ids('odd_items')).toBe(6);
    expect((await db.sent('switchboard:odd_items:a')).map(({ fetch }) => fetch)).toEqual([
      [{ t: 0, rows: 1 }],
      [{ t: 0, rows: 1 }],
    ]);
    expect(
      (await db.sent('switchboard:odd_items:c')).map(({ fetch, changes }) => fetch ?? changes[0]?.record?.['j']),
    ).toEqual([[{ t: 0, rows: 1 }], [{ t: 0, rows: 1 }], [1]]);
  });

  it('where its topic stays locked; the next one numbers its message', async () => {
    await insert('h');
    const other = await db.connect();
    await other.query('begin');
    await other.query(`select pg_advisory_xact_lock(hashtextextended('switchboard:items:h', 0))`);
    await insert('h');
    await other.query('rollback');
    expect(await db.sent('switchboard:items:h')).toHaveLength(1);
    await insert('h');
    expect((await db.sent('switchboard:items:h')).map(({ number }) => number)).toEqual([1, 2, 3]);
    expect(await db.problems()).toContainEqual(expect.stringContaining('not numbered at commit: 55P03'));
    await other.end();
  });

  it('where two transactions add new topics in opposite orders', async () => {
    const other = await db.connect();
    for (let i = 0; i < 20; i += 1) {
      await Promise.all([
        db.sql.query(`begin; insert into items (k) values ('x${i}'); insert into items (k) values ('y${i}'); commit`),
        other.query(`begin; insert into items (k) values ('y${i}'); insert into items (k) values ('x${i}'); commit`),
      ]);
      expect((await db.sent(`switchboard:items:x${i}`)).map(({ number }) => number)).toEqual([1, 2]);
    }
    expect(await db.problems()).toEqual([]);
    await other.end();
  });
});

it('a transaction that was locked out of nothing by topics waits for no other one after it has locked them', async () => {
  // A deferred trigger of the application takes a row lock at commit. With the topics locked before, two of these would deadlock.
  await db.sql.query(`
    create table locked (id integer primary key); insert into locked values (1);
    create table causes (id integer); select switchboard.track('causes');
    create function lock_row() returns trigger language plpgsql as $$ begin
      perform from locked where id = 1 for update; return null; end $$;
    create constraint trigger late after insert on causes deferrable initially deferred for each row execute function lock_row();
    select switchboard.beat()`);
  const other = await db.connect();
  await db.sql.query(`begin; insert into causes values (1); select from locked where id = 1 for update`);
  const waiting = other.query(`begin; insert into causes values (2); commit`);
  await db.sql.query(`insert into causes values (3); commit`);
  await waiting;
  expect((await db.changes('switchboard:causes')).map(({ record }) => record?.['id'])).toEqual([1, 3, 2]);
  expect(await db.problems()).toEqual([]);
  await other.end();
});
