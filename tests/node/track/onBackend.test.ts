import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { ChannelClient } from '../backend/support/channelClient.js';
import { OfficialClient } from '../backend/support/officialClient.js';
import { RecordedBackend } from '../backend/support/recordedBackend.js';
import type { Message } from './support/trackedDatabase.js';

const ANN = '11111111-1111-4111-8111-111111111111';

let recorded: RecordedBackend;

beforeAll(async () => {
  recorded = await RecordedBackend.start({ beatMs: 100 });
  await recorded.sql.query(readFileSync(new URL('../backend/support/typesTable.sql', import.meta.url), 'utf8'));
  await recorded.sql.query(`
    create table tasks (id integer primary key, owner uuid, note text); alter table tasks enable row level security;
    create policy own on tasks for select to authenticated using (owner = auth.uid());
    select switchboard.track('tasks', by => 'owner', readers => 'key = auth.uid()::text');
    select switchboard.track('every_type')`);
});

afterAll(() => recorded.stop());

beforeEach(async () => {
  await recorded.sql.query('delete from realtime.messages');
});

async function official(claims: Record<string, unknown>): Promise<OfficialClient> {
  return OfficialClient.connect(recorded.backend, await recorded.backend.signToken(claims));
}

it('messages reach those who may read the topic, in order, with the beat and the position beside them', async () => {
  const client = await official({ sub: ANN });
  const beats = await client.join('switchboard:beat', { private: true });
  const channel = await client.join(`switchboard:tasks:${ANN}`, { private: true });
  for (let i = 1; i <= 20; i += 1) await recorded.sql.query('insert into tasks values ($1, $2)', [i, ANN]);
  const { broadcasts } = client.received(channel);
  const changes = (): typeof broadcasts => broadcasts.filter(({ event }) => event === 'changes');
  await client.until(() => changes().length >= 20 && broadcasts.some(({ event }) => event === 'position'));
  const numbers = changes().map(({ payload }) => (payload as Message).number);
  expect(numbers).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  expect(broadcasts.find(({ event }) => event === 'position')?.payload).toMatchObject({
    v: 1,
    last: expect.any(Number) as number,
  });
  const [one, two] = await client.broadcasts(beats, 2);
  expect(two?.payload).toMatchObject({ v: 1, seq: (one?.payload as { seq: number }).seq + 1, every_ms: 100 });
  await client.close();
});

it('nobody else joins the topic', async () => {
  const client = await official({ sub: '22222222-2222-4222-8222-222222222222' });
  await expect(client.join(`switchboard:tasks:${ANN}`, { private: true })).rejects.toThrow(/Unauthorized/);
  await expect(client.join('switchboard:tasks', { private: true })).rejects.toThrow(/Unauthorized/);
  await client.close();
});

it('a public channel of the same name gets nothing', async () => {
  const client = await official({ sub: ANN });
  const eavesdropper = await official({});
  const outside = await eavesdropper.join(`switchboard:tasks:${ANN}`);
  const inside = await client.join(`switchboard:tasks:${ANN}`, { private: true });
  await recorded.sql.query('insert into tasks values (101, $1)', [ANN]);
  await client.broadcasts(inside, 1);
  expect(eavesdropper.received(outside).broadcasts).toEqual([]);
  await Promise.all([client.close(), eavesdropper.close()]);
});

