import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ManagerOptions } from '../../../web/core/api/options.js';
import type { FetchCommand } from '../../../web/core/engine/engine.js';
import { SharedFetches } from '../../../web/core/manager/sharedFetches.js';
import { fakeTime, tick } from '../support/fakeTime.js';
import { changeText, each } from '../support/scriptedEngine.js';
import { managerOfTab } from '../support/tabs/managerTab.js';
import { ScriptedHub, type RawTab } from '../support/tabs/scriptedHub.js';

fakeTime({ random: 0.5 });

let hub: ScriptedHub;

beforeEach(() => {
  hub = new ScriptedHub();
});

const want = (tab: RawTab, request: number, delayMs = 0, key = 'rows'): void => {
  tab.send({ kind: 'wantFetch', request, key, delayMs });
};
const done = (tab: RawTab, request: number, ...rows: unknown[]): void => {
  tab.send({ kind: 'fetchDone', request, rows });
};

/** What a tab was told of fetches since the last call. */
function told(tab: RawTab): unknown[] {
  return tab
    .take()
    .flatMap(({ control }) => [
      ...(control?.fetchDue ?? []).map((request) => ({ due: request })),
      ...(control?.fetched ?? []),
    ]);
}

async function openTabs(count: number): Promise<RawTab[]> {
  const tabs = await Promise.all(Array.from({ length: count }, () => hub.tab()));
  for (const tab of tabs) tab.take();
  return tabs;
}

/** Two for tests with two. */
async function openTwo(): Promise<[RawTab, RawTab]> {
  const [a, b] = await openTabs(2);
  if (a === undefined || b === undefined) throw new Error('there are two');
  return [a, b];
}

describe('of tabs that want the same rows', () => {
  it('one fetches for all who asked before that began, and who asked later gets the next', async () => {
    const [a, b] = await openTwo();
    want(a, 1, 500);
    await tick(400);
    want(b, 7, 500);
    expect([told(a), told(b)]).toEqual([[], []]);
    await tick(100);
    expect([told(a), told(b)]).toEqual([[{ due: 1 }], []]);
    want(b, 8);
    done(a, 1, 'first');
    expect([told(a), told(b)]).toEqual([[], [{ request: 7, rows: ['first'] }, { due: 8 }]]);
    done(b, 8, 'second');
    want(a, 2);
    expect([told(a), told(b)]).toEqual([[{ due: 2 }], []]);
  });

  it('those that can not wait begin, and the wait of others is over too', async () => {
    const [a, b] = await openTwo();
    want(a, 1, 500);
    want(b, 1);
    await tick(1_000);
    const all = [told(a), told(b)].flat();
    expect(all).toEqual([{ due: 1 }]);
  });

  it('one that is looked at fetches rather than one that is hidden', async () => {
    const [a, b] = await openTwo();
    a.send({ kind: 'notify', event: 'hidden' });
    want(a, 1, 500);
    want(b, 1, 500);
    await tick(500);
    expect([told(a), told(b)]).toEqual([[], [{ due: 1 }]]);
  });

  const ends: Readonly<Record<string, (tab: RawTab) => void>> = {
    fails: (tab) => {
      tab.send({ kind: 'fetchFailed', request: 1 });
    },
    leaves: (tab) => {
      tab.post({ leave: true });
    },
    closes: (tab) => {
      hub.locks.release(tab.lock);
    },
    'takes longer than 10 s': () => {
      vi.advanceTimersByTime(10_000);
    },
  };
  it.each(Object.entries(ends))(
    'another takes the place of one that %s, and who asked meanwhile waits for the next',
    async (_how, end) => {
      const [a, b] = await openTwo();
      want(a, 1, 1);
      want(b, 1, 1);
      await tick(1);
      want(b, 2);
      expect([told(a), told(b)]).toEqual([[{ due: 1 }], []]);
      end(a);
      await tick();
      expect(told(b)).toEqual([{ due: 1 }]);
      done(a, 1, 'too late');
      done(b, 1, 'rows');
      expect(told(b)).toEqual([{ due: 2 }]);
    },
  );

  it('nobody fetches when none wants them any more', async () => {
    const [a, b] = await openTwo();
    want(a, 1, 500);
    want(b, 1, 500);
    a.send({ kind: 'fetchFailed', request: 1 });
    b.post({ leave: true });
    await tick(1_000);
    expect([told(a), told(b)]).toEqual([[], []]);
    want(a, 2, 500);
    await tick(500);
    expect(told(a)).toEqual([{ due: 2 }]);
  });

  it('those of another user, or with another key, get nothing of it', async () => {
    const [[a, b], other] = [await openTwo(), await hub.tab('ben')];
    want(a, 1);
    want(b, 1, 0, 'other rows');
    want(other, 1);
    expect([a, b, other].map((tab) => told(tab))).toEqual([[{ due: 1 }], [{ due: 1 }], [{ due: 1 }]]);
    done(a, 1, 'rows');
    expect([a, b, other].flatMap((tab) => told(tab))).toEqual([]);
  });
});

