import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Carriers } from '../../../web/core/tabs/carriers/carriers.js';
import { LeaderCall } from '../../../web/core/tabs/carriers/leaderCall.js';
import { LEADER, Leadership } from '../../../web/core/tabs/carriers/leadership.js';
import type { Realm } from '../../../web/core/tabs/carriers/realm.js';
import { Life, realmTimers } from '../support/tabs/life.js';
import { SimBrowser } from '../support/tabs/simulatedBrowser.js';
import { SimDatabase } from '../support/tabs/simulatedCore.js';
import { SimTab } from '../support/tabs/simulatedTabs.js';

let plainTimers: () => void;
let browser: SimBrowser;
let tabs: SimTab[];

const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
  plainTimers = realmTimers();
  browser = new SimBrowser('none', new SimDatabase(), () => 1);
  tabs = [];
  for (let number = 0; number < 3; number += 1) {
    const tab = new SimTab(browser, number, 'ana', 'worker');
    tabs.push(tab);
    tab.open();
    tab.subscribe('plain');
    // Each asks at its own times whether the leader is there.
    await pass(3_000);
  }
});

afterEach(() => {
  for (const { life } of tabs) browser.end(life);
  plainTimers();
  vi.useRealTimers();
});

const tab = (number: number): SimTab => {
  const found = tabs[number];
  if (found === undefined) throw new Error('there are three');
  return found;
};
const leader = (): number => tabs.findIndex(({ life }) => life === browser.locks.holderOf(LEADER));
const losses = (): string[][] => tabs.map((each) => each.losses);
const live = (): boolean[] => tabs.map(({ told }) => [...told.values()].every(({ state }) => state === 'live'));

describe('a leader', () => {
  it('that does not answer is replaced once, and its other tabs come as soon as there is a new one', async () => {
    expect([leader(), losses()]).toEqual([0, [[], [], []]]);
    tab(0).wedge();
    while (leader() === 0) await pass(100);
    await pass(200);
    const { length } = losses().flat();
    expect([length, live()]).toEqual([2, [true, true, true]]);
    expect(losses().flat().sort()).toEqual(['CONNECTION_LOST', 'HALF_OPEN']);
    const next = leader();
    tab(0).wake();
    await pass(30_000);
    expect([leader(), losses()[0], losses().flat().length]).toEqual([next, ['CONNECTION_LOST'], 3]);
    expect(browser.database.cores).toBe(1);
  });

  it('that is to be frozen leaves at once, and when it goes no frozen tab is the next', async () => {
    tab(1).freeze();
    tab(0).freeze();
    await pass(200);
    expect([leader(), live()[2]]).toEqual([2, true]);
    tab(1).wake();
    tab(0).wake();
    await pass(1_000);
    expect([leader(), live(), browser.database.cores]).toEqual([2, [true, true, true], 1]);
    tab(2).close();
    await pass(1_000);
    expect(leader()).not.toBe(2);
    expect(live().slice(0, 2)).toEqual([true, true]);
  });

  it('is not replaced by who has called the one before it', async () => {
    const life = new Life();
    const leadership = life.enter(
      () => new Leadership(browser.locks, browser.openCore, browser.realmOf(life, new Set())),
    );
    tab(0).wedge();
    const calling = life.enter(() => leadership.call(true));
    await pass(100);
    const call = await calling;
    expect(call.leader).toBeNull();
    while (leader() === 0) await pass(100);
    await pass(100);
    const next = leader();
    life.enter(() => {
      leadership.seize(call);
    });
    await pass(100);
    expect([leader(), call.leader]).toEqual([next, expect.any(String)]);
    browser.end(life);
  });
});

describe('a line that is given up while it is opened', () => {
  it('leaves no lock and no channel, neither in its tab nor at the leader', async () => {
    const life = new Life();
    const { locks, openCore } = browser;
    const carriers = life.enter(
      () => new Carriers({ locks, startWorker: null, realm: browser.realmOf(life, new Set()), openCore }),
    );
    const openOwn = openCore('', 0);
    const options = { url: 'wss://x', apikey: 'key', tokenCallback: false, tuning: {} };
    const connect = carriers.connect({ options, wasm: '', worker: '', loadTimeoutMs: 1, logLevel: 'error', openOwn });
    const events = { batch: () => undefined, lost: () => undefined };
    const before = browser.channelsOf(tab(0).life);
    for (let ms = 0; ms < 30; ms += 1) {
      const stop = new AbortController();
      const opened = life.enter(() => connect('ana', events, stop.signal)).catch(() => null);
      await pass(ms);
      life.enter(() => {
        stop.abort();
      });
      await pass(1_000);
      life.enter(() => void opened.then((connected) => connected?.line.close()));
      await pass(1_000);
    }
    expect(locks.heldBy(life)).toEqual([]);
    expect([browser.channelsOf(life), browser.channelsOf(tab(0).life)]).toEqual([0, before]);
    browser.end(life);
  });
});

describe('a call', () => {
  it('is with the leader that answered first, and hears no other', () => {
    const sent: unknown[] = [];
    let arrive: (message: unknown) => void = () => undefined;
    const realm = {
      channel: (_name: string, call: (message: unknown) => void) => {
        arrive = call;
        return { post: (message: unknown) => sent.push(message), close: () => undefined };
      },
    } as unknown as Realm;
    const call = new LeaderCall('line', 0, realm, () => undefined);
    const heard: unknown[] = [];
    call.listen((message) => heard.push(message));
    call.post({ ping: 1 });
    expect(sent).toEqual([]);
    for (const name of ['first', 'late']) arrive({ leader: name, open: true });
    call.post({ ping: 2 });
    for (const name of ['late', 'first']) arrive({ leader: name, message: { pong: name } });
    expect(sent).toEqual([1, 2].map((ping) => ({ leader: 'first', message: { ping } })));
    expect(heard).toEqual([{ pong: 'first' }]);
    call.close();
    arrive({ leader: 'first', message: { pong: 'closed' } });
    call.post({ ping: 3 });
    expect([sent.length, heard.length]).toEqual([2, 1]);
  });
});
