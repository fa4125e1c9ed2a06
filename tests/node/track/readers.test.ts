import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TrackedDatabase } from './support/trackedDatabase.js';

const ANN = '11111111-1111-4111-8111-111111111111';
const BOB = '22222222-2222-4222-8222-222222222222';

let db: TrackedDatabase;

beforeAll(async () => {
  db = await TrackedDatabase.start();
  await db.sql.query(`
    create table members (business integer, person uuid); insert into members values (1, '${ANN}'), (2, '${BOB}');
    alter table members enable row level security; grant select on members to authenticated;
    create policy own on members for select to authenticated using (person = auth.uid());
    create table bookings (id integer primary key, business integer, secret text);
    alter table bookings enable row level security; grant select on bookings to authenticated, anon;
    select switchboard.track('bookings', by => 'business', readers => $r$
      exists (select from public.members m where m.business::text = key and m.person = auth.uid()) -- theirs
    $r$);
    insert into bookings values (1, 1, 'of one'), (2, 2, 'of two'); insert into bookings values (3, null, 'of nobody');
    create table open_table (id integer); grant select on open_table to anon, authenticated;
    select switchboard.track('open_table'); insert into open_table values (1)`);
});

afterAll(() => db.stop());

const topic = 'switchboard:bookings:1';

/** Whether the role may join a topic: the policies show it the rows that the server inserts to find out. */
async function mayJoin(name: string, role: string, claims: object = {}, extension = 'broadcast'): Promise<boolean> {
  return db.as('none', {}, async () => {
    await db.sql.query(`insert into realtime.messages (topic, extension) values ($1, $2)`, [name, extension]);
    await db.sql.query(
      `select set_config('role', $1, true), set_config('request.jwt.claims', $2, true), set_config('realtime.topic', $3, true)`,
      [role, JSON.stringify({ role, ...claims }), name],
    );
    const { rowCount } = await db.sql.query(
      `select from realtime.messages where topic = $1 and extension = $2 and event is null`,
      [name, extension],
    );
    return (rowCount ?? 0) > 0;
  });
}

async function maySend(name: string, role: string, claims: object = {}): Promise<boolean> {
  return db.as(role, claims, async () => {
    try {
      await db.sql.query(`insert into realtime.messages (topic, extension) values ($1, 'broadcast')`, [name]);
      return true;
    } catch (error) {
      if (String(error).includes('row-level security')) return false;
      throw error;
    }
  });
}

