import { describe, expect, it } from 'vitest';
import { changeLine, jsonText } from '../../../web/cli/listen/outputLines.js';

const at = new Date('2026-11-22T10:11:12.345Z');

function payload(type: string, rows: string): string {
  return `{"data":{"schema":"public","table":"t","type":"${type}","commit_timestamp":"2026-11-22T10:11:12.000Z","columns":[],${rows},"errors":null},"ids":[1]}`;
}

describe('a line of listen', () => {
  it('keeps every digit that the server wrote', () => {
    const rows =
      '"record":{"id": 9007199254740993, "amount": 150.00, "tiny": 1E-400, "zero": -0.0, "many": 0.1234567890123456789012345678901234567890}';
    expect(jsonText(changeLine(at, 1, payload('INSERT', rows)))).toBe(
      '{"type":"change","at":"2026-11-22T10:11:12.345Z","subscription":1,"schema":"public","table":"t",' +
        '"commit_timestamp":"2026-11-22T10:11:12.000Z","eventType":"INSERT",' +
        '"new":{"id":9007199254740993,"amount":150.00,"tiny":1E-400,"zero":-0.0,"many":0.1234567890123456789012345678901234567890},' +
        '"old":{},"errors":null}',
    );
  });

  it('keeps nested documents, odd keys and text of any kind', () => {
    const rows = String.raw`"record":{"doc":{"__proto__":{"n":1.0},"constructor":[1e2,null,true]},"text":"a\nb\u0000 🎉 \"","twice":{"a":1,"a":2.50}}`;
    expect(jsonText(changeLine(at, 1, payload('INSERT', rows)))).toContain(
      String.raw`"new":{"doc":{"__proto__":{"n":1.0},"constructor":[1e2,null,true]},"text":"a\nb\u0000 🎉 \"","twice":{"a":2.50}}`,
    );
  });

  it('has the old row of updates and deletes', () => {
    expect(changeLine(at, 2, payload('UPDATE', '"record":{"a":"x"},"old_record":{"a":"y"}'))).toMatchObject({
      eventType: 'UPDATE',
      new: { a: 'x' },
      old: { a: 'y' },
    });
    expect(changeLine(at, 2, payload('DELETE', '"old_record":{"a":"y"}'))).toMatchObject({ new: {}, old: { a: 'y' } });
    expect(changeLine(at, 2, payload('INSERT', '"record":null'))).toMatchObject({ new: {}, old: {} });
  });
});
