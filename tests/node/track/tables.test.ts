import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TrackedDatabase, type Change } from './support/trackedDatabase.js';

let db: TrackedDatabase;

beforeAll(async () => {
  db = await TrackedDatabase.start();
});

afterAll(() => db.stop());

const records = (changes: readonly Change[]): unknown[] => changes.map(({ record, old_record: old }) => record ?? old);

describe('a partitioned table', () => {
  beforeAll(async () => {
    await db.sql.query(`
      create table parted (id integer, k text, n integer, primary key (id, n)) partition by range (n);
      create table low (note text, n integer not null, id integer not null, k text);
      alter table low drop column note;
      alter table parted attach partition low for values from (0) to (10);
      create table middle partition of parted for values from (10) to (20) partition by range (n);
      create table inner_part partition of middle for values from (10) to (20);
      select switchboard.track('parted', by => 'k')`);
  });

  it('has the changes of statements on itself and on its partitions, as its own', async () => {
    await db.sql
      .query(`insert into parted values (1, 'a', 1), (2, 'a', 11); insert into low (id, k, n) values (3, 'a', 3);
      insert into inner_part values (4, 'a', 14); update middle set k = 'a' where id = 4; delete from low where id = 3`);
    const messages = await db.sent('switchboard:parted:a');
    expect(messages.map(({ tables }) => tables[0]?.table)).toEqual(Array(5).fill('parted'));
    expect(messages.flatMap(({ changes }) => records(changes))).toEqual([
      { id: 1, k: 'a', n: 1 },
      { id: 2, k: 'a', n: 11 },
      { id: 3, k: 'a', n: 3 },
      { id: 4, k: 'a', n: 14 },
      { id: 4, k: 'a', n: 14 },
      { id: 3, k: 'a', n: 3 },
    ]);
  });

  it('has an update that moves a row to another partition', async () => {
    await db.sql.query(`update parted set n = n + 10 where id = 1`);
    expect((await db.changes('switchboard:parted:a')).at(-1)).toMatchObject({
      type: 'UPDATE',
      record: { id: 1, n: 11 },
      old_record: { id: 1, n: 1 },
    });
  });

  it('reports updates without rows where a trigger of the other partition swallowed some', async () => {
    await db.sql.query(`
      create function swallowed() returns trigger language plpgsql as $$ begin return case when new.id = 21 then null else new end; end $$;
      create trigger swallowed before insert on inner_part for each row execute function swallowed();
      insert into parted values (20, 'b', 1), (21, 'b', 2), (22, 'b', 3); update parted set n = n + 10 where k = 'b'`);
    expect((await db.sent('switchboard:parted:b')).at(-1)).toMatchObject({ changes: [], fetch: [{ t: 0, rows: 3 }] });
    await db.sql.query('drop function swallowed() cascade');
  });

  it('follows partitions that are attached and detached, by the beat', async () => {
    await db.sql.query(`
      create table high (id integer not null, k text, n integer not null); insert into high values (1, 'h', 25);
      alter table parted attach partition high for values from (20) to (30);
      select switchboard.beat(); insert into high values (2, 'h', 21);
      alter table parted detach partition low; insert into low (id, k, n) values (9, 'h', 9); insert into parted values (3, 'h', 22)`);
    expect(records(await db.changes('switchboard:parted:h'))).toEqual([
      { id: 2, k: 'h', n: 21 },
      { id: 3, k: 'h', n: 22 },
    ]);
    await db.sql.query('select switchboard.beat()');
    const { rows } = await db.sql.query(`select from pg_trigger where tgrelid = 'low'::regclass`);
    expect(rows).toHaveLength(0);
  });

  it('is truncated as a whole, or reports the rows of a truncated partition', async () => {
    await db.sql.query(`insert into parted values (30, 't', 24), (31, 't', 25), (32, 't', 12); truncate high`);
    expect((await db.sent('switchboard:parted:t')).at(-1)).toMatchObject({ changes: [], fetch: [{ t: 0, rows: 2 }] });
    const before = (await db.sent('switchboard:parted:t')).length;
    await db.sql.query('truncate parted');
    const after = await db.sent('switchboard:parted:t');
    expect(after.slice(before).map(({ changes }) => changes)).toEqual([[{ t: 0, type: 'TRUNCATE' }]]);
    await db.sql.query(`begin; truncate parted; insert into parted values (40, 't', 13); truncate inner_part; commit`);
    expect(
      (await db.sent('switchboard:parted:t'))
        .slice(after.length)
        .map(({ fetch, changes }) => fetch ?? changes[0]?.type),
    ).toEqual(['TRUNCATE', 'INSERT', [{ t: 0, rows: 1 }]]);
  });

  it('is tracked through the root only', async () => {
    await expect(db.sql.query(`select switchboard.track('high')`)).rejects.toThrow(
      'public.high is a partition. Track public.parted',
    );
  });
});

