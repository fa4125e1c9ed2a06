import { describe, expect, it } from 'vitest';
import { parseArrayLiteral } from '../../../web/core/changes/arrayLiteral.js';
import { plainValues } from '../../../web/core/changes/values.js';
import { ColumnLists } from '../../../web/core/changes/columnLists.js';
import { rowConverter } from '../../../web/core/changes/convert.js';
import type { ChangeDelivery } from '../../../web/core/engine/engine.js';
import { DeliveryReader } from '../../../web/core/changes/deliveryReader.js';
import type { ChangePayload } from '../../../web/core/api/payload.js';

function deliveryOf(text: string): ChangeDelivery {
  return { kind: 'each', subscribers: [], count: 1, text };
}

/** The payload of a frame with one change. */
function payloadOf(text: string): ChangePayload | undefined {
  return new DeliveryReader(plainValues, new ColumnLists()).become(deliveryOf(text)).payloads[0];
}

function convert(value: unknown, type: string): unknown {
  const row = { column: value };
  rowConverter([{ name: 'column', type }])(row);
  return row.column;
}

describe('the conversion of column values', () => {
  it.each([
    [true, 'bool'],
    [150, 'numeric'],
    [null, 'int8'],
    [{ a: [1] }, 'jsonb'],
    [[1, 2], '_int4'],
    ['2026-11-22T10:11:12+00:00', 'timestamptz'],
    ['0102ff', 'bytea'],
    ['123', 'text'],
    ['t', 'text'],
    ['[1,2]', 'int4range'],
    ['x', 'unheard_of'],
  ])('leaves %j of type %s as it is', (value, type) => {
    expect(convert(value, type)).toEqual(value);
  });

  it.each([
    ['t', 'bool', true],
    ['f', 'bool', false],
    ['10', 'int8', 10],
    ['-1.50', 'numeric', -1.5],
    ['1e3', 'float8', 1000],
    ['9007199254740991', 'int8', 9007199254740991],
    ['2026-11-22 10:11:12', 'timestamp', '2026-11-22T10:11:12'],
    ['12026-11-22 10:11:12.5', 'timestamp', '12026-11-22T10:11:12.5'],
    ['0044-03-15 12:00:00 BC', 'timestamp', '0044-03-15T12:00:00 BC'],
    ['0044-03-15T12:00:00 BC', 'timestamp', '0044-03-15T12:00:00 BC'],
    ['{1,2,NULL}', '_int4', [1, 2, null]],
    ['{t,f}', '_bool', [true, false]],
    [
      '{{1,2},{3,4}}',
      '_int4',
      [
        [1, 2],
        [3, 4],
      ],
    ],
    ['{}', '_text', []],
    ['{"a,b",c}', '_text', ['a,b', 'c']],
  ])('reads the text %j of type %s', (text, type, value) => {
    expect(convert(text, type)).toEqual(value);
  });

  it.each([
    ['9007199254740993', 'int8'],
    ['0.12345678901234567', 'numeric'],
    ['NaN', 'numeric'],
    ['Infinity', 'float8'],
    ['', 'int4'],
    ['12abc', 'int4'],
  ])('keeps the text %j of type %s, which a number can not hold', (text, type) => {
    expect(convert(text, type)).toBe(text);
  });

  it('never parses a JSON string again', () => {
    expect(convert('123', 'jsonb')).toBe('123');
    expect(convert('{"a":1}', 'json')).toBe('{"a":1}');
  });

  it('leaves columns alone that the row has not, whatever their name', () => {
    const row = JSON.parse('{"a":"1"}') as Record<string, unknown>;
    rowConverter([
      { name: '__proto__', type: 'int4' },
      { name: 'b', type: 'int4' },
    ])(row);
    expect(row).toEqual({ a: '1' });
  });
});

describe('array literals', () => {
  it.each([
    [String.raw`{"a\"b\\c",d}`, ['a"b\\c', 'd']],
    ['{"NULL",NULL}', ['NULL', null]],
    ['{ a b , c }', ['a b', 'c']],
    ['{{a},{}}', [['a'], []]],
  ])('%s', (text, items) => {
    expect(parseArrayLiteral(text)).toEqual(items);
  });

  it.each(['', '{', '{a', '{a,}', '{,a}', '{"a}', '{a}b', 'a', '{"a"b}'])('%j is none', (text) => {
    expect(parseArrayLiteral(text)).toBeNull();
  });
});

describe('a change', () => {
  const text = (data: unknown): string => JSON.stringify({ data, ids: [1] });
  const common = { schema: 'public', table: 't', commit_timestamp: '2026-11-22T10:11:12.345Z', errors: null };
  const columns = [{ name: 'id', type: 'int8' }];

  it('has the shape that Supabase users know', () => {
    const update = { ...common, type: 'UPDATE', columns, record: { id: 2 }, old_record: { id: 1 } };
    expect(payloadOf(text(update))).toEqual({
      ...common,
      eventType: 'UPDATE',
      new: { id: 2 },
      old: { id: 1 },
    });
    const insert = { ...common, type: 'INSERT', columns, record: { id: 2 } };
    expect(payloadOf(text(insert))).toEqual({
      ...common,
      eventType: 'INSERT',
      new: { id: 2 },
      old: {},
    });
    const gone = { ...common, type: 'DELETE', columns, old_record: { id: 1 } };
    expect(payloadOf(text(gone))).toEqual({ ...common, eventType: 'DELETE', new: {}, old: { id: 1 } });
  });

  it('of which the server left out the row has empty rows and its errors', () => {
    const refused = { ...common, type: 'INSERT', columns: [], record: null, errors: ['Error 401: Unauthorized'] };
    expect(payloadOf(text(refused))).toMatchObject({
      new: {},
      old: {},
      errors: ['Error 401: Unauthorized'],
    });
  });

  it('is parsed once', () => {
    const json = text({ ...common, type: 'INSERT', columns, record: { id: 2 } });
    const incoming = new DeliveryReader(plainValues, new ColumnLists()).become(deliveryOf(json));
    expect(incoming.payloads).toBe(incoming.payloads);
  });

  it('of a batch names a list by its number, or has one of its own', () => {
    const lists = new ColumnLists();
    lists.add([JSON.stringify(columns)]);
    const change = '{"data":{"type":"INSERT","columns":0,"record":{"id":"2"}}}';
    const own = '{"data":{"type":"INSERT","columns":[{"name":"id","type":"text"}],"record":{"id":"2"}}}';
    const incoming = new DeliveryReader(plainValues, lists).become({
      ...deliveryOf(`[${change},${own}]`),
      kind: 'batch',
    });
    expect(incoming.payloads.map((payload) => payload.new)).toEqual([{ id: 2 }, { id: '2' }]);
  });

  it('without a type is none', () => {
    expect(() => payloadOf('{}')).toThrow('no INSERT, UPDATE or DELETE');
    expect(() => payloadOf('{"data":{}}')).toThrow(SyntaxError);
  });
});
