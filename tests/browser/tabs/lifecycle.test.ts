import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
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

describe.each(['worker', 'tab'])('with a %s as the carrier', (carrier) => {
  it('a page in the back/forward cache lets the others go on, and comes back with a gap', async () => {
    const [first, second] = (await tabs.open(carrier)) as [Tab, Tab];
    await first.navigate(`${tabs.server.origin}/page/index.html?another`);
    // Where it was the carrier, the other one is.
    await second.run(untilLive, carrier === 'worker' ? 1 : 2);
    await tabs.expectFlow(second);
    await first.back();
    const isKept = (await first.run(() => typeof globalThis.tab, null)) === 'object';
    if (isKept) {
      expect(await first.run(untilLive, 2)).toEqual(['SUBSCRIBED OK', 'CHANNEL_ERROR SUSPENDED', 'SUBSCRIBED OK']);
    } else {
      // Others wait for a leader's lock. Chromium drops its page when it is slow to give that back.
      expect(carrier).toBe('tab');
      await tabs.follow(carrier, first);
    }
    await tabs.expectFlow(first, second);
    expect(tabs.backend.stats()).toMatchObject({ connections: 1 });
  });

  it('a frozen page that is not the carrier is not waited for, and gets what came meanwhile', async () => {
    const [first, second] = (await tabs.open(carrier)) as [Tab, Tab];
    await second.setFrozen(true);
    await tabs.expectFlow(first);
    await second.setFrozen(false);
    await tabs.expectFlow(first, second);
    expect(await second.run(() => globalThis.tab.names, null)).toEqual(tabs.added.slice(-2));
  });
});

it('a leader that is to be frozen leaves the line to the others at once', async () => {
  const [leader, second, third] = (await tabs.open('tab', 3)) as [Tab, Tab, Tab];
  await leader.setFrozen(true);
  await second.show();
  const [open, over] = ['CONNECTION_LOST open', 'CONNECTION_LOST over'];
  for (const tab of [second, third]) {
    expect(await tab.run(untilLive, 2)).toEqual(['SUBSCRIBED OK', 'CHANNEL_ERROR CONNECTION_LOST', 'SUBSCRIBED OK']);
    expect(await tab.run(() => globalThis.tab.gaps, null)).toEqual([open, over]);
  }
  await tabs.expectFlow(second, third);
  await leader.setFrozen(false);
  await leader.run(untilLive, 2);
  await tabs.expectFlow(leader, second, third);
  await tabs.untilConnections(1);
});
