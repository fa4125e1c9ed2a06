import { createClient } from '@supabase/supabase-js';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import WebSocket from 'ws';
import type { ChangePayload, Gap, ManagerOptions, RealtimeManager, SupabaseClientLike } from 'switchboard-realtime';
import { restCalls } from '../../../web/cli/restCalls.js';
import { createRealtimeManager, Line, openLab, quick, untilStatus, type Lab } from '../support/lab.js';
import { ListenProcess, type PrintedLine } from '../support/listenProcess.js';
import { Recorder } from '../support/until.js';

let lab: Lab;
let shop = 0;
const managers: RealtimeManager[] = [];

beforeAll(async () => {
  lab = await openLab({ beatMs: 200 });
  await lab.db.query(`
    create table deals (id serial primary key, shop int, state text not null default 'new');
    create table untracked (id int primary key);
    alter publication supabase_realtime add table deals, untracked;
    grant select on deals, untracked to anon;
    select switchboard.track('deals', by => 'shop')`);
});

afterEach(async () => {
  await Promise.all(managers.splice(0).map((manager) => manager.dispose()));
});

afterAll(() => lab.close());

/** A manager that knows the tables, and whose gaps are all recorded. */
function open(more: Partial<ManagerOptions> = {}): { manager: RealtimeManager; gaps: Gap[] } {
  const rpc = restCalls(lab.backend.url, lab.backend.anonKey, () => Promise.resolve(null));
  const tables = { deals: { by: 'shop' }, untracked: { by: 'id' } };
  const manager = createRealtimeManager(quick(lab.backend, { tables, rpc, ...more }));
  managers.push(manager);
  const gaps: Gap[] = [];
  manager.onGap((gap) => gaps.push(gap));
  return { manager, gaps };
}

/** A shop that no other test has. */
function newShop(): string {
  shop += 1;
  return `shop=eq.${shop}`;
}

async function add(count: number, state = 'new'): Promise<void> {
  for (let i = 0; i < count; i += 1)
    await lab.db.query('insert into deals (shop, state) values ($1, $2)', [shop, state]);
}

const numbersOf = (changes: readonly ChangePayload[]): (number | undefined)[] => changes.map(({ number }) => number);
const upTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1);

function roads(manager: RealtimeManager): unknown[] {
  return manager.status().subscriptions.map(({ road, fellBack, state }) => [state, road, fellBack?.code]);
}

it('each change comes once, in order and with its number, also through lost connections, and none is a gap', async () => {
  const { manager, gaps } = open();
  const line = new Line(manager, { table: 'deals', filter: newShop() });
  await line.live();
  expect(roads(manager)).toEqual([['live', 'broadcast', undefined]]);
  for (let round = 0; round < 5; round += 1) {
    await add(4);
    lab.backend.faults.drop();
    await add(6);
    await line.changes.until('all of the round', ({ length }) => length >= 10 * (round + 1));
  }
  expect(numbersOf(line.changes.items)).toEqual(upTo(50));
  expect(new Set(line.changes.items.map(({ epoch }) => epoch)).size).toBe(1);
  expect(gaps).toEqual([]);
});

it('a supabase-js client is enough, and a row that leaves the filter comes as a DELETE', async () => {
  const supabase = createClient(lab.backend.url, lab.backend.anonKey, {
    auth: { persistSession: false },
    realtime: { transport: WebSocket as unknown as typeof globalThis.WebSocket },
  }) as SupabaseClientLike;
  const endpoint = { supabase, url: undefined, apikey: undefined, rpc: undefined };
  const { manager } = open(endpoint);
  const filter = `${newShop()},state=eq.open`;
  const line = new Line(manager, { table: 'deals', filter });
  const both = new Line(manager, { table: 'deals', filter, leaving: 'both' });
  await Promise.all([line.live(), both.live()]);
  await add(1, 'open');
  await lab.db.query(`update deals set state = 'done' where shop = $1`, [shop]);
  await line.changes.until('two', ({ length }) => length >= 2);
  await both.changes.until('two', ({ length }) => length >= 2);
  const old = expect.objectContaining({ state: 'open' }) as object;
  expect(line.changes.items).toMatchObject([
    { eventType: 'INSERT', new: { state: 'open' }, number: 1 },
    { eventType: 'DELETE', old, new: {}, number: 2 },
  ]);
  expect(both.changes.items[1]).toMatchObject({ eventType: 'DELETE', old, new: { state: 'done' } });
});

it('what can not be followed by its numbers falls back, or is parked, and says why', async () => {
  const { manager } = open();
  const byKey = newShop();
  const lines = [
    new Line(manager, { table: 'deals', filter: 'state=eq.open' }),
    new Line(manager, { table: 'untracked', filter: 'id=eq.7' }),
    new Line(manager, { table: 'deals', filter: byKey, via: 'postgres_changes' }),
  ];
  manager.subscribe({ table: 'deals', via: 'broadcast' }, () => undefined);
  await Promise.all(lines.map((line) => line.live()));
  const settled = await untilStatus(manager, 'parked', ({ subscriptions }) => subscriptions[3]?.state === 'parked');
  expect(settled.subscriptions[3]).toMatchObject({ code: 'NOT_BY_KEY' });
  expect(roads(manager).slice(0, 3)).toEqual([
    ['live', 'postgres_changes', 'NOT_BY_KEY'],
    ['live', 'postgres_changes', 'NOT_TRACKED'],
    ['live', 'postgres_changes', undefined],
  ]);
  await add(1, 'open');
  await lines[0]?.changes.until('one', ({ length }) => length >= 1);
  expect(lines[0]?.changes.items).toMatchObject([{ eventType: 'INSERT', new: { state: 'open' } }]);
  expect(lines[0]?.changes.items[0]).not.toHaveProperty('number');
});

