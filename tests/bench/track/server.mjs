// @ts-check
// A PostgreSQL server for the benchmark of numbered changes.
import { spawn } from 'node:child_process';
import { chown, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cluster } from '../../../web/backend/dist/postgres/cluster.js';
import { freePort } from '../../../web/backend/dist/freePort.js';
import { serverUser } from '../../../web/backend/dist/postgres/serverUser.js';
import { fromRoot } from '../../../web/tools/lib/paths.mjs';
import { findPostgres } from '../../../web/tools/setup/systemPackages.mjs';

/** @typedef {{ url: string, stop(): Promise<void> }} Server */

/**
 * The backend's PostgreSQL, or the system's.
 *
 * @param {{ system: boolean, fsync: boolean }} options
 * @returns {Promise<Server>}
 */
export async function startServer({ system, fsync }) {
  const settings = { fsync: fsync ? 'on' : 'off', shared_buffers: '128MB', wal_level: 'logical' };
  if (!system) return Cluster.create({ port: 0, dataDir: null, log: () => undefined, settings });
  const binaries = findPostgres();
  if (binaries === undefined)
    throw new Error('There is no PostgreSQL 15 or newer here. POSTGRES_BIN names its programs.');
  return startSystem(binaries, settings);
}

/**
 * @param {string} binaries
 * @param {Readonly<Record<string, string>>} settings
 * @returns {Promise<Server>}
 */
async function startSystem(binaries, settings) {
  const user = await serverUser();
  const folder = await mkdtemp(join(tmpdir(), 'switchboard-bench-'));
  if (user !== null) await chown(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const run = (/** @type {string} */ program, /** @type {string[]} */ args) =>
    spawn(join(binaries, program), args, { ...user, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  await seen(run('initdb', ['-D', data, '-U', 'postgres', '--auth=trust', '--no-sync', '--encoding=UTF8']), null);
  const port = await freePort('127.0.0.1');
  const all = { ...settings, unix_socket_directories: '', listen_addresses: '127.0.0.1', port: String(port) };
  const server = run('postgres', [
    '-D',
    data,
    ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]);
  await seen(server, 'ready to accept connections');
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    stop: async () => {
      const gone = new Promise((resolve) => server.once('close', resolve));
      server.kill('SIGINT');
      await gone;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * Resolves when the program has written the text; null: when it has ended well.
 *
 * @param {import('node:child_process').ChildProcess} child
 * @param {string | null} text
 * @returns {Promise<void>}
 */
function seen(child, text) {
  return new Promise((resolve, reject) => {
    let output = '';
    child.stderr?.on('data', (chunk) => {
      output += String(chunk);
      if (text !== null && output.includes(text)) resolve();
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (text === null && code === 0) resolve();
      else reject(new Error(`PostgreSQL ended with ${String(code)}: ${output}`));
    });
  });
}

/** The three tables: without a trigger, with the plain one, tracked. */
export const KINDS = /** @type {const} */ (['none', 'plain', 'tracked']);

/**
 * realtime.messages and its functions as a project has them, and the tables.
 *
 * @param {import('pg').Client} sql
 */
export async function prepare(sql) {
  await sql.query(`set client_min_messages = warning; create publication supabase_realtime`);
  for (const name of ['0001_roles', '0004_realtime', '0008_messages']) {
    await sql.query(await readFile(fromRoot(`web/backend/migrations/${name}.sql`), 'utf8'));
  }
  await sql.query(`create table realtime.messages_all partition of realtime.messages default`);
  // The server's own function sets the topic by dynamic SQL, which the local backend's does not.
  await sql.query(`
    create or replace function realtime.send(payload jsonb, event text, topic text, private boolean default true) returns void
    language plpgsql as $$
    declare
      made uuid := gen_random_uuid();
    begin
      execute format('set local realtime.topic to %L', topic);
      insert into realtime.messages (id, payload, event, topic, private, extension)
      values (made, jsonb_set(payload, '{id}', to_jsonb(made)), event, topic, private, 'broadcast');
    exception when others then
      raise warning 'WarnSendingBroadcastMessage: %', sqlerrm;
    end $$`);
  for (const kind of KINDS) {
    await sql.query(`create table rows_${kind} (id bigint generated always as identity primary key, business text, client text,
      status text, amount numeric(10, 2), note text, starts_at timestamptz default now(), created_at timestamptz default now())`);
  }
  await sql.query(`
    create function plain() returns trigger language plpgsql security definer set search_path = '' as $$ begin
      perform realtime.broadcast_changes('rows:' || coalesce(new.business, old.business), tg_op, tg_op, tg_table_name,
                                         tg_table_schema, new, old);
      return null; end $$;
    create trigger plain after insert or update or delete on rows_plain for each row execute function plain()`);
  await sql.query(await readFile(fromRoot('web/sql/track.sql'), 'utf8'));
  await sql.query(`select switchboard.track('rows_tracked', by => 'business')`);
}