it('children of a table are tracked with their common columns', async () => {
  await db.sql.query(`
    create table people (id integer, name text); create table staff (salary integer) inherits (people);
    select switchboard.track('people'); insert into people values (1, 'Ann'); insert into staff values (2, 'Bob', 100);
    update people set name = upper(name); delete from staff`);
  expect(records(await db.changes('switchboard:people'))).toEqual([
    { id: 1, name: 'Ann' },
    { id: 2, name: 'Bob' },
    { id: 1, name: 'ANN' },
    { id: 2, name: 'BOB' },
    { id: 2, name: 'BOB' },
  ]);
});

it('tables without a primary key have whole old rows', async () => {
  await db.sql.query(`create table bare (k text, n integer); select switchboard.track('bare', by => 'k');
    insert into bare values ('a', 1), ('a', 1); update bare set k = 'b' where ctid = (select min(ctid) from bare)`);
  expect((await db.changes('switchboard:bare:a')).at(-1)).toEqual({
    t: 0,
    type: 'UPDATE',
    moved: true,
    record: {},
    old_record: { k: 'a', n: 1 },
  });
});

it('stored generated columns are sent, virtual ones are not', async () => {
  const { rows } = await db.sql
    .query<{ version: string }>('show server_version_num as version')
    .catch(() => ({ rows: [] }));
  const virtual =
    Number(rows[0]?.version ?? 0) >= 180_000 ? ', triple integer generated always as (n * 3) virtual' : '';
  await db.sql
    .query(`create table stock (id integer, n integer, double integer generated always as (n * 2) stored${virtual});
    select switchboard.track('stock'); insert into stock (id, n) values (1, 5)`);
  const [message] = await db.sent('switchboard:stock');
  expect(message?.changes).toEqual([{ t: 0, type: 'INSERT', record: { id: 1, n: 5, double: 10 } }]);
  expect(message?.tables[0]?.columns.map(({ name }) => name)).toEqual(['id', 'n', 'double']);
});

describe('a table that changes', () => {
  it('has its new columns, names and types in the next message, also in the same transaction and for open connections', async () => {
    const other = await db.connect();
    await db.sql.query(`create table shifting (id integer primary key, k varchar(10), gone integer, n integer);
      select switchboard.track('shifting', by => 'k'); insert into shifting values (1, 'a', 0, 1)`);
    await other.query(`insert into shifting values (2, 'a', 0, 2); insert into shifting values (3, 'a', 0, 2)`);
    const latest = async (): Promise<[unknown, unknown]> => {
      const message = (await db.sent('switchboard:shifting:a')).at(-1);
      const columns = message?.tables[0]?.columns.map(({ name, type }) => `${name} ${type}`);
      return [columns, message?.changes.at(-1)?.record];
    };
    await db.sql.query(
      `alter table shifting drop column gone; alter table shifting add column extra boolean default true`,
    );
    await other.query(`insert into shifting values (4, 'a', 4)`);
    expect(await latest()).toEqual([
      ['id int4', 'k varchar', 'n int4', 'extra bool'],
      { id: 4, k: 'a', n: 4, extra: true },
    ]);
    await db.sql
      .query(`alter table shifting rename column k to "the key"; alter table shifting rename column n to amount;
      alter table shifting alter column amount type bigint`);
    await other.query(`update shifting set amount = 7 where id = 4`);
    expect(await latest()).toEqual([
      ['id int4', 'the key varchar', 'amount int8', 'extra bool'],
      { id: 4, 'the key': 'a', amount: 7, extra: true },
    ]);
    await db.sql.query(`alter table shifting alter column "the key" type text`);
    await other.query(`update shifting set amount = 8 where id = 4`);
    expect((await latest())[0]).toContain('the key text');
    await db.sql.query(
      `begin; alter table shifting add column late integer; insert into shifting values (5, 'a', 5, false, 1); commit`,
    );
    expect((await latest())[1]).toEqual({ id: 5, 'the key': 'a', amount: 5, extra: false, late: 1 });
    await other.query(
      `begin; alter table shifting drop column late; insert into shifting values (6, 'a', 5); rollback`,
    );
    await other.query(`insert into shifting values (7, 'a', 5, false, 2)`);
    expect((await latest())[1]).toEqual({ id: 7, 'the key': 'a', amount: 5, extra: false, late: 2 });
    expect(await db.problems()).toEqual([]);
    await other.end();
  });

  it('is sent under its new name and schema, on the topic that it was given', async () => {
    await db.sql.query(`create table old_name (id integer); select switchboard.track('old_name');
      insert into old_name values (1); alter table old_name rename to new_name; create schema elsewhere;
      alter table new_name set schema elsewhere; insert into elsewhere.new_name values (2); insert into elsewhere.new_name values (3), (4);
      alter schema elsewhere rename to nowhere; insert into nowhere.new_name values (5)`);
    const messages = await db.sent('switchboard:old_name');
    expect(messages.map(({ tables: [table] }) => `${table?.schema ?? ''}.${table?.table ?? ''}`)).toEqual([
      'public.old_name',
      'elsewhere.new_name',
      'elsewhere.new_name',
      'nowhere.new_name',
    ]);
    expect(messages.flatMap(({ changes }) => records(changes))).toHaveLength(5);
  });

  it('whose key column is dropped has topics without a key', async () => {
    await db.sql.query(`create table keyless (id integer, k text); select switchboard.track('keyless', by => 'k');
      insert into keyless values (1, 'a'); alter table keyless drop column k; insert into keyless values (2); insert into keyless values (3), (4)`);
    expect(records(await db.changes('switchboard:keyless'))).toEqual([{ id: 2 }, { id: 3 }, { id: 4 }]);
  });

  it('and is dropped can be dropped without a word, and is forgotten', async () => {
    await db.sql.query(
      `create table brief (id integer); select switchboard.track('brief'); insert into brief values (1); drop table brief`,
    );
    expect(await db.ask('switchboard:brief', 0)).toMatchObject({ state: 'not_tracked' });
    await db.sql.query('select switchboard.beat()');
    const { rows } = await db.sql.query(`select from switchboard.tables where name = 'brief'`);
    expect(rows).toHaveLength(0);
  });
});

