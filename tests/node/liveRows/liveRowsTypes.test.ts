import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NumbersOption } from 'switchboard-realtime';
import type { Column } from '../../../web/core/changes/convert.js';
import { parseFilter } from '../../../web/core/filters/filter.js';
import { matches } from '../../../web/core/liveRows/compare/matches.js';
import { createRealtimeManager, Line, openLab, quick, type Lab } from '../support/lab.js';

interface TypeCase {
  /** As in a column's definition. */
  sql: string;
  /** As in a cast of a condition's value; default: the same. */
  cast?: string;
  /** What rows hold, besides null. */
  values: readonly string[];
  /** What conditions ask for, besides these values. */
  operands?: readonly string[];
  /** The operators that are decided here for one row at least. */
  decides: string;
}

const EQUALITY = 'eq neq isdistinct in';
const ORDER = `${EQUALITY} lt lte gt gte`;
const TEXT = `${ORDER} like ilike match imatch`;
/** Only null, which is no match. */
const NULLS = ORDER;

const TYPES: Readonly<Record<string, TypeCase>> = {
  c_bool: {
    sql: 'bool',
    values: ['t', 'f'],
    operands: ['TRUE', 'yes', 'of', ' on ', '0', 'n'],
    decides: `${ORDER} is`,
  },
  c_int2: { sql: 'int2', values: ['-32768', '0', '7', '32767'], operands: ['+7', ' 07 ', '-0'], decides: ORDER },
  c_int4: { sql: 'int4', values: ['-5', '0', '100', '2147483647'], operands: ['0100', '1_00', '0x64'], decides: ORDER },
  c_int8: {
    sql: 'int8',
    values: [
      '5',
      '9007199254740991',
      '9007199254740992',
      '9007199254740993',
      '-9223372036854775808',
      '9223372036854775807',
    ],
    operands: ['9007199254740994', '1161380288898609914', '9223372036854775806'],
    decides: ORDER,
  },
  c_numeric: {
    sql: 'numeric',
    values: [
      '0',
      '150.00',
      '0.1',
      '0.1000000000000000055',
      '5.00000000000000000001',
      '1e30',
      '-0.50',
      'NaN',
      'Infinity',
    ],
    operands: ['150', '.1', '5', '5.', '1.0e30', '-5e-1', '1000000000000000019884624838656', '-Infinity', '1e400'],
    decides: ORDER,
  },
  c_money: { sql: 'money', values: ['5', '-5', '1234.50'], operands: ['$5.00', '5.0', '1,234.50'], decides: NULLS },
  c_float4: {
    sql: 'float4',
    values: ['0.1', '-0', '16777216', '16777218', '1e30', 'NaN', '-Infinity', '3.4028235e38'],
    operands: ['0.10000000001', '16777217', '0', '1.0000000001e30', '0.100000001490116'],
    decides: ORDER,
  },
  c_float8: {
    sql: 'float8',
    values: ['0.1', '-0', '1e300', '4.9e-324', 'NaN', 'Infinity', '9007199254740993', '100'],
    operands: ['0.10', '0.1000000000000000055', '0', '1E+2', '9007199254740992', '0x10', 'inf'],
    decides: ORDER,
  },
  c_text: {
    sql: 'text',
    values: [
      'apple',
      'Apple',
      ' apple',
      '',
      'null',
      '10',
      '9',
      'ünï 😀',
      'Istanbul',
      '100%',
      'a_b',
      'a\\b',
      'line\nbreak',
      'résumé',
      're\u0301sume\u0301',
    ],
    operands: [
      '%pple',
      'a%',
      'A%',
      '_pple',
      'ISTANBUL',
      'ıstanbul',
      '100\\%',
      'a\\_b',
      'a\\\\b',
      'ÜNÏ%',
      '%😀',
      '_n_ _',
      'line_break',
      '%',
    ],
    decides: TEXT,
  },
  c_varchar: {
    sql: 'varchar(10)',
    cast: 'varchar',
    values: ['abc', 'ABC', 'ab ', ''],
    operands: ['ab', 'a%', '__c'],
    decides: TEXT,
  },
  c_loose: {
    sql: 'text collate loose',
    values: ['apple', 'Apple', 'résumé', 'resume', 'a-b', 'a10', 'pear'],
    operands: ['APPLE', 'ab', 'a010', 'Résumé', 'App%', 'p%r'],
    decides: `${ORDER} like`,
  },
  c_bpchar: {
    sql: 'char(5)',
    cast: 'bpchar',
    values: ['ab', 'abcde', ''],
    operands: ['ab   ', 'a', 'abc'],
    decides: TEXT,
  },
  c_name: { sql: 'name', values: ['ab', 'a'.repeat(63)], operands: ['a'.repeat(64)], decides: TEXT },
  c_oid: { sql: 'oid', values: ['5', '4294967295'], operands: ['-1'], decides: NULLS },
  c_uuid: {
    sql: 'uuid',
    values: [
      'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
      '00000000-0000-0000-0000-000000000000',
      'ffffffff-ffff-ffff-ffff-ffffffffffff',
    ],
    operands: [
      'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11',
      '{a0eebc99-9c0b4ef8-bb6d6bb9-bd380a11}',
      'a0eebc999c0b4ef8bb6d6bb9bd380a11',
    ],
    decides: ORDER,
  },
  c_date: {
    sql: 'date',
    values: ['2026-11-22', '0044-03-15 BC', 'infinity', '-infinity', '10000-01-01', '0001-01-01', '1999-12-31'],
    operands: ['22 Nov 2026', '2026-1-1', '20261122', 'epoch', '2026-11-22 10:00'],
    decides: ORDER,
  },
  c_time: {
    sql: 'time',
    values: ['00:00', '10:30:00.5', '24:00', '23:59:59.999999'],
    operands: ['10:30:00.500000', '10:30', '10:30 PM', '103000'],
    decides: ORDER,
  },
  c_timetz: { sql: 'timetz', values: ['10:00+02', '08:00Z'], operands: ['09:00+01'], decides: NULLS },
  c_timestamp: {
    sql: 'timestamp',
    values: [
      '2026-11-22 10:00',
      '2026-11-22 10:00:00.123456',
      '0044-03-15 12:00:00 BC',
      'infinity',
      '12026-01-01 00:00',
    ],
    operands: [
      '2026-11-22T10:00:00.000',
      '2026-11-22',
      '2026-11-22 24:00',
      '2026-11-22 10:00:00.1234561',
      '2026-11-22T10:00:00Z',
      '22.11.2026 10:00',
    ],
    decides: ORDER,
  },
  c_timestamptz: {
    sql: 'timestamptz',
    values: [
      '2026-11-22 10:00+00',
      '2026-11-22 10:00:00.000001+00',
      '0044-03-15 12:00:00+00 BC',
      '-infinity',
      '1890-01-01 00:00+00',
      '9999-12-31 23:59:59Z',
    ],
    operands: [
      '2026-11-22T12:00:00+02:00',
      '2026-11-22 15:30+0530',
      '2026-11-22T10:00:00Z',
      '2026-11-22 10:00',
      '2026-11-22',
      '2026-11-22 05:00-05',
    ],
    decides: ORDER,
  },
  c_interval: {
    sql: 'interval',
    values: ['1 day', '24:00:00', '1 mon', '-1 day'],
    operands: ['24 hours', '30 days', 'P1D'],
    decides: NULLS,
  },
  c_bytea: {
    sql: 'bytea',
    values: ['\\x6162', '\\x', '\\xdeadbeef'],
    operands: ['ab', '6162', 'deadbeef'],
    decides: `${NULLS} like`,
  },
  c_json: { sql: 'json', values: ['{"a":1}', 'null', '5'], decides: '' },
  c_jsonb: { sql: 'jsonb', values: ['{"a":1}', 'null', '5', 'true'], operands: ['5.0', '{"a": 1}'], decides: '' },
  c_ints: { sql: 'int4[]', values: ['{1,2}', '{}', '{NULL}'], operands: ['{1, 2}'], decides: '' },
  c_texts: { sql: 'text[]', values: ['{a}', '{}'], operands: ['{"a"}'], decides: '' },
  c_mood: { sql: 'edge_mood', values: ['open', 'very late', 'null', '10', 'Open', 'dead'], decides: ORDER },
  c_word: { sql: 'edge_word', values: ['open', 'Open', 'late'], operands: ['OPEN', '10'], decides: TEXT },
  c_measure: { sql: 'edge_measure', values: ['1', 'NaN', '0.1'], operands: ['1.0', 'Infinity'], decides: '' },
  c_bits: { sql: 'edge_bytes', values: ['\\xabcd', '\\xdead'], operands: ['abcd', 'dead', '\\xABCD'], decides: '' },
  c_range: { sql: 'int4range', values: ['[1,5)', 'empty'], operands: ['[1,4]', '(1,1)'], decides: '' },
  c_inet: { sql: 'inet', values: ['10.0.0.1', '::1', '10.0.0.0/8'], operands: ['10.0.0.1/32', '0::1'], decides: NULLS },
};

