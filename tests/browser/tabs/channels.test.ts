import type { BrowserContext, Page } from 'playwright-core';
import { createRealtimeManager, type Channel, type RealtimeManager } from 'switchboard-realtime';
import type * as Package from 'switchboard-realtime';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { untilServer } from '../support/plainPage.js';
import { TabsWorld, type Carrier } from '../support/tabsWorld.js';

interface Room {
  manager: Package.RealtimeManager;
  channel: Package.Channel;
  /** Payloads of `say`. */
  heard: unknown[];
  /** What became of presence: joins, updates and leaves by key. */
  presence: string[];
  /** How often it has become live. */
  live: number;
}

declare global {
  var room: Room;
}

/** Longer than a handle's payload stays when its tab has closed, and than presence waits for who may come back. */
const patient = { timeout: 60_000 };

let world: TabsWorld;
let context: BrowserContext;
let outside: RealtimeManager;
let rooms = 0;
let name = '';

beforeAll(async () => {
  world = await TabsWorld.open();
});

beforeEach(() => {
  rooms += 1;
  name = `room:${String(rooms)}`;
  const { url, anonKey: apikey } = world.backend;
  outside = createRealtimeManager({ url, apikey, logger: null });
});

afterEach(async () => {
  await outside.dispose();
  await world.leave(context);
});

afterAll(() => world.close());

/** Runs in the page: enters the room. Resolves when its channel is live. */
async function enter({ url, apikey, name }: Record<'url' | 'apikey' | 'name', string>): Promise<unknown> {
  const manager = globalThis.switchboard.createRealtimeManager({ url, apikey, tabs: true });
  const channel = manager.channel(name, { presence: { key: 'ana' } });
  const room: Room = { manager, channel, heard: [], presence: [], live: 0 };
  globalThis.room = room;
  channel.on('say', (payload) => room.heard.push(payload));
  channel.onPresence(({ joins, updates, leaves }) => {
    for (const [kind, members] of Object.entries({ joins, updates, leaves }))
      for (const { key } of members) room.presence.push(`${kind} ${key}`);
  });
  await new Promise<void>((resolve) => {
    channel.onStatus(({ state }) => {
      if (state !== 'live') return;
      room.live += 1;
      resolve();
    });
  });
  return manager.status().tabs?.carrier;
}

async function openTabs(carrier: Carrier, count: number): Promise<Page[]> {
  context = await world.newContext(carrier);
  const { url, anonKey: apikey } = world.backend;
  const pages: Page[] = [];
  for (let opened = 0; opened < count; opened += 1) {
    const page = await world.openPage(context);
    expect(await page.evaluate(enter, { url, apikey, name })).toBe(carrier);
    pages.push(page);
  }
  return pages;
}

/** Somebody elsewhere in the same room, with all that happens to presence. */
async function enterFromOutside(): Promise<{ channel: Channel; presence: string[]; heard: unknown[] }> {
  const channel = outside.channel(name, { presence: { key: 'ben' } });
  const presence: string[] = [];
  const heard: unknown[] = [];
  channel.on('say', (payload) => heard.push(payload));
  channel.onPresence(({ joins, updates, leaves }) => {
    presence.push(...joins.map(({ key, payload }) => `${key} joins with ${String(payload['tab'])}`));
    presence.push(...updates.map(({ key, payload }) => `${key} has ${String(payload['tab'])}`));
    presence.push(...leaves.map(({ key }) => `${key} leaves`));
  });
  await expect.poll(() => channel.status().state, patient).toBe('live');
  return { channel, presence, heard };
}

const heardIn = (page: Page): Promise<unknown[]> => page.evaluate(() => globalThis.room.heard);
const track = (page: Page, tab: number): Promise<void> =>
  page.evaluate((number) => {
    globalThis.room.channel.track({ tab: number });
  }, tab);

/** Sends in the page, and waits for the server's answer. Resolves with the code of the error; empty: there was none. */
function say(page: Page, text: string): Promise<string> {
  return page.evaluate(
    (payload) =>
      globalThis.room.channel.send('say', { payload }, { ack: true, timeoutMs: 60_000 }).then(
        () => '',
        (error: unknown) => (error as Package.SwitchboardError).code,
      ),
    text,
  );
}

async function untilLive(page: Page, times: number): Promise<void> {
  await page.waitForFunction((least) => globalThis.room.live >= least, times);
}

