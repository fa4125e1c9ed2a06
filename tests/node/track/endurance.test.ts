import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TrackedDatabase } from './support/trackedDatabase.js';

let db: TrackedDatabase;

beforeAll(async () => {
  db = await TrackedDatabase.start();
});

afterAll(() => db.stop());

beforeEach(async () => {
  await db.sql.query(`drop table if exists notes`);
  await beat();
  await beat();
  await db.sql.query(`create table notes (id integer primary key, k text, t text);
    select switchboard.track('notes', by => 'k')`);
  await db.superuser.query('delete from realtime.messages; delete from switchboard.problems');
});

const beat = async (): Promise<void> => {
  await db.sql.query('select switchboard.beat(250)');
};

const numbersOf = async (topic: string): Promise<number[]> => (await db.sent(topic)).map(({ number }) => number);
const upTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1);

async function one<Row extends object>(query: string, client: pg.Client = db.superuser): Promise<Row> {
  const { rows } = await client.query<Row>(query);
  if (rows[0] === undefined) throw new Error('no row');
  return rows[0];
}

const epochOf = async (): Promise<string> =>
  (await one<{ epoch: string }>(`select epoch from switchboard.names where name = 'notes'`)).epoch;

/** Does the work while another transaction is open, which has written or only read. */
async function whileOpen(statement: string, work: (other: pg.Client) => Promise<void>): Promise<void> {
  const other = await db.connect();
  try {
    await other.query(`begin isolation level repeatable read; ${statement}`);
    await work(other);
  } finally {
    await other.query('rollback');
    await other.end();
  }
}

describe('a transaction that stays open', () => {
  it('does not make numbers dearer: no row is written again for each', async () => {
    await db.sql.query(`insert into notes values (0, 'a', '')`);
    await beat();
    await whileOpen('select count(*) from notes', async () => {
      const room = `select pg_relation_size('switchboard.topics') as size`;
      const before = await one(room);
      for (let i = 1; i <= 500; i += 1) await db.sql.query(`insert into notes values (${i}, 'a', '')`);
      expect(await one(room)).toEqual(before);
    });
    expect(await numbersOf('switchboard:notes:a')).toEqual(upTo(501));
  });

  it('does not keep the beat from numbering what others left, nor have it look at the same messages again and again', async () => {
    await db.sql.query('create table others (id integer)');
    await whileOpen('insert into others values (1)', async () => {
      await db.sql.query(`begin; set local switchboard.asked = 'one'; insert into notes values (1, 'a', ''); commit`);
      await beat();
      expect(await numbersOf('switchboard:notes:a')).toEqual([1]);
      await beat();
      // If it looked again, it would take this message for one without a number.
      await db.superuser.query('delete from switchboard.numbers');
      await beat();
      expect(await one('select count(*)::integer as count from switchboard.unnumbered')).toEqual({ count: 0 });
      expect(await numbersOf('switchboard:notes:a')).toEqual([1]);
    });
    await db.sql.query('drop table others');
  });

  it('has its own messages found when it is over, if nothing numbered them', async () => {
    const other = await db.connect();
    await other.query(`begin; set local switchboard.asked = 'one'; insert into notes values (1, 'a', '')`);
    await beat();
    await db.sql.query(`insert into notes values (2, 'a', '')`);
    await beat();
    expect(await numbersOf('switchboard:notes:a')).toEqual([1]);
    await other.query('commit');
    await other.end();
    await beat();
    expect(await numbersOf('switchboard:notes:a')).toEqual([1, 2]);
  });
});

it('a limit on the time of statements is not used up by waiting for a topic', async () => {
  await db.sql.query(`insert into notes values (0, 'a', '')`);
  const other = await db.connect();
  await other.query(`begin; select pg_advisory_xact_lock(hashtextextended('switchboard:notes:a', 0))`);
  const writer = await db.connect();
  await writer.query(`set statement_timeout = '1s'`);
  await writer.query(`insert into notes values (1, 'a', '')`);
  expect(await numbersOf('switchboard:notes:a')).toEqual([1]);
  await other.query('rollback');
  await writer.query(`insert into notes values (2, 'a', '')`);
  expect(await numbersOf('switchboard:notes:a')).toEqual([1, 2, 3]);
  await Promise.all([other.end(), writer.end()]);
});

