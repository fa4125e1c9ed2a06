import { afterEach, describe, expect, it, vi } from 'vitest';
import { tickInterval } from '../../../web/core/page/hiddenTicks.js';
import { watchPage, type PageWatch } from '../../../web/core/page/pageLifecycle.js';
import { Bench } from '../support/scriptedEngine.js';

/** In place of a browser's worker. */
class FakeWorker {
  static readonly made: FakeWorker[] = [];
  onmessage: (() => void) | null = null;
  onerror: ((event: Event) => void) | null = null;
  readonly heard: unknown[] = [];
  terminated = false;

  constructor(
    readonly url: URL,
    readonly options: WorkerOptions,
  ) {
    FakeWorker.made.push(this);
  }

  postMessage(message: unknown): void {
    this.heard.push(message);
  }

  terminate(): void {
    this.terminated = true;
  }
}

class PageDocument extends EventTarget {
  visibilityState = 'visible';

  show(visibilityState: 'visible' | 'hidden'): void {
    this.visibilityState = visibilityState;
    this.dispatchEvent(new Event('visibilitychange'));
  }
}

/** A page around this test. */
function stubPage(worker: unknown): { page: PageDocument; window: EventTarget } {
  const page = new PageDocument();
  const window = new EventTarget();
  vi.stubGlobal('addEventListener', window.addEventListener.bind(window));
  vi.stubGlobal('removeEventListener', window.removeEventListener.bind(window));
  vi.stubGlobal('document', page);
  vi.stubGlobal('navigator', { onLine: true });
  vi.stubGlobal('Worker', worker);
  return { page, window };
}

function watch(intervalMs = 1_000): { seen: string[]; pageWatch: PageWatch } {
  const seen: string[] = [];
  return { seen, pageWatch: watchPage((event) => seen.push(event), intervalMs) };
}

/** The newest worker that was made, of so many. */
function worker(count: number): FakeWorker {
  expect(FakeWorker.made).toHaveLength(count);
  return FakeWorker.made.at(-1) as FakeWorker;
}

afterEach(() => {
  FakeWorker.made.length = 0;
  vi.unstubAllGlobals();
});

describe('ticks', () => {
  it('come from a worker while the page is hidden, and only then', () => {
    const { page } = stubPage(FakeWorker);
    const { seen, pageWatch } = watch(1_234);
    expect(FakeWorker.made).toEqual([]);
    page.show('hidden');
    const first = worker(1);
    expect(first.url.href).toMatch(/\/tickWorker\.js$/);
    expect(first.options).toMatchObject({ type: 'module' });
    expect(first.heard).toEqual([1_234]);
    expect(pageWatch.ticking).toBe(true);
    first.onmessage?.();
    first.onmessage?.();
    expect(seen).toEqual(['hidden', 'tick', 'tick']);

    page.show('visible');
    expect(first.terminated).toBe(true);
    expect(pageWatch.ticking).toBe(false);
    first.onmessage?.(); // was on its way
    expect(seen).toEqual(['hidden', 'tick', 'tick', 'visible']);

    page.show('hidden');
    worker(2).onmessage?.();
    expect(seen.at(-1)).toBe('tick');
    pageWatch.stop();
    expect(worker(2).terminated).toBe(true);
  });

  it('come on a page that was hidden from the start', () => {
    const { page } = stubPage(FakeWorker);
    page.visibilityState = 'hidden';
    const { pageWatch } = watch();
    expect(pageWatch.ticking).toBe(true);
    pageWatch.stop();
    expect(worker(1).terminated).toBe(true);
  });

  it('end when the page goes into the back/forward cache, whatever the order of events', () => {
    const { page, window } = stubPage(FakeWorker);
    const { pageWatch } = watch();
    window.dispatchEvent(new Event('pagehide'));
    page.show('hidden');
    expect(FakeWorker.made).toEqual([]);
    page.show('visible');
    window.dispatchEvent(new Event('pageshow'));
    page.show('hidden');
    expect(pageWatch.ticking).toBe(true);
    window.dispatchEvent(new Event('pagehide'));
    expect(pageWatch.ticking).toBe(false);
    pageWatch.stop();
  });

  it('are done without where workers are unknown or forbidden', () => {
    const refused = class {
      constructor() {
        throw new Error('forbidden');
      }
    };
    for (const kind of [undefined, refused]) {
      const { page } = stubPage(kind);
      const { seen, pageWatch } = watch();
      page.show('hidden');
      page.show('visible');
      expect(seen).toEqual(['hidden', 'visible']);
      expect(pageWatch.ticking).toBe(false);
      pageWatch.stop();
    }
  });

  it('are done without when the file can not be loaded, until the page is hidden again', () => {
    const { page } = stubPage(FakeWorker);
    const { pageWatch } = watch();
    page.show('hidden');
    const failure = new Event('error', { cancelable: true });
    worker(1).onerror?.(failure);
    expect(failure.defaultPrevented).toBe(true);
    expect(worker(1).terminated).toBe(true);
    expect(pageWatch.ticking).toBe(false);
    page.show('visible');
    page.show('hidden');
    expect(worker(2).heard).toEqual([1_000]);
    pageWatch.stop();
  });

  it('reach the engine from the first subscription until dispose', async () => {
    const { page } = stubPage(FakeWorker);
    const bench = new Bench({ keepAliveMs: 2_000 });
    page.show('hidden');
    expect(FakeWorker.made).toEqual([]);
    bench.manager.subscribe({ table: 'bookings' }, () => undefined);
    expect(worker(1).heard).toEqual([500]);
    worker(1).onmessage?.(); // no engine yet
    const engine = await bench.open();
    worker(1).onmessage?.();
    expect(engine.commands.filter((command) => command.startsWith('notify'))).toEqual(['notify hidden', 'notify tick']);
    expect(bench.manager.stats().workers).toBe(1);
    await bench.manager.dispose();
    expect(worker(1).terminated).toBe(true);
    expect(bench.manager.stats().workers).toBe(0);
  });
});

describe('the pace of ticks', () => {
  it('is a quarter of the shortest wait for a heartbeat, within bounds', () => {
    expect(tickInterval({})).toBe(2_500);
    expect(tickInterval({ heartbeatIdleMs: 55_000, keepAliveMs: 55_000, heartbeatTimeoutMs: 120_000 })).toBe(2_500);
    expect(tickInterval({ heartbeatIdleMs: 8_000, heartbeatTimeoutMs: 1_000 })).toBe(250);
    expect(tickInterval({ keepAliveMs: 10 })).toBe(50);
  });
});

describe('the policy for trusted types', () => {
  it('is asked for once, also where the page does not allow it', async () => {
    vi.resetModules();
    const fresh = await import('../../../web/core/page/pageLifecycle.js');
    const { page } = stubPage(FakeWorker);
    const createPolicy = vi.fn(() => {
      throw new TypeError('refused');
    });
    vi.stubGlobal('trustedTypes', { createPolicy });
    const pageWatch = fresh.watchPage(() => undefined, 1_000);
    for (const state of ['hidden', 'visible', 'hidden'] as const) page.show(state);
    pageWatch.stop();
    expect(FakeWorker.made.length).toBeGreaterThan(1);
    expect(createPolicy).toHaveBeenCalledOnce();
  });
});