describe('a reader', () => {
  it('with permission joins the topic and gets its messages', async () => {
    expect(await mayJoin(topic, 'authenticated', { sub: ANN })).toBe(true);
    expect(await db.ask(topic, 0, { claims: { sub: ANN } })).toMatchObject({
      state: 'ok',
      last: 1,
      messages: [{ number: 1, changes: [{ record: { secret: 'of one' } }] }],
    });
  });

  it.each([
    ['somebody else', 'authenticated', { sub: BOB }],
    ['a user without a name', 'authenticated', {}],
    ['anon', 'anon', {}],
    ['anon with a forged name', 'anon', { sub: ANN }],
  ])('without permission (%s) gets nothing', async (_, role, claims) => {
    // anon may not read members, so the expression fails for it, which is a no.
    expect(await mayJoin(topic, role, claims)).toBe(false);
    const answer = await db.ask(topic, 0, { role, claims });
    expect(answer).toEqual({ v: 1, topic, state: 'refused', reason: expect.any(String) as unknown });
    expect(JSON.stringify(answer)).not.toContain('of one');
  });

  it('is asked again for each topic', async () => {
    expect(await mayJoin('switchboard:bookings:2', 'authenticated', { sub: ANN })).toBe(false);
    expect(await mayJoin('switchboard:bookings', 'authenticated', { sub: ANN })).toBe(false);
    expect(await db.ask('switchboard:bookings:2', 0, { claims: { sub: ANN } })).toMatchObject({ state: 'refused' });
    expect(await db.ask('switchboard:bookings', 0, { claims: { sub: ANN } })).toMatchObject({ state: 'refused' });
  });

  it('of a table without row-level security needs the right to select all columns that are sent', async () => {
    expect(await mayJoin('switchboard:open_table', 'anon')).toBe(true);
    await db.sql.query('revoke select on open_table from anon; alter table open_table add column more integer');
    expect(await mayJoin('switchboard:open_table', 'anon')).toBe(false);
    await db.sql.query('grant select (id) on open_table to anon');
    expect(await mayJoin('switchboard:open_table', 'anon')).toBe(false);
    expect(await db.ask('switchboard:open_table', 0, { role: 'anon' })).toMatchObject({
      state: 'refused',
      reason: 'the role may not select all columns of the messages',
    });
    expect(await mayJoin('switchboard:open_table', 'authenticated')).toBe(true);
  });

  it('who bypasses row-level security may read all', async () => {
    expect(await db.ask(topic, 0, { role: 'service_role' })).toMatchObject({ state: 'ok' });
    expect(await mayJoin(topic, 'service_role')).toBe(true);
  });

  it('may hear the beat, whoever it is', async () => {
    expect(await mayJoin('switchboard:beat', 'anon')).toBe(true);
    expect(await mayJoin('switchboard:beat', 'authenticated')).toBe(true);
  });

  it('gets no presence on the topics', async () => {
    expect(await mayJoin(topic, 'authenticated', { sub: ANN }, 'presence')).toBe(false);
  });

  it('needs the permission of all tables that share the topic', async () => {
    await db.sql
      .query(`create table shared_a (k integer); create table shared_b (k integer); grant select on shared_a, shared_b to authenticated;
      select switchboard.track('shared_a', by => 'k', topic => 'shared', readers => 'key in (''1'', ''2'')');
      select switchboard.track('shared_b', by => 'k', topic => 'shared', readers => 'key in (''2'', ''3'')')`);
    const states = await Promise.resolve([1, 2, 3]).then(async (keys) => {
      const found: string[] = [];
      for (const key of keys) found.push((await db.ask(`switchboard:shared:${key}`, 0)).state);
      return found;
    });
    expect(states).toEqual(['refused', 'ok', 'refused']);
  });
});

