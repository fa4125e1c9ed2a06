import { afterAll, beforeAll, expect, it } from 'vitest';
import { sqlFile, TrackedDatabase } from './support/trackedDatabase.js';

let db: TrackedDatabase;
/** Of pg_cron; null where the server has none. */
let version: string | null;

beforeAll(async () => {
  const first = await TrackedDatabase.start();
  const { rows } = await first.superuser.query<{ version: string }>(
    `select default_version as version from pg_available_extensions where name = 'pg_cron'`,
  );
  version = rows[0]?.version ?? null;
  if (version === null) {
    db = first;
    return;
  }
  await first.stop();
  const cron = { 'cron.database_name': 'postgres', 'cron.use_background_workers': 'on' };
  db = await TrackedDatabase.start({ shared_preload_libraries: 'pg_cron', ...cron });
  await db.superuser.query(`create extension pg_cron; grant usage on schema cron to owner`);
});

afterAll(() => db.stop());

// Debian's postgresql-15-cron is 1.4, which knows no seconds; newer ones are not in every installation.
it('track-cron.sql has pg_cron call the beat; where there is none, or an old one, it says so and leaves nothing', async () => {
  const file = await sqlFile('track-cron.sql');
  if (version === null) {
    await expect(db.sql.query(file)).rejects.toThrow('extension "pg_cron" is not available');
    await db.sql.query('rollback');
    return;
  }
  if (/^1\.[0-4]\b/.test(version)) {
    await expect(db.sql.query(file)).rejects.toMatchObject({
      message: expect.stringMatching(
        /^pg_cron 1\.[0-4].* does not take the beat: invalid schedule: 5 seconds$/,
      ) as string,
      hint: expect.stringContaining('1.5 or newer') as string,
    });
    await db.sql.query('rollback');
    expect((await db.superuser.query('select from cron.job')).rowCount).toBe(0);
    return;
  }
  await db.superuser.query(`
    create function heard() returns trigger language plpgsql as $$ begin
      perform pg_notify('beats', new.payload ->> 'every_ms'); return null; end $$;
    create trigger heard after insert on realtime.messages for each row when (new.event = 'beat') execute function heard()`);
  await db.superuser.query('listen beats');
  const heard = new Promise((resolve) => {
    db.superuser.once('notification', ({ payload }) => {
      resolve(payload);
    });
  });
  await db.sql.query(file);
  await db.sql.query(file);
  expect(await heard).toBe('5000');
  const { rows } = await db.superuser.query<{ jobname: string }>('select jobname from cron.job order by jobid');
  expect(rows).toEqual([{ jobname: 'switchboard-beat' }, { jobname: 'switchboard-beat-log' }]);
  await db.sql.query(await sqlFile('untrack.sql'));
  expect((await db.superuser.query('select from cron.job')).rowCount).toBe(0);
});
