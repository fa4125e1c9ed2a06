import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RealTabs, untilLive } from '../support/realTabs.js';
import type { Tab } from '../support/realChromium.js';

let tabs: RealTabs;

beforeAll(async () => {
  tabs = await RealTabs.start();
});

afterEach(async () => {
  await tabs.close();
});

afterAll(async () => {
  await tabs.stop();
});

const TAKEN_OVER = ['CHANNEL_ERROR HALF_OPEN', 'CHANNEL_ERROR CONNECTION_LOST'];

/** Each has lost the line once and is live again: by what it found itself, or because another had found it. */
async function expectTakenOver(others: readonly Tab[]): Promise<void> {
  for (const tab of others) {
    const notices = await tab.run(untilLive, 2);
    expect(notices.filter((notice) => notice === 'SUBSCRIBED OK')).toHaveLength(2);
    expect(TAKEN_OVER).toContain(notices[1]);
    const code = notices[1]?.replace('CHANNEL_ERROR ', '') ?? '';
    expect(await tab.run(() => globalThis.tab.gaps, null)).toEqual([`${code} open`, `${code} over`]);
    expect(notices).toHaveLength(3);
  }
}

describe('a leader that does not answer', () => {
  let leader: Tab;
  let others: Tab[];

  beforeEach(async () => {
    const all = await tabs.open('tab', 3);
    leader = all[0] as Tab;
    others = all.slice(1);
    await others[0]?.show();
  });

  async function expectItFollows(): Promise<void> {
    // Its own line has gone on while nobody took what came over it.
    expect((await leader.run(untilLive, 2)).slice(0, 3)).toEqual([
      'SUBSCRIBED OK',
      'CHANNEL_ERROR CONNECTION_LOST',
      'SUBSCRIBED OK',
    ]);
    await tabs.expectFlow(leader, ...others);
    await tabs.untilConnections(1);
    for (const tab of others) expect(await tab.run(() => globalThis.tab.notices.length, null)).toBe(3);
    for (const tab of [leader, ...others]) {
      expect(await tab.run(() => globalThis.tab.names, null)).toEqual([...new Set(await names(tab))]);
    }
  }

  const names = (tab: Tab): Promise<unknown[]> => tab.run(() => globalThis.tab.names, null);

  it('because a debugger has stopped it is replaced, and follows when it goes on', async () => {
    await leader.stopInDebugger();
    await expectTakenOver(others);
    await tabs.expectFlow(...others);
    await leader.send('Debugger.resume');
    await expectItFollows();
  });

  it('because of an endless loop is replaced, and follows when that ends', async () => {
    await leader.loopEndlessly();
    await expectTakenOver(others);
    await tabs.expectFlow(...others);
    await leader.send('Runtime.terminateExecution');
    await expectItFollows();
  });

  it('and never does again is replaced, and misses nobody when it crashes', async () => {
    await leader.loopEndlessly();
    await expectTakenOver(others);
    await tabs.expectFlow(...others);
    void leader.send('Page.crash').catch(() => undefined);
    await tabs.untilConnections(1);
    await tabs.expectFlow(...others);
    for (const tab of others) expect(await tab.run(() => globalThis.tab.notices.length, null)).toBe(3);
  });
});

describe('a worker that does not answer', () => {
  it('is replaced by another, which its tabs keep when it answers again', async () => {
    const all = await tabs.open('worker', 3);
    const worker = await tabs.chromium.sharedWorker();
    await worker.stopInDebugger();
    await expectTakenOver(all);
    await tabs.expectFlow(...all);
    await worker.send('Debugger.resume');
    await tabs.untilConnections(1);
    await tabs.expectFlow(...all);
    for (const tab of all) {
      expect(await tab.run(() => globalThis.tab.notices.length, null)).toBe(3);
      expect(await tab.run(() => globalThis.tab.manager.status().tabs?.carrier, null)).toBe('worker');
    }
  });
});
