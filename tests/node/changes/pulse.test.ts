import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FetchPage, Gap, ManagerOptions, RealtimeManager, Resync } from 'switchboard-realtime';
import { createRealtimeManager, Line, openLab, quick, untilStatus, type Lab } from '../support/lab.js';
import { Recorder } from '../support/until.js';

/** Of the database. The clients below are given a longer period, so that a slow machine is not taken for a silence. */
const BEAT_MS = 100;
const PULSE = { periodMs: 1_000 };
/** Long for a loaded machine, and only waited for when something is wrong. */
const LONG = 60_000;

interface Item {
  id: number;
}

let lab: Lab;
let managers: RealtimeManager[] = [];
let lastItem = 0;

beforeAll(async () => {
  lab = await openLab({ seed: false, pulseMs: BEAT_MS });
  await lab.db.query(`
    create table items (id int4 primary key);
    alter table items replica identity full;
    alter publication supabase_realtime add table items`);
});

afterEach(async () => {
  await lab.backend.faults.reset();
  await Promise.all(managers.map((manager) => manager.dispose()));
  managers = [];
});

afterAll(async () => {
  await lab.close();
});

function open(more: Partial<ManagerOptions> = {}): RealtimeManager {
  const manager = createRealtimeManager(quick(lab.backend, { pulse: PULSE, resyncJitterMs: 20, ...more }));
  managers.push(manager);
  return manager;
}

async function insert(): Promise<number> {
  lastItem += 1;
  await lab.db.query('insert into items values ($1)', [lastItem]);
  return lastItem;
}

/** Resolves when the server has read all that is committed by now. */
async function streamCaughtUp(): Promise<void> {
  const { rows } = await lab.db.query<{ lsn: string }>('select pg_current_wal_insert_lsn() as lsn');
  const lagging = 'select from pg_stat_replication where write_lsn < $1';
  while ((await lab.db.query(lagging, [rows[0]?.lsn])).rowCount !== 0);
}

async function beating(manager: RealtimeManager): Promise<void> {
  await untilStatus(
    manager,
    'a beating pulse',
    ({ connections }) => connections.some(({ pulse }) => pulse?.state === 'beating'),
    LONG,
  );
}

/** Its gaps, and the calls that would fetch. */
function follow(manager: RealtimeManager): { gaps: Recorder<Gap>; resyncs: Recorder<Resync> } {
  const gaps = new Recorder<Gap>();
  const resyncs = new Recorder<Resync>();
  manager.onGap(gaps.push);
  manager.onResync(resyncs.push);
  return { gaps, resyncs };
}

