import { describe, expect, it } from 'vitest';
import { exactValues } from '../../../web/core/changes/exactNumbers.js';
import { ColumnLists } from '../../../web/core/changes/columnLists.js';
import { DeliveryReader } from '../../../web/core/changes/deliveryReader.js';
import { createTableSql, expectedRow, insertSql, updateSql } from '../support/columnRows.js';
import { createRealtimeManager, Line, openLab, quick } from '../support/lab.js';
import { batch, each } from '../support/scriptedEngine.js';

const COLUMNS = [
  ['id', 'int8'],
  ['price', 'numeric'],
  ['small', 'int4'],
  ['ratio', 'float8'],
  ['ids', '_int8'],
  ['prices', '_numeric'],
  ['doc', 'jsonb'],
  ['name', 'text'],
].map(([name, type]) => ({ name, type }));

/** A frame's payload around the text of a row, so that no number passes through JavaScript. */
function frame(record: string, more = ''): string {
  return `{"data":{"schema":"public","table":"t","type":"INSERT","columns":${JSON.stringify(COLUMNS)},"record":${record},"errors":null${more}},"ids":[1]}`;
}

function rowsOf(numbers: 'string' | 'bigint', ...records: string[]): unknown[] {
  const texts = records.map((record) => frame(record));
  const [delivery] = texts.length === 1 ? each([1], ...texts) : [batch([1], ...texts)];
  if (delivery === undefined) return [];
  return new DeliveryReader(exactValues(numbers), new ColumnLists())
    .become(delivery)
    .payloads.map((payload) => payload.new);
}

const LONG = '12345678901234567890.12345678901234567890';

describe('numbers to the last digit', () => {
  it('inside json nested 3,000 deep become numbers like all others there', () => {
    const depth = 1_500; // of an array and an object each
    const nested = `${'[{"n":1.50,"a":'.repeat(depth)}9007199254740993${'}]'.repeat(depth)}`;
    const [row] = rowsOf('string', `{"id": 1, "doc": ${nested}}`) as [{ id: string; doc: unknown }];
    expect(row.id).toBe('1');
    let value = row.doc;
    for (let level = 0; level < depth; level += 1) {
      const [{ n, a }] = value as [{ n: number; a: unknown }];
      if (n !== 1.5) throw new Error(`level ${level} has ${n}`);
      value = a;
    }
    expect(value).toBe(9007199254740992);
  });

  it.each([
    ['string', '9007199254740993', '-9223372036854775808'],
    ['bigint', 9007199254740993n, -9223372036854775808n],
  ] as const)('as %s', (numbers, above, least) => {
    const record = `{"id": 9007199254740993, "price": ${LONG}, "small": 7, "ratio": 1e-7, "name": "9007199254740993",
      "ids": [-9223372036854775808, null, [9007199254740993]], "prices": [150.00, ${LONG}], "doc": {"n": 1.50, "list": [1, {"m": 2}]}}`;
    expect(rowsOf(numbers, record)).toEqual([
      {
        id: above,
        price: LONG,
        small: 7,
        ratio: 1e-7,
        name: '9007199254740993',
        ids: [least, null, [above]],
        prices: ['150.00', LONG],
        doc: { n: 1.5, list: [1, { m: 2 }] },
      },
    ]);
  });

  it('in batches, and where a server writes values as text', () => {
    const written = `{"id": "9007199254740993", "price": "150.00", "small": "7", "ids": "{9007199254740993,NULL}", "prices": "{1.50}"}`;
    expect(rowsOf('bigint', written, '{"id": null, "price": null}')).toEqual([
      { id: 9007199254740993n, price: '150.00', small: 7, ids: [9007199254740993n, null], prices: ['1.50'] },
      { id: null, price: null },
    ]);
  });

  it.each(['string', 'bigint'] as const)(
    'as %s in batches whose changes name a list of columns by its number',
    (numbers) => {
      const lists = new ColumnLists();
      lists.add(['[]', JSON.stringify(COLUMNS)]);
      const change = '{"data":{"type":"INSERT","columns":1,"record":{"id": 9007199254740993, "small": 7}}}';
      const incoming = new DeliveryReader(exactValues(numbers), lists).become(batch([1], change, change));
      const id = numbers === 'string' ? '9007199254740993' : 9007199254740993n;
      expect(incoming.payloads.map((payload) => payload.new)).toEqual([
        { id, small: 7 },
        { id, small: 7 },
      ]);
    },
  );

  it('with the type that counts last, and an error for what is no JSON', () => {
    const [delivery] = each([1], frame('{"id": 1}', ',"type":"UPDATE"'));
    if (delivery === undefined) throw new Error('no delivery');
    expect(new DeliveryReader(exactValues('bigint'), new ColumnLists()).become(delivery).payloads[0]).toMatchObject({
      eventType: 'UPDATE',
      new: { id: 1n },
    });
    const broken = new DeliveryReader(exactValues('bigint'), new ColumnLists()).become({
      ...delivery,
      text: '{"data":',
    });
    expect(() => broken.payloads).toThrow(SyntaxError);
  });

  it('from a real database', async () => {
    const lab = await openLab({ seed: false, timing: { publicationCheckMs: 600_000 } });
    await lab.db.query(createTableSql('everything'));
    await lab.db.query('alter table everything add big_list int8[], add price_list numeric[]');
    const managers = (['string', 'bigint'] as const).map((numbers) =>
      createRealtimeManager(quick(lab.backend, { numbers })),
    );
    const lines = managers.map((manager) => new Line(manager, { table: 'everything' }));
    await Promise.all(lines.map((line) => line.live()));
    await lab.db.query(insertSql('everything', 1).replace(/\)$/u, `, '{9007199254740993,NULL}', '{150.00,${LONG}}')`));
    await lab.db.query(updateSql('everything', 1));
    for (const [i, line] of lines.entries()) {
      const [inserted, updated] = await line.changes.count('changes', 2);
      const whole = (digits: string): unknown => (i === 0 ? digits : BigInt(digits));
      const lists = { big_list: [whole('9007199254740993'), null], price_list: ['150.00', LONG] };
      const first = {
        ...{ ...expectedRow(1, 0), ...lists, big: whole('9007199254740991'), beyond: whole('9007199254740993') },
        ...{ exact: '150.00', precise: LONG },
      };
      expect(inserted?.new).toEqual(first);
      expect(updated?.old).toEqual(first);
      expect(updated?.new).toEqual({
        ...{ ...expectedRow(1, 1), ...lists, big: whole('-5'), beyond: whole('-9223372036854775808') },
        ...{ exact: '-0.5', precise: '0.000000000000000000001', notanumber: '1' },
      });
    }
    await Promise.all(managers.map((manager) => manager.dispose()));
    await lab.close();
  });
});
