import { afterAll, beforeAll, expect, it } from 'vitest';

import { ChannelClient } from './support/channelClient.js';
import { RecordedBackend } from './support/recordedBackend.js';

let recorded: RecordedBackend;

beforeAll(async () => {
  recorded = await RecordedBackend.start();
  await recorded.sql.query(
    `create table stock (id integer primary key, count integer, double integer generated always as (count * 2) stored)`,
  );
  await recorded.sql.query('alter publication supabase_realtime add table stock');
});

afterAll(async () => {
  await recorded.stop();
});

async function connect(filter?: string): Promise<ChannelClient> {
  const client = await ChannelClient.connect(recorded.backend);
  const binding = { event: '*', schema: 'public', table: 'stock', ...(filter === undefined ? {} : { filter }) };
  await client.subscribe('realtime:stock', [binding]);
  return client;
}

it('delivers stored generated columns, filters by them, and keeps tables with full identity writable', async () => {
  const all = await connect();
  const some = await connect('double=gte.12');
  await recorded.sql.query('insert into stock values (1, 5)');
  expect((await all.change()).data.record).toEqual({ id: 1, count: 5, double: 10 });
  await recorded.sql.query('alter table stock replica identity full');
  await recorded.sql.query('update stock set count = 6');
  const { data } = await all.change();
  expect(data).toMatchObject({ record: { double: 12 }, old_record: { double: 10 } });
  expect((await some.change()).data).toEqual(data);
  await recorded.sql.query('delete from stock');
  expect((await all.change()).data.old_record).toEqual({ id: 1, count: 6, double: 12 });
  await all.close();
  await some.close();
});
