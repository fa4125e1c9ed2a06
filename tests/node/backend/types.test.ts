import { readFileSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ChannelClient } from './support/channelClient.js';
import { RecordedBackend } from './support/recordedBackend.js';

let recorded: RecordedBackend;
let client: ChannelClient;

beforeAll(async () => {
  recorded = await RecordedBackend.start();
  await recorded.sql.query(readFileSync(new URL('support/typesTable.sql', import.meta.url), 'utf8'));
  client = await ChannelClient.connect(recorded.backend);
  await client.subscribe('realtime:types', [{ event: '*', schema: 'public', table: 'every_type' }]);
});

afterAll(async () => {
  await recorded.stop();
});

/** The text of the record exactly as it came. */
async function insertAndReceive(column: string, value: string): Promise<string> {
  await recorded.sql.query(`insert into every_type (${column}) values (${value})`);
  const frame = await client.raw.until((raw) => raw.toString().includes('"every_type"'));
  const text = frame.toString();
  return text.slice(text.indexOf('"record":') + '"record":'.length, text.indexOf(',"columns":'));
}

async function expectedRecord(): Promise<string> {
  const { rows } = await recorded.sql.query<{ json: string }>(
    'select to_jsonb(whole)::text as json from every_type as whole order by id desc limit 1',
  );
  return rows[0]?.json ?? '';
}

const values: Record<string, string[]> = {
  i2: ['-32768', '32767'],
  i8: ['-9223372036854775808', '9223372036854775807', '9007199254740993'],
  num: ['0', '-0.00', '12345678901234567890.123456789', '1e30', '1.50', '0.000000000000000000001'],
  f4: ['1.1', '3.4028235e38', '1e-45', '-0'],
  f8: ['0.1', '1e300', '-1.5e-7', '1e20', '123456789012345680', '5e-324', '-0', '1e15', '1e16'],
  b: ['true', 'false'],
  t: [`E'quote " backslash \\\\ newline \\n tab \\t bell \\x07 escape \\x1b delete \\x7f'`, `'é 😀 \u2028 ﷽'`, `''`],
  vc: [`'varying'`],
  bp: [`'ab'`],
  nm: [`'a name'`],
  ch: [`'c'`],
  u: [`'AAAAAAAA-bbbb-cccc-dddd-eeeeeeeeeeee'`],
  js: [`'{"b" : 1.50, "a":[1,2 , {"b":null}], "b": 1e3, "é": "\\u00e9\\n"}'`, `'"123"'`, `' 7 '`, `'null'`],
  jb: [`'{"bb": 1, "a": {"z": 1e2}, "c": "\\ud83d\\ude00"}'`, `'"text"'`, `'[]'`, `'-0.0'`],
  d: [`'2026-01-02'`, `'0044-03-15 BC'`, `'infinity'`, `'12026-01-01'`],
  tm: [`'03:04:05.000100'`],
  tmz: [`'03:04:05+05:30'`],
  ts: [`'2026-01-02 03:04:05.12'`, `'0044-03-15 01:02:03 BC'`, `'-infinity'`],
  tz: [`'2026-01-02 03:04:05.678901+00'`, `'2026-07-01 00:00:00+02'`, `'0044-03-15 01:02:03+00 BC'`, `'infinity'`],
  iv: [`'1 year 2 mons -3 days 04:05:06.7'`],
  mo: [`'1234.5'`],
  ip: [`'10.0.0.1'`, `'::1/64'`],
  ci: [`'10.0.0.0/8'`],
  mac: [`'08:00:2b:01:02:03'`],
  bi: [`B'101'`],
  vb: [`B'10101'`],
  pt: [`'(1.5,-2)'`],
  rg: [`'[1,5)'`, `'empty'`],
  tr: [`'[2026-01-01 00:00:00+00,)'`],
  mr: [`'{[1,3),[5,9)}'`],
  o: ['4294967295', '7'],
  tv: [`'a:1 b:2'`],
  en: [`'two'`],
  dom: ['5'],
  domt: [`'text'`],
  doma: [`'{1,2}'`],
  comp: [`row(1, 'a "b"', '{"x": 1}')`],
  hs: [`'a=>1, "b c"=>NULL'`],
  ai: [`'{}'`, `'{1,NULL,3}'`, `'{{1,2},{3,4}}'`, `'[0:1]={5,6}'`],
  at: [`array['x', 'y,z', 'q"r', 'back\\slash', '', 'NULL', null, ' blank ', '{brace}', 'é😀']`],
  an: [`'{1.50,NaN,Infinity}'`],
  af: [`'{1e20,NaN,-Infinity,-0}'`],
  ab: [`'{t,f,NULL}'`],
  atz: [`'{"2026-01-02 03:04:05+00",infinity}'`],
  aj: [`array['{"a":1}', '"x"']::jsonb[]`],
  ajs: [`array['{"a" : 1}']::json[]`],
  aby: [`array['\\x01ff'::bytea]`],
  acomp: [`array[row(1, 'a', null)::pair]`],
  abox: [`array['(1,1),(0,0)'::box, '(3,3),(2,2)']`],
  au: [`array['AAAAAAAA-bbbb-cccc-dddd-eeeeeeeeeeee']::uuid[]`],
  aen: [`'{one,two}'`],
};

describe('records are the text of to_jsonb, to the letter', () => {
  for (const [column, list] of Object.entries(values)) {
    it.each(list)(`${column}: %s`, async (value) => {
      const received = await insertAndReceive(column, value);
      expect(received).toBe(await expectedRecord());
    });
  }
});

describe('where the server differs from to_jsonb', () => {
  it.each([
    ['num', `'NaN'`],
    ['num', `'Infinity'`],
    ['f8', `'-Infinity'`],
    ['f4', `'NaN'`],
  ])('%s %s is null', async (column, value) => {
    expect(await insertAndReceive(column, value)).toMatch(new RegExp(`"${column}": null[,}]`));
  });

  it('bytea is hexadecimal without \\x', async () => {
    expect(await insertAndReceive('by', `'\\xdeadbeef'`)).toContain('"by": "deadbeef"');
    expect(await insertAndReceive('by', `''`)).toContain('"by": ""');
  });
});

it('a text of 100 kB arrives whole, also in the update that does not change it', async () => {
  const { rows } = await recorded.sql.query<{ id: number; t: string }>(
    `insert into every_type (t) select string_agg(md5(i::text), '') from generate_series(1, 3200) i returning id, t`,
  );
  const { data } = await client.change();
  expect(data.record?.['t']).toBe(rows[0]?.t);
  await recorded.sql.query('update every_type set i2 = 1 where id = $1', [rows[0]?.id]);
  const update = await client.change();
  expect(update.data.record?.['t']).toBe(rows[0]?.t);
  expect(update.data.errors).toBeNull();
});

it('a row above 1 MiB keeps its values of up to 64 bytes and says Error 413', async () => {
  await recorded.sql.query(
    `insert into every_type (i2, t, vc, nm) values (7, repeat('0123456789', 110000), repeat('v', 62), repeat('n', 63))`,
  );
  const { data } = await client.change();
  expect(data.errors).toEqual(['Error 413: Payload Too Large']);
  expect(Object.keys(data.record ?? {}).sort()).toEqual(['i2', 'id', 'vc']);
});
