import type pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { randomFrom } from '../support/random.js';
import { TrackedDatabase } from './support/trackedDatabase.js';

const WRITERS = 16;
const TOPICS = 6;
const TABLES = ['wide', 'narrow', 'alone'] as const;

let db: TrackedDatabase;
let writers: pg.Client[];

beforeAll(async () => {
  db = await TrackedDatabase.start();
  await db.superuser.query(`alter database postgres set deadlock_timeout = '50ms'`);
  await db.sql.query(`
    create table wide (id integer primary key, k integer, n integer); alter table wide replica identity full;
    create table narrow (id integer primary key, k integer, n integer); alter table narrow replica identity full;
    create table alone (id integer primary key, k integer, n integer); alter table alone replica identity full;
    select switchboard.track('wide', by => 'k', topic => 'both'), switchboard.track('narrow', by => 'k', topic => 'both'),
           switchboard.track('alone', by => 'k')`);
  writers = await Promise.all(Array.from({ length: WRITERS }, () => db.connect()));
});

afterAll(() => db.stop());

type Random = (below: number) => number;

/** A random statement on rows from `first` to `last`. */
function statement(random: Random, first: number, last: number): string {
  const table = TABLES[random(TABLES.length)] ?? 'wide';
  const id = (): number => first + random(last - first + 1);
  const [from, k, n] = [id(), random(TOPICS), random(1000)];
  switch (random(6)) {
    case 0:
      return `insert into ${table} values (${from}, ${k}, ${n}) on conflict do nothing`;
    case 1:
      return `insert into ${table} select i, i % ${TOPICS}, ${n} from generate_series(${from}, ${from + random(9)}) i
        where i <= ${last} on conflict do nothing`;
    case 2:
      return `update ${table} set n = ${n} where id = ${from}`;
    case 3:
      return `update ${table} set k = ${k} where id between ${from} and ${Math.min(last, from + 3)}`;
    case 4:
      return `delete from ${table} where id = ${from}`;
    default:
      return `delete from ${table} where id between ${from} and ${Math.min(last, from + 4)}`;
  }
}

/** A transaction: statements, savepoints rolled back or not, constraints set, and the end, which may be a rollback. */
function transaction(random: Random, first: number, last: number): string[] {
  const some = (): string[] => Array.from({ length: 1 + random(3) }, () => statement(random, first, last));
  if (random(4) === 0) return some().slice(0, 1);
  const steps = ['begin', ...some()];
  if (random(3) === 0) steps.push('savepoint s', ...some(), random(2) === 0 ? 'rollback to s' : 'release s', ...some());
  if (random(6) === 0) steps.push('set constraints all immediate', ...some());
  steps.push(random(5) === 0 ? 'rollback' : 'commit');
  return steps;
}

/** What was committed, in the order of commits, as the log of the database says; by topic. */
async function committed(slot: string): Promise<Map<string, string[]>> {
  const { rows } = await db.superuser.query<{ data: string }>(
    `select data from pg_logical_slot_get_changes($1, null, null, 'include-xids', 'false')`,
    [slot],
  );
  const topics = new Map<string, string[]>();
  for (const { data } of rows) {
    const [, table, type, rest] = /^table public\.(wide|narrow|alone): (INSERT|UPDATE|DELETE): (.*)$/.exec(data) ?? [];
    if (table === undefined || type === undefined || rest === undefined) continue;
    const images = rest
      .split('new-tuple:')
      .map((image) => [...image.matchAll(/\[integer\]:(-?\d+)/g)].map(([, value]) => Number(value)));
    const name = table === 'alone' ? 'alone' : 'both';
    const add = (k: number | undefined, line: string): void => {
      const topic = `switchboard:${name}:${String(k)}`;
      topics.set(topic, [...(topics.get(topic) ?? []), line]);
    };
    const [old, record] =
      type === 'UPDATE' ? images : type === 'INSERT' ? [undefined, images[0]] : [images[0], undefined];
    if (old !== undefined && record !== undefined && old[1] !== record[1]) {
      add(old[1], `${table} left ${String(old)}`);
      add(record[1], `${table} came ${String(record)}`);
    } else {
      add((record ?? old)?.[1], `${table} ${type} ${String(old)} ${String(record)}`);
    }
  }
  return topics;
}

