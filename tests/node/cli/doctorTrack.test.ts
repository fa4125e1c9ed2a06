import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { doctor as run } from '../../../web/dist/cli/doctor/doctor.js';
import { doctorCommand } from '../../../web/dist/cli/doctor/doctorOptions.js';
import { lineText, type DoctorLine } from '../../../web/cli/doctor/report.js';
import type { Finding } from '../../../web/cli/doctor/finding.js';
import { sqlFile, TrackedDatabase } from '../track/support/trackedDatabase.js';

const LONG = 120_000;
const READERS = `exists (select from public.members m where m.business::text = key and m.person = auth.uid())`;
/** It is given on a command line and written into SQL. */
const ODD = `key <> 'it''s' and key <> E'\\\\'`;

let db: TrackedDatabase;
let hasClock = false;

beforeAll(async () => {
  db = await TrackedDatabase.start();
  await db.sql.query(await sqlFile('untrack.sql'));
  await db.sql.query(`
    create table members (business integer, person uuid); grant select on members to authenticated;
    create table bookings (id integer primary key, business integer); alter table bookings enable row level security;
    grant select on bookings to authenticated;
    create table plain (id integer primary key); grant select on plain to authenticated`);
}, LONG);

afterAll(() => db.stop());

/** There is a clock as soon as the SQL is installed; a test may stop it. */
async function beat(): Promise<void> {
  await db.sql.query(
    `do $$ begin if to_regnamespace('switchboard') is not null then perform switchboard.beat(); end if; end $$`,
  );
}

interface DoctorRun {
  code: number;
  lines: DoctorLine[];
  /** What the last look found, notes left out. */
  findings: Finding[];
  log: string;
}

/** In this process: to start another one for each look would take most of the time. */
async function doctor(...args: string[]): Promise<DoctorRun> {
  if (hasClock) await beat();
  const lines: DoctorLine[] = [];
  let [code, log] = [-1, ''];
  const command = doctorCommand(async (options) => {
    code = await run(options, {
      line: (line) => lines.push(line),
      log: (text) => (log += text),
      confirm: null,
      isRead: () => Promise.resolve(true),
    });
  });
  command.exitOverride().configureOutput({ writeErr: () => undefined });
  await command.parseAsync(['--db', db.url, ...args], { from: 'user' });
  const looks = lines.flatMap(({ type }, i) => (type === 'fixed' ? [i] : []));
  const findings = lines.slice((looks.at(-1) ?? -1) + 1).filter((line) => line.type === 'finding');
  return { code, lines, log, findings: findings.filter(({ severity }) => severity !== 'note') };
}

const track = (...more: string[]): Promise<DoctorRun> =>
  doctor('--track', 'bookings', '--by', 'business', '--readers', READERS, ...more);

/** The checks of tracking that found something; other databases than a hosted one lack more. */
function found({ findings }: DoctorRun): string[] {
  return findings.filter(({ check }) => check.startsWith('track')).map(({ check }) => check);
}

async function tracked(): Promise<object[]> {
  const { rows } = await db.sql.query<object>('select topic, by, readers from switchboard.tracked()');
  return rows;
}

