import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sqlFile, TrackedDatabase } from './support/trackedDatabase.js';

let db: TrackedDatabase;

beforeAll(async () => {
  db = await TrackedDatabase.start();
  await db.sql.query(`create table bookings (id integer primary key, business integer, other text)`);
});

afterAll(() => db.stop());

const epochOf = async (name: string): Promise<string | undefined> => {
  const { rows } = await db.superuser.query<{ epoch: string }>('select epoch from switchboard.names where name = $1', [
    name,
  ]);
  return rows[0]?.epoch;
};

/** All that the owner has in the database, as text. */
async function everything(): Promise<unknown> {
  const { rows } = await db.superuser.query(`
    select 'relation' as kind, oid::regclass::text as name, relacl::text as more from pg_class
     where relnamespace not in (select oid from pg_namespace where nspname ~ '^pg_|information_schema')
    union all select 'function', oid::regprocedure::text, proacl::text from pg_proc
     where pronamespace not in (select oid from pg_namespace where nspname ~ '^pg_|information_schema')
    union all select 'trigger', tgrelid::regclass || ' ' || tgname, tgenabled::text from pg_trigger where not tgisinternal
    union all select 'policy', polrelid::regclass || ' ' || polname, pg_get_expr(polqual, polrelid) from pg_policy
    union all select 'schema', nspname, nspacl::text from pg_namespace where nspname !~ '^pg_|information_schema'
    order by 1, 2`);
  return rows;
}

