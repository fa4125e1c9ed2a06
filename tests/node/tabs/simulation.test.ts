import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { randomFrom } from '../support/random.js';
import { FakeLocks } from '../support/tabs/fakeLocks.js';
import { SimDatabase } from '../support/tabs/simulatedCore.js';
import { SimTab, SimWorkers, type Told } from '../support/tabs/simulatedTabs.js';

const TABLES = ['plain', 'tracked', 'other'];
const USERS = ['ana', 'ana', 'ben', ''];
/** Runs by default; more with SEEDS. */
const SEEDS = Number(process.env.SEEDS ?? 150);
const FIRST = Number(process.env.SEED ?? 1);
const STEPS = 60;

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

interface World {
  readonly random: (below: number) => number;
  readonly database: SimDatabase;
  readonly locks: FakeLocks;
  readonly workers: SimWorkers;
  readonly tabs: SimTab[];
}

function pick<T>(random: World['random'], items: readonly T[]): T | undefined {
  return items[random(items.length)];
}

async function openTab(world: World): Promise<void> {
  const tab = new SimTab(world.workers, pick(world.random, USERS) ?? '');
  world.tabs.push(tab);
  // It may be closed before it is open, or find a worker that does not answer.
  for (let tries = 0; !tab.isOpen() && tab.life.alive && tries < 4; tries += 1) {
    const opening = tab.open().catch(() => undefined);
    await pass(100);
    if (!tab.isOpen()) await pass(6_000);
    void opening;
  }
  tab.subscribe(pick(world.random, TABLES) ?? '');
}

/** One thing that happens to one of the tabs or the worker. */
async function act(world: World): Promise<void> {
  const { random, tabs, workers, database } = world;
  const tab = pick(
    random,
    tabs.filter(({ life }) => life.alive),
  );
  const kind = random(24);
  if (tab === undefined || (kind === 0 && tabs.length < 8)) return openTab(world);
  const ids = [...tab.told.keys()];
  const id = pick(random, ids) ?? 0;
  if (kind <= 2) tab.subscribe(pick(random, TABLES) ?? '');
  else if (kind === 3) tab.unsubscribe(id);
  else if (kind === 4) tab.engine?.send({ kind: 'pause', id });
  else if (kind <= 6) for (const each of ids) tab.engine?.send({ kind: 'resume', id: each });
  else if (kind === 7) tab.crash();
  else if (kind === 8) tab.close();
  else if (kind <= 10) tab.life.sleep(random(2) === 0);
  else if (kind === 11) workers.newest.kill();
  else if (kind === 12) workers.newest.life.sleep(true);
  else if (kind === 13) tab.engine?.send({ kind: 'notify', event: 'pagehide' });
  else if (kind <= 15) tab.engine?.send({ kind: 'notify', event: 'pageshow' });
  else if (kind === 16) tab.engine?.send({ kind: 'notify', event: random(2) === 0 ? 'hidden' : 'visible' });
  else if (kind === 17) tab.signIn(pick(random, USERS) ?? '');
  else for (let left = 1 + random(4); left > 0; left -= 1) database.commit(pick(random, TABLES) ?? '');
}

/** Everything is well again; resolves when it should have been noticed. */
async function calm({ tabs, database, workers }: World): Promise<void> {
  for (const tab of tabs) {
    if (!tab.life.alive) continue;
    tab.life.sleep(false);
    tab.engine?.send({ kind: 'notify', event: 'pageshow' });
    for (const id of tab.told.keys()) tab.engine?.send({ kind: 'resume', id });
  }
  await pass(60_000);
  workers.wake();
  await pass(1_000);
  for (const table of TABLES) database.commit(table);
  await pass(1_000);
}

/** The numbers of the changes that a subscription lacks and was not told of. */
function missing({ table, numbers, gaps, liveSince }: Told, database: SimDatabase): number[] {
  if (liveSince === null) return [];
  const came = new Set(numbers);
  const isTold = (at: number): boolean => [...gaps.values()].some(({ from, to }) => from <= at && at <= (to ?? -1));
  return database.log
    .filter(
      (change) => change.table === table && change.at > liveSince && !came.has(change.number) && !isTold(change.at),
    )
    .map(({ number }) => number);
}

async function run(seed: number): Promise<void> {
  const random = randomFrom(seed);
  vi.spyOn(Math, 'random').mockImplementation(() => random(1_000) / 1_000);
  const locks = new FakeLocks();
  const database = new SimDatabase();
  const world: World = { random, database, locks, workers: new SimWorkers(locks, database, random), tabs: [] };
  for (let left = 1 + random(3); left > 0; left -= 1) await openTab(world);
  for (let step = 0; step < STEPS; step += 1) {
    await act(world);
    await pass(random(4) === 0 ? random(8_000) : random(60));
  }
  await calm(world);
  const alive = world.tabs.filter(({ life }) => life.alive);
  const found = world.tabs.flatMap(({ faults }) => faults);
  for (const [at, tab] of alive.entries()) {
    for (const [id, told] of tab.told) {
      const name = `tab ${String(at)} of ${tab.user}, subscription ${String(id)} (${told.table})`;
      if (told.state !== 'live') found.push(`${name} is ${told.state}`);
      for (const { to, id: gap } of told.gaps.values())
        if (to === null) found.push(`${name}: gap ${String(gap)} is open`);
      const lost = missing(told, database);
      if (lost.length > 0) found.push(`${name} lacks ${lost.join(', ')}`);
    }
    const expected = tab.told.size === 0 ? 'idle' : 'live';
    if (tab.overall !== expected) found.push(`tab ${String(at)} is ${tab.overall}`);
  }
  const wanted = alive.reduce((sum, tab) => sum + tab.told.size, 0);
  if (database.subscriptions !== wanted) {
    found.push(`cores have ${String(database.subscriptions)} subscriptions for ${String(wanted)}`);
  }
  for (const tab of alive) tab.close();
  await pass(1_000);
  if (database.cores > 0) found.push(`${String(database.cores)} cores are left`);
  expect(found, `seed ${String(seed)}`).toEqual([]);
  vi.restoreAllMocks();
}

it('tabs that come, go, sleep and die, and workers that do, leave nobody stuck and nothing untold', async () => {
  for (let seed = FIRST; seed < FIRST + SEEDS; seed += 1) await run(seed);
});