/** Values of each column that differ in form; each is written and then changed. */
const values: [string, string][] = [
  ['i2', '-32768'],
  ['i8', '9007199254740993'],
  ['num', `'NaN'`],
  ['num', '12345678901234567890.1234567890'],
  ['num', `'-Infinity'`],
  ['f4', `'1e-45'`],
  ['f4', `'NaN'`],
  ['f8', `'Infinity'`],
  ['f8', '123456789012345680'],
  ['f8', `'-0'`],
  ['b', 'true'],
  ['t', `E'quote " backslash \\\\ bell \\x07 \u2028 😀'`],
  ['vc', `''`],
  ['bp', `'ab'`],
  ['nm', `'a name'`],
  ['ch', `'c'`],
  ['u', `'AAAAAAAA-bbbb-cccc-dddd-eeeeeeeeeeee'`],
  ['js', `'{"b" : 1.50, "a":[1,2 , {"b":null}], "b": 1e3}'`],
  ['js', `'"123"'`],
  ['jb', `'{"bb": 1, "a": {"z": 1e2}}'`],
  ['d', `'0044-03-15 BC'`],
  ['d', `'infinity'`],
  ['tm', `'03:04:05.000100'`],
  ['tmz', `'03:04:05+05:30'`],
  ['ts', `'2026-01-02 03:04:05.12'`],
  ['tz', `'2026-07-01 00:00:00+02'`],
  ['tz', `'-infinity'`],
  ['iv', `'1 year 2 mons -3 days 04:05:06.7'`],
  ['mo', `'1234.5'`],
  ['ip', `'::1/64'`],
  ['ci', `'10.0.0.0/8'`],
  ['mac', `'08:00:2b:01:02:03'`],
  ['bi', `B'101'`],
  ['vb', `B'10101'`],
  ['pt', `'(1.5,-2)'`],
  ['rg', `'[1,5)'`],
  ['tr', `'[2026-01-01 00:00:00+00,)'`],
  ['mr', `'{[1,3),[5,9)}'`],
  ['o', '4294967295'],
  ['tv', `'a:1 b:2'`],
  ['en', `'two'`],
  ['dom', '5'],
  ['domt', `'text'`],
  ['doma', `'{1,2}'`],
  ['comp', `row(1, 'a "b"', '{"x": 1}')`],
  ['hs', `'a=>1, "b c"=>NULL'`],
  ['by', `'\\xdeadbeef'`],
  ['by', `''`],
  ['ai', `'[0:1]={5,6}'`],
  ['at', `array['x', 'y,z', 'q"r', '', 'NULL', null]`],
  ['an', `'{1.50,NaN,Infinity}'`],
  ['af', `'{1e20,NaN,-0}'`],
  ['ab', `'{t,f,NULL}'`],
  ['atz', `'{"2026-01-02 03:04:05+00",infinity}'`],
  ['aj', `array['{"a":1}', '"x"']::jsonb[]`],
  ['ajs', `array['{"a" : 1}']::json[]`],
  ['aby', `array['\\x01ff'::bytea]`],
  ['acomp', `array[row(1, 'a', null)::pair]`],
  ['abox', `array['(1,1),(0,0)'::box]`],
  ['aen', `'{one,two}'`],
];

/** The texts of these members of a postgres_changes frame, to the letter. */
function members(frame: string): Record<string, string> {
  const record = /"record":(\{.*\}),"columns":/s.exec(frame)?.[1] ?? '';
  const columns = /"columns":(\[.*?\]),"errors":/s.exec(frame)?.[1] ?? '';
  const old = /"old_record":(\{.*\})\}[,}]/s.exec(frame)?.[1] ?? '';
  return { record, columns, old };
}

it('record, old_record and columns are the same as those of postgres_changes, to the letter', async () => {
  const client = await ChannelClient.connect(recorded.backend);
  await client.subscribe('realtime:types', [{ event: '*', schema: 'public', table: 'every_type' }]);
  for (const [column, value] of values) {
    await recorded.sql.query(`insert into every_type (${column}) values (${value})`);
    const inserted = members((await client.raw.until((raw) => raw.toString().includes('"every_type"'))).toString());
    await recorded.sql.query(`update every_type set i2 = 7 where id = (select max(id) from every_type)`);
    const updated = members((await client.raw.until((raw) => raw.toString().includes('"every_type"'))).toString());
    const { rows } = await recorded.sql.query<{ record: string; old: string | null; columns: string }>(
      `select payload #>> '{changes,0,record}' as record, coalesce(payload #>> '{changes,0,old_record}', '') as old,
              payload #>> '{tables,0,columns}' as columns
         from realtime.messages where topic = 'switchboard:every_type' and event = 'changes'
        order by (payload ->> 'number')::bigint desc limit 2`,
    );
    const [update, insert] = rows;
    expect([insert?.record, update?.record, update?.old], `${column}: ${value}`).toEqual([
      inserted['record'],
      updated['record'],
      updated['old'],
    ]);
    expect(JSON.parse(insert?.columns ?? '')).toEqual(JSON.parse(inserted['columns'] ?? ''));
  }
  const { rows } = await recorded.sql.query('select * from switchboard.problems');
  expect(rows).toEqual([]);
  await client.close();
});