describe('track', () => {
  it('may be repeated, and then changes nothing that a client sees', async () => {
    const { rows } = await db.sql.query<{ topic: string }>(
      `select switchboard.track('bookings', by => 'business') as topic`,
    );
    expect(rows[0]?.topic).toBe('switchboard:bookings:<business>');
    await db.sql.query(`insert into bookings values (1, 1)`);
    const epoch = await epochOf('bookings');
    const before = await everything();
    await db.sql.query(`select switchboard.track('public.bookings', by => 'business', keep => '1 day')`);
    expect(await everything()).toEqual(before);
    await db.sql.query(`insert into bookings values (2, 1)`);
    expect((await db.sent('switchboard:bookings:1')).map(({ number, epoch: of }) => [number, of])).toEqual([
      [1, epoch],
      [2, epoch],
    ]);
  });

  it('by another column starts a new epoch, with numbers from 1', async () => {
    const epoch = await epochOf('bookings');
    await db.sql.query(`select switchboard.track('bookings', by => 'other'); insert into bookings values (3, 1, '1')`);
    const [, , last] = await db.sent('switchboard:bookings:1');
    expect(last).toMatchObject({ number: 1 });
    expect(last?.epoch).not.toBe(epoch);
    // Messages of the old epoch can't be had any more; whoever asks for them is told by the epoch.
    expect(await db.ask('switchboard:bookings:1', 0, { role: 'service_role' })).toMatchObject({
      state: 'ok',
      last: 1,
      epoch: last?.epoch,
    });
    expect(await db.ask('switchboard:bookings:1', 2, { role: 'service_role' })).toMatchObject({ state: 'too_old' });
  });

  it('under another name ends the topics of the old one', async () => {
    await db.sql.query(`select switchboard.track('bookings', by => 'other', topic => 'renamed')`);
    expect(await db.ask('switchboard:bookings:1', 0, { role: 'service_role' })).toMatchObject({ state: 'not_tracked' });
    await db.sql.query(`select switchboard.track('bookings', by => 'other')`);
  });

  it('lets tables share a name, if their keys are of the same type', async () => {
    await db.sql
      .query(`create table payments (id integer, business text); create table clients (id integer, business integer);
      select switchboard.track('payments', by => 'business', topic => 'bookings')`);
    await expect(
      db.sql.query(`select switchboard.track('clients', by => 'business', topic => 'bookings')`),
    ).rejects.toThrow(
      'The topic "bookings" is shared with tables that are tracked by a text; this one would be by a integer.',
    );
    await expect(db.sql.query(`select switchboard.track('clients', topic => 'bookings')`)).rejects.toThrow(
      /by no column/,
    );
    await db.sql.query(
      `begin; insert into payments values (1, 's'); insert into bookings values (4, 1, 's'); insert into payments values (2, 's'); commit`,
    );
    const messages = await db.sent('switchboard:bookings:s');
    expect(messages.map(({ number, tables: [table] }) => `${number} ${table?.table ?? ''}`)).toEqual([
      '1 payments',
      '2 bookings',
      '3 payments',
    ]);
    await db.sql.query(`select switchboard.untrack('payments')`);
    expect(await db.ask('switchboard:bookings:s', 0, { role: 'service_role' })).toMatchObject({ state: 'ok', last: 3 });
  });

  it.each([
    ['a view', `create view v as select 1 as id; select switchboard.track('v')`, /only tables of the application/],
    ['a temporary table', `create temp table t (id integer); select switchboard.track('t')`, /temporary or unlogged/],
    [
      'an unlogged table',
      `create unlogged table u (id integer); select switchboard.track('u')`,
      /temporary or unlogged/,
    ],
    ['its own tables', `select switchboard.track('switchboard.log')`, /only tables of the application/],
    ['a missing table', `select switchboard.track('nope')`, /relation "nope" does not exist/],
    ['a missing column', `select switchboard.track('bookings', by => 'nope')`, /no column "nope"/],
    [
      'a column of a type that can not be a key',
      `create table x (j jsonb); select switchboard.track('x', by => 'j')`,
      /no column "j"/,
    ],
    ['a system column', `select switchboard.track('bookings', by => 'ctid')`, /no column "ctid"/],
    ['a bad name', `select switchboard.track('bookings', topic => 'a:b')`, /can't have the name "a:b"/],
    ['the name of the beat', `select switchboard.track('bookings', topic => 'beat')`, /can't have the name "beat"/],
    ['a bad bound', `select switchboard.track('bookings', max_bytes => 1)`, /max_bytes from/],
    ['no bound', `select switchboard.track('bookings', keep => null)`, /keep is from/],
  ])('refuses %s', async (_, sql, message) => {
    await expect(db.sql.query(`begin; ${sql}`)).rejects.toThrow(message);
    await db.sql.query('rollback');
  });

  it('says so where the list of columns leaves no room for changes', async () => {
    const columns = Array.from({ length: 300 }, (_, i) => `${'c'.repeat(50)}${i} integer`).join(', ');
    await expect(
      db.sql.query(`create table wide (${columns}); select switchboard.track('wide', max_bytes => 20000)`),
    ).rejects.toThrow(/list of columns/);
  });
});

describe('untrack', () => {
  it('leaves nothing on the table, and a later track begins a new epoch', async () => {
    await db.sql.query(`create table fleeting (id integer)`);
    const before = await everything();
    const track = `select switchboard.track('fleeting', readers => 'key is null')`;
    await db.sql.query(`${track}; insert into fleeting values (1)`);
    const epoch = await epochOf('fleeting');
    const { rows } = await db.sql.query<{ done: boolean; again: boolean }>(
      `select switchboard.untrack('fleeting') as done, switchboard.untrack('fleeting') as again`,
    );
    expect(rows[0]).toEqual({ done: true, again: false });
    expect(await everything()).toEqual(before);
    await db.sql.query('insert into fleeting values (2)');
    await db.sql.query(`${track}; insert into fleeting values (3)`);
    expect((await db.sent('switchboard:fleeting')).map(({ number }) => number)).toEqual([1, 1]);
    expect(await epochOf('fleeting')).not.toBe(epoch);
    await db.sql.query(`select switchboard.untrack('fleeting')`);
  });
});

describe('track.sql', () => {
  it('may be run again, over a tracked table, and keeps epochs and numbers', async () => {
    const before = await everything();
    const epoch = await epochOf('bookings');
    await db.sql.query(await sqlFile('track.sql'));
    expect(await everything()).toEqual(before);
    await db.sql.query(`insert into bookings values (90, 1, 'again')`);
    await db.sql.query(await sqlFile('track.sql'));
    await db.sql.query(`insert into bookings values (91, 1, 'again')`);
    expect((await db.sent('switchboard:bookings:again')).map(({ number, epoch: of }) => [number, of])).toEqual([
      [1, epoch],
      [2, epoch],
    ]);
  });

  it('may be run while the table is written to', async () => {
    const other = await db.connect();
    const writing = (async () => {
      for (let i = 1000; i < 1200; i += 1) await other.query(`insert into bookings values (${i}, 1, 'meanwhile')`);
    })();
    for (let i = 0; i < 3; i += 1) await db.sql.query(await sqlFile('track.sql'));
    await writing;
    await db.sql.query('select switchboard.beat()');
    const messages = await db.sent('switchboard:bookings:meanwhile');
    expect(messages.map(({ number }) => number)).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
    await other.end();
  });

  it('does not replace a newer version', async () => {
    await db.sql.query(`create or replace function switchboard.version() returns integer language sql immutable
      set search_path = pg_catalog, pg_temp return 2`);
    await expect(db.sql.query(await sqlFile('track.sql'))).rejects.toThrow(/Version 2 of track.sql is installed/);
    await db.sql.query('rollback');
    await db.sql.query((await sqlFile('track.sql')).replace('installed > 1', 'installed > 2'));
    const { rows } = await db.sql.query<{ version: number }>('select switchboard.version() as version');
    expect(rows[0]?.version).toBe(1);
  });

  it('needs realtime.messages, and says so', async () => {
    await db.superuser.query('create database bare owner owner');
    const bare = await db.connect('owner');
    await bare.end();
    const { connected } = await import('./support/trackedDatabase.js');
    const client = await connected(db.url.replace(/\/postgres$/, '/bare'));
    await expect(client.query(await sqlFile('track.sql'))).rejects.toThrow(/There is no table realtime.messages/);
    await client.end();
  });

  it('is removed by untrack.sql without a rest, as often as it is asked to', async () => {
    await db.sql.query(await sqlFile('untrack.sql'));
    const bare = await everything();
    expect(JSON.stringify(bare)).not.toContain('switchboard');
    await db.sql.query(await sqlFile('track.sql'));
    await db.sql.query(
      `select switchboard.track('bookings', by => 'business', readers => 'true'); insert into bookings values (2000, 1)`,
    );
    await db.sql.query(await sqlFile('untrack.sql'));
    await db.sql.query(await sqlFile('untrack.sql'));
    expect(await everything()).toEqual(bare);
    await db.sql.query('insert into bookings values (2001, 1)');
    await db.sql.query(await sqlFile('track.sql'));
  });

  it('leaves a schema of the same name that has something else', async () => {
    await db.sql.query(`create table switchboard.theirs (id integer)`);
    await db.sql.query(await sqlFile('untrack.sql'));
    const { rows } = await db.sql.query(`select from pg_class where relnamespace = 'switchboard'::regnamespace`);
    expect(rows).toHaveLength(1);
    await db.sql.query('drop table switchboard.theirs');
    await db.sql.query(await sqlFile('track.sql'));
  });
});

describe('doctor', () => {
  it('sees in tracked() what is missing', async () => {
    await db.sql
      .query(`select switchboard.track('bookings', by => 'business', readers => 'true'); drop trigger switchboard_update on bookings;
      alter table bookings disable trigger switchboard_delete`);
    const look = async (): Promise<object | undefined> =>
      (await db.sql.query<object>('select * from switchboard.tracked()')).rows[0];
    expect(await look()).toMatchObject({
      table: 'public.bookings',
      topic: 'bookings',
      by: 'business',
      readers: 'true',
      triggers_missing: '1',
      triggers_disabled: '1',
      beaten_at: null,
      sql_version: 1,
    });
    await db.sql.query('select switchboard.beat()');
    expect(await look()).toMatchObject({ triggers_missing: '0', beats: '1' });
  });
});
