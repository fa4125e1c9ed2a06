import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../web/cli/doctor/facts/database.js';
import type { Finding } from '../../../web/cli/doctor/finding.js';
import { fix, type Fixed } from '../../../web/cli/doctor/fix.js';
import { Cluster } from '../../../web/backend/postgres/cluster.js';
import { SystemPostgres } from '../support/systemPostgres.js';
import { runDoctor, type DoctorRun } from '../support/doctorProcess.js';
import { seededTables, type MadeTable } from '../support/publishedTables.js';

const LONG = 240_000;

interface Server {
  url: string;
  stop(): Promise<void>;
}

const servers = [
  { name: 'of the system', start: (): Promise<Server> => SystemPostgres.start() },
  { name: 'embedded', start: (): Promise<Server> => Cluster.create({ port: 0, dataDir: null, log: () => undefined }) },
];

/** What surrounds the tables: publications that are not given table by table. */
const SURROUNDINGS = {
  'a publication without tables': 'create publication supabase_realtime',
  'a publication that sends inserts only': "create publication supabase_realtime with (publish = 'insert')",
  'another publication for all tables': `create publication supabase_realtime;
    create publication every_table for all tables`,
  'another one for the schema, by the root of partitions': `create publication supabase_realtime;
    create publication whole_schema for tables in schema public with (publish_via_partition_root)`,
  'a publication of all tables': 'create publication supabase_realtime for all tables',
};