describe('nobody', () => {
  it('sends on the topics, whatever other policies of realtime.messages allow', async () => {
    await db.sql.query(
      `create policy everything on realtime.messages for all to anon, authenticated using (true) with check (true)`,
    );
    try {
      expect(await maySend('room:1', 'anon')).toBe(true);
      expect(await mayJoin('room:1', 'anon')).toBe(true);
      for (const name of [topic, 'switchboard:beat', 'switchboard:nope', 'switchboard:']) {
        expect(await maySend(name, 'authenticated', { sub: ANN })).toBe(false);
      }
      // Nor does another policy let anybody read them.
      expect(await mayJoin(topic, 'authenticated', { sub: BOB })).toBe(false);
      expect(await mayJoin('switchboard:nope', 'anon')).toBe(false);
      expect(await mayJoin(topic, 'authenticated', { sub: ANN })).toBe(true);
    } finally {
      await db.sql.query('drop policy everything on realtime.messages');
    }
  });

  it('but the owner may use anything in the schema except what reading needs', async () => {
    const { rows: tables } = await db.superuser.query<{ name: string }>(
      `select c.relname as name from pg_class c where c.relnamespace = 'switchboard'::regnamespace and c.relkind in ('r', 'v', 'S', 'p')
        and exists (select from unnest('{anon,authenticated,service_role}'::name[]) r
                     where case when c.relkind = 'S' then has_sequence_privilege(r, c.oid, 'usage, select, update')
                           else has_any_column_privilege(r, c.oid, 'select, insert, update, references')
                             or has_table_privilege(r, c.oid, 'delete, truncate, trigger') end)`,
    );
    expect(tables.map(({ name }) => name).sort()).toEqual(['readable', 'readable_messages']);
    const { rows: functions } = await db.superuser.query<{ name: string }>(
      `select p.proname as name from pg_proc p where p.pronamespace = 'switchboard'::regnamespace
        and (has_function_privilege('anon', p.oid, 'execute') or has_function_privilege('authenticated', p.oid, 'execute'))`,
    );
    const needed = ['gates', 'may_read', 'message', 'refusal'];
    expect(
      functions
        .map(({ name }) => name)
        .filter((name) => !/^readers_\d+$/.test(name))
        .sort(),
    ).toEqual(needed);
    const { rows: open } = await db.superuser.query(
      `select relname from pg_class where relnamespace = 'switchboard'::regnamespace and relkind = 'r' and not relrowsecurity`,
    );
    expect(open).toEqual([]);
    const { rows: paths } = await db.superuser.query<{ name: string }>(
      `select proname as name from pg_proc where prosecdef and (pronamespace = 'switchboard'::regnamespace or proname = 'switchboard_changes')
        and not coalesce(proconfig @> array['search_path=pg_catalog, pg_temp'], false)`,
    );
    expect(paths).toEqual([]);
  });

  it('gets messages from the views without permission', async () => {
    const rows = await db.as('authenticated', { sub: BOB }, async () => {
      await db.sql.query(`select set_config('switchboard.reading', $1, true)`, [topic]);
      const messages = await db.sql.query<object>('select * from switchboard.readable_messages');
      const places = await db.sql.query<object>('select * from switchboard.readable');
      return [...messages.rows, ...places.rows];
    });
    expect(rows).toEqual([]);
    // Not even with a query that says for the check that it reads another topic.
    await db.as('authenticated', { sub: BOB }, async () => {
      for (const view of ['readable_messages', 'readable']) {
        const { rows: read } = await db.sql.query<{ n: number }>(`
          select v.n from (values (2), (1), (2)) v (n)
           cross join lateral (select set_config('switchboard.reading', 'switchboard:bookings:' || v.n, true) as set offset 0) s
           cross join lateral (select from switchboard.${view} where s.set is not null offset 0) r`);
        expect(new Set(read.map(({ n }) => n))).toEqual(new Set([2]));
      }
    });
    // Nor through a function that prints what it is given.
    await db.as('authenticated', { sub: BOB }, async () => {
      await db.sql.query(`create function pg_temp.leak(jsonb) returns boolean language plpgsql cost 0.0001
        as 'begin raise exception ''%'', $1; end'; select set_config('switchboard.reading', '${topic}', true)`);
      const { rowCount } = await db.sql.query('select from switchboard.readable_messages where pg_temp.leak(changes)');
      expect(rowCount).toBe(0);
    });
  });
});

describe('what a hostile role can make', () => {
  it('does not mislead what runs with other rights', async () => {
    await db.superuser
      .query(`create role mallory login; grant authenticated to mallory; grant insert, select on bookings to mallory;
      create policy anything on bookings for all to mallory using (true) with check (true)`);
    const mallory = await db.connect('mallory');
    await mallory.query(`
      create temp table new_rows (id integer, business integer, secret text); insert into new_rows values (66, 66, 'forged');
      create temp table log (x text); create temp table topics (x text); create temp table messages (x text);
      create temp table pg_class (oid oid); create temp table members (business integer, person uuid);
      insert into members values (1, '${BOB}');
      create type pg_temp.jsonb as (x integer); create domain pg_temp.text as integer; create type pg_temp.xid8 as enum ('a');
      create function pg_temp.row_to_json(anyelement) returns json language sql as $$ select '{"id": 66}'::json $$;
      create function pg_temp.strpos(text, text) returns integer language sql as 'select 0';
      set search_path = pg_temp, public`);
    await mallory.query(`insert into public.bookings values (10, 1, 'real')`);
    await mallory.query(`insert into public.bookings values (11, 1, 'real'), (12, 1, 'real')`);
    expect((await db.changes(topic)).slice(-3).map(({ record }) => record?.['id'])).toEqual([10, 11, 12]);
    expect(await db.problems()).toEqual([]);
    await mallory.query('begin');
    await mallory.query(`select pg_catalog.set_config('role', 'authenticated', true),
      pg_catalog.set_config('request.jwt.claims', '{"role": "authenticated", "sub": "${BOB}"}', true)`);
    const { rows } = await mallory.query<{ answer: { state: string } }>(
      `select public.switchboard_changes('${topic}', 0) as answer`,
    );
    expect(rows[0]?.answer.state).toBe('refused');
    await mallory.query('rollback');
    await mallory.end();
  });

  it('does not attach, call or change what belongs to the owner', async () => {
    const mallory = await db.connect('mallory');
    const { rows } = await db.sql.query<{ id: number }>(
      `select id from switchboard.tables where relation = 'bookings'::regclass`,
    );
    await mallory.query('create temp table mine (id integer, business integer, secret text)');
    for (const statement of [
      `create trigger t after insert on mine referencing new table as new_rows for each statement execute function switchboard.capture_${String(rows[0]?.id)}()`,
      `create trigger t before truncate on mine for each statement execute function switchboard.capture_truncate(1)`,
      `create constraint trigger t after insert on mine deferrable for each row execute function switchboard.at_commit()`,
      `select switchboard.track('bookings')`,
      `select switchboard.untrack('bookings')`,
      `select switchboard.beat()`,
      `select switchboard.tracked()`,
      `select switchboard.number_all(0, array['${topic}'], 50, true)`,
      `select switchboard.settings_now(1)`,
      `insert into switchboard.log (topic, name, bytes, is_first, tables, changes) values ('${topic}', 'bookings', 1, true, '[]', '[]')`,
      `update switchboard.topics set last = 0`,
      `select nextval('switchboard.log_seq')`,
      `select * from switchboard.log`,
      `select * from switchboard.problems`,
    ]) {
      await expect(mallory.query(statement), statement).rejects.toThrow(/permission denied/);
    }
    await mallory.end();
  });
});

