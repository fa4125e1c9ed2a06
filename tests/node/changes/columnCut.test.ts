import { describe, expect, it } from 'vitest';
import { plainValues, type ValueReader } from '../../../web/core/changes/values.js';
import { toPayload } from '../../../web/core/changes/wireChange.js';
import { ColumnCut } from '../../../web/core/changes/columnCut.js';
import { exactValues } from '../../../web/core/changes/exactNumbers.js';

const COLUMNS = '[{"name": "id", "type": "int8"}, {"name": "note", "type": "text"}]';
const OTHERS = '[{"name":"id","type":"text"},{"name":"tags","type":"_text"}]';

/** As the server writes it; `record` is JSON. */
function change(record: string, columns = COLUMNS): string {
  return `{"data":{"table":"t","type":"INSERT","record":${record},"columns":${columns},"errors":null},"ids":[1]}`;
}

/** Plain values; notes what was parsed. */
function watched(parsed: string[]): ValueReader {
  return {
    ...plainValues,
    parse: (text) => {
      parsed.push(text);
      return plainValues.parse(text);
    },
  };
}

function read(cut: ColumnCut, text: string, values: ValueReader = plainValues): unknown {
  return toPayload(cut.parse(text, values), values, cut.lists).new;
}

describe('a change without its list of columns', () => {
  it('is parsed from the second change of a table on', () => {
    const cut = new ColumnCut();
    const parsed: string[] = [];
    for (const id of ['"1"', '"2"', '"3"']) {
      expect(read(cut, change(`{"id": ${id}, "note": "n"}`), watched(parsed))).toEqual({
        id: Number(JSON.parse(id)),
        note: 'n',
      });
    }
    expect(parsed[0]).toContain(COLUMNS);
    expect(parsed.slice(1).map((text) => text.includes('"name"'))).toEqual([false, false]);
  });

  it('is converted by the list that it came with, when tables take turns', () => {
    const cut = new ColumnCut();
    const parsed: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      expect(read(cut, change('{"id": "1"}'), watched(parsed))).toEqual({ id: 1 });
      expect(read(cut, change('{"id": "1", "tags": "{a}"}', OTHERS), watched(parsed))).toEqual({
        id: '1',
        tags: ['a'],
      });
    }
    expect(parsed.filter((text) => text.includes('"name"'))).toHaveLength(2);
  });

  it('keeps a document with the same list in its row, wherever that is', () => {
    for (const order of [
      (doc: string) => change(`{"id": "1", "doc": ${doc}}`),
      (doc: string) => `{"data":{"columns":${COLUMNS},"type":"INSERT","record":{"id": "1", "doc": ${doc}}},"ids":[1]}`,
    ]) {
      for (const doc of [COLUMNS, `{"columns":${COLUMNS}}`, `[${COLUMNS}, ${COLUMNS}]`, JSON.stringify(COLUMNS)]) {
        const cut = new ColumnCut();
        read(cut, change('{"id": "0"}'));
        expect(read(cut, order(doc))).toEqual({ id: 1, doc: JSON.parse(doc) as unknown });
      }
    }
  });

  it('without a list of its own keeps what looks like one', () => {
    const cut = new ColumnCut();
    read(cut, change('{"id": "0"}'));
    const doc = `{"type":"INSERT","record":{"doc":{"columns":${COLUMNS}}}}`;
    expect(read(cut, `{"data":${doc},"ids":[1]}`)).toEqual({ doc: { columns: JSON.parse(COLUMNS) as unknown } });
  });

  it('with null for a list keeps what looks like one', () => {
    const cut = new ColumnCut();
    read(cut, change('{"id": "0"}'));
    const record = `{"doc": {"columns":${COLUMNS}}}`;
    expect(read(cut, change(record, 'null'))).toEqual(JSON.parse(record));
  });

  it('finds its list after documents that begin like one', () => {
    const cut = new ColumnCut();
    const parsed: string[] = [];
    const record = '{"id": "1", "a": [{"name": 1}], "b": [{"name": "x"}]}';
    read(cut, change(record), watched(parsed));
    read(cut, change(record), watched(parsed));
    expect(parsed).toHaveLength(2);
    expect(parsed[1]).toContain('"columns":1,');
  });

  it('has names of columns that look like the end of a list', () => {
    const cut = new ColumnCut();
    const columns = '[{"name": "a}]b", "type": "int8"}]';
    for (let round = 0; round < 3; round += 1)
      expect(read(cut, change('{"a}]b": "7"}', columns))).toEqual({ 'a}]b': 7 });
  });

  it('gives exact numbers', () => {
    const cut = new ColumnCut();
    for (let round = 0; round < 3; round += 1) {
      expect(read(cut, change('{"id": 9007199254740993}'), exactValues('string'))).toEqual({ id: '9007199254740993' });
    }
  });

  it('of more tables than are remembered is read all the same', () => {
    const cut = new ColumnCut();
    for (let round = 0; round < 2; round += 1) {
      for (let table = 0; table < 100; table += 1) {
        const columns = `[{"name": "c${table}", "type": "int8"}]`;
        expect(read(cut, change(`{"c${table}": "7"}`, columns))).toEqual({ [`c${table}`]: 7 });
      }
    }
  });

  it('is parsed as it is when it is large', () => {
    const cut = new ColumnCut();
    const parsed: string[] = [];
    const large = change(`{"id": "1", "note": "${'x'.repeat(20_000)}"}`);
    for (let round = 0; round < 2; round += 1) expect(read(cut, large, watched(parsed))).toMatchObject({ id: 1 });
    expect(parsed).toEqual([large, large]);
  });

  it('that is none throws, and disturbs nothing', () => {
    const cut = new ColumnCut();
    read(cut, change('{"id": "0"}'));
    for (const text of ['', '{', change('{"id": }'), 'null', '"x"', '[]', '{"data":null}', '{"data":{"columns":0}}']) {
      expect(() => read(cut, text)).toThrow();
    }
    expect(read(cut, change('{"id": "1"}'))).toEqual({ id: 1 });
  });
});
