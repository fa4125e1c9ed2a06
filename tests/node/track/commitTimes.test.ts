import { afterAll, beforeAll, expect, it } from 'vitest';
import { TrackedDatabase } from './support/trackedDatabase.js';

const WRITERS = 8;
const EACH = 25;

let db: TrackedDatabase;

beforeAll(async () => {
  db = await TrackedDatabase.start();
  await db.sql.query(`create table rows (n integer primary key); select switchboard.track('rows')`);
});

afterAll(() => db.stop());

/** Unix µs. */
function micros(text: string): number {
  const [, seconds = '', fraction = ''] = /^(.{19})\.?(\d*)/.exec(text) ?? [];
  return Date.parse(`${seconds.replace(' ', 'T')}Z`) * 1_000 + Number(fraction.padEnd(6, '0'));
}

/** When each row was committed, as the log of the database says, which is where `postgres_changes` has its times from. */
async function commits(slot: string): Promise<Map<number, number>> {
  await db.superuser.query(`set timezone = 'UTC'`);
  const { rows } = await db.superuser.query<{ data: string }>(
    `select data from pg_logical_slot_get_changes($1, null, null, 'include-timestamp', 'on')`,
    [slot],
  );
  const times = new Map<number, number>();
  let inserted: number[] = [];
  for (const { data } of rows) {
    const n = /^table public\.rows: INSERT: n\[integer\]:(\d+)/.exec(data)?.[1];
    const at = /^COMMIT.*\(at (.*)\)$/.exec(data)?.[1];
    if (n !== undefined) inserted.push(Number(n));
    if (at === undefined) continue;
    for (const each of inserted) times.set(each, micros(at));
    inserted = [];
  }
  return times;
}

/** A client that falls back to `postgres_changes` drops what had come with numbers by these times. */
it('the time of a message lies between the commit before it and its own', async () => {
  await db.superuser.query(`select pg_create_logical_replication_slot('times', 'test_decoding')`);
  const writers = await Promise.all(Array.from({ length: WRITERS }, () => db.connect()));
  await Promise.all(
    writers.map(async (writer, i) => {
      for (let k = 0; k < EACH; k += 1) await writer.query(`insert into rows values (${i * 1_000 + k})`);
    }),
  );
  const committed = await commits('times');
  await db.superuser.query(`select pg_drop_replication_slot('times')`);
  const messages = await db.sent('switchboard:rows');
  messages.sort((x, y) => x.number - y.number);
  expect(messages).toHaveLength(WRITERS * EACH);
  let before = 0;
  for (const { committed: numbered, changes } of messages) {
    const at = committed.get(Number(changes[0]?.record?.['n'])) ?? 0;
    const given = micros(numbered);
    expect(given).toBeGreaterThan(before);
    expect(at).toBeGreaterThanOrEqual(given);
    before = at;
  }
});