const SQL: Readonly<Record<string, string>> = {
  ...{ eq: '=', neq: '<>', lt: '<', lte: '<=', gt: '>', gte: '>=', isdistinct: 'is distinct from' },
  ...{ like: 'like', ilike: 'ilike', match: '~', imatch: '~*' },
};
const ROWS = Math.max(...Object.values(TYPES).map(({ values }) => values.length)) + 1;

let lab: Lab;
let columns: Column[];
const received = new Map<NumbersOption, Record<string, unknown>[]>();

beforeAll(async () => {
  lab = await openLab({ seed: false, timing: { publicationCheckMs: 600_000 } });
  const definitions = Object.entries(TYPES).map(([name, { sql }]) => `${name} ${sql}`);
  await lab.db.query(`
    create type edge_mood as enum ('open', 'very late', 'null', '10', 'Open', 'dead');
    create domain edge_word as text;
    create domain edge_measure as float8;
    create domain edge_bytes as bytea;
    create collation loose (provider = icu, locale = 'und-u-ks-level1-ka-shifted-kn-true', deterministic = false);
    create table edges (id int4 primary key, ${definitions.join(', ')});
    alter table edges replica identity full;
    grant select on edges to anon;
    alter publication supabase_realtime add table edges`);
  const { rows } = await lab.db.query<Column>(
    `select attname as name, typname as type from pg_attribute join pg_type t on t.oid = atttypid
      where attrelid = 'edges'::regclass and attnum > 0 order by attnum`,
  );
  columns = rows;
  const modes: NumbersOption[] = ['number', 'string', 'bigint'];
  const managers = modes.map((numbers) => createRealtimeManager(quick(lab.backend, { numbers })));
  const lines = managers.map((manager) => new Line(manager, { table: 'edges' }));
  await Promise.all(lines.map((line) => line.live()));
  const names = Object.keys(TYPES);
  for (let n = 0; n < ROWS; n += 1) {
    const values = Object.values(TYPES).map(({ values: all }) => all[n] ?? null);
    const places = names.map((_, i) => `$${i + 2}`).join(', ');
    await lab.db.query(`insert into edges (id, ${names.join(', ')}) values ($1, ${places})`, [n, ...values]);
  }
  for (const [i, line] of lines.entries()) {
    const changes = await line.changes.count('rows', ROWS);
    received.set(
      modes[i] ?? 'number',
      changes.map((change) => change.new as Record<string, unknown>),
    );
  }
  await Promise.all(managers.map((manager) => manager.dispose()));
});

