import pg from 'pg';
import { startBackend, type Backend } from 'switchboard-backend';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { Attendance } from '../../../web/dashboard/src/data/database.js';
import { clockIn, clockOut, newAttempt, takeBack } from '../../../web/dashboard/src/tables/clock/entries.js';
import { postgrestTable, UnreachableError, type RowTable } from '../../../web/dashboard/src/writing/index.js';

let backend: Backend;
let db: pg.Client;
let table: RowTable<Attendance>;
let person: { business_id: string; staff_id: number };

beforeAll(async () => {
  backend = await startBackend({});
  db = new pg.Client(backend.postgres);
  await db.connect();
  const headers = { apikey: backend.anonKey };
  table = postgrestTable<Attendance>({ url: `${backend.rest}/staff_attendance`, headers: () => headers });
  const { rows } = await db.query<typeof person>(
    'select business_id, id::int as staff_id from staff order by id limit 1',
  );
  const [first] = rows;
  if (first === undefined) throw new Error('there is no staff');
  person = first;
});

afterAll(async () => {
  await db.end();
  await backend.stop();
});

beforeEach(async () => {
  await db.query('delete from staff_attendance');
});

afterEach(() => {
  vi.useRealTimers();
});

const HOUR_MS = 3_600_000;

async function databaseTime(): Promise<string> {
  const { rows } = await db.query<{ now: string }>('select now()::text');
  return rows[0]?.now ?? '';
}

/** Which times of the entry are later than `since` and not to come, by the database's clock, and whether the minutes are those between them. */
async function written(since: string): Promise<unknown> {
  const { rows } = await db.query<object>(
    `select clock_in between $1 and now() as "in", clock_out between $1 and now() as "out",
            minutes_worked = round(extract(epoch from clock_out - clock_in) / 60) as minutes from staff_attendance`,
    [since],
  );
  return rows;
}

async function clockedIn(since = '1 hour'): Promise<Attendance> {
  await db.query(
    'insert into staff_attendance (business_id, staff_id, work_date, clock_in) values ($1, $2, current_date, now() - $3::interval)',
    [person.business_id, person.staff_id, since],
  );
  const entry = await table.find('staff_id', person.staff_id);
  if (entry === undefined) throw new Error('there is no entry');
  return entry;
}

it.each([-3, 3])('a computer whose clock is %i hours off writes the times of the database', async (hours) => {
  const since = await databaseTime();
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + hours * HOUR_MS });
  await clockIn(table, { ...person, work_date: '2026-03-31' }, newAttempt(), []);
  expect(await written(since)).toEqual([{ in: true, out: null, minutes: null }]);
  await db.query('delete from staff_attendance');
  const closed = await clockOut(table, [await clockedIn()], newAttempt());
  expect(await written(since)).toEqual([{ in: false, out: true, minutes: true }]);
  await takeBack(table, closed);
  expect(await written(since)).toEqual([{ in: false, out: null, minutes: null }]);
});

it('nobody leaves before coming', async () => {
  const entry = await clockedIn('-2 hours');
  await expect(clockOut(table, [entry], newAttempt())).rejects.toMatchObject({ code: '23514' });
  expect((await table.find('id', entry.id))?.clock_out).toBeNull();
});

it('an entry that others have closed was not closed here, unless an answer was lost', async () => {
  const entry = await clockedIn();
  await db.query('update staff_attendance set clock_out = now()');
  expect(await clockOut(table, [entry], newAttempt())).toEqual([]);
  await db.query('update staff_attendance set clock_out = null');
  const open = await table.find('id', entry.id);
  if (open === undefined) throw new Error('there is no entry');
  const again = newAttempt();
  const lost: RowTable<Attendance> = {
    ...table,
    update: async (...change) => {
      await table.update(...change);
      throw new UnreachableError('the answer was lost');
    },
    find: () => Promise.reject(new UnreachableError('no answer')),
  };
  await expect(clockOut(lost, [open], again)).rejects.toBeInstanceOf(UnreachableError);
  expect(await clockOut(table, [open], again)).toMatchObject([
    { id: entry.id, clock_out: expect.any(String) as string },
  ]);
});