describe.each(['worker', 'tab'] as const)('a channel with a %s as the carrier', (carrier) => {
  it('is one for all tabs, and a broadcast reaches the other tabs and everybody else once, with the answer to its sender', async () => {
    const [first, second, third] = (await openTabs(carrier, 3)) as [Page, Page, Page];
    const { channel, heard } = await enterFromOutside();
    expect(world.backend.stats()).toMatchObject({ connections: 2, channels: 2 });
    expect(await say(first, 'a')).toBe('');
    expect(await say(second, 'b')).toBe('');
    await channel.send('say', { payload: 'c' }, { ack: true });
    const [a, b, c] = ['a', 'b', 'c'].map((payload) => ({ payload }));
    await expect.poll(() => heardIn(first), patient).toEqual([b, c]);
    await expect.poll(() => heardIn(second), patient).toEqual([a, c]);
    await expect.poll(() => heardIn(third), patient).toEqual([a, b, c]);
    await expect.poll(() => heard, patient).toEqual([a, b]);
  });

  it('has an outcome for everything that is sent while the carrier is ended, and goes on afterwards', async () => {
    let pages = await openTabs(carrier, 4);
    const { heard } = await enterFromOutside();
    for (let ended = 1; ended <= 3; ended += 1) {
      const before = pages;
      const sends = before.map((page, at) => say(page, `during ${String(ended)} ${String(at)}`).catch(() => 'closed'));
      pages = await world.endCarrier(carrier, pages);
      for (const outcome of await Promise.all(sends)) expect(['', 'SEND_LOST', 'closed']).toContain(outcome);
      for (const page of pages) await untilLive(page, 1 + ended);
      for (const page of pages) expect(await say(page, `after ${String(ended)}`)).toBe('');
      const expected = pages.length;
      const count = (): number => heard.filter((each) => sameText(each, `after ${String(ended)}`)).length;
      await expect.poll(count, patient).toBe(expected);
    }
    expect(new Set(heard.filter((each) => textOf(each).startsWith('during')).map(textOf)).size).toBe(
      heard.filter((each) => textOf(each).startsWith('during')).length,
    );
  });

  it('has one presence of the user: a tab that closes leaves nobody, and the last one leaves', async () => {
    const [first, second] = (await openTabs(carrier, 2)) as [Page, Page];
    const { presence } = await enterFromOutside();
    await track(first, 1);
    await expect.poll(() => presence, patient).toEqual(['ana joins with 1']);
    await track(second, 2);
    await expect.poll(() => presence, patient).toEqual(['ana joins with 1', 'ana has 2']);
    await expect.poll(() => first.evaluate(() => globalThis.room.channel.presence().length), patient).toBe(1);
    // The first is the carrier, where a tab is.
    await second.close();
    await expect.poll(() => presence, patient).toEqual(['ana joins with 1', 'ana has 2', 'ana has 1']);
    await expect
      .poll(() => first.evaluate(() => globalThis.room.presence), patient)
      .toEqual(['joins ana', 'updates ana', 'updates ana']);
    await first.close();
    await expect.poll(() => presence.slice(3), patient).toEqual(['ana leaves']);
    await untilServer(world.backend, ({ connections }) => connections === 1);
  });

  it('shows nobody who leaves and comes back while the carrier is ended', async () => {
    const pages = await openTabs(carrier, 3);
    for (const [at, page] of pages.entries()) await track(page, at);
    const { channel } = await enterFromOutside();
    channel.track({ tab: 'outside' });
    for (const page of pages) await page.waitForFunction(() => globalThis.room.channel.presence().length === 2);
    const left = await world.endCarrier(carrier, pages);
    for (const page of left) await untilLive(page, 2);
    await channel.send('say', { payload: 'again' }, { ack: true });
    for (const page of left) {
      await expect.poll(async () => (await heardIn(page)).length, patient).toBe(1);
      await page.waitForFunction(() => globalThis.room.channel.presence().length === 2);
      expect((await page.evaluate(() => globalThis.room.presence)).filter((each) => each.startsWith('leaves'))).toEqual(
        [],
      );
    }
  });
});

function textOf(message: unknown): string {
  return String((message as { payload: unknown }).payload);
}

function sameText(message: unknown, text: string): boolean {
  return textOf(message) === text;
}
