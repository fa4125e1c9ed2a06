import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { fastTiming, startBackend, type Backend } from 'switchboard-backend';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cluster } from '../../../web/backend/postgres/cluster.js';
import { createRealtimeManager, Line, quick } from '../support/lab.js';
import { checksOf, runDoctor } from '../support/doctorProcess.js';

const LONG = 60_000;

let cluster: Cluster;
let db: pg.Client;

async function connect(): Promise<void> {
  db = new pg.Client(cluster.url);
  db.on('error', () => undefined); // the server is restarted
  await db.connect();
}

function look(tables: string, ...more: string[]): ReturnType<typeof runDoctor> {
  return runDoctor(['--db', cluster.url, '--tables', tables, '--role', 'anon', '--json', ...more]);
}

/** Starts a backend on the fixed database, subscribes as anon and resolves when the next row arrives. */
async function changeArrives(backend: Backend, table: string, insert: string): Promise<void> {
  const manager = createRealtimeManager(quick(backend));
  try {
    const line = new Line(manager, { table });
    await line.live(1, LONG);
    await db.query(insert);
    const change = await line.changes.first(`a row of ${table}`, () => true, LONG);
    expect(change).toMatchObject({ eventType: 'INSERT', errors: null });
    expect(Object.keys(change.new)).not.toHaveLength(0);
  } finally {
    await manager.dispose();
  }
}

beforeAll(async () => {
  cluster = await Cluster.create({ port: 0, dataDir: null, log: () => undefined, settings: { wal_level: null } });
  await connect();
  await db.query(`
    create role anon nologin; create role authenticated nologin;
    create table orders (label text not null, owner int4);
    alter table orders enable row level security;
    create table "Odd ""name""" (id int8 not null unique, v text);
    create table stock (id int4 primary key);
    alter table stock replica identity full;
    grant select on stock to anon`);
}, LONG);

afterAll(async () => {
  await db.end();
  await cluster.stop();
});

