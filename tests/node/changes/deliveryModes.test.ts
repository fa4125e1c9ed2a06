import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ChangeCount, ChangePayload, RealtimeManager } from 'switchboard-realtime';
import { createRealtimeManager, openLab, quick, untilStatus, type Lab } from '../support/lab.js';
import { Recorder } from '../support/until.js';

/** Rows of `ticks`; `v` counts the versions of a row. */
interface Tick {
  id: number;
  v: number;
}
type TickChange = ChangePayload<Tick>;
type Batch = readonly TickChange[];

const END = 999;
const ROWS = 20;
const VERSIONS = 10;
const CHANGES = ROWS * VERSIONS + 1;

let lab: Lab;
let manager: RealtimeManager;

beforeAll(async () => {
  lab = await openLab({ seed: false, timing: { publicationCheckMs: 600_000 } });
  await lab.db.query('create table ticks (id int4 primary key, v int4); grant select on ticks to anon;');
  await lab.db.query('alter table ticks replica identity full; alter publication supabase_realtime add table ticks');
});

afterAll(async () => {
  await lab.close();
});

beforeEach(() => {
  manager = createRealtimeManager(quick(lab.backend));
});

afterEach(async () => {
  await manager.dispose();
  await lab.db.query('truncate ticks');
});

async function live(): Promise<void> {
  await untilStatus(manager, 'live', ({ overall }) => overall === 'live');
}

/** Inserts each row and brings it to its last version, in many transactions, then inserts the row that ends it. */
async function write(): Promise<void> {
  await lab.db.query(`insert into ticks select id, 1 from generate_series(1, ${ROWS}) as id`);
  for (let v = 2; v <= VERSIONS; v += 1) await lab.db.query('update ticks set v = $1', [v]);
  await lab.db.query('insert into ticks values ($1, 1)', [END]);
}

const isLast = (change: TickChange): boolean => change.eventType === 'INSERT' && change.new.id === END;

/** The versions of each row in the order in which they came. */
function versions(changes: readonly TickChange[]): Map<number, number[]> {
  const byRow = new Map<number, number[]>();
  for (const { new: row } of changes) {
    const { id, v } = row as Tick;
    if (id !== END) byRow.set(id, [...(byRow.get(id) ?? []), v]);
  }
  return byRow;
}

const ALL = Array.from({ length: VERSIONS }, (_, i) => i + 1);

describe('on the built core, with a real database', () => {
  it.each([
    { mode: 'debounce', waitMs: 40, maxWaitMs: 400 },
    { mode: 'debounce', waitMs: 40, leading: true },
    { mode: 'throttle', everyMs: 30 },
    { mode: 'batch', everyMs: 30 },
    { mode: 'batch', everyMs: 30, leading: true },
    { mode: 'batch', everyMs: 600_000, max: 3 },
  ] as const)('%j brings every change once, in order', async (delivery) => {
    const batches = new Recorder<Batch>();
    manager.subscribe({ table: 'ticks', delivery }, (changes: Batch) => {
      batches.push(changes);
    });
    await live();
    await write();
    await batches.until('the end', (all) => all.flat().some(isLast));
    const changes = batches.items.flat();
    expect(changes).toHaveLength(CHANGES);
    expect(changes.slice(-1).every(isLast)).toBe(true);
    expect([...versions(changes).values()]).toEqual(Array.from({ length: ROWS }, () => ALL));
    const sizes = batches.items.map((batch) => batch.length);
    if ('max' in delivery) expect(new Set(sizes)).toEqual(new Set([delivery.max]));
    else expect(Math.max(...sizes)).toBeGreaterThan(1);
  });

  it('latest brings each row as it is at the end of each window', async () => {
    const batches = new Recorder<Batch>();
    manager.subscribe({ table: 'ticks', delivery: { mode: 'latest', everyMs: 50 } }, (changes: Batch) => {
      batches.push(changes);
    });
    await live();
    await write();
    await batches.until('the end', (all) => all.flat().some(isLast));
    for (const changes of batches.items) {
      const ids = changes.map(({ new: row }) => (row as Tick).id);
      expect(new Set(ids).size).toBe(ids.length);
    }
    const rows = versions(batches.items.flat());
    expect(rows.size).toBe(ROWS);
    for (const seen of rows.values()) {
      expect(seen).toEqual([...seen].sort((a, b) => a - b));
      expect(seen.at(-1)).toBe(VERSIONS);
    }
    const kinds = batches.items.flat().filter(({ eventType }) => eventType === 'INSERT');
    expect(kinds).toHaveLength(ROWS + 1);
  });

  it.each([
    { mode: 'each', payload: false },
    { mode: 'debounce', waitMs: 40, payload: false },
    { mode: 'throttle', everyMs: 30, payload: false },
    { mode: 'batch', everyMs: 30, payload: false },
    { mode: 'latest', everyMs: 30, payload: false },
  ] as const)('%j counts every change', async (delivery) => {
    const counts = new Recorder<ChangeCount>();
    manager.subscribe({ table: 'ticks', delivery }, (changes) => {
      counts.push(changes);
    });
    await live();
    await write();
    const sum = (all: readonly ChangeCount[]): number => all.reduce((total, { count }) => total + count, 0);
    await counts.until('all changes', (all) => sum(all) >= CHANGES);
    expect(sum(counts.items)).toBe(CHANGES);
    if (delivery.mode === 'each') expect(counts.items).toHaveLength(CHANGES);
    else expect(counts.items.length).toBeLessThan(CHANGES);
  });

  it('a pause holds changes back for one subscription and no other, and loses none', async () => {
    const held = new Recorder<TickChange>();
    const other = new Recorder<TickChange>();
    const latest = new Recorder<Batch>();
    const id = manager.subscribe({ table: 'ticks' }, held.push);
    manager.subscribe({ table: 'ticks' }, other.push);
    const conflating = manager.subscribe({ table: 'ticks', delivery: { mode: 'latest', everyMs: 10 } }, latest.push);
    await live();
    manager.pause(id);
    manager.pause(conflating);
    await write();
    await other.until('the end', (all) => all.some(isLast));
    expect(held.items).toEqual([]);
    expect(latest.items).toEqual([]);
    manager.resume(id);
    manager.resume(conflating);
    await held.count('changes', CHANGES);
    expect(held.items).toEqual(other.items);
    await latest.count('batch', 1);
    expect(latest.items[0]).toHaveLength(ROWS + 1);
    expect(latest.items[0]?.every(({ eventType }) => eventType === 'INSERT')).toBe(true);
    await lab.db.query('delete from ticks where id = $1', [END]);
    const last = await held.first('the delete', ({ eventType }) => eventType === 'DELETE');
    expect(last.old).toEqual({ id: END, v: 1 });
  });
});
