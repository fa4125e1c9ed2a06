import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { fastTiming, startBackend, type Backend } from 'switchboard-backend';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finding } from '../../../web/cli/doctor/finding.js';
import { OfficialClient } from '../backend/support/officialClient.js';
import { checksOf, runDoctor, type DoctorRun } from '../support/doctorProcess.js';

const RIGHTS = ['receive_broadcasts', 'see_presence', 'send_broadcasts', 'be_present'];
const LONG = 60_000;

let backend: Backend;
let db: pg.Client;
let folder: string;

beforeAll(async () => {
  backend = await startBackend({ seed: false, timing: fastTiming });
  db = new pg.Client(backend.postgres);
  db.on('error', () => undefined);
  await db.connect();
  folder = await mkdtemp(join(tmpdir(), 'switchboard-doctor-'));
}, LONG);

afterAll(async () => {
  await rm(folder, { recursive: true });
  await db.end();
  await backend.stop();
});

function look(topic: string, role: string, ...more: string[]): Promise<DoctorRun> {
  return runDoctor(['--db', backend.postgres, '--channel', topic, '--role', role, '--json', ...more]);
}

/** All findings of the last look, notes too, by the name of their check. */
function byCheck({ lines }: DoctorRun): Map<string, Finding> {
  return new Map(lines.filter((line) => line.type === 'finding').map((finding) => [finding.check, finding]));
}

async function tokenFile(claims: Record<string, unknown>): Promise<string> {
  const file = join(folder, `token-${Math.random()}`);
  await writeFile(file, await backend.signToken({ role: 'authenticated', ...claims }));
  return file;
}

async function policies(...statements: string[]): Promise<void> {
  const { rows } = await db.query<{ name: string }>(
    "select quote_ident(policyname) as name from pg_policies where schemaname = 'realtime'",
  );
  for (const { name } of rows) await db.query(`drop policy ${name} on realtime.messages`);
  for (const statement of statements) await db.query(statement);
}