describe('a clock that is set back', () => {
  it('leaves no hole in what is kept', async () => {
    for (let i = 1; i <= 5; i += 1) await db.sql.query(`insert into notes values (${i}, 'a', '')`);
    // The second came while the clock was two hours late.
    await db.superuser.query(`update switchboard.numbers
      set committed = committed - case when number = 2 then interval '3 days' else interval '3 days 1 hour' end + interval '10 minutes'
      where number < 5`);
    await db.superuser.query(
      `update switchboard.numbers set committed = committed - interval '20 minutes' where number = 3`,
    );
    await beat();
    const answer = await db.ask('switchboard:notes:a', null, { role: 'service_role' });
    const { messages = [] } = await db.ask('switchboard:notes:a', (answer.first ?? 0) - 1, { role: 'service_role' });
    expect(messages.map(({ number }) => number)).toEqual([2, 3, 4, 5]);
  });

  it('from another year does not keep messages until then', async () => {
    for (let i = 1; i <= 3; i += 1) await db.sql.query(`insert into notes values (${i}, 'a', '')`);
    await db.superuser.query(`update switchboard.numbers
      set committed = committed + case when number = 1 then interval '1 year' else interval '-4 days' end`);
    await beat();
    expect(await db.ask('switchboard:notes:a', null, { role: 'service_role' })).toMatchObject({ first: 4, last: 3 });
  });

  it('does not keep the beat from saying where topics are', async () => {
    await beat();
    await db.superuser.query(`update switchboard.state
      set beaten_at = beaten_at + interval '1 hour', beaten_before = beaten_before + interval '1 hour'`);
    await db.sql.query(`insert into notes values (1, 'a', '')`);
    await beat();
    const positions = `select count(*)::integer as count from realtime.messages
      where topic = 'switchboard:notes:a' and event = 'position' and payload ->> 'last' = '1'`;
    expect(await one(positions)).toEqual({ count: 1 });
  });
});

describe('what PostgreSQL does not plan again for is followed by the beat, for open connections', () => {
  const columns = async (): Promise<string[]> => {
    const messages = await db.sent('switchboard:notes:a');
    return messages.map(({ tables: [table] }) =>
      (table?.columns ?? []).map(({ name, type }) => `${name} ${type}`).join(),
    );
  };

  it('a role that signed-in users lose', async () => {
    await db.superuser.query(`create role staff; alter role authenticated inherit; grant staff to authenticated`);
    await db.sql.query(`grant select (id, k) on notes to authenticated; grant select (t) on notes to staff`);
    await db.sql.query(`insert into notes values (1, 'a', 'secret')`);
    await db.superuser.query('revoke staff from authenticated');
    await beat();
    await db.sql.query(`insert into notes values (2, 'a', 'secret')`);
    await db.sql.query(`insert into notes values (3, 'a', 'secret'), (4, 'a', 'secret')`);
    expect(await columns()).toEqual(['id int4,k text,t text', 'id int4,k text', 'id int4,k text']);
    expect(JSON.stringify((await db.changes('switchboard:notes:a')).slice(1))).not.toContain('secret');
    await db.superuser.query('drop owned by staff; drop role staff; alter role authenticated noinherit');
  });

  it('a type that gets another name, also that of the key', async () => {
    await db.sql.query(`create type mood as enum ('fine'); create table moods (id integer, k mood);
      select switchboard.track('moods', by => 'k'); insert into moods values (1, 'fine'); alter type mood rename to humour`);
    await beat();
    await db.sql.query(`insert into moods values (2, 'fine')`);
    const messages = await db.sent('switchboard:moods:fine');
    expect(messages.map(({ tables: [table] }) => table?.columns[1]?.type)).toEqual(['mood', 'humour']);
    expect(await db.ask('switchboard:moods:fine', 0, { role: 'service_role' })).toMatchObject({ state: 'ok', last: 2 });
    await db.sql.query('drop table moods; drop type humour');
  });
});

describe('TRUNCATE', () => {
  it('of a large table is not kept waiting by a look at its rows', async () => {
    await db.sql.query(`alter table notes alter t set storage plain;
      insert into notes values (0, 'known', '')`);
    await db.superuser.query(`set session_replication_role = replica;
      insert into notes select i, 'k' || i % 7, repeat('x', 7900) from generate_series(1, 8600) i;
      set session_replication_role = origin`);
    const epoch = await epochOf();
    await db.sql.query('truncate notes');
    expect((await db.changes('switchboard:notes:known')).map(({ type }) => type)).toEqual(['INSERT', 'TRUNCATE']);
    expect(await db.sent('switchboard:notes:k1')).toEqual([]);
    expect(await epochOf()).toBe(epoch);
    await beat();
    expect(await epochOf()).not.toBe(epoch);
  });
});

it('a transaction over more topics than the server has locks numbers them all, and others wait for it', async () => {
  const count = 12_000;
  const others = await Promise.all(Array.from({ length: 4 }, () => db.connect()));
  const write = async (client: pg.Client, from: number): Promise<void> => {
    for (let i = 0; i < 60; i += 1) await client.query(`insert into notes values (${from + i}, 'k${i}', '')`);
  };
  await Promise.all([
    db.sql.query(`insert into notes select i, 'k' || i, '' from generate_series(1, ${count}) i`),
    ...others.map((other, i) => write(other, 100_000 * (i + 1))),
  ]);
  await Promise.all(others.map((other) => other.end()));
  // Some may have waited for too long, and left their messages.
  expect((await db.problems()).filter((problem) => !problem.startsWith('not numbered at commit: 55P03'))).toEqual([]);
  await beat();
  expect(
    await one(`select count(*)::integer as messages, count(distinct topic_id)::integer as topics,
      count(*) filter (where number > 5)::integer as more from switchboard.numbers n
      join switchboard.topics t on t.id = n.topic_id where t.name = 'notes'`),
  ).toEqual({ messages: count + 240, topics: count + 1, more: 0 });
});
