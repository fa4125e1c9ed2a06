import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TrackedDatabase } from './support/trackedDatabase.js';

let db: TrackedDatabase;

beforeAll(async () => {
  db = await TrackedDatabase.start();
});

afterAll(() => db.stop());

beforeEach(async () => {
  await db.sql.query(`
    drop table if exists bookings; select switchboard.beat(); select switchboard.beat(); -- forgets it, and then its messages
    create table bookings (id integer primary key, k text); select switchboard.track('bookings', by => 'k')`);
  await db.superuser.query('delete from realtime.messages');
});

const beat = async (): Promise<void> => {
  await db.sql.query('select switchboard.beat(250)');
};

async function payloads(topic: string, event: string): Promise<unknown[]> {
  const { rows } = await db.superuser.query<{ payload: unknown }>(
    'select payload from realtime.messages where topic = $1 and event = $2 and private order by inserted_at',
    [topic, event],
  );
  return rows.map(({ payload }) => payload);
}

const epochOf = async (): Promise<string> => {
  const { rows } = await db.superuser.query<{ epoch: string }>(
    `select epoch from switchboard.names where name = 'bookings'`,
  );
  return rows[0]?.epoch ?? '';
};

describe('the beat', () => {
  it('is numbered, and says how often it comes', async () => {
    await beat();
    await beat();
    const [one, two] = (await payloads('switchboard:beat', 'beat')) as [{ seq: number }, { seq: number }];
    expect(one).toEqual({ v: 1, seq: one.seq, every_ms: 250 });
    expect(two).toEqual({ v: 1, seq: one.seq + 1, every_ms: 250 });
  });

  it('tells each topic that had messages since the beat before the last where it is', async () => {
    await beat();
    await db.sql.query(`insert into bookings values (1, 'a'); insert into bookings values (2, 'a')`);
    await beat();
    await beat();
    await beat();
    const epoch = await epochOf();
    expect(await payloads('switchboard:bookings:a', 'position')).toEqual([
      { v: 1, epoch, last: 2 },
      { v: 1, epoch, last: 2 },
    ]);
  });

  it('is left out while another one is at work', async () => {
    const other = await db.connect();
    await other.query('begin');
    await other.query('select switchboard.beat()');
    const { rows } = await db.sql.query<{ beat: string | null }>('select switchboard.beat()');
    expect(rows[0]?.beat).toBeNull();
    await other.query('rollback');
    await other.end();
  });

  it('numbers messages that nothing numbered, in the order of their statements', async () => {
    await db.superuser.query('alter table switchboard.log disable trigger first_message');
    await db.sql.query(`insert into bookings values (1, 'a'); insert into bookings values (2, 'a')`);
    await db.sql.query(`insert into bookings values (3, 'b')`);
    await db.superuser.query('alter table switchboard.log enable trigger first_message');
    expect(await db.sent('switchboard:bookings:a')).toEqual([]);
    await beat();
    await beat();
    expect(
      (await db.sent('switchboard:bookings:a')).map(({ number, changes }) => [number, changes[0]?.record?.['id']]),
    ).toEqual([
      [1, 1],
      [2, 2],
    ]);
    expect(await db.sent('switchboard:bookings:b')).toHaveLength(1);
  });

  it('does not take messages of transactions that are still open', async () => {
    const other = await db.connect();
    await other.query(`begin; insert into bookings values (1, 'a')`);
    await beat();
    await db.sql.query(`insert into bookings values (2, 'b')`);
    await beat();
    await other.query('commit');
    await beat();
    expect((await db.sent('switchboard:bookings:a')).map(({ number }) => number)).toEqual([1]);
    await other.end();
  });

  it('starts a new epoch where changes were lost, and in a restored copy of the database', async () => {
    await db.sql.query(`insert into bookings values (1, 'a')`);
    const epoch = await epochOf();
    await db.superuser.query(`select switchboard.lost(id, 'a test') from switchboard.tables`);
    await beat();
    const next = await epochOf();
    expect(next).not.toBe(epoch);
    expect(await payloads('switchboard:bookings:a', 'position')).toEqual([{ v: 1, epoch: next, last: 0 }]);
    await beat();
    expect(await epochOf()).toBe(next);
    await db.sql.query(`insert into bookings values (2, 'a')`);
    await db.superuser.query(
      `update switchboard.state set incarnation = 'another cluster', swept = '999999999:999999999:'`,
    );
    await beat();
    const third = await epochOf();
    expect(third).not.toBe(next);
    await db.sql.query(`insert into bookings values (3, 'a')`);
    // A dump that is restored in the place of what it was made of.
    await db.sql.query(`alter table switchboard.state rename to before;
      create table switchboard.state (like switchboard.before including all);
      insert into switchboard.state select * from switchboard.before; drop table switchboard.before`);
    await beat();
    expect(await epochOf()).not.toBe(third);
    await db.sql.query(`insert into bookings values (4, 'a')`);
    const messages = await db.sent('switchboard:bookings:a');
    expect(messages.map(({ number }) => number)).toEqual([1, 1, 1, 1]);
    expect(new Set(messages.map(({ epoch: of }) => of)).size).toBe(4);
  });
});