it('odd names are only names', async () => {
  const odd = `Odd "name"'; drop table switchboard.log; --$create$ %1$s \\`;
  const quoted = odd.replaceAll('"', '""');
  await db.sql.query(
    `create schema "${quoted}"; create table "${quoted}"."${quoted}" (id integer primary key, "${quoted}" text, "select" integer)`,
  );
  await expect(db.sql.query(`select switchboard.track($1)`, [`"${quoted}"."${quoted}"`])).rejects.toThrow(
    /can't have the name/,
  );
  await db.sql.query(`select switchboard.track($1, by => $2, topic => 'odd')`, [
    `"${quoted}"."${quoted}"`,
    odd.slice(0, 63),
  ]);
  await db.sql.query(`insert into "${quoted}"."${quoted}" values (1, $1, 1)`, [odd]);
  await db.sql.query(`insert into "${quoted}"."${quoted}" values (2, $1, 1), (3, $1, 1)`, [odd]);
  await db.sql.query(`update "${quoted}"."${quoted}" set "${quoted}" = "${quoted}" || '!'`);
  await db.sql.query(`truncate "${quoted}"."${quoted}"`);
  expect(records(await db.changes(`switchboard:odd:${odd}`)).slice(0, 3)).toEqual(
    [1, 2, 3].map((id) => ({ id, [odd.slice(0, 63)]: odd, select: 1 })),
  );
  expect(await db.changes(`switchboard:odd:${odd}!`)).toHaveLength(4);
  expect(await db.ask(`switchboard:odd:${odd}`, 0, { role: 'service_role' })).toMatchObject({ state: 'ok' });
  const { rows } = await db.sql.query<{ by: string }>(`select by from switchboard.tracked() where topic = 'odd'`);
  expect(rows[0]?.by).toBe(odd.slice(0, 63));
  await db.sql.query(`select switchboard.untrack($1)`, [`"${quoted}"."${quoted}"`]);
  expect(await db.problems()).toEqual([]);
});

it('columns may have any name, also those that the triggers use inside', async () => {
  const names =
    'r o s n g c i j k u v w topic other change changes tables new_row old_row new_rows old_rows record name total over failure'.split(
      ' ',
    );
  await db.sql.query(
    `create table namesake (${names.map((name) => `${name} integer`).join(', ')}); select switchboard.track('namesake', by => 'r')`,
  );
  const row = (value: number): string => `(${names.map(() => value).join(', ')})`;
  await db.sql.query(`insert into namesake values ${row(1)}; insert into namesake values ${row(1)}, ${row(1)}`);
  await db.sql.query(`update namesake set c = 2; delete from namesake; truncate namesake`);
  const changes = await db.changes('switchboard:namesake:1');
  expect(changes.map(({ type }) => type).join(' ')).toBe(
    'INSERT INSERT INSERT UPDATE UPDATE UPDATE DELETE DELETE DELETE TRUNCATE',
  );
  expect(changes[2]?.record).toEqual(Object.fromEntries(names.map((name) => [name, 1])));
  expect(await db.problems()).toEqual([]);
});
