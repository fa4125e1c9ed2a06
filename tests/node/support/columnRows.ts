/** One column of the table of all types. */
export interface ColumnCase {
  type: string;
  /** SQL literals: as inserted, and as updated. */
  sql: readonly [string, string];
  /** What `onEvent` gets. */
  value: readonly [unknown, unknown];
  /** What the line of `listen` holds, to the digit; by default the JSON text of `value`. */
  text?: readonly [string, string];
}

const long = 'Straße, 10 € – '.repeat(7_000).slice(0, 100_000);
const emoji = String.raw`𝄞 "clef" \ 👩‍👩‍👧‍👦 ` + 'tab\tline\nbell\u0007';

/** Every kind of value that can cross the wire, by column name. */
export const columnCases: Readonly<Record<string, ColumnCase>> = {
  small: { type: 'int2', sql: ['-32768', '32767'], value: [-32768, 32767] },
  whole: { type: 'int4', sql: ['2147483647', '0'], value: [2147483647, 0] },
  big: { type: 'int8', sql: ['9007199254740991', '-5'], value: [9007199254740991, -5] },
  beyond: {
    type: 'int8',
    sql: ['9007199254740993', '-9223372036854775808'],
    value: [9007199254740992, -9223372036854775808],
    text: ['9007199254740993', '-9223372036854775808'],
  },
  exact: { type: 'numeric', sql: ['150.00', '-0.5'], value: [150, -0.5], text: ['150.00', '-0.5'] },
  precise: {
    type: 'numeric',
    sql: ['12345678901234567890.12345678901234567890', '0.000000000000000000001'],
    value: [Number('12345678901234567890.12345678901234567890'), 1e-21],
    text: ['12345678901234567890.12345678901234567890', '0.000000000000000000001'],
  },
  notanumber: { type: 'numeric', sql: ["'NaN'", '1'], value: [null, 1] },
  single: { type: 'float4', sql: ['0.5', '-1.25'], value: [0.5, -1.25] },
  ratio: { type: 'float8', sql: ['0.1', '1e-7'], value: [0.1, 1e-7], text: ['0.1', '0.0000001'] },
  flag: { type: 'bool', sql: ['true', 'false'], value: [true, false] },
  plain: { type: 'text', sql: ["'123'", "''"], value: ['123', ''] },
  short: { type: 'varchar(5)', sql: ["'abc'", "'{a}'"], value: ['abc', '{a}'] },
  uid: {
    type: 'uuid',
    sql: ["'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", "'00000000-0000-0000-0000-000000000000'"],
    value: ['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '00000000-0000-0000-0000-000000000000'],
  },
  document: {
    type: 'jsonb',
    sql: [`'{"a": [1, {"b": null}], "n": 1.50}'`, "'[]'"],
    value: [{ a: [1, { b: null }], n: 1.5 }, []],
    text: ['{"a":[1,{"b":null}],"n":1.50}', '[]'],
  },
  jsontext: { type: 'jsonb', sql: [`'"123"'`, `'"{\\"a\\":1}"'`], value: ['123', '{"a":1}'] },
  loose: { type: 'json', sql: [`'{"k": true}'`, "'null'"], value: [{ k: true }, null] },
  numbers: { type: 'int4[]', sql: ["'{1,-2,NULL}'", "'{}'"], value: [[1, -2, null], []] },
  grid: {
    type: 'int4[]',
    sql: ["'{{1,2},{3,4}}'", 'null'],
    value: [
      [
        [1, 2],
        [3, 4],
      ],
      null,
    ],
  },
  words: {
    type: 'text[]',
    sql: [`array['plain', 'with "quotes" and , comma', null, '']`, "'{x}'"],
    value: [['plain', 'with "quotes" and , comma', null, ''], ['x']],
  },
  flags: { type: 'bool[]', sql: ["'{t,f}'", "'{t}'"], value: [[true, false], [true]] },
  day: { type: 'date', sql: ["'2024-02-29'", "'1999-12-31'"], value: ['2024-02-29', '1999-12-31'] },
  clock: { type: 'time', sql: ["'01:02:03.5'", "'00:00:00'"], value: ['01:02:03.5', '00:00:00'] },
  local: {
    type: 'timestamp',
    sql: ["'2026-03-29 01:30:00.123456'", "'2026-01-01 00:00:00'"],
    value: ['2026-03-29T01:30:00.123456', '2026-01-01T00:00:00'],
  },
  instant: {
    type: 'timestamptz',
    sql: ["'2026-03-29T01:30:00.123456Z'", "'2026-01-01T00:00:00+02'"],
    value: ['2026-03-29T01:30:00.123456+00:00', '2025-12-31T22:00:00+00:00'],
  },
  span: { type: 'int4range', sql: ["'[1,5)'", "'empty'"], value: ['[1,5)', 'empty'] },
  bytes: { type: 'bytea', sql: [String.raw`'\xdeadbeef00'`, String.raw`'\x'`], value: ['deadbeef00', ''] },
  nothing: { type: 'text', sql: ['null', "'something'"], value: [null, 'something'] },
  long: { type: 'text', sql: [`'${long}'`, "'short now'"], value: [long, 'short now'] },
  emoji: { type: 'text', sql: [`e'${emoji.replaceAll('\\', '\\\\')}'`, "'🎉'"], value: [emoji, '🎉'] },
};

/** The row as `onEvent` should get it. */
export function expectedRow(id: number, version: 0 | 1): Record<string, unknown> {
  const columns = Object.entries(columnCases).map(([name, column]) => [name, column.value[version]] as const);
  return { id, ...Object.fromEntries(columns) };
}

/** `"name":value` of each column as a line of `listen` should hold it. */
export function expectedTexts(version: 0 | 1): string[] {
  return Object.entries(columnCases).map(
    ([name, column]) => `${JSON.stringify(name)}:${column.text?.[version] ?? JSON.stringify(column.value[version])}`,
  );
}

/** Creates the table, in the publication and with full old rows. */
export function createTableSql(table: string): string {
  const columns = Object.entries(columnCases).map(([name, column]) => `"${name}" ${column.type}`);
  return (
    `create table ${table} (id int4 primary key, ${columns.join(', ')});` +
    `alter table ${table} replica identity full;` +
    `grant select on ${table} to anon, authenticated, service_role;` +
    `alter publication supabase_realtime add table ${table};`
  );
}

export function insertSql(table: string, id: number): string {
  const values = Object.values(columnCases).map((column) => column.sql[0]);
  return `insert into ${table} values (${[id, ...values].join(', ')})`;
}

export function updateSql(table: string, id: number): string {
  const sets = Object.entries(columnCases).map(([name, column]) => `"${name}" = ${column.sql[1]}`);
  return `update ${table} set ${sets.join(', ')} where id = ${id}`;
}
