import type { RowFilter } from './schema.js';

/** A column of the table `samples`: what is written to it, as text, and filters on it with the same in SQL. */
interface SampleColumn {
  name: string;
  type: string;
  values: readonly (string | null)[];
  filters: readonly RowFilter[];
}

function column(
  name: string,
  type: string,
  values: SampleColumn['values'],
  filters: readonly (readonly [string, string])[],
): SampleColumn {
  return {
    ...{ name, type, values },
    filters: filters.map(([realtime, sql]) => ({ realtime: `${name}=${realtime}`, sql: `${name} ${sql}` })),
  };
}

/** Values on both sides of each filter, and those that JavaScript can't hold. */
export const sampleColumns: readonly SampleColumn[] = [
  column(
    'i8',
    'int8',
    ['9007199254740992', '9007199254740993', '-9223372036854775808', '9223372036854775807', '0', '7', null],
    [
      ['eq.9007199254740993', '= 9007199254740993'],
      ['gt.9007199254740992', '> 9007199254740992'],
      ['in.(7,9223372036854775807)', 'in (7, 9223372036854775807)'],
    ],
  ),
  column(
    'n',
    'numeric(40, 20)',
    ['0.3', '0.30000000000000000001', '-1', '1e15', '12345678901234567890.5', null],
    [
      ['gt.0.3', '> 0.3'],
      ['lte.12345678901234567890', '<= 12345678901234567890'],
    ],
  ),
  column(
    'f8',
    'float8',
    ['0.1', '-0', '1e300', 'NaN', 'Infinity', '-Infinity', null],
    [
      ['gte.0.1', '>= 0.1'],
      ['neq.0', '<> 0'],
    ],
  ),
  column(
    't',
    'text',
    ['', 'a', 'B', 'é', 'ab', 'a%b', 'null', null],
    [
      ['gt.a', "> 'a'"],
      ['like.a%', "like 'a%'"],
      ['ilike.%B', "ilike '%B'"],
      ['neq.null', "<> 'null'"],
    ],
  ),
  column(
    'b',
    'bool',
    ['true', 'false', null],
    [
      ['eq.true', '= true'],
      ['is.null', 'is null'],
    ],
  ),
  column(
    'd',
    'date',
    ['2026-11-27', '0001-01-01', '4714-11-24 BC', '9999-12-31', 'infinity', null],
    [
      ['gte.2026-11-27', ">= '2026-11-27'"],
      ['lt.0001-01-01', "< '0001-01-01'"],
    ],
  ),
  column(
    'ts',
    'timestamp',
    ['2026-11-27 12:00:00', '2026-11-27 12:00:00.000001', '0044-03-15 12:00:00 BC', '-infinity', null],
    [
      ['gt.2026-11-27T12:00:00', "> '2026-11-27 12:00:00'"],
      ['lt.2026-01-01', "< '2026-01-01'"],
    ],
  ),
  column(
    'tz',
    'timestamptz',
    ['2026-11-27 12:00:00+02', '2026-11-27 10:00:00.000001Z', '1900-01-01 00:00:00Z', 'infinity', null],
    [['lte.2026-11-27T10:00:00Z', "<= '2026-11-27 10:00:00Z'"]],
  ),
  column(
    'u',
    'uuid',
    ['00000000-0000-0000-0000-000000000000', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', null],
    [['eq.A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', "= 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"]],
  ),
  column('m', 'money', ['5', '1234.50', '-0.01', null], [['eq.5', "= '5'"]]),
  column('iv', 'interval', ['1 day', '24 hours', '1 mon', null], [['eq.1 day', "= '1 day'"]]),
];

/** All filters by themselves. */
export const sampleFilters: readonly RowFilter[] = sampleColumns.flatMap(({ filters }) => filters);
