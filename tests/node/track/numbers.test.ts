import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TrackedDatabase } from './support/trackedDatabase.js';

let db: TrackedDatabase;
let topics = 0;
let a = '';
let b = '';

beforeAll(async () => {
  db = await TrackedDatabase.start();
  await db.sql.query(`
    create table bookings (id bigint generated always as identity primary key, business text, n integer);
    create table orders (id bigint generated always as identity primary key, n integer);
    create table parents (id integer primary key);
    create table children (id integer primary key,
      parent integer references parents on delete cascade deferrable initially deferred);
    select switchboard.track('bookings', by => 'business')`);
});

afterAll(() => db.stop());

beforeEach(() => {
  topics += 1;
  [a, b] = [`a${topics}`, `b${topics}`];
});

/** n of the inserts that were sent on the topic of a business, with their numbers. */
async function numbered(business: string): Promise<string[]> {
  const messages = await db.sent(`switchboard:bookings:${business}`);
  return messages.map(
    ({ number, changes }) => `${number}: ${changes.map(({ record }) => String(record?.['n'])).join(' ')}`,
  );
}

const insert = (business: string, ...n: number[]): string =>
  `insert into bookings (business, n) values ${n.map((value) => `('${business}', ${value})`).join(', ')};`;

describe('numbers', () => {
  it('are one for each statement and topic, from 1, in the order of the statements', async () => {
    await db.sql.query(`begin; ${insert(a, 1, 2)} ${insert(b, 3)} ${insert(a, 4)} commit`);
    await db.sql.query(insert(a, 5));
    expect(await numbered(a)).toEqual(['1: 1 2', '2: 4', '3: 5']);
    expect(await numbered(b)).toEqual(['1: 3']);
  });

  it('have no holes for what was rolled back, to a savepoint or as a whole', async () => {
    await db.sql.query(`begin; savepoint s; ${insert(a, 1)} rollback to s; ${insert(a, 2)} savepoint t; ${insert(a, 3)}
      rollback to t; ${insert(a, 4)} release s; commit`);
    await db.sql.query(`begin; ${insert(a, 5)} rollback`);
    await db.sql.query(`begin; ${insert(a, 6)} savepoint s; ${insert(a, 7)} ${insert(b, 8)} rollback to s; commit`);
    expect(await numbered(a)).toEqual(['1: 2', '2: 4', '3: 6']);
    expect(await numbered(b)).toEqual([]);
  });

  it('are given when a statement failed in a block that caught it', async () => {
    await db.sql.query(`do $$ begin
      ${insert(a, 1)}
      begin ${insert(a, 2)} perform 1 / 0; exception when division_by_zero then null; end;
      begin ${insert(a, 3)} exception when division_by_zero then null; end;
    end $$`);
    expect(await numbered(a)).toEqual(['1: 1', '2: 3']);
  });

  it.each(['before', 'between', 'after'])('are given at commit with SET CONSTRAINTS ALL IMMEDIATE %s', async (when) => {
    const set = (place: string): string => (place === when ? 'set constraints all immediate;' : '');
    const other = await db.connect();
    await db.sql.query(`begin; ${set('before')} ${insert(a, 1)} ${set('between')} ${insert(a, 2)} ${set('after')}`);
    // The topic is not locked yet, or this would wait.
    await other.query(`set statement_timeout = '30s'; ${insert(a, 3)}`);
    expect(await numbered(a)).toEqual(['1: 3']);
    await db.sql.query(`set constraints all immediate; set constraints all deferred; ${insert(a, 4)} commit`);
    expect(await numbered(a)).toEqual(['1: 3', '2: 1', '3: 2', '4: 4']);
    await other.end();
  });

  it('are given at commit where SET CONSTRAINTS was rolled back', async () => {
    await db.sql
      .query(`begin; ${insert(a, 1)} savepoint s; ${insert(a, 2)} set constraints all immediate; rollback to s;
      ${insert(a, 3)} commit`);
    expect(await numbered(a)).toEqual(['1: 1', '2: 3']);
  });

  it('are given after other deferred triggers, for what these write, too', async () => {
    await db.sql.query(`
      create function follow() returns trigger language plpgsql as $$ begin
        insert into bookings (business, n) values ('${b}', new.n), ('${a}', new.n + 1); return null; end $$;
      create constraint trigger follows after insert on orders deferrable initially deferred
        for each row execute function follow()`);
    try {
      await db.sql.query(`begin; ${insert(b, 1)} insert into orders (n) values (10); ${insert(a, 2)} commit`);
      await db.sql.query(`insert into orders (n) values (20)`);
      expect(await numbered(a)).toEqual(['1: 2', '2: 11', '3: 21']);
      expect(await numbered(b)).toEqual(['1: 1', '2: 10', '3: 20']);
    } finally {
      await db.sql.query('drop function follow() cascade');
    }
  });

  it('are given to what deferred triggers of deferred triggers write', async () => {
    await db.sql.query(`
      create function again() returns trigger language plpgsql as $$ begin
        insert into bookings (business, n) values ('${a}', new.n);
        if new.n > 0 then insert into orders (n) values (new.n - 1); end if; return null; end $$;
      create constraint trigger repeats after insert on orders deferrable initially deferred
        for each row execute function again()`);
    try {
      await db.sql.query(`begin; insert into orders (n) values (4); ${insert(b, 9)} commit`);
      expect(await numbered(a)).toEqual(['1: 4', '2: 3', '3: 2', '4: 1', '5: 0']);
      expect(await numbered(b)).toEqual(['1: 9']);
    } finally {
      await db.sql.query('drop function again() cascade');
    }
  });

  it('wait for a prepared transaction to be committed, and lock nothing until then', async () => {
    await db.sql.query(`begin; ${insert(a, 1)} prepare transaction 'two'`);
    await db.sql.query(`set statement_timeout = '30s'`);
    await db.sql.query(insert(a, 2));
    await db.sql.query('reset statement_timeout');
    await db.sql.query(`commit prepared 'two'`);
    await db.sql.query(insert(a, 3));
    expect(await numbered(a)).toEqual(['1: 2', '2: 1', '3: 3']);
  });

  it.each(['repeatable read', 'serializable'])(
    'come under %s with the next transaction, or the beat',
    async (level) => {
      const other = await db.connect();
      await db.sql.query(`begin isolation level ${level}; ${insert(a, 1)}`);
      await other.query(insert(a, 2));
      await db.sql.query('commit');
      await other.query(insert(a, 3));
      expect(await numbered(a)).toEqual(['1: 2', '2: 1', '3: 3']);
      await db.sql.query(`begin isolation level ${level}; ${insert(a, 4)} commit`);
      expect(await numbered(a)).toHaveLength(3);
      await db.sql.query('select switchboard.beat()');
      expect(await numbered(a)).toEqual(['1: 2', '2: 1', '3: 3', '4: 4']);
      await other.end();
    },
  );

  it('are in the order of commits', async () => {
    const other = await db.connect();
    await db.sql.query(`begin; ${insert(a, 1)}`);
    await other.query(insert(a, 2));
    await db.sql.query('commit');
    expect(await numbered(a)).toEqual(['1: 2', '2: 1']);
    await other.end();
  });

  it('are given in procedures that commit', async () => {
    await db.sql.query(`do $$ begin ${insert(a, 1)} commit; ${insert(a, 2)} rollback; ${insert(a, 3)} end $$`);
    expect(await numbered(a)).toEqual(['1: 1', '2: 3']);
  });

  it('are given where the application resets or sets the settings that the triggers use', async () => {
    await db.sql.query(`begin; ${insert(a, 1)} reset all; ${insert(a, 2)} commit`);
    expect(await numbered(a)).toEqual(['1: 1', '2: 2']);
    await db.sql.query(`set switchboard.asked = 'one'; set switchboard.asking = 'y'; set switchboard.held = 'zzz'`);
    await db.sql.query(insert(a, 3));
    await db.sql.query('reset all');
    await db.sql.query('select switchboard.beat()');
    await db.sql.query(insert(a, 4));
    await db.sql.query('select switchboard.beat()');
    expect(await numbered(a)).toEqual(['1: 1', '2: 2', '3: 3', '4: 4']);
  });

  it('are not given to what happens with session_replication_role = replica', async () => {
    await db.superuser.query(`begin; set local session_replication_role = replica; ${insert(a, 1)} commit`);
    await db.sql.query(insert(a, 2));
    expect(await numbered(a)).toEqual(['1: 2']);
  });

  it('are in order for many statements and topics of one transaction', async () => {
    await db.sql.query(`do $$ begin for i in 1 .. 300 loop
      insert into bookings (business, n) select 'm${topics}-' || k, i from generate_series(1, 20) k; end loop; end $$`);
    for (const topic of [1, 20]) {
      expect(await numbered(`m${topics}-${topic}`)).toEqual(
        Array.from({ length: 300 }, (_, i) => `${i + 1}: ${i + 1}`),
      );
    }
  });
});