it('a manager without a way to call the database falls back', async () => {
  const { manager } = open({ rpc: undefined });
  const line = new Line(manager, { table: 'deals', filter: newShop() });
  await line.live();
  expect(roads(manager)).toEqual([['live', 'postgres_changes', 'NO_RPC']]);
});

it('live rows are fetched at the start and not for a reconnect, and a row that leaves the filter goes', async () => {
  const { manager, gaps } = open({ resyncJitterMs: 0 });
  const filter = `${newShop()},state=eq.open`;
  let fetches = 0;
  const live = manager.liveRows<{ id: number; state: string }>({
    ...{ table: 'deals', key: 'id', filter },
    fetch: async () => {
      fetches += 1;
      const { rows } = await lab.db.query(`select id, state from deals where shop = $1 and state = 'open'`, [shop]);
      return rows as { id: number; state: string }[];
    },
  });
  const seen = new Recorder<[state: string, rows: number]>();
  const look = (): void => {
    seen.push([live.status().state, live.rows().length]);
  };
  live.subscribe(look);
  look();
  const until = (rows: number): Promise<unknown> =>
    seen.until(`${rows} rows`, (all) => all.at(-1)?.[0] === 'live' && all.at(-1)?.[1] === rows);
  await until(0);
  const atStart = fetches;
  await add(3, 'open');
  await until(3);
  lab.backend.faults.drop();
  await lab.db.query(`update deals set state = 'done' where id = (select min(id) from deals where shop = $1)`, [shop]);
  await add(2, 'open');
  await until(4);
  expect(fetches).toBe(atStart);
  expect(gaps).toEqual([]);
  live.close();
});

it('TRUNCATE empties live rows without a fetch, is a change of each topic, and a gap for who listens to DELETE', async () => {
  const { manager, gaps } = open({ resyncJitterMs: 0 });
  const filter = newShop();
  await add(3);
  let fetches = 0;
  const live = manager.liveRows<{ id: number; state: string }>({
    ...{ table: 'deals', key: 'id', filter },
    fetch: async () => {
      fetches += 1;
      const { rows } = await lab.db.query('select id, state from deals where shop = $1', [shop]);
      return rows as { id: number; state: string }[];
    },
  });
  const seen = new Recorder<[state: string, rows: number]>();
  const look = (): void => {
    seen.push([live.status().state, live.rows().length]);
  };
  live.subscribe(look);
  look();
  const until = (rows: number): Promise<unknown> =>
    seen.until(`${rows} rows`, (all) => all.at(-1)?.[0] === 'live' && all.at(-1)?.[1] === rows);
  await until(3);
  const narrow = new Line(manager, { table: 'deals', filter: `${filter},state=eq.nowhere` });
  const deletes = new Line(manager, { table: 'deals', filter, event: 'DELETE' });
  await Promise.all([narrow.live(), deletes.live()]);
  const atStart = fetches;
  await lab.db.query('truncate deals');
  await until(0);
  await add(1);
  await until(1);
  expect(fetches).toBe(atStart);
  await narrow.changes.until('TRUNCATE', ({ length }) => length >= 1);
  expect(narrow.changes.items).toMatchObject([{ eventType: 'TRUNCATE', new: {}, old: {}, number: 4 }]);
  expect(deletes.changes.items).toEqual([]);
  expect(gaps).toMatchObject([{ code: 'TRUNCATED', fromNumber: 4, toNumber: 4, over: true }]);
  live.close();
});

it('listen that is started again with the last number has lost nothing', async () => {
  const filter = newShop();
  const { url, anonKey } = lab.backend;
  const listen = (...args: string[]): ListenProcess =>
    new ListenProcess([
      ...['listen', '--url', url, '--apikey', anonKey, '--table', `deals:${filter}`, '--track', 'deals=shop', ...args],
    ]);
  const first = listen();
  await first.live();
  const subscribed = first.lines.items.find(({ status }) => status === 'SUBSCRIBED');
  expect(subscribed).toMatchObject({ road: 'broadcast', fellBack: null });
  await add(3);
  await first.untilChanges(3);
  first.kill('SIGKILL');
  await first.exit;
  const last = first.changes.at(-1) as PrintedLine;
  await add(4);
  const second = listen('--from', `${String(last['epoch'])}:${String(last['number'])}`);
  await second.live();
  await add(1);
  await second.untilChanges(5);
  second.kill('SIGINT');
  await second.exit;
  expect([...first.changes, ...second.changes].map(({ number }) => number)).toEqual(upTo(8));
  expect(second.lines.items.filter(({ type }) => type === 'gap')).toEqual([]);
});