afterAll(async () => {
  await lab.close();
});

function quoted(value: string): string {
  return `"${value.replace(/["\\]/gu, '\\$&')}"`;
}

interface Condition {
  operator: string;
  filter: string;
  sql: string;
}

function conditionsOn(column: string, { cast, sql: type, values, operands = [] }: TypeCase): Condition[] {
  const castTo = (cast ?? type).replace(' collate loose', '');
  const literal = (value: string): string => `'${value.replaceAll("'", "''")}'::${castTo}`;
  const both = (operator: string, filter: string, sql: string): Condition[] => [
    { operator, filter: `${column}=${filter}`, sql },
    { operator, filter: `${column}=not.${filter}`, sql: `not (${sql})` },
  ];
  const all = [...values, ...operands];
  const of = all.flatMap((value, i) => {
    const [next = ''] = all.slice(i + 1);
    const list = [value, next].map(quoted).join(',');
    return [
      ...Object.entries(SQL).flatMap(([operator, symbol]) => {
        const right = ['like', 'ilike', 'match', 'imatch'].includes(operator)
          ? `'${value.replaceAll("'", "''")}'`
          : literal(value);
        return both(operator, `${operator}.${quoted(value)}`, `${column} ${symbol} ${right}`);
      }),
      ...both('in', `in.(${list})`, `${column} = any (array[${literal(value)}, ${literal(next)}])`),
    ];
  });
  const words = ['null', ...(type === 'bool' ? ['true', 'false', 'unknown'] : [])];
  const nulls = both(
    'in',
    `in.(${quoted(all[0] ?? '')},NULL)`,
    `${column} = any (array[${literal(all[0] ?? '')}, null])`,
  );
  return [...of, ...nulls, ...words.flatMap((word) => both('is', `is.${word}`, `${column} is ${word}`))];
}

/** The ids for which PostgreSQL says that the condition holds; null when it refuses the condition. */
async function ask(sql: string): Promise<Set<number> | null> {
  try {
    const { rows } = await lab.db.query<{ id: number }>(`select id from edges where ${sql}`);
    return new Set(rows.map(({ id }) => id));
  } catch {
    return null;
  }
}

function parses(filter: string): boolean {
  try {
    return parseFilter(filter).length === 1;
  } catch {
    return false;
  }
}

describe('a filter on a changed row is decided as PostgreSQL decides it, or not at all', () => {
  it.each(Object.entries(TYPES))('%s', async (column, type) => {
    const decided = new Set<string>();
    const wrong: unknown[] = [];
    for (const { operator, filter, sql } of conditionsOn(column, type)) {
      const holds = parses(filter) ? await ask(sql) : null;
      if (holds === null) continue;
      for (const [numbers, rows] of received) {
        for (const row of rows) {
          const verdict = matches(parseFilter(filter), row, columns);
          if (verdict === null) continue;
          if (row[column] !== null || operator !== 'is') decided.add(operator);
          const right = holds.has(row['id'] as number);
          if (verdict !== right) wrong.push({ filter, numbers, value: row[column], verdict, right });
        }
      }
    }
    expect(wrong).toEqual([]);
    expect([...decided].sort()).toEqual([...new Set(`${type.decides} is`.split(' '))].filter(Boolean).sort());
  });
});
