import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LEADER } from '../../../web/core/tabs/carriers/leadership.js';
import { randomFrom } from '../support/random.js';
import { realmTimers, type Life } from '../support/tabs/life.js';
import { SimBrowser, type WorkerKind } from '../support/tabs/simulatedBrowser.js';
import { SimDatabase } from '../support/tabs/simulatedCore.js';
import { SimTab, type Told } from '../support/tabs/simulatedTabs.js';

const TABLES = ['plain', 'tracked', 'other'];
const USERS = ['ana', 'ana', 'ana', 'ben', ''];
const WORKERS: readonly WorkerKind[] = ['works', 'works', 'works', 'none', 'none', 'none', 'halved', 'silent'];
/** Runs by default; more with SEEDS. */
const SEEDS = Number(process.env.SEEDS ?? 150);
const FIRST = Number(process.env.SEED ?? 1);
const STEPS = 60;

let plainTimers: () => void;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
  plainTimers = realmTimers();
});

afterEach(() => {
  plainTimers();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

interface World {
  readonly random: (below: number) => number;
  readonly database: SimDatabase;
  readonly browser: SimBrowser;
  readonly tabs: SimTab[];
}

function pick<T>(random: World['random'], items: readonly T[]): T | undefined {
  return items[random(items.length)];
}

const alive = ({ tabs }: World): SimTab[] => tabs.filter(({ life }) => life.alive);

function openTab(world: World, user?: string, worker?: string): void {
  const { random, browser, tabs } = world;
  const address = worker ?? (random(10) === 0 ? 'worker-of-another-deployment' : 'worker');
  const tab = new SimTab(browser, tabs.length, user ?? pick(random, USERS) ?? '', address);
  tabs.push(tab);
  tab.open();
  tab.subscribe(pick(random, TABLES) ?? '');
}

/** The machine sleeps: clocks go on. Timers are then as late as they were, or all that were due come at once. */
async function sleepMachine({ tabs, browser, random }: World, ms: number): Promise<void> {
  const lives: Life[] = [...tabs, ...browser.workers].map(({ life }) => life).filter(({ asleep }) => !asleep);
  for (const life of lives) life.sleep(true);
  if (random(2) === 0) {
    vi.setSystemTime(Date.now() + ms);
    browser.jump(ms);
  } else {
    await pass(ms / 100);
  }
  for (const life of lives) life.sleep(false);
}

/** One thing that happens to the origin, its database or its worker. */
async function actOnAll(world: World): Promise<void> {
  const { random, browser, database } = world;
  const kind = random(8);
  const worker = pick(
    random,
    browser.workers.filter(({ life }) => life.alive),
  );
  if (kind === 0 && alive(world).length < 8) openTab(world);
  else if (kind === 1 && worker !== undefined) browser.end(worker.life);
  else if (kind === 2) worker?.life.sleep(true);
  else if (kind === 3) worker?.life.sleep(false);
  else if (kind === 4) await sleepMachine(world, 1_000 * random(10_000));
  else if (kind === 5) browser.slowMs = random(2) === 0 ? 0 : random(900);
  else for (let left = 1 + random(4); left > 0; left -= 1) database.commit(pick(random, TABLES) ?? '');
}

/** After a gap all tabs ask for the same rows, which change meanwhile. */
function shareAll(world: World): void {
  const { random, database } = world;
  for (const tab of alive(world)) {
    tab.share(random(2) * random(1_000));
    database.commit(pick(random, TABLES) ?? '');
  }
}

/** One thing that happens to one of the tabs, the leader more often than others. */
function actOnTab(world: World): void {
  const { random, browser } = world;
  const leader = alive(world).find(({ life }) => life === browser.locks.holderOf(LEADER));
  const tab = random(4) === 0 && leader !== undefined ? leader : pick(random, alive(world));
  if (tab === undefined) {
    openTab(world);
    return;
  }
  const kind = random(20);
  if (kind === 0) tab.crash();
  else if (tab.life.asleep) tab.wake();
  else if (kind <= 2) tab.subscribe(pick(random, TABLES) ?? '');
  else if (kind === 3) tab.unsubscribe(pick(random, [...tab.told.keys()]) ?? 0);
  else if (kind === 4) tab.pause(pick(random, [...tab.told.keys()]) ?? 0);
  else if (kind <= 6) tab.resumeAll();
  else if (kind === 7) tab.close();
  else if (kind <= 9) tab.wedge();
  else if (kind === 10) tab.freeze();
  else if (kind <= 12) tab.putAway();
  else if (kind === 13) tab.notify(random(2) === 0 ? 'hidden' : 'visible');
  else if (kind === 14) tab.dispose();
  else if (kind === 17) tab.ask();
  else if (kind >= 18) shareAll(world);
  else if (kind === 15) tab.signIn(pick(random, USERS) ?? '');
  else openTab(world);
}

/** Nothing happens any more. Some workers and tabs never answer again, until they do, too late. @returns what is wrong while they do not */
async function calm(world: World): Promise<string[]> {
  const { database, browser, random } = world;
  browser.slowMs = 0;
  const stuck = alive(world).filter(
    ({ life, isAway, isFrozen }) => life.asleep && !isAway && !isFrozen && random(2) === 0,
  );
  const others = alive(world).filter((tab) => !stuck.includes(tab));
  for (const tab of others) tab.wake();
  await pass(1_000);
  for (const tab of others) tab.resumeAll();
  await pass(90_000);
  for (const table of TABLES) database.commit(table);
  await pass(1_000);
  const found = others.flatMap((tab) => faultsOf(tab, database));
  for (const { life } of browser.workers) life.sleep(false);
  for (const tab of stuck) tab.wake();
  await pass(1_000);
  for (const tab of stuck) tab.resumeAll();
  await pass(stuck.length === 0 ? 1_000 : 30_000);
  for (const table of TABLES) database.commit(table);
  await pass(1_000);
  return found;
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

/** What a tab that has been left alone for long enough must not show. */
function faultsOf(tab: SimTab, database: SimDatabase): string[] {
  const found = [...tab.faults];
  if (tab.isDisposed) return found;
  if (!tab.isOpen) found.push('is not open');
  for (const [id, told] of tab.told) {
    const name = `subscription ${String(id)} (${told.table})`;
    if (told.state !== 'live') found.push(`${name} is ${told.state}`);
    for (const gap of told.gaps.values()) if (gap.to === null) found.push(`${name}: gap ${String(gap.id)} is open`);
    const lost = missing(told, database);
    if (lost.length > 0) found.push(`${name} lacks ${lost.join(', ')}`);
  }
  for (const [id, answers] of tab.answers)
    if (answers !== 1) found.push(`push ${String(id)} has ${String(answers)} answers`);
  if (tab.fetches.size > 0) found.push(`${String(tab.fetches.size)} fetches have no answer`);
  if (tab.flushes !== 0) found.push(`${String(tab.flushes)} flushes have no answer`);
  const expected = tab.told.size === 0 ? 'idle' : 'live';
  if (tab.overall !== expected) found.push(`is ${tab.overall}`);
  return found.map((fault) => `tab ${String(tab.number)} of ${tab.user}: ${fault}`);
}

/** One core for each user and carrier, and one carrier for all, unless a deployment or a tab can't have that of the others. */
function faultsOfCarriers(world: World): string[] {
  const { browser, database } = world;
  const found: string[] = [];
  const tabs = alive(world).filter(({ isDisposed }) => !isDisposed);
  const carriers = new Set(
    tabs.map(({ tabs: status, worker, number }) => {
      const carrier = status?.carrier ?? 'none';
      return carrier === 'worker' ? worker : carrier === 'own' ? `own ${String(number)}` : carrier;
    }),
  );
  const most = { works: 2, halved: 3, none: 1, silent: 1 }[browser.kind];
  if (carriers.size > most) found.push(`there are several carriers: ${[...carriers].join(', ')}`);
  const shared = new Set(
    tabs.map(({ tabs: status, worker, user }) =>
      [status?.carrier, status?.carrier === 'worker' ? worker : '', user].join(),
    ),
  );
  if (database.cores !== shared.size)
    found.push(`there are ${String(database.cores)} cores for ${[...shared].join('; ')}`);
  const wanted = tabs.reduce((sum, tab) => sum + tab.told.size, 0);
  if (database.subscriptions !== wanted) {
    found.push(`cores have ${String(database.subscriptions)} subscriptions for ${String(wanted)}`);
  }
  return found;
}

function begin(seed: number, kinds: readonly WorkerKind[] = WORKERS): World {
  const random = randomFrom(Math.imul(seed, 2_654_435_761));
  vi.spyOn(Math, 'random').mockImplementation(() => random(1_000) / 1_000);
  const database = new SimDatabase();
  return { random, database, browser: new SimBrowser(pick(random, kinds) ?? 'works', database, random), tabs: [] };
}

async function end(world: World, found: string[], seed: number): Promise<void> {
  for (const tab of alive(world)) tab.close();
  await pass(1_000);
  for (const { life } of world.browser.workers) world.browser.end(life);
  if (world.database.cores > 0) found.push(`${String(world.database.cores)} cores are left`);
  expect(found, `seed ${String(seed)}, ${world.browser.kind}`).toEqual([]);
  vi.clearAllTimers();
  vi.restoreAllMocks();
}

async function run(seed: number): Promise<void> {
  const world = begin(seed);
  const { random } = world;
  for (let left = 1 + random(3); left > 0; left -= 1) openTab(world);
  for (let step = 0; step < STEPS; step += 1) {
    if (random(3) === 0) await actOnAll(world);
    else actOnTab(world);
    await pass(random(4) === 0 ? random(8_000) : random(60));
  }
  const early = await calm(world);
  const found = alive(world).flatMap((tab) => faultsOf(tab, world.database));
  await end(world, [...early, ...found, ...faultsOfCarriers(world)], seed);
}

it('tabs that come, go, stop and die, and workers that do, leave nobody stuck and nothing untold', async () => {
  for (let seed = FIRST; seed < FIRST + SEEDS; seed += 1) await run(seed);
}, 600_000);

/** Tabs of one user that have their line. */
async function openTabs(world: World, count: number): Promise<void> {
  for (let left = count; left > 0; left -= 1) openTab(world, 'ana', 'worker');
  await pass(5_000);
  expect(world.tabs.map(({ overall }) => overall)).toEqual(world.tabs.map(() => 'live'));
}

it('a machine that sleeps makes nobody give up what carries the line', async () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const world = begin(seed, ['works', 'none']);
    const { random, tabs } = world;
    await openTabs(world, 4);
    for (let times = 0; times < 20; times += 1) {
      await sleepMachine(world, 1_000 * random(30_000));
      await pass(random(15_000));
    }
    await end(world, tabs.map(({ losses }) => losses).flat(), seed);
  }
});

it('what happens to a tab that does not carry the line disturbs no other', async () => {
  for (let seed = 1; seed <= 40; seed += 1) {
    const world = begin(seed, ['works', 'none']);
    const { random, tabs, browser } = world;
    await openTabs(world, 6);
    const others = tabs.filter(({ life }) => life !== browser.locks.holderOf(LEADER));
    const hit = others.slice(0, 3);
    for (let step = 0; step < 30; step += 1) {
      const tab = pick(
        random,
        hit.filter(({ life }) => life.alive),
      );
      if (tab?.life.asleep === true) tab.wake();
      else tab?.[pick(random, ['crash', 'close', 'wedge', 'freeze', 'putAway', 'dispose'] as const) ?? 'wedge']();
      await pass(random(3) === 0 ? random(20_000) : random(300));
      world.database.commit('plain');
    }
    await end(
      world,
      tabs.filter((tab) => !hit.includes(tab)).flatMap(({ losses, faults }) => [...losses, ...faults]),
      seed,
    );
  }
});
