import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openHubLine } from '../../../web/core/tabs/carriers/hubLine.js';
import type { Command } from '../../../web/core/engine/engine.js';
import { TABS_PROTOCOL, type Port } from '../../../web/core/tabs/wire/messages.js';
import { FakeLocks } from '../support/tabs/fakeLocks.js';
import { realmTimers } from '../support/tabs/life.js';
import { OPTIONS } from '../support/tabs/scriptedHub.js';
import { SimBrowser, type WorkerKind } from '../support/tabs/simulatedBrowser.js';
import { SimDatabase } from '../support/tabs/simulatedCore.js';
import { SimTab } from '../support/tabs/simulatedTabs.js';

let plainTimers: () => void;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
  plainTimers = realmTimers();
});

afterEach(() => {
  plainTimers();
  vi.useRealTimers();
});

const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

async function openTab(browser: SimBrowser, number: number): Promise<SimTab> {
  const tab = new SimTab(browser, number, 'ana', 'worker');
  tab.open();
  for (const table of ['plain', 'other', 'tracked']) tab.subscribe(table);
  await pass(5_000);
  expect(tab.overall).toBe('live');
  return tab;
}

describe('a second tab', () => {
  // Each is a way to another process and back, which the tab waits for.
  it.each([
    // The last one only looks for older workers, when all is live.
    ['works', { hold: 1, held: 2 }],
    ['none', { hold: 1, held: 1 }],
  ] as const)('asks the browser once for the locks that there are (SharedWorker: %s)', async (kind, expected) => {
    const browser = new SimBrowser(kind satisfies WorkerKind, new SimDatabase(), () => 1);
    const first = await openTab(browser, 0);
    const [hold, held] = [vi.spyOn(browser.locks, 'hold'), vi.spyOn(browser.locks, 'held')];
    const second = await openTab(browser, 1);
    expect({ hold: hold.mock.calls.length, held: held.mock.calls.length }).toEqual(expected);
    for (const { life } of [first, second, ...browser.workers]) browser.end(life);
  });
});

describe('a line', () => {
  const flush = (id: number): Command => ({ kind: 'flush', id });

  async function openLine(): Promise<{ line: Awaited<ReturnType<typeof openHubLine>>; posted: unknown[] }> {
    const posted: unknown[] = [];
    const port: Port = {
      post: (message) => posted.push(message),
      listen: (call) => {
        call({ welcome: true });
      },
      close: () => undefined,
    };
    const attach = { protocol: TABS_PROTOCOL, user: '', options: OPTIONS, wasm: '', loadTimeoutMs: 1, lock: 'tab' };
    const waits = { helloMs: 5_000, isKnown: true, wedged: () => undefined, release: () => undefined };
    const line = await openHubLine(
      { port, attach: { ...attach, logLevel: 'warn' }, locks: new FakeLocks(), ...waits },
      { batch: () => undefined, lost: () => undefined },
      new AbortController().signal,
    );
    posted.splice(0);
    return { line, posted };
  }

  it('takes the commands of one turn along together, in their order', async () => {
    const { line, posted } = await openLine();
    for (const id of [1, 2, 3]) line.send(flush(id));
    await Promise.resolve();
    line.send(flush(4));
    await Promise.resolve();
    expect(posted).toEqual([{ commands: [1, 2, 3].map(flush) }, { commands: [flush(4)] }]);
    line.close();
  });

  it('that is closed has sent what it was given before', async () => {
    const { line, posted } = await openLine();
    line.send(flush(1));
    line.close();
    line.send(flush(2));
    await Promise.resolve();
    expect(posted).toEqual([{ commands: [flush(1)] }, { leave: true }]);
  });
});