describe('doctor', () => {
  it('finds all that is wrong with a bare database, fixes it, and a change arrives then', async () => {
    const first = await look('orders', '--pulse');
    expect(first.code).toBe(1);
    expect(checksOf(first)).toEqual([
      ...['grant', 'primary_key', 'publication', 'published', 'pulse', 'replica_identity', 'row_security', 'wal_level'],
    ]);
    for (const { why, message, subject } of first.findings) {
      expect(why.length * message.length * subject.length).toBeGreaterThan(0);
    }

    const unasked = await look('orders', '--pulse', '--fix');
    expect(unasked.code).toBe(1);
    expect(unasked.stderr).toContain('--yes');
    expect(checksOf(unasked)).toEqual(checksOf(first));

    const fixed = await look('orders', '--pulse', '--fix', '--yes');
    expect(checksOf(fixed)).toEqual(['grant', 'row_security', 'wal_level']);
    expect(fixed.stderr).toContain('--access');
    expect(fixed.stderr).toContain('Restart PostgreSQL');

    const opened = await look('orders', '--pulse', '--fix', '--yes', '--access');
    expect(checksOf(opened)).toEqual(['wal_level']);
    expect(opened.findings[0]).toMatchObject({ sql: [], restart: true });

    await cluster.restart(0);
    await connect();
    await db.query('update switchboard_pulse set beaten_at = now()');
    const clean = await look('orders', '--pulse');
    expect(clean.findings).toEqual([]);
    expect(clean.code).toBe(0);

    const backend = await startBackend({ databaseUrl: cluster.url, seed: false, timing: fastTiming });
    try {
      await changeArrives(backend, 'orders', "insert into orders (label) values ('a')");
    } finally {
      await backend.stop();
    }
  }, 180_000);

  it('fixes each table by itself: what is not published, and what has unique columns for a key', async () => {
    const before = await look('stock,Odd "name"');
    expect(before.findings.filter(({ subject }) => subject === 'public.stock').map(({ check }) => check)).toEqual([
      'published',
    ]);
    const odd = before.findings.filter(({ subject }) => subject === 'public.Odd "name"');
    expect(odd.map(({ check }) => check)).toEqual(['primary_key', 'published', 'grant', 'replica_identity']);
    expect(odd[1]?.sql).toEqual(['ALTER PUBLICATION supabase_realtime ADD TABLE "public"."Odd ""name"""']);
    expect(odd[0]?.sql).toEqual(['ALTER TABLE "public"."Odd ""name""" ADD PRIMARY KEY ("id")']);
    const after = await look('stock,Odd "name"', '--fix', '--yes', '--access');
    expect(after.findings).toEqual([]);
    expect(after.code).toBe(0);
    const backend = await startBackend({ databaseUrl: cluster.url, seed: false, timing: fastTiming });
    try {
      await changeArrives(backend, 'stock', 'insert into stock values (1)');
      await changeArrives(backend, 'Odd "name"', `insert into "Odd ""name""" values (1, 'x')`);
    } finally {
      await backend.stop();
    }
  }, 120_000);

  it('knows tables that are not there, views, roles, and publications that leave events out', async () => {
    await db.query('create view glance as select * from stock');
    await db.query("alter publication supabase_realtime set (publish = 'insert')");
    const run = await look('Stock,glance,nothing');
    expect(checksOf(run)).toEqual(['kind', 'publication_events', 'table', 'table']);
    expect(run.stdout).toContain('did you mean public.stock?');
    expect((await look('stock', '--fix', '--yes')).code).toBe(0);
    const strange = await runDoctor(['--db', cluster.url, '--tables', 'stock', '--role', 'nobody', '--json']);
    expect(checksOf(strange)).toEqual(['role']);
  }, 120_000);

  it('runs all other statements when some fail', async () => {
    await db.query('create table halves (v int4 primary key); alter table halves replica identity full');
    await db.query('create table blocked (v int4)');
    await db.query(`create function refuse() returns event_trigger language plpgsql as
      $f$ begin if tg_tag = 'ALTER TABLE' then raise exception 'not today'; end if; end $f$`);
    await db.query('create event trigger refusal on ddl_command_start execute function refuse()');
    const run = await look('blocked,halves', '--fix', '--yes', '--access');
    await db.query('drop event trigger refusal');
    expect(run.code).toBe(1);
    const fixed = run.lines.filter((line) => line.type === 'fixed');
    const failed = fixed.filter(({ error }) => error !== null);
    expect(failed.map(({ sql }) => sql).filter((sql) => !sql.includes('"blocked"'))).toEqual([]);
    expect(failed.map(({ error }) => error)).toEqual([
      ...[
        'not today',
        'not today',
        expect.stringMatching(/would stop the application: cannot update table/u) as string,
      ],
    ]);
    expect(run.findings.map(({ subject }) => subject)).not.toContain('public.halves');
  }, 120_000);

  it(
    'prints errors before notes, and warns of columns that filters would silence the project with',
    async () => {
      await db.query(`create domain labels as text[];
        create table traps (id int4 primary key, tags text[], doc jsonb, raw json, more labels, name text);
        grant select on traps to anon`);
      const run = await look('traps');
      const findings = run.lines.filter((line) => line.type === 'finding');
      const severities = findings.map(({ severity }) => severity);
      expect([...new Set(severities)]).toEqual(['error', 'warning', 'note']);
      expect(severities).toEqual(severities.toSorted((a, b) => 'ewn'.indexOf(a[0] ?? '') - 'ewn'.indexOf(b[0] ?? '')));
      const trap = findings.find(({ check }) => check === 'unfilterable');
      expect(trap?.message).toBe('no subscription should filter on tags, doc, raw, more');
    },
    LONG,
  );

  it(
    'finds clients that silence the project with their filters, where the server keeps these',
    async () => {
      await db.query(`create schema if not exists realtime;
        create type realtime.user_defined_filter as (column_name text, op text, value text);
        create table realtime.subscription (entity regclass, filters realtime.user_defined_filter[]);
        create table filtered (id int4 primary key, tags text[], doc jsonb, name text);
        alter table filtered replica identity full; grant select on filtered to anon`);
      const subscribed = (...filter: string[]): Promise<unknown> =>
        db.query(
          `insert into realtime.subscription values ('filtered', array[($1, $2, $3)::realtime.user_defined_filter])`,
          filter,
        );
      const found = async (): Promise<string[]> =>
        (await look('filtered')).findings.filter(({ check }) => check === 'live_filter').map(({ message }) => message);
      await subscribed('name', 'like', String.raw`50\%\\`);
      await subscribed('id', 'eq', '1');
      expect(await found()).toEqual([]);
      await subscribed('tags', 'is', 'null');
      await subscribed('doc', 'eq', '{}');
      await subscribed('name', 'like', 'secret\\');
      const messages = await found();
      expect(messages).toHaveLength(3);
      for (const column of ['tags (is)', 'doc (eq)', 'name (like)']) expect(messages.join('\n')).toContain(column);
      expect(messages.join()).not.toContain('secret');
      await db.query('drop table realtime.subscription; drop type realtime.user_defined_filter');
    },
    LONG,
  );

  it(
    'explains what it can not fix: an unlogged table, and a partition without a key',
    async () => {
      await db.query(`create unlogged table fleeting (id int4 primary key);
        create table parts (v text) partition by list (v); create table part_a partition of parts for values in ('a');
        grant select on fleeting, part_a to anon`);
      const run = await look('fleeting,part_a', '--fix', '--yes');
      expect(run.findings).toMatchObject([
        { subject: 'public.fleeting', check: 'kind', sql: [] },
        { subject: 'public.part_a', check: 'primary_key', sql: [] },
      ]);
      expect(run.findings[0]?.message).toContain('unlogged');
      expect(run.findings[1]?.why).toContain('belong to the partitioned table');
      await db.query("insert into parts values ('a'); update parts set v = 'a'; delete from parts");
    },
    LONG,
  );

  it(
    'gives up a statement rather than let the application wait behind it for a lock',
    async () => {
      await db.query('create table busy (id int4 primary key); grant select on busy to anon');
      const reader = new pg.Client(cluster.url);
      await reader.connect();
      try {
        await reader.query('begin; select from busy');
        const run = await look('busy', '--fix', '--yes');
        const fixed = run.lines.filter((line) => line.type === 'fixed');
        expect(fixed.map(({ sql, error }) => [sql.split(' ')[1], error])).toEqual([
          ['TABLE', 'canceling statement due to lock timeout'],
          ['PUBLICATION', null],
        ]);
        await db.query('insert into busy values (1)');
      } finally {
        await reader.end();
      }
    },
    LONG,
  );

  it(
    'leaves a large table without a key to people, since a new column would lock it for long',
    async () => {
      await db.query(`create table large (v text); alter table large alter v set storage plain;
        insert into large select repeat('x', 4000) from generate_series(1, 5000);
        grant select on large to anon`);
      const run = await look('large', '--fix', '--yes');
      expect(run.findings).toMatchObject([{ check: 'primary_key', sql: [] }]);
      expect(run.findings[0]?.why).toContain('ADD COLUMN "id"');
    },
    LONG,
  );

  it(
    'is readable for people, without colour where there is no terminal',
    async () => {
      await db.query('create table plain (id int4 primary key); grant select on plain to anon');
      const run = await runDoctor(['--db', cluster.url, '--tables', 'plain']);
      expect(run.stdout).toContain('error: public.plain: is not in the publication supabase_realtime\n');
      expect(run.stdout).toContain('    ALTER PUBLICATION supabase_realtime ADD TABLE "public"."plain";\n');
      expect(run.stdout).toContain('1 error, 1 warning, ');
      expect(run.stdout).not.toContain('\u001b');
    },
    LONG,
  );

  it('exits with 2 for wrong usage and with 3 for a database out of reach, and never prints a password', async () => {
    expect((await runDoctor(['--tables', 'a'])).code).toBe(2);
    const misspelt = await runDoctor(['--table', 'a']);
    expect(misspelt.code).toBe(2);
    expect(misspelt.stderr).toMatch(/'--table'\s*\(Did you mean --tables\?\)/);
    expect((await runDoctor(['--db', cluster.url, '--tables', 'a,,b'])).code).toBe(2);
    expect((await runDoctor(['--db', cluster.url, '--tables', 'a', '--url', 'http://x'])).code).toBe(2);
    const urls = [
      'postgres://me:s3cr%40t%2Fpw@127.0.0.1:9/none',
      'postgres://me:s3cr@t/pw@127.0.0.1:9/none',
      'http://me:s3cr%40t%2Fpw@127.0.0.1:9/none',
    ];
    for (const url of urls) {
      const run = await runDoctor(['--db', url, '--tables', 'a']);
      expect(run.code).toBe(url.startsWith('http') ? 2 : 3);
      expect(run.stdout + run.stderr).not.toMatch(/s3cr/u);
    }
  }, 120_000);

  it('checks the endpoint, the key and a token', async () => {
    const backend = await startBackend({ seed: false, timing: fastTiming });
    const folder = await mkdtemp(join(tmpdir(), 'switchboard-doctor-'));
    const args = ['--db', backend.postgres, '--tables', 'bookings', '--json', '--url', backend.url];
    try {
      const good = await runDoctor([...args, '--apikey', backend.anonKey]);
      expect(good.findings).toEqual([]);
      expect(good.code).toBe(0);
      const file = join(folder, 'token');
      await writeFile(file, await backend.signToken({ exp: 1_000_000_000 }));
      const bad = await runDoctor([...args, '--apikey', 'wrong', '--token-file', file]);
      expect(checksOf(bad)).toContain('apikey');
      expect(checksOf(bad)).toContain('token');
      expect(bad.stdout).not.toContain('eyJ');
    } finally {
      await rm(folder, { recursive: true });
      await backend.stop();
    }
    const gone = await runDoctor([
      ...['--db', cluster.url, '--tables', 'stock', '--json'],
      ...['--url', backend.url, '--apikey', backend.anonKey],
    ]);
    expect(checksOf(gone)).toEqual(['realtime', 'rest']);
    for (const { message } of gone.findings) expect(message).toContain('ECONNREFUSED');
  }, 120_000);
});
