import { expect, it } from 'vitest';
import { OwnRows } from '../../../web/dashboard/src/forms/saves/ownRows.js';
import type { RowTable } from '../../../web/dashboard/src/writing/index.js';

interface Row {
  id: number;
  version: number;
  updated_at: string;
}

const row = (id: number, version: number): Row => ({ id, version, updated_at: '2026-03-31T14:00:00Z' });

it('what was written here is newer than what is on display, for the 100 rows that were written last', async () => {
  const own = new OwnRows<Row>();
  const table = own.remembering({
    insert: (written: Row) => Promise.resolve(written),
    update: (id: number) => Promise.resolve(row(id, 3)),
  } as unknown as RowTable<Row>);
  for (let id = 1; id <= 100; id += 1) await table.insert(row(id, 2), undefined as never);
  await table.update(1, 2, {});
  await table.insert(row(101, 2), undefined as never);
  expect(own.newest(row(1, 1))).toEqual(row(1, 3));
  expect(own.newest(row(1, 4))).toEqual(row(1, 4));
  expect(own.newest(row(2, 1))).toEqual(row(2, 1));
  expect(own.newest(row(3, 1))).toEqual(row(3, 2));
  expect(own.newest(row(101, 1))).toEqual(row(101, 2));
});