describe('live rows with `shareFetch`', () => {
  type Rows = readonly { id: number }[];
  interface Opened {
    readonly manager: ReturnType<typeof managerOfTab>;
    readonly rows: () => readonly unknown[];
    readonly state: () => string;
    readonly calls: { resolve: (rows: Rows) => void; reject: (error: Error) => void }[];
  }

  async function open(given: Partial<ManagerOptions> = {}, shareFetch = true): Promise<Opened> {
    const manager = managerOfTab(hub, { logger: null, ...given });
    const calls: Opened['calls'] = [];
    const view = manager.liveRows<{ id: number }>({
      ...{ table: 'bookings', key: 'id', shareFetch },
      fetch: () => new Promise((resolve, reject) => calls.push({ resolve, reject })),
    });
    await tick();
    return { manager, calls, rows: () => view.rows(), state: () => view.status().state };
  }

  /** Both are live, and have fetched. */
  async function openLive(count: number, given: Partial<ManagerOptions> = {}): Promise<Opened[]> {
    const views: Opened[] = [];
    for (let left = count; left > 0; left -= 1) {
      const view = await open(given);
      views.push(view);
      for (const { id } of hub.core.of('subscribe').slice(-1)) live(id);
      await settle(view, [{ id: 1 }]);
    }
    expect(views.map(({ rows, state }) => [state(), rows()])).toEqual(views.map(() => ['live', [{ id: 1 }]]));
    for (const { calls } of views) calls.splice(0);
    return views;
  }

  const live = (id: number): void => {
    const rest = { since: 1, attempts: 0, nextRetryAt: null, code: 'OK', message: '', retryable: true } as const;
    hub.core.say({
      status: { subscriptions: [{ id, state: 'live', mode: 'live', ...rest }] },
      notices: [
        { subscription: id, status: 'SUBSCRIBED', code: 'OK', message: '', retryable: true, nextRetryAt: null },
      ],
    });
  };

  async function settle({ calls }: Opened, rows: Rows): Promise<void> {
    for (let times = 0; times < 3; times += 1) {
      await tick();
      for (const { resolve } of calls.splice(0)) resolve(rows);
      await tick();
    }
  }

  /** An interruption of all, which is over. */
  function interrupt(): void {
    const gap = { id: 1, code: 'CONNECTION_LOST', message: '', fromCommit: null, from: 1, to: null } as const;
    const ids = hub.core.of('subscribe').map(({ id }) => id);
    hub.core.say({ gaps: ids.map((subscription) => ({ ...gap, subscription })) });
    hub.core.say({ gaps: ids.map((subscription) => ({ ...gap, subscription, to: 2 })) });
  }

  it('fetch once for all tabs after a gap, at a time of the browser, and show what came meanwhile', async () => {
    const [a, b, c] = await openLive(3);
    if (a === undefined || b === undefined || c === undefined) throw new Error('there are three');
    const all = [a, b, c];
    interrupt();
    await tick(499);
    expect(all.map(({ calls }) => calls.length)).toEqual([0, 0, 0]);
    await tick(1);
    expect(all.map(({ calls }) => calls.length)).toEqual([1, 0, 0]);
    hub.core.say({}, each([3], changeText({ id: 3 })));
    a.calls[0]?.resolve([{ id: 1 }, { id: 2 }]);
    await tick();
    expect(all.map(({ state }) => state())).toEqual(['live', 'live', 'live']);
    expect(all.map(({ rows }) => rows().map((row) => (row as { id: number }).id))).toEqual([
      [1, 2],
      [1, 2],
      [1, 2, 3],
    ]);
  });

  it('fetch in another tab when one fails, which tries again by itself', async () => {
    const [a, b] = await openLive(2);
    interrupt();
    await tick(500);
    a?.calls[0]?.reject(new Error('no'));
    await tick();
    expect([a?.state(), b?.calls.length]).toEqual(['stale', 1]);
    b?.calls[0]?.resolve([{ id: 2 }]);
    await tick();
    expect([b?.state(), b?.rows()]).toEqual(['live', [{ id: 2 }]]);
    await tick(5_000);
    expect(a?.calls).toHaveLength(2);
  });

  it('are not given to others by a tab in which somebody else has signed in, whether or not the core knows it', async () => {
    let token = tokenOf('ana');
    const a = await open({ accessToken: () => token });
    await settle(a, []);
    const b = await open({ accessToken: () => tokenOf('ana') });
    expect(b.calls).toHaveLength(1);
    const again = await open({ accessToken: () => tokenOf('ana') });
    token = tokenOf('ana');
    expect(again.calls).toHaveLength(0);
    b.calls[0]?.resolve([{ id: 1 }]);
    await tick();
    expect([again.calls.length, hub.cores.length]).toEqual([1, 1]);
    // `again` fetches; `a` asks, and its user is another one when it comes to fetch for both.
    again.calls[0]?.resolve([{ id: 1 }]);
    await tick();
    interrupt();
    await tick(500);
    expect([a, b, again].map(({ calls }) => calls.length)).toEqual([1, 1, 1]);
    token = tokenOf('ben');
    a.calls[0]?.resolve([{ id: 666 }]);
    await tick();
    expect([b.rows(), again.rows()]).toEqual([[{ id: 1 }], [{ id: 1 }]]);
    expect([b.calls.length, again.calls.length]).toEqual([2, 1]);
  });

  it('fetch in each tab what can not be copied, and where there are no other tabs', async () => {
    const given: FetchCommand[] = [];
    const fetches = new SharedFetches(1_000, (command) => given.push(command) > 0);
    const { signal } = new AbortController();
    const rows = [{ call: () => undefined }];
    const shared = fetches.rows({ key: 'k', isPaced: false, signal, fetch: () => Promise.resolve(rows) });
    fetches.due([1]);
    expect(await shared).toBe(rows);
    expect(given.map(({ kind }) => kind)).toEqual(['wantFetch', 'fetchFailed']);

    const alone = new SharedFetches(1_000, () => false);
    const fetch = vi.fn(() => Promise.resolve([1]));
    const own = alone.rows({ key: 'k', isPaced: true, signal, fetch });
    await tick(499);
    expect(fetch).not.toHaveBeenCalled();
    await tick(1);
    expect(await own).toEqual([1]);
  });

  it('fetch by themselves when the line is lost meanwhile', async () => {
    const [a, b] = await openLive(2);
    interrupt();
    await tick(500);
    expect([a?.calls.length, b?.calls.length]).toEqual([1, 0]);
    for (const name of await hub.locks.held()) if (name.startsWith('hub')) hub.locks.seize(name);
    await tick();
    expect([a?.calls.length, b?.calls.length]).toEqual([1, 1]);
    b?.calls[0]?.resolve([{ id: 5 }]);
    await tick();
    expect(b?.rows()).toEqual([{ id: 5 }]);
  });
});

const tokenOf = (sub: string): string =>
  `e30.${Buffer.from(JSON.stringify({ sub, exp: Date.now() / 1_000 + 3_600 })).toString('base64url')}.s`;