describe('doctor --track', () => {
  it('shows what it would do, and does nothing', async () => {
    const run = await track();
    expect(run.code).toBe(1);
    expect(found(run)).toEqual(['track_installed', 'tracked']);
    const [installed, wished] = run.findings.filter(({ check }) => check.startsWith('track'));
    expect(installed?.file).toBe('track.sql');
    expect(wished?.sql).toEqual([
      `SELECT switchboard.track('"public"."bookings"', by => 'business', readers => '${READERS.replaceAll("'", "''")}')`,
    ]);
    const { rows } = await db.sql.query(`select to_regnamespace('switchboard') as there`);
    expect(rows).toEqual([{ there: null }]);
    const unasked = await track('--fix');
    expect(unasked.log).toContain('--yes');
    expect(found(unasked)).toEqual(found(run));
    expect(lineText({ type: 'finding', ...wished } as DoctorLine, { width: 80, paint: (_, text) => text })).toContain(
      'fixes it:',
    );
    expect(
      lineText({ type: 'finding', ...installed } as DoctorLine, { width: 80, paint: (_, text) => text }),
    ).toContain('the file sql/track.sql of this package');
  });

  it(
    'with --fix installs, tracks, and tries it with a table that it removes',
    async () => {
      const run = await track('--fix', '--yes');
      expect(run.lines.filter((line) => line.type === 'fixed')).toMatchObject([
        { sql: '\\i sql/track.sql', error: null },
        { sql: expect.stringContaining('switchboard.track(') as string, error: null },
      ]);
      expect(found(run)).toEqual(['track_beat']);
      expect(await tracked()).toEqual([{ topic: 'bookings', by: 'business', readers: READERS }]);
      expect(run.lines.find((line) => line.type === 'finding' && line.check === 'track_probe')).toMatchObject({
        severity: 'note',
        message: 'a row that was rolled back has no number, one that was committed has',
      });
      const { rows } = await db.superuser.query(`select relname from pg_class where relname like 'switchboard_probe%'`);
      expect(rows).toEqual([]);
      const { rows: sent } = await db.superuser.query<{ changes: string }>(
        `select payload ->> 'changes' as changes from realtime.messages where topic like 'switchboard:switchboard_probe%' and event = 'changes'`,
      );
      expect(sent).toEqual([{ changes: '[{"t": 0, "type": "INSERT", "record": {"id": 2}}]' }]);
    },
    LONG,
  );

  it(
    'finds nothing when there is a beat',
    async () => {
      hasClock = true;
      expect(found(await track())).toEqual([]);
      expect((await track('--fix', '--yes')).lines.filter((line) => line.type === 'fixed')).toEqual([]);
    },
    LONG,
  );

  it(
    'finds another column, topic or readers, and changes them',
    async () => {
      const run = await doctor('--track', 'bookings', '--by', 'id', '--topic', 'all', '--readers', ODD);
      expect(run.findings.find(({ check }) => check === 'tracked')?.message).toBe(
        `is tracked otherwise: by business; topic bookings; readers ${READERS}`,
      );
      await doctor('--track', 'bookings', '--by', 'id', '--topic', 'all', '--readers', ODD, '--fix', '--yes');
      expect(await tracked()).toEqual([{ topic: 'all', by: 'id', readers: ODD }]);
      // Readers that are not given stay.
      await doctor('--track', 'bookings', '--by', 'business', '--fix', '--yes');
      expect(await tracked()).toEqual([{ topic: 'bookings', by: 'business', readers: ODD }]);
      expect(found(await track('--fix', '--yes'))).toEqual([]);
      hasClock = true;
    },
    LONG,
  );

  it.each([
    ['triggers that are missing', 'drop trigger switchboard_update on bookings', 'track_triggers'],
    ['triggers that are disabled', 'alter table bookings disable trigger all', 'track_triggers'],
    [
      'its own triggers that are disabled',
      'alter table switchboard.log disable trigger first_message',
      'track_triggers',
    ],
    [
      'policies that are missing',
      'drop policy "switchboard: readers of a topic" on realtime.messages',
      'track_policies',
    ],
    [
      'policies that were changed',
      'alter policy "switchboard: readers of a topic" on realtime.messages using (true)',
      'track_policies',
    ],
  ])(
    'finds and repairs %s',
    async (_, harm, check) => {
      await beat();
      hasClock = false; // the beat repairs some of it by itself
      await db.superuser.query(harm);
      expect(found(await track())).toEqual([check]);
      expect(found(await track('--fix', '--yes'))).toEqual([]);
    },
    LONG,
  );

  it('finds a beat that has stopped', async () => {
    hasClock = false;
    await db.sql.query(`update switchboard.state set beaten_at = now() - interval '5 minutes'`);
    const found = await track();
    expect(found.findings.find(({ check }) => check === 'track_beat')?.why).toContain('select switchboard.beat(5000)');
    hasClock = true;
    expect((await track()).findings.filter(({ check }) => check === 'track_beat')).toEqual([]);
  });

  it(
    'leaves to people who may read, unless it is told to',
    async () => {
      await db.sql.query(`revoke select on bookings from authenticated; grant select (id) on bookings to authenticated;
      select switchboard.track('bookings', by => 'business', readers => '${READERS.replaceAll("'", "''")}', columns => '{id,business}');
      revoke execute on function public.switchboard_changes(text, bigint, integer) from authenticated`);
      const run = await track('--fix', '--yes');
      expect(found(run)).toEqual(['track_grants', 'track_grant']);
      expect(run.log).toContain('--access');
      expect(found(await track('--fix', '--yes', '--access'))).toEqual([]);
      expect(await db.ask('switchboard:bookings:1', 0)).toMatchObject({ reason: `the readers' expression says no` });
    },
    LONG,
  );

  it(
    'finds numbers that do not move, and says why',
    async () => {
      await db.superuser
        .query(`create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no room'; end $$;
      create trigger refuse before insert on switchboard.numbers for each row execute function refuse()`);
      await db.sql.query('insert into bookings values (1, 1)');
      await beat();
      const run = await track();
      expect(found(run)).toContain('track_numbers');
      expect(JSON.stringify(run.findings)).toContain('no room');
      await db.superuser.query('drop trigger refuse on switchboard.numbers');
      await db.sql.query('select switchboard.beat(); delete from switchboard.problems');
      expect(found(await track())).toEqual([]);
    },
    LONG,
  );

  it(
    'tries with a table whether messages are sent, and reports what fails',
    async () => {
      await db.superuser
        .query(`create trigger refuse before insert on realtime.messages for each row when (new.event = 'changes')
      execute function refuse()`);
      const run = await track('--fix', '--yes');
      expect(run.findings.find(({ check }) => check === 'track_probe')).toMatchObject({ severity: 'error' });
      expect(run.code).toBe(1);
      expect(JSON.stringify(run.findings)).toContain('no room');
      await db.superuser.query('drop function refuse() cascade');
      await db.sql.query('delete from switchboard.problems');
      const { rows } = await db.superuser.query(`select relname from pg_class where relname like 'switchboard_probe%'`);
      expect(rows).toEqual([]);
    },
    LONG,
  );

  it(
    'knows tables and columns that are not there, and readers that are',
    async () => {
      expect(JSON.stringify((await doctor('--track', 'Bookings')).findings)).toContain('did you mean public.bookings?');
      expect(found(await doctor('--track', 'plain', '--by', 'nope'))).toEqual(['track_column']);
      await db.sql.query('alter table plain enable row level security');
      expect(found(await doctor('--track', 'plain'))).toEqual(['track_readers']);
      const failing = await doctor('--track', 'plain', '--readers', 'nonsense(', '--fix', '--yes');
      expect(failing.lines.find((line) => line.type === 'fixed')).toMatchObject({
        error: expect.stringContaining(`The readers' expression fails`) as string,
      });
      expect(found(failing)).toEqual(['tracked']);
    },
    LONG,
  );

  it(
    'needs the owner of the SQL',
    async () => {
      await db.superuser.query('create role visitor login; grant usage on schema realtime to visitor');
      const run = await doctor('--db', db.url.replace('//owner@', '//visitor@'), '--track', 'bookings');
      expect(run.findings.find(({ check }) => check === 'track_rights')?.message).toContain('of owner');
    },
    LONG,
  );
});

