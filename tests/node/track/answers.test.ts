import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TrackedDatabase, type Asker } from './support/trackedDatabase.js';

let db: TrackedDatabase;

beforeAll(async () => {
  db = await TrackedDatabase.start();
  await db.sql.query(`
    create type mood as enum ('fine', 'not "fine"'); create domain cent as bigint check (value >= 0);
    create table bookings (id bigint primary key, business integer, price numeric, mood mood, owed cent, note text);
    grant select on bookings to authenticated;
    select switchboard.track('bookings', by => 'business', max_rows => 3, readers => 'auth.uid() is null')`);
});

afterAll(() => db.stop());

const big = '9007199254740993';

describe('an answer', () => {
  it('has its messages as texts, so that a client that parses it loses no digit', async () => {
    await db.sql.query(`insert into bookings values (${big}, 1, 150.00, 'fine', ${big})`);
    const answer = JSON.parse(await db.askForText('switchboard:bookings:1', 0)) as { messages: string[] };
    expect(answer.messages).toHaveLength(1);
    expect(answer.messages[0]).toContain(`"id": ${big}`);
    expect(answer.messages[0]).toContain('"price": 150.00');
    const { rows } = await db.superuser.query<{ text: string }>(
      `select payload::text as text from realtime.messages where topic = 'switchboard:bookings:1'`,
    );
    expect(answer.messages).toEqual(rows.map(({ text }) => text));
  });

  it('counts all of a message as its size', async () => {
    const columns = Array.from({ length: 1500 }, (_, i) => `a_column_of_a_very_wide_table_${i} boolean`);
    await db.sql.query(
      `create table wide (${columns.join(', ')}); grant select on wide to authenticated; select switchboard.track('wide')`,
    );
    for (let i = 0; i < 12; i += 1) await db.sql.query('insert into wide default values');
    const answer = await db.askForText('switchboard:wide', 0);
    expect(answer.length).toBeLessThan(1_200_000);
    expect(JSON.parse(answer)).toMatchObject({ more: true, last: 12 });
  });
});

describe('what the core has to read', () => {
  /** Without what is another at each run. */
  const steady = (text: string): string => {
    const { epoch } = JSON.parse(text) as { epoch?: string };
    const committed = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z/g;
    return text.replaceAll(epoch ?? 'no epoch', '9f3c01ab77e2').replaceAll(committed, '2026-11-27T18:00:00.123456Z');
  };

  /** The core's native tests read this file. After a change of the answers: vitest with --update. */
  it('is what the database answers', async () => {
    const lines: string[] = [];
    const note = async (name: string, topic: string, after: number | null, asker?: Asker): Promise<void> => {
      lines.push(JSON.stringify({ name, answer: steady(await db.askForText(topic, after, asker)) }));
    };
    const topic = 'switchboard:bookings:7';
    await note('no message yet', topic, 0);
    for (const statement of [
      `insert into bookings values (1${big}, 7, 150.00, 'not "fine"', ${big}, E'"quote" \\\\ \\x07 \\n é 😀 \u2028')`,
      `insert into bookings values (2, 7, 'NaN'), (3, 7, 1e-20)`,
      `update bookings set price = -0.50, mood = 'fine' where id = 2`,
      'update bookings set business = 8 where id = 3',
      'update bookings set business = 7 where id = 3',
      'delete from bookings where id = 2',
      'insert into bookings (id, business) select i, 7 from generate_series(10, 13) i',
      `insert into bookings (id, business, note) values (20, 7, repeat('x', 300000))`,
      'truncate bookings',
    ]) {
      await db.sql.query(statement);
    }
    await note('all', topic, 0);
    await note('the position', topic, null);
    await note('a page', topic, 2, { atMost: 2 });
    await note('nothing new', topic, 9);
    await note('a number that was not given', topic, 10);
    await db.superuser.query(
      `update switchboard.numbers set committed = committed - interval '4 days' where number < 9`,
    );
    await db.sql.query('select switchboard.beat()');
    await note('trimmed', topic, 2);
    await db.superuser.query(`update switchboard.numbers set committed = committed - interval '4 days'`);
    await db.sql.query('select switchboard.beat()');
    await note('an empty log', topic, 9);
    await note('an empty log, asked for what it had', topic, 8);
    await note('another key', 'switchboard:bookings:007', 0);
    await note('no key', 'switchboard:bookings:"x"', 0);
    await note('no table', 'switchboard:nope', 0);
    await note('not allowed', topic, 0, { claims: { sub: '11111111-1111-4111-8111-111111111111' } });
    await note('not granted', topic, 0, { role: 'anon' });
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('../../fixtures/changesAnswers.jsonl');
  });
});

describe('bases', () => {
  const bases = async (columns: string): Promise<Record<string, string> | undefined> => {
    await db.sql.query(`drop table if exists of_types; create table of_types (${columns});
      select switchboard.track('of_types', topic => 'of_types'); insert into of_types default values`);
    const [message] = await db.sent('switchboard:of_types');
    await db.sql.query(`select switchboard.untrack('of_types')`);
    await db.superuser.query(`delete from realtime.messages where topic = 'switchboard:of_types'`);
    return message?.tables[0]?.bases;
  };

  beforeAll(async () => {
    await db.superuser.query(`
      create schema other; grant all on schema other to public; create type other.int4 as enum ('a');
      create type other.date as (year integer)`);
    await db.sql.query(`
      create type state as enum ('open'); create domain some_state as state; create domain same_state as some_state;
      create domain plain as numeric; create domain nested as plain check (value > 0);
      create domain exact as numeric(10, 2); create domain rounded as exact; create domain short as varchar(5);
      create domain unlimited as varchar; create domain sorted as text collate "C"; create domain list as integer[];
      create domain day as date; create domain other_day as other.date; create domain moment as timestamptz(0)`);
  });

  it('are not there for a table that needs none', async () => {
    expect(
      await bases('id integer, price numeric(10, 2), tags text[], at timestamptz, states state[]'),
    ).toBeUndefined();
  });

  it('name enums, also those below domains and those with the name of another type', async () => {
    expect(await bases('a state, b some_state, c same_state, d other.int4, e integer')).toEqual({
      a: 'enum',
      b: 'enum',
      c: 'enum',
      d: 'enum',
    });
  });

  it('name the type of a domain that changes nothing of how its values compare', async () => {
    expect(
      await bases(`a plain, b nested, c exact, d rounded, e short, f unlimited, g sorted, h list, i day, j other_day,
        k moment`),
    ).toEqual({ a: 'numeric', b: 'numeric', f: 'varchar', h: '_int4', i: 'date' });
  });

  it('are those of the columns that are sent only, and follow the table', async () => {
    await db.sql.query(`create table changing (id integer primary key, hidden state, seen state);
      select switchboard.track('changing', columns => '{seen}'); insert into changing values (1);
      alter table changing alter seen type some_state; insert into changing values (2);
      alter table changing alter seen type text; insert into changing values (3)`);
    const sent = await db.sent('switchboard:changing');
    expect(sent.map(({ tables }) => tables[0])).toMatchObject([
      { bases: { seen: 'enum' }, columns: [{ name: 'id' }, { type: 'state' }] },
      { bases: { seen: 'enum' }, columns: [{ name: 'id' }, { type: 'some_state' }] },
      { columns: [{ name: 'id' }, { type: 'text' }] },
    ]);
    expect(sent[2]?.tables[0]).not.toHaveProperty('bases');
  });
});