describe('doctor --channel', () => {
  it(
    'reports that nothing is allowed without a policy, and allows it with --access',
    async () => {
      await policies();
      const first = await look("it's room:1", 'authenticated');
      expect(first.code).toBe(1);
      expect(checksOf(first)).toEqual([...RIGHTS].sort());
      const found = byCheck(first);
      expect(found.get('receive_broadcasts')).toMatchObject({
        severity: 'error',
        subject: "channel it's room:1",
        message:
          'authenticated may not receive broadcasts: no policy for SELECT on realtime.messages applies to authenticated',
        access: true,
        sql: [
          `CREATE POLICY "authenticated receives broadcasts: it's room:1" ON realtime.messages FOR SELECT TO "authenticated" USING (realtime.topic() = 'it''s room:1' AND extension = 'broadcast')`,
        ],
      });
      expect(found.get('send_broadcasts')?.why).toContain('does not answer');
      expect(found.get('realtime_send')?.message).toContain('WarnSendingBroadcastMessage');

      const token = await backend.signToken({ role: 'authenticated', sub: 'ana' });
      const before = await OfficialClient.connect(backend, token);
      await expect(before.join("it's room:1", { private: true })).rejects.toThrow('Unauthorized');
      await before.close();

      const unopened = await look("it's room:1", 'authenticated', '--fix', '--yes');
      expect(checksOf(unopened)).toEqual([...RIGHTS].sort());
      expect(unopened.stderr).toContain('--access');
      const opened = await look("it's room:1", 'authenticated', '--fix', '--yes', '--access');
      expect(opened.code).toBe(0);
      const allowed = byCheck(opened);
      expect(allowed.get('be_present')).toMatchObject({
        severity: 'note',
        message: `authenticated may be present, by policy "authenticated is present: it's room:1"`,
      });
      expect(allowed.get('realtime_send')).toMatchObject({ severity: 'note', message: 'realtime.send works here' });

      const after = await OfficialClient.connect(backend, token);
      const channel = await after.join("it's room:1", { private: true, broadcast: { ack: true } });
      expect(await channel.send({ type: 'broadcast', event: 'hello', payload: {} })).toBe('ok');
      await after.close();
      expect((await look('another room', 'authenticated')).code).toBe(1);
    },
    LONG,
  );

  it(
    'names the policies that accept, those that do not, those that forbid and those that fail',
    async () => {
      await policies(
        `create policy "members read" on realtime.messages for select to authenticated using (extension = 'broadcast' and realtime.topic() like 'room:%')`,
        `create policy "all read presence" on realtime.messages for select to public using (extension = 'presence')`,
        `create policy "nobody writes" on realtime.messages for insert to authenticated with check (false)`,
        `create policy "not on fridays" on realtime.messages as restrictive for insert to authenticated with check (extension <> 'presence')`,
      );
      const found = byCheck(await look('room:1', 'authenticated'));
      expect(found.get('receive_broadcasts')?.message).toBe(
        'authenticated may receive broadcasts, by policy "members read"',
      );
      expect(found.get('see_presence')?.message).toBe(
        'authenticated may see who is present, by policy "all read presence"',
      );
      expect(found.get('send_broadcasts')).toMatchObject({ severity: 'warning' });
      expect(found.get('send_broadcasts')?.message).toContain('none of its policies for INSERT: "nobody writes"');
      expect(found.get('send_broadcasts')?.sql).toHaveLength(1);
      expect(found.get('be_present')).toMatchObject({
        message: 'authenticated may not be present: it is denied by the restrictive policy "not on fridays"',
        sql: [],
      });
      // Who may see presence may join.
      const elsewhere = byCheck(await look('hall', 'authenticated'));
      expect(elsewhere.get('receive_broadcasts')).toMatchObject({ severity: 'warning' });
      expect(elsewhere.get('receive_broadcasts')?.message).toContain('"members read"');

      await policies(
        'create or replace function public.fails() returns boolean language plpgsql as $$ begin raise exception $e$no such room$e$; end $$',
        'create policy "asks" on realtime.messages for select to authenticated using (public.fails())',
      );
      const failing = byCheck(await look('room:1', 'authenticated'));
      expect(failing.get('receive_broadcasts')).toMatchObject({
        severity: 'error',
        message: 'authenticated may not receive broadcasts: policy "asks" fails: no such room',
        sql: [],
      });
    },
    LONG,
  );

  it(
    'shows policies the claims of the token, and says where there were none',
    async () => {
      await policies(
        `create policy "owner" on realtime.messages for select to authenticated using (realtime.topic() = 'user:' || (auth.jwt() ->> 'sub'))`,
        `create policy "owner writes" on realtime.messages for insert to authenticated with check (realtime.topic() = 'user:' || (auth.jwt() ->> 'sub'))`,
      );
      const without = byCheck(await look('user:ana', 'authenticated'));
      expect(without.get('receive_broadcasts')?.severity).toBe('error');
      expect(without.get('receive_broadcasts')?.why).toContain('--token-file');
      const ana = await look('user:ana', 'authenticated', '--token-file', await tokenFile({ sub: 'ana' }));
      expect(ana.code).toBe(0);
      const ben = await look('user:ana', 'authenticated', '--token-file', await tokenFile({ sub: 'ben' }));
      expect(checksOf(ben)).toEqual([...RIGHTS].sort());
      expect(byCheck(ben).get('receive_broadcasts')?.why).not.toContain('--token-file');
      expect(byCheck(await look('user:ana', 'service_role')).get('send_broadcasts')?.message).toBe(
        'service_role may send broadcasts, as row level security does not hold for it',
      );
    },
    LONG,
  );

  it(
    'takes grants into account',
    async () => {
      await policies(`create policy "all" on realtime.messages for all to anon using (true) with check (true)`);
      await db.query('revoke insert on realtime.messages from anon');
      const run = await look('room:1', 'anon');
      expect(checksOf(run)).toEqual(['be_present', 'send_broadcasts']);
      for (const { sql, message } of run.findings) {
        expect(sql).toEqual(['GRANT INSERT ON realtime.messages TO "anon"']);
        expect(message).toContain('it may not INSERT on realtime.messages');
      }
      await db.query('revoke usage on schema realtime from anon');
      const blind = await look('room:1', 'anon', '--fix', '--yes', '--access');
      expect(byCheck(blind).get('receive_broadcasts')?.message).toContain('by policy "all"');
      expect(blind.code).toBe(0);
    },
    LONG,
  );

  it(
    'finds missing partitions, and makes them',
    async () => {
      const { rows } = await db.query<{ name: string }>(
        `select format('%I.%I', n.nspname, c.relname) as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
       join pg_namespace n on n.oid = c.relnamespace where i.inhparent = 'realtime.messages'::regclass`,
      );
      for (const { name } of rows) await db.query(`drop table ${name}`);
      const run = await look('room:1', 'anon');
      const partitions = run.findings.filter(({ check }) => check === 'messages_partition');
      expect(partitions.map(({ severity }) => severity)).toEqual(['error', 'warning']);
      expect(byCheck(run).get('receive_broadcasts')?.message).toContain('no partition');
      expect(byCheck(run).get('realtime_send')).toMatchObject({ severity: 'error' });
      expect(byCheck(run).get('realtime_send')?.message).toContain('realtime.send only warns: Warn');
      expect((await look('room:1', 'anon', '--fix', '--yes')).code).toBe(0);
    },
    LONG,
  );

  it(
    'finds a publication that is missing, incomplete or without inserts, and row level security that is off',
    async () => {
      const name = 'supabase_realtime_messages_publication';
      const looks = async (): Promise<string[]> => {
        const run = await look('room:1', 'anon');
        return run.findings.map(({ check, severity }) => `${severity} ${check}`);
      };
      await db.query(`drop publication ${name}`);
      expect(await looks()).toEqual(['warning messages_publication']);
      await db.query(`create publication ${name}`);
      expect(await looks()).toEqual(['error messages_publication']);
      await db.query(`alter publication ${name} add table realtime.messages`);
      await db.query(`alter publication ${name} set (publish = 'update')`);
      expect(await looks()).toEqual(['error messages_publication']);
      expect((await look('room:1', 'anon', '--fix', '--yes')).code).toBe(0);

      await db.query('alter table realtime.messages disable row level security');
      expect(await looks()).toEqual(['warning messages_security']);
      expect((await look('room:1', 'anon', '--fix', '--yes', '--access')).code).toBe(0);
      const { rows } = await db.query(
        "select from pg_publication_tables where pubname = $1 and schemaname = 'realtime'",
        [name],
      );
      expect(rows).not.toHaveLength(0);
    },
    LONG,
  );

  it(
    'tries whether a project takes private channels only',
    async () => {
      const unknown = await look('room:1', 'anon');
      expect(byCheck(unknown).get('private_only')?.message).toContain('was not checked');
      const endpoint = ['--url', backend.url, '--apikey', backend.anonKey];
      const open = await look('room:1', 'anon', ...endpoint);
      expect(byCheck(open).get('private_only')?.message).toBe('the project takes public channels too');
      const strict = await startBackend({ seed: false, timing: fastTiming, privateOnly: true });
      try {
        const run = await look('room:1', 'anon', '--url', strict.url, '--apikey', strict.anonKey);
        expect(byCheck(run).get('private_only')?.message).toBe('the project takes private channels only');
      } finally {
        await strict.stop();
      }
    },
    LONG,
  );

  it(
    'leaves nothing in the database, and takes several channels and tables in one run',
    async () => {
      await policies();
      const run = await look('room:1', 'anon', '--channel', 'room:2', '--tables', 'bookings');
      const subjects = new Set(run.findings.map(({ subject }) => subject));
      expect(subjects).toEqual(new Set(['channel room:1', 'channel room:2']));
      const { rows } = await db.query("select from realtime.messages where topic not like 'switchboard:%'");
      expect(rows).toEqual([]);
      const strange = await look('room:1', 'nobody');
      expect(checksOf(strange)).toEqual(['role']);
    },
    LONG,
  );

  it(
    'says what the role of --db lacks for the check',
    async () => {
      await policies(`create policy "all" on realtime.messages for all to anon using (true) with check (true)`);
      await db.query(`create role deploy login bypassrls password 'p4ss'; grant usage on schema realtime to deploy`);
      const url = new URL(backend.postgres);
      [url.username, url.password] = ['deploy', 'p4ss'];
      const check = (): Promise<DoctorRun> =>
        runDoctor(['--db', url.href, '--channel', 'room:1', '--role', 'anon', '--json']);
      expect(byCheck(await check()).get('receive_broadcasts')?.message).toContain('the role of --db may not insert');
      await db.query('grant insert on realtime.messages to deploy');
      expect(byCheck(await check()).get('receive_broadcasts')?.message).toContain(
        'the role of --db may not become anon',
      );
      await db.query('grant anon to deploy');
      expect((await check()).code).toBe(0);
    },
    LONG,
  );

  it('exits with 2 for nothing to look at and for names that no channel has', async () => {
    const args = ['--db', backend.postgres];
    const nothing = await runDoctor(args);
    expect(nothing.code).toBe(2);
    expect(nothing.stderr).toContain('--channel');
    for (const name of ['', 'é'.repeat(124)]) expect((await runDoctor([...args, '--channel', name])).code).toBe(2);
  });

  it('is readable for people', async () => {
    await policies();
    const run = await runDoctor(['--db', backend.postgres, '--channel', 'room:1', '--role', 'anon']);
    expect(run.stdout).toContain('error: channel room:1: anon may not receive broadcasts: no policy for SELECT on');
    expect(run.stdout).toContain('  fixes it, and decides who may do what:\n    CREATE POLICY ');
  });
});
