import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Gap, ManagerOptions, RealtimeManager } from 'switchboard-realtime';
import { restCalls } from '../../../web/cli/restCalls.js';
import { createRealtimeManager, Line, openLab, quick, untilStatus, type Lab } from '../support/lab.js';
import { Recorder } from '../support/until.js';

let lab: Lab;
const managers: RealtimeManager[] = [];

beforeAll(async () => {
  lab = await openLab({ beatMs: 200 });
  await lab.db.query(`
    create table deals (id serial primary key, shop int not null, state text, note text);
    create table rooms (id serial primary key, shop int not null);
    create table notes (id serial primary key, shop int not null);
    alter publication supabase_realtime add table deals, rooms, notes;
    grant select on deals, rooms, notes to anon;
    select switchboard.track('deals', by => 'shop')`);
});

afterEach(async () => {
  await Promise.all(managers.splice(0).map((manager) => manager.dispose()));
});

afterAll(() => lab.close());

function open(tables: NonNullable<ManagerOptions['tables']>): { manager: RealtimeManager; gaps: Recorder<Gap> } {
  const rpc = restCalls(lab.backend.url, lab.backend.anonKey, () => Promise.resolve(null));
  const manager = createRealtimeManager(quick(lab.backend, { tables, rpc }));
  managers.push(manager);
  const gaps = new Recorder<Gap>();
  manager.onGap(gaps.push);
  return { manager, gaps };
}

it('a table that is not tracked, or in another way than the client says, is reported as that', async () => {
  await lab.db.query(`select switchboard.track('rooms', by => 'shop', topic => 'house')`);
  const { manager } = open({
    notes: { by: 'shop' },
    deals: { by: 'id' },
    rooms: { by: 'shop', topic: 'deals' },
  });
  for (const [table, filter] of Object.entries({ notes: 'shop=eq.1', deals: 'id=eq.1', rooms: 'shop=eq.1' })) {
    manager.subscribe({ table, filter }, () => undefined);
  }
  const { subscriptions } = await untilStatus(manager, 'all live', (status) =>
    status.subscriptions.every(({ state, fellBack }) => state === 'live' && fellBack?.code === 'NOT_TRACKED'),
  );
  const start = 'The database does not track the table like this.';
  const command = 'To track it: `npx switchboard-realtime doctor --track';
  expect(subscriptions.map(({ fellBack }) => fellBack?.message)).toEqual([
    `${start} no table is tracked under this name ${command} notes --by shop\`.`,
    `${start} It tracks it by \`shop\`. ${command} deals --by id\`.`,
    `${start} It tracks other tables under this name. ${command} rooms --by shop\`.`,
  ]);
});

it('a subscription that fell back returns when the table is tracked, and no row comes over both roads', async () => {
  const { manager, gaps } = open({ notes: { by: 'shop' } });
  const line = new Line(manager, { table: 'notes', filter: 'shop=eq.5' });
  await line.live();
  expect(manager.status().subscriptions[0]).toMatchObject({
    road: 'postgres_changes',
    fellBack: { code: 'NOT_TRACKED' },
  });
  const add = (): Promise<unknown> => lab.db.query('insert into notes (shop) values (5)');
  for (let i = 0; i < 3; i += 1) await add();
  await line.changes.until('three rows', ({ length }) => length === 3);
  await lab.db.query(`select switchboard.track('notes', by => 'shop')`);
  const writing = { isOver: false };
  const written = (async () => {
    while (!writing.isOver) await add();
  })();
  manager.reconnectAll();
  await untilStatus(
    manager,
    'on broadcasts',
    ({ subscriptions: [it] }) => it?.state === 'live' && it.road === 'broadcast' && it.fellBack === null,
  );
  writing.isOver = true;
  await written;
  await add();
  const { rows } = await lab.db.query('select max(id) as last, count(*)::int as count from notes where shop = 5');
  const { last, count } = rows[0] as { last: number; count: number };
  await line.changes.until('the last row', (all) => all.at(-1)?.new['id'] === last);
  const ids = line.changes.items.map((change) => change.new['id'] as number);
  expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
  // All that is missing came before the number with which the gap ends. Numbers begin with the first row after `track`.
  const returned = gaps.items.filter(({ code, over }) => code === 'RESUBSCRIBED' && over);
  expect(returned).toHaveLength(1);
  const numbered = line.changes.items.filter(({ number }) => number !== undefined);
  const until = returned[0]?.toNumber ?? NaN;
  expect(numbered.map(({ number }) => number)).toEqual(Array.from(numbered, (_, i) => until + 1 + i));
  expect(until + numbered.length + 3).toBe(count);
});

it('chosen columns of a tracked table come by their numbers, with the primary key', async () => {
  const { manager } = open({ deals: { by: 'shop' } });
  const line = new Line(manager, { table: 'deals', filter: 'shop=eq.6', select: ['state'] });
  await line.live();
  expect(manager.status().subscriptions[0]).toMatchObject({ road: 'broadcast', fellBack: null });
  await lab.db.query(`insert into deals (shop, state, note) values (6, 'open', 'secret')`);
  await lab.db.query(`update deals set state = 'done', note = 'other' where shop = 6`);
  await lab.db.query(`delete from deals where shop = 6`);
  await line.changes.until('three', ({ length }) => length === 3);
  const id = expect.any(Number) as number;
  expect(line.changes.items).toMatchObject([
    { new: { id, state: 'open' }, old: {} },
    { new: { id, state: 'done' }, old: { id, state: 'open' } },
    { new: {}, old: { id, state: 'done' } },
  ]);
  for (const change of line.changes.items) {
    for (const row of [change.new, change.old]) expect(['id,state', '']).toContain(Object.keys(row).join(','));
  }
});

it('after a restored backup, whose numbers go back, there is a gap, and changes come again', async () => {
  const { manager, gaps } = open({ deals: { by: 'shop' } });
  const line = new Line(manager, { table: 'deals', filter: 'shop=eq.7' });
  await line.live();
  const add = (): Promise<unknown> => lab.db.query('insert into deals (shop) values (7)');
  for (let i = 0; i < 6; i += 1) await add();
  await line.changes.until('six', ({ length }) => length === 6);
  const topic = 'switchboard:deals:7';
  await lab.db.query(
    `with back as (update switchboard.topics set last = 3 where topic = $1 returning id),
          gone as (delete from switchboard.numbers n using back where n.topic_id = back.id and n.number > 3
                   returning n.xid, n.seq)
     delete from switchboard.log l using gone where l.xid = gone.xid and l.seq = gone.seq`,
    [topic],
  );
  await add();
  await gaps.until('one', ({ length }) => length > 0);
  expect(gaps.items).toMatchObject([{ code: 'WENT_BACK', fromNumber: 7, toNumber: 4, over: true }]);
  await add();
  await line.changes.until('one more', ({ length }) => length === 7);
  expect(line.changes.items.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 5]);
  expect(manager.status().subscriptions[0]).toMatchObject({ state: 'live', road: 'broadcast', fellBack: null });
});