describe('the log', () => {
  /** Makes all messages of a topic older. */
  const age = (numbers: string, by: string): Promise<unknown> =>
    db.superuser.query(
      `update switchboard.numbers n set committed = committed - $1::interval from switchboard.topics t
        where t.id = n.topic_id and t.name = 'bookings' and n.number ${numbers}`,
      [by],
    );

  it('returns the missing messages in order, in pages', async () => {
    for (let i = 1; i <= 12; i += 1) await db.sql.query(`insert into bookings values (${i}, 'a')`);
    const ask = (after: number | null, atMost = 1000): ReturnType<TrackedDatabase['ask']> =>
      db.ask('switchboard:bookings:a', after, { role: 'service_role', atMost });
    expect(await ask(null)).toMatchObject({ state: 'ok', first: 1, last: 12, messages: [], more: false });
    const page = await ask(3, 5);
    expect(page).toMatchObject({ state: 'ok', more: true, epoch: await epochOf() });
    expect(page.messages?.map(({ number }) => number)).toEqual([4, 5, 6, 7, 8]);
    expect(page.messages).toEqual((await db.sent('switchboard:bookings:a')).slice(3, 8));
    expect((await ask(8)).messages?.map(({ number }) => number)).toEqual([9, 10, 11, 12]);
    expect(await ask(12)).toMatchObject({ state: 'ok', messages: [], more: false });
    expect(await ask(13)).toMatchObject({ state: 'too_old' });
    expect(await ask(-5)).toMatchObject({ state: 'too_old' });
    expect((await ask(0, 0)).messages).toHaveLength(1);
    expect((await ask(0, -1)).messages).toHaveLength(1);
    expect(await ask(Number.MAX_SAFE_INTEGER)).toMatchObject({ state: 'too_old' });
  });

  it('returns about a megabyte at most', async () => {
    for (let i = 1; i <= 8; i += 1) await db.sql.query(`insert into bookings select ${i}, k from (values ('a')) v (k)`);
    await db.sql.query(`alter table bookings add column more text`);
    for (let i = 11; i <= 20; i += 1)
      await db.sql.query(`insert into bookings values (${i}, 'a', repeat('x', 190000))`);
    const { messages, more } = await db.ask('switchboard:bookings:a', 0, { role: 'service_role' });
    expect(messages).toHaveLength(13);
    expect(more).toBe(true);
  });

  it('of a topic without messages is empty, and of the epoch of its name', async () => {
    expect(await db.ask('switchboard:bookings:never', 0, { role: 'service_role' })).toEqual({
      v: 1,
      state: 'ok',
      topic: 'switchboard:bookings:never',
      epoch: await epochOf(),
      first: 1,
      last: 0,
      messages: [],
      more: false,
      tables: [{ schema: 'public', table: 'bookings', by: 'k' }],
    });
    expect(await db.ask('switchboard:bookings:never', 1, { role: 'service_role' })).toMatchObject({ state: 'too_old' });
  });

  it.each([
    ['switchboard:nope', { state: 'not_tracked', reason: 'no table is tracked under this name' }],
    ['switchboard:nope:1', { state: 'not_tracked', reason: 'no table is tracked under this name' }],
    ['room:1', { state: 'not_tracked', reason: 'no table is tracked under this name' }],
    ['', { state: 'not_tracked', reason: 'no table is tracked under this name' }],
    ['switchboard:beat', { state: 'not_tracked', reason: 'the beat has no numbers' }],
  ])('of "%s" is not there', async (topic, answer) => {
    expect(await db.ask(topic, 0)).toEqual({ v: 1, topic, ...answer });
  });

  it('says how a key is written where it is written in another way', async () => {
    await db.sql.query(`create table by_number (k bigint); select switchboard.track('by_number', by => 'k');
      create table by_uuid (k uuid); select switchboard.track('by_uuid', by => 'k')`);
    const of = async (topic: string): Promise<unknown> => (await db.ask(topic, 0)).canonical;
    expect(await of('switchboard:by_number:007')).toBe('7');
    expect(await of('switchboard:by_uuid:AAAAAAAA-bbbb-cccc-dddd-eeeeeeeeeeee')).toBe(
      'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
    );
    expect(await db.ask('switchboard:by_number:1; drop table x', 0)).toMatchObject({
      state: 'not_tracked',
      reason: 'the key is no bigint',
    });
    expect(await db.ask('switchboard:bookings:a', 0, { role: 'service_role' })).toMatchObject({ state: 'ok' });
  });

  it('is trimmed by the beat, and what is too old is called so', async () => {
    for (let i = 1; i <= 6; i += 1) await db.sql.query(`insert into bookings values (${i}, 'a')`);
    await age('<= 4', '3 days 1 hour');
    await beat();
    expect(await db.ask('switchboard:bookings:a', 3, { role: 'service_role' })).toMatchObject({
      state: 'too_old',
      first: 5,
      last: 6,
    });
    expect((await db.ask('switchboard:bookings:a', 4, { role: 'service_role' })).messages).toHaveLength(2);
    await age('> 4', '3 days 1 hour');
    await beat();
    expect(await db.ask('switchboard:bookings:a', 6, { role: 'service_role' })).toMatchObject({
      state: 'ok',
      first: 7,
      last: 6,
    });
    expect(await db.ask('switchboard:bookings:a', 5, { role: 'service_role' })).toMatchObject({ state: 'too_old' });
    await db.sql.query(`insert into bookings values (7, 'a')`);
    expect((await db.ask('switchboard:bookings:a', 6, { role: 'service_role' })).messages?.[0]?.number).toBe(7);
    const { rows } = await db.superuser.query<{ log: string }>('select count(*) as log from switchboard.log');
    expect(rows[0]?.log).toBe('1');
  });

  it('is trimmed in bounded steps, and each topic comes to its turn', async () => {
    await db.sql.query(
      `do $$ begin for i in 1 .. 40 loop insert into bookings select i * 100 + k, 'k' || k from generate_series(1, 10) k; end loop; end $$`,
    );
    await age('> 0', '4 days');
    const counts: string[] = [];
    for (let i = 0; i < 7; i += 1) {
      await db.superuser.query('select switchboard.trim(70)');
      const { rows } = await db.superuser.query<{ left: string }>(
        `select count(*) as left from switchboard.numbers n join switchboard.topics t on t.id = n.topic_id where t.name = 'bookings'`,
      );
      counts.push(rows[0]?.left ?? '');
    }
    expect(counts).toEqual(['330', '260', '190', '120', '50', '0', '0']);
  });

  it('of an ended name is deleted by the beat', async () => {
    await db.sql.query(`insert into bookings values (1, 'a'), (2, 'b'); select switchboard.untrack('bookings')`);
    await beat();
    for (const table of ['log', 'numbers', 'topics', 'unnumbered', 'at_commit']) {
      const { rows } = await db.superuser.query<{ n: string }>(`select count(*) as n from switchboard.${table}`);
      expect([table, rows[0]?.n]).toEqual([table, '0']);
    }
  });
});