describe.each(servers)('doctor --fix on the PostgreSQL $name', ({ start }) => {
  let server: Server;
  let version = 0;
  let databases = 0;

  beforeAll(async () => {
    server = await start();
    const db = await connected(server.url);
    await db.query('create role anon nologin');
    const { rows } = await db.query<{ number: string }>("select current_setting('server_version_num') as number");
    version = Math.trunc(Number(rows[0]?.number) / 10_000);
    await db.end();
  }, LONG);

  afterAll(() => server.stop());

  async function newDatabase(): Promise<string> {
    databases += 1;
    await query(server.url, `create database d${databases}`);
    return server.url.replace(/postgres$/u, `d${databases}`);
  }

  it.each(Object.entries(SURROUNDINGS))(
    'lets the application write all that it could write before, with %s',
    async (_, surroundings) => {
      const url = await newDatabase();
      const tables = seededTables(version, surroundings.includes('supabase_realtime for all tables'));
      await query(url, surroundings);
      const db = await connected(url);
      try {
        for (const { sql } of tables) await db.query(sql);
        const before = await writable(db, tables);
        const names = tables.map((table) => table.name).join(',');
        const run = await runDoctor(['--db', url, '--tables', names, '--fix', '--yes', '--access', '--json']);
        expect(run.stderr).toBe('');
        const after = await writable(db, tables);
        const lost = [...before].filter((write) => !after.has(write));
        expect(lost).toEqual([]);
        // Not by doing nothing: these have no list, no filter and no generated column in the way.
        const free = tables.filter((table) => table.isFree).map((table) => table.name);
        expect(free.length).toBeGreaterThan(3);
        const full = await db.query<{ name: string }>(
          `select c.relname::text as name from pg_class c join pg_publication_tables p
             on p.tablename = c.relname and p.pubname = 'supabase_realtime'
           where c.relreplident = 'f' and c.relname = any($1)`,
          [free],
        );
        expect(full.rows.map((row) => row.name).sort()).toEqual(free.sort());
        expect(failures(run)).toEqual([]);
      } finally {
        await db.end();
      }
    },
    LONG,
  );

  it(
    'leaves REPLICA IDENTITY of a table with a column list alone, and says why',
    async () => {
      const url = await newDatabase();
      await query(
        url,
        `create table people (id int4 primary key, name text, salary int4);
         grant select on people to anon;
         create publication supabase_realtime for table people (id, name)`,
      );
      const run = await runDoctor(['--db', url, '--tables', 'people', '--fix', '--yes', '--json']);
      await query(url, "insert into people values (1, 'a', 1); update people set name = 'b'; delete from people");
      expect(run.lines.filter(({ type }) => type === 'fixed')).toEqual([]);
      expect(run.findings).toMatchObject([{ check: 'replica_identity', sql: [] }]);
      expect(run.findings[0]?.why).toContain('column list');
      expect(run.code).toBe(1);
    },
    LONG,
  );

  it.each([
    ['a column list', '(id, at)', 'd'],
    ['a row filter', 'where (id > 0)', 'f'],
  ])(
    'lets a partition be written whose partitioned table is sent with %s, by the root',
    async (_, entry, identity) => {
      const url = await newDatabase();
      await query(
        url,
        `create publication supabase_realtime;
         create table events (id int4, at date, note text, primary key (id, at)) partition by range (at);
         create table events_2026 (note text, at date not null, id int4 not null);
         alter table events attach partition events_2026 for values from ('2026-01-01') to ('2027-01-01');
         create publication other for table events ${entry} with (publish_via_partition_root = true);
         grant select on events_2026 to anon`,
      );
      const db = await connected(url);
      const names = ['events', 'events_2026'];
      const writes = names.flatMap((name) => [
        `insert into ${name} (id, at) values (1, '2026-05-05')`,
        `update ${name} set note = 'x'`,
        `delete from ${name}`,
      ]);
      try {
        const run = await runDoctor(['--db', url, '--tables', 'events_2026', '--fix', '--yes', '--json']);
        expect(failures(run)).toEqual([]);
        for (const sql of writes) await db.query(sql);
        const { rows } = await db.query("select relreplident::text as is from pg_class where relname = 'events_2026'");
        expect(rows).toEqual([{ is: identity }]);
      } finally {
        await db.end();
      }
    },
    LONG,
  );

  it(
    'takes back a statement that would stop the application, whatever it is',
    async () => {
      const url = await newDatabase();
      await query(
        url,
        `create table people (id int4 primary key, name text);
         create publication supabase_realtime for table people (id, name)`,
      );
      const sql = ['ALTER TABLE people ADD COLUMN more int4', 'ALTER TABLE people REPLICA IDENTITY FULL'];
      const finding: Finding = {
        ...{ severity: 'error', check: 'made up', subject: 'public.people' },
        ...{ message: '', why: '', sql },
      };
      const db = await openDatabase(url);
      const fixed: Fixed[] = [];
      try {
        await fix(db, [finding], (one) => fixed.push(one));
        expect(fixed.map((one) => one.sql)).toEqual(sql);
        for (const { error } of fixed)
          expect(error).toMatch(/^taken back, because it would stop .*cannot update table/u);
        await db.rows("insert into people values (1, 'a')");
        await db.rows("update people set name = 'b'");
        expect(await db.rows('select * from people')).toEqual([{ id: 1, name: 'b' }]);
      } finally {
        await db.close();
      }
    },
    LONG,
  );

  it(
    'finds writes that PostgreSQL refuses already, and lets them through again',
    async () => {
      const url = await newDatabase();
      await query(
        url,
        `create table listed (id int4 primary key, name text); alter table listed replica identity full;
         create table keyless (name text); create table stuck (id int4 not null unique, name text);
         grant select on listed, keyless, stuck to anon;
         create publication supabase_realtime for table listed (id, name), keyless, stuck where (name <> '')`,
      );
      const db = await connected(url);
      const tables = ['listed', 'keyless', 'stuck'];
      const update = (table: string): Promise<unknown> => db.query(`update ${table} set name = name`);
      try {
        for (const table of tables) await expect(update(table)).rejects.toThrow(/cannot update table/u);
        const run = await runDoctor(['--db', url, '--tables', tables.join(','), '--fix', '--yes', '--json']);
        for (const table of tables) await update(table);
        expect(run.findings.map(({ check }) => check)).not.toContain('writes');
      } finally {
        await db.end();
      }
    },
    LONG,
  );

  it(
    'sends people to the partitions of a partitioned table, and one failing statement stops no other',
    async () => {
      const url = await newDatabase();
      await query(
        url,
        `create publication supabase_realtime;
         create table events (id int4, at date, primary key (id, at)) partition by range (at);
         create table events_2026 partition of events for values from ('2026-01-01') to ('2027-01-01');
         create table plain (id int4 primary key, v text);
         create table twice (a int4 not null, b text not null unique); insert into twice values (1, 'x');
         create function refuse() returns event_trigger language plpgsql as $f$ begin
           if exists (select from pg_event_trigger_ddl_commands() where object_identity like 'public.twice%')
             then raise exception 'not today'; end if; end $f$;
         create event trigger refusal on ddl_command_end when tag in ('ALTER TABLE') execute function refuse();
         grant select on events, events_2026, plain, twice to anon`,
      );
      const args = ['--db', url, '--fix', '--yes', '--json', '--tables'];
      const run = await runDoctor([...args, 'events,twice,plain']);
      const about = (table: string): string[] =>
        run.findings.filter(({ subject }) => subject === `public.${table}`).map(({ check }) => check);
      expect(about('events')).toEqual(['partitioned']);
      expect(run.stdout).toContain('events_2026');
      expect(about('plain')).toEqual([]);
      expect(about('twice')).toEqual(['primary_key', 'published', 'replica_identity']);
      expect(failures(run)[0]?.error).toContain('not today');
      const partition = await runDoctor([...args, 'events_2026']);
      expect(partition.findings).toEqual([]);
      expect(partition.code).toBe(0);
      await query(url, "insert into events values (1, '2026-05-05'); update events set id = 2; delete from events");
    },
    LONG,
  );
});

function failures(run: DoctorRun): { sql: string; error: string | null }[] {
  return run.lines.filter((line) => line.type === 'fixed').filter(({ error }) => error !== null);
}

async function connected(url: string): Promise<pg.Client> {
  const db = new pg.Client(url);
  await db.connect();
  return db;
}

async function query(url: string, sql: string): Promise<void> {
  const db = await connected(url);
  try {
    await db.query(sql);
  } finally {
    await db.end();
  }
}

/** The statements of the application that PostgreSQL takes, each tried and taken back. */
async function writable(db: pg.Client, tables: readonly MadeTable[]): Promise<Set<string>> {
  const taken = new Set<string>();
  for (const { writes } of tables) {
    for (const sql of writes) {
      await db.query('begin');
      const works = await db.query(sql).then(
        () => true,
        () => false,
      );
      await db.query('rollback');
      if (works) taken.add(sql);
    }
  }
  return taken;
}