/** What the messages say, in the same words. */
async function sent(topic: string): Promise<{ lines: string[]; numbers: number[] }> {
  const messages = await db.sent(topic);
  messages.sort((x, y) => x.number - y.number);
  const image = (record?: Record<string, unknown>): string =>
    record === undefined ? 'undefined' : String([record['id'], record['k'], record['n']]);
  const lines = messages.flatMap(({ tables: [table], changes }) =>
    changes.map(({ type, record, old_record: old, moved }) => {
      const name = table?.table ?? '';
      if (moved !== true) return `${name} ${type} ${image(old)} ${image(record)}`;
      return old?.['k'] === undefined ? `${name} came ${image(record)}` : `${name} left ${image(old)}`;
    }),
  );
  return { lines, numbers: messages.map(({ number }) => number) };
}

it.each([
  ['of its own rows, in topics of all, without an error', 1, false],
  ['of the same rows, with deadlocks of its own', 2, true],
])('16 writers %s: the messages are what was committed, in that order, without a hole', async (_, seed, shared) => {
  const slot = `oracle${seed}`;
  await db.superuser.query('delete from realtime.messages');
  await db.sql.query('truncate wide, narrow, alone; select switchboard.beat()');
  await db.superuser.query('delete from realtime.messages');
  const before = await db.superuser.query<{ topic: string; last: string }>(
    'select topic, switchboard.last_number(id, last) as last from switchboard.topics',
  );
  const lasts = new Map(before.rows.map(({ topic, last }) => [topic, Number(last)]));
  await db.superuser.query(`select pg_create_logical_replication_slot($1, 'test_decoding')`, [slot]);
  const failures: string[] = [];
  await Promise.all(
    writers.map(async (writer, i) => {
      const random = randomFrom(seed * 1000 + i);
      const [first, last] = shared ? [1, 60] : [i * 100, i * 100 + 40];
      for (let k = 0; k < 30; k += 1) {
        try {
          for (const step of transaction(random, first, last)) await writer.query(step);
        } catch (error) {
          failures.push((error as { code?: string }).code ?? String(error));
          await writer.query('rollback');
        }
      }
    }),
  );
  const expected = await committed(slot);
  await db.superuser.query('select pg_drop_replication_slot($1)', [slot]);
  expect(failures.filter((code) => !shared || code !== '40P01')).toEqual([]);
  expect(expected.size).toBe(2 * TOPICS);
  for (const [topic, lines] of expected) {
    const found = await sent(topic);
    expect(found.lines, topic).toEqual(lines);
    const start = lasts.get(topic) ?? 0;
    expect(found.numbers, topic).toEqual(found.numbers.map((__, i) => start + i + 1));
    const { messages, state } = await db.ask(topic, start, { role: 'service_role' });
    expect(state).toBe('ok');
    expect(messages?.length).toBe(Math.min(found.numbers.length, 1000));
  }
  expect(await db.problems()).toEqual([]);
  const { rows } = await db.superuser.query('select from switchboard.unnumbered');
  expect(rows).toHaveLength(0);
});

it.each(['repeatable read', 'serializable'])(
  '16 writers of their own rows in one topic under %s fail never',
  async (level) => {
    await db.superuser.query(`delete from realtime.messages; delete from alone; delete from switchboard.problems`);
    await db.sql.query('select switchboard.beat()');
    await db.superuser.query(`delete from realtime.messages`);
    const failures: string[] = [];
    await Promise.all(
      writers.map(async (writer, i) => {
        for (let k = 0; k < 25; k += 1) {
          try {
            await writer.query(`begin isolation level ${level}`);
            await writer.query(`insert into alone values (${i * 1000 + k}, 99, ${k})`);
            await writer.query('commit');
          } catch (error) {
            failures.push((error as { code?: string }).code ?? String(error));
            await writer.query('rollback');
          }
        }
      }),
    );
    expect(failures).toEqual([]);
    await db.sql.query('select switchboard.beat()');
    const messages = await db.sent('switchboard:alone:99');
    expect(messages.map(({ number }) => number).sort((x, y) => x - y)).toEqual(
      messages
        .map(({ number }) => number)
        .sort((x, y) => x - y)
        .map((_, i, all) => (all[0] ?? 0) + i),
    );
    for (let i = 0; i < WRITERS; i += 1) {
      const own = messages
        .flatMap(({ changes }) => changes)
        .filter(({ record }) => Math.floor(Number(record?.['id']) / 1000) === i);
      expect(own.map(({ record }) => record?.['n'])).toEqual(Array.from({ length: 25 }, (_, k) => k));
    }
  },
);
