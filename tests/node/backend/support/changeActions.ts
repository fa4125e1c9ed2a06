import type { RecordedBackend } from './recordedBackend.js';
import type { Replay } from './replay.js';
import { upcomingRecord } from './upcoming.js';
import type { Version } from './transcript.js';

const MINE = '11111111-1111-1111-1111-111111111111';
const OTHER = '22222222-2222-2222-2222-222222222222';
const BUSINESS_TEXT = { v1: 'ev1-31703', v2: 'ev2-31703' };

/** The SQL for the notes of the scenario "pg_events". */
export function changeActions({ sql }: RecordedBackend, version: Version): NonNullable<Replay['onNote']> {
  const business = BUSINESS_TEXT[version];
  const businessId = `aaaaaaaa-0000-0000-0000-00000000000${version.slice(1)}`;
  const restart = (table: string, id: unknown): Promise<unknown> =>
    sql.query(`alter table ${table} alter column id restart with ${String(id)}`);
  return {
    'SQL: insert all types': async (context) => {
      const { id, t } = upcomingRecord(context, 'alltypes');
      await restart('alltypes', id);
      await sql.query(
        `insert into alltypes (business_id, n, n2, big, i, sm, f8, f4, b, j, js, tags, ints, u, t, vc, ts, tsn, d, tm, iv, by, ip)
         values ($1, 12345678901234567890.123456789, 12.50, 9007199254740993, 2147483647, -5, 1e300, 1.1, true,
                 '{"s": "é\\"q", "a": [1, 2, {"b": null}]}', '{"k":2}', array['x', 'y,z', 'q"r', null], '{1,2,3}',
                 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee', $2, 'v', '2026-01-02 03:04:05.678901+00', '2026-01-02 03:04:05',
                 '2026-01-02', '03:04:05', '1 day 02:03:04', '\\xdeadbeef', '10.0.0.1')`,
        [businessId, t],
      );
    },
    'SQL: insert nulls': async () => {
      await sql.query('insert into alltypes (business_id) values ($1)', [businessId]);
    },
    'SQL: insert NaN/Infinity': async () => {
      await sql.query(
        `insert into alltypes (business_id, n, f8, f4, ts) values ($1, 'NaN', 'Infinity', '-Infinity', 'infinity')`,
        [businessId],
      );
    },
    'SQL: update': async () => {
      await sql.query(`update alltypes set n = n + 1, b = false, tags = '{}' where b`);
    },
    'SQL: update no-op': async () => {
      await sql.query('update alltypes set b = false where not b');
    },
    'SQL: 100 kB text': async (context) => {
      const { id, t } = upcomingRecord(context, 'alltypes', (record) => String(record['t']).length > 50_000);
      await sql.query('update alltypes set t = $2 where id = $1', [id, t]);
    },
    'SQL: update leaving the 100 kB (TOASTed) text unchanged': async () => {
      await sql.query('update alltypes set i = 1 where length(t) > 50000');
    },
    'SQL: 1.5 MB text (over poll_max_record_bytes 1 MiB)': async () => {
      await sql.query(`insert into alltypes (business_id, t) values ($1, repeat('0123456789', 150000))`, [businessId]);
    },
    'SQL: delete': async () => {
      await sql.query('delete from alltypes where business_id = $1', [businessId]);
    },
    'SQL: bookings insert': async (context) => {
      await restart('bookings', upcomingRecord(context, 'bookings').id);
      await sql.query(`insert into bookings (business_id, client, amount) values ($1, 'Ann', 12.50)`, [business]);
    },
    'SQL: bookings update (amount>100 too)': async () => {
      await sql.query('update bookings set amount = 150.00 where business_id = $1', [business]);
    },
    'SQL: bookings update moves the row out of the filter': async () => {
      await sql.query(`update bookings set business_id = 'elsewhere' where business_id = $1`, [business]);
    },
    'SQL: bookings back into the filter': async () => {
      await sql.query(`update bookings set business_id = $1 where business_id = 'elsewhere'`, [business]);
    },
    'SQL: delete row of another business': async () => {
      await sql.query(`insert into bookings (id, business_id, amount) values (9000001, 'another', 1)`);
      await sql.query(`delete from bookings where business_id = 'another'`);
    },
    'SQL: bookings delete': async () => {
      await sql.query('delete from bookings where business_id = $1', [business]);
    },
    'SQL: one transaction, 3 rows': async (context) => {
      await restart('bookings', upcomingRecord(context, 'bookings', (record) => record['client'] === 'tx0').id);
      await sql.query('begin');
      for (const client of ['tx0', 'tx1', 'tx2']) {
        await sql.query('insert into bookings (business_id, client) values ($1, $2)', [business, client]);
      }
      await sql.query('commit');
    },
    'SQL: rolled back': async () => {
      await sql.query('begin');
      await sql.query(`insert into bookings (id, business_id, client) values (9000002, $1, 'never')`, [business]);
      await sql.query('rollback');
    },
    'SQL: 250 rows in one statement': async (context) => {
      await restart('bookings', upcomingRecord(context, 'bookings', (record) => record['client'] === 'b1').id);
      await sql.query(`insert into bookings (business_id, client) select $1, 'b' || i from generate_series(1, 250) i`, [
        business,
      ]);
    },
    'SQL: truncate': async () => {
      await sql.query('truncate bookings');
    },
    ...keyAndPolicyActions(sql, version, business),
  };
}

function keyAndPolicyActions(
  sql: RecordedBackend['sql'],
  version: Version,
  business: string,
): NonNullable<Replay['onNote']> {
  const key = version === 'v1' ? 1 : 2;
  return {
    'SQL: notes (default replica identity) insert': async () => {
      await sql.query(`insert into notes values ($1, 'b', 'x')`, [key]);
    },
    'SQL: notes update': async () => {
      await sql.query(`update notes set body = 'y' where id = $1`, [key]);
    },
    'SQL: notes update pk': async () => {
      await sql.query('update notes set id = id * 10 where id = $1', [key]);
    },
    'SQL: notes delete': async () => {
      await sql.query('delete from notes');
    },
    'SQL: RLS table insert (owner = auth user)': async () => {
      await sql.query(`insert into secrets values ($1, $2, 'mine')`, [key, MINE]);
    },
    'SQL: RLS insert other owner': async () => {
      await sql.query(`insert into secrets values ($1, $2, 'not mine')`, [key * 10, OTHER]);
    },
    'SQL: RLS update': async () => {
      if (version === 'v1') await sql.query(`update secrets set body = 'm2' where id = $1`, [key]);
    },
    'SQL: RLS delete': async () => {
      await sql.query('begin');
      // In the second recording the row was gone before the server read the update, so nobody could be shown it.
      if (version === 'v2') await sql.query(`update secrets set body = 'm2' where id = $1`, [key]);
      await sql.query('delete from secrets where owner = $1', [MINE]);
      await sql.query('delete from secrets');
      await sql.query('commit');
    },
    'SQL: schema change: add column': async () => {
      await sql.query('alter table bookings add column extra text');
    },
    'SQL: insert after add column': async (context) => {
      const { id } = upcomingRecord(context, 'bookings', (record) => record['extra'] === 'e');
      await sql.query(`insert into bookings (id, business_id, extra) values ($1, $2, 'e')`, [id, business]);
    },
    'SQL: drop column': async () => {
      await sql.query('alter table bookings drop column extra');
    },
  };
}