describe('the expression of the readers', () => {
  it.each([
    ['is required with row-level security', `by => 'business'`, /has row-level security/],
    ['must be one expression', `readers => 'true); drop table members; select (true'`, /multi-query|syntax error/],
    ['must be SQL', `readers => 'nonsense('`, /expression fails/],
    ['must be boolean', `readers => '''word'''`, /expression fails/],
    ['must be of one column', `readers => 'select 1, 2'`, /expression fails/],
    [
      'must not confuse its key with a column',
      `readers => 'exists (select from (select 1 as key) k where key = key)'`,
      /ambiguous/,
    ],
    [
      'must not fail for a null key',
      `readers => 'pg_catalog.int4in(pg_catalog.textout(coalesce(key, ''x''))) = 1'`,
      /expression fails/,
    ],
    ['must name schemas', `readers => 'exists (select from members)'`, /relation "members" does not exist/],
  ])('%s', async (_, options, message) => {
    await expect(db.sql.query(`select switchboard.track('bookings', ${options})`)).rejects.toThrow(message);
    const { rows } = await db.sql.query<{ readers: string }>(
      `select readers from switchboard.tracked() where topic = 'bookings'`,
    );
    expect(rows[0]?.readers).toContain('theirs');
  });

  it('that fails later refuses, and does not say what the failure said', async () => {
    await db.sql.query(`create table fragile (k text); grant select on fragile to authenticated;
      select switchboard.track('fragile', by => 'k', readers => 'key::uuid = auth.uid()'); insert into fragile values ('secret word')`);
    expect(await db.ask('switchboard:fragile:secret word', 0, { claims: { sub: ANN } })).toEqual({
      v: 1,
      topic: 'switchboard:fragile:secret word',
      state: 'refused',
      reason: `the readers' expression fails with 22P02`,
    });
    expect(await mayJoin('switchboard:fragile:secret word', 'authenticated', { sub: ANN })).toBe(false);
  });

  it('is evaluated with the rights of the reader, so row-level security holds inside', async () => {
    await db.sql.query(`create table by_rls (k integer); grant select on by_rls to authenticated;
      select switchboard.track('by_rls', by => 'k', readers => 'exists (select from public.members m where m.business::text = key)')`);
    expect((await db.ask('switchboard:by_rls:1', 0, { claims: { sub: ANN } })).state).toBe('ok');
    expect((await db.ask('switchboard:by_rls:2', 0, { claims: { sub: ANN } })).state).toBe('refused');
  });
});