describe('the command line', () => {
  it.each([
    [['--by', 'x', '--tables', 'a'], '--by needs --track'],
    [['--readers', 'true', '--tables', 'a'], '--readers needs --track'],
    [['--track', 'a', '--untrack', 'a'], 'cannot be used with'],
    [[], 'missing --tables <tables> or --channel <name> or --track <table> or --untrack <table>'],
  ])('%j is refused', async (args, message) => {
    await expect(doctor(...args)).rejects.toThrow(message);
  });
});

describe('doctor --untrack', () => {
  it(
    'takes the tracking back, and with the last table all of it',
    async () => {
      await db.sql.query(`select switchboard.track('plain', readers => 'true')`);
      const shown = await doctor('--untrack', 'bookings');
      expect(found(shown)).toEqual(['tracked']);
      expect(await tracked()).toHaveLength(2);
      const first = await doctor('--untrack', 'bookings', '--fix', '--yes');
      expect(first.code).toBe(0);
      expect((await tracked()).map((row) => (row as { topic: string }).topic)).toEqual(['plain']);
      const last = await doctor('--untrack', 'plain', '--fix', '--yes');
      expect(last.lines.filter((line) => line.type === 'fixed').map((line) => [line.sql, line.error])).toEqual([
        [`SELECT switchboard.untrack('"public"."plain"')`, null],
        ['\\i sql/untrack.sql', null],
      ]);
      expect(last.code).toBe(0);
      const { rows } = await db.sql.query(`select to_regnamespace('switchboard') as there`);
      expect(rows).toEqual([{ there: null }]);
      expect((await doctor('--untrack', 'plain', '--fix', '--yes')).code).toBe(0);
    },
    LONG,
  );
});