describe('the pulse, against PostgreSQL', () => {
  it('beats for nobody to see: no change is handed over, no gap is reported', async () => {
    const manager = open();
    const { gaps } = follow(manager);
    const all = new Line(manager, { table: '*' });
    await all.live(1, LONG);
    await beating(manager);
    const id = await insert();
    const change = await all.changes.first('the row', (payload) => payload.table === 'items', LONG);
    expect(change.new).toEqual({ id });
    while (manager.stats().counters.pulses < 5) await streamCaughtUp();
    expect(all.changes.items).toHaveLength(1);
    expect(gaps.items).toEqual([]);
    expect(manager.stats().counters.pulsesMissed).toBe(0);
    expect(manager.status().connections[0]?.pulse?.delayMs).toEqual(expect.any(Number));
  });

  it('reports to a plain subscription what was lost without a sign', async () => {
    const manager = open();
    const { gaps, resyncs } = follow(manager);
    const line = new Line(manager, { table: 'items' });
    await line.live(1, LONG);
    await beating(manager);
    lab.backend.faults.loseChanges({ ms: 600_000 });
    const lost = await insert();
    const opened = await gaps.first('an open gap', ({ over }) => !over, LONG);
    expect(opened).toMatchObject({ code: 'PULSE_LOST', to: null, subscription: line.id });
    expect(manager.status().subscriptions[0]).toMatchObject({ state: 'live', code: 'PULSE_LOST' });
    expect(manager.status().connections[0]?.pulse?.state).toBe('silent');
    await streamCaughtUp();
    lab.backend.faults.loseChanges({ ms: 0 });
    const over = await gaps.first('its end', (gap) => gap.over, LONG);
    expect(over).toMatchObject({ id: opened.id, code: 'PULSE_LOST' });
    expect(over.to).toBeGreaterThan(opened.from);
    const resync = await resyncs.first('a resync', ({ reason }) => reason === 'gap', LONG);
    expect(resync).toMatchObject({ table: 'items', subscriptions: [line.id] });
    await gaps.first('its outcome', ({ outcome }) => outcome === 'refetched', LONG);
    const seen = await insert();
    await line.changes.first('the next row', (change) => change.new['id'] === seen, LONG);
    expect(line.changes.items.map((change) => change.new['id'])).not.toContain(lost);
    expect(manager.stats().counters.pulsesMissed).toBeGreaterThan(0);
  });

  it('reports by a jump of seq what was lost between two beats that came', async () => {
    const manager = open({ pulse: { periodMs: 600_000 } });
    const { gaps } = follow(manager);
    const line = new Line(manager, { table: 'items' });
    await line.live(1, LONG);
    await beating(manager);
    lab.backend.faults.loseChanges({ ms: 600_000 });
    await insert();
    await lab.db.query('update switchboard_pulse set seq = seq + 1');
    await streamCaughtUp();
    lab.backend.faults.loseChanges({ ms: 0 });
    const gap = await gaps.first('a gap', () => true, LONG);
    expect(gap).toMatchObject({ code: 'PULSE_LOST', over: true, subscription: line.id });
    expect(gap.message).toMatch(/never came/);
    expect(manager.status().connections[0]?.pulse?.state).toBe('beating');
  });

  it('has liveRows fetch what was lost', async () => {
    const manager = open();
    const { gaps } = follow(manager);
    const live = manager.liveRows<Item>({
      table: 'items',
      key: 'id',
      fetch: async ({ signal }): Promise<FetchPage<Item>> => {
        const headers = { apikey: lab.backend.anonKey };
        const response = await fetch(`${lab.backend.rest}/items?select=*&order=id`, { headers, signal });
        return { rows: (await response.json()) as Item[], next: null };
      },
    });
    const states = new Recorder<string>();
    live.subscribe(() => {
      states.push(`${live.status().state} ${live.rows().length}`);
    });
    await states.first('its rows', (state) => state === `live ${lastItem}`, LONG);
    await beating(manager);
    lab.backend.faults.loseChanges({ ms: 600_000 });
    await insert();
    await insert();
    await gaps.first('an open gap', ({ over }) => !over, LONG);
    expect(live.status()).toMatchObject({ state: 'stale', code: 'PULSE_LOST' });
    await streamCaughtUp();
    lab.backend.faults.loseChanges({ ms: 0 });
    await states.first('all rows', (state) => state === `live ${lastItem}`, LONG);
    expect(live.rows().map(({ id }) => id)).toEqual(Array.from({ length: lastItem }, (_, i) => i + 1));
  });

  it('reports a job that has stopped as a silence, in which no beat was missed', async () => {
    const manager = open();
    const { gaps } = follow(manager);
    await new Line(manager, { table: 'items' }).live(1, LONG);
    await beating(manager);
    lab.backend.faults.pausePulse({ ms: 600_000 });
    await gaps.first('an open gap', ({ over }) => !over, LONG);
    lab.backend.faults.pausePulse({ ms: 0 });
    await gaps.first('its end', ({ over }) => over, LONG);
    expect(manager.stats().counters.pulsesMissed).toBe(0);
  });

  it('costs nobody a change when its table can not be had', async () => {
    const warnings = new Recorder<string>();
    const logger = { warn: warnings.push };
    const manager = open({ pulse: { ...PULSE, table: 'no_such_pulse' }, logger });
    const { gaps } = follow(manager);
    const line = new Line(manager, { table: 'items' });
    await line.live(1, LONG);
    const isRefused = ({ connections }: { connections: readonly { pulse: { state: string } | null }[] }): boolean =>
      connections[0]?.pulse?.state === 'refused';
    await untilStatus(manager, 'a refused pulse', isRefused, LONG);
    await warnings.first('a warning', (text) => text.includes('public.no_such_pulse'), LONG);
    const id = await insert();
    await line.changes.first('the row', (change) => change.new['id'] === id, LONG);
    expect(gaps.items).toEqual([]);
  });
});
