import { afterEach, describe, expect, it, vi } from 'vitest';
import { watchPage } from '../../../web/core/page/pageLifecycle.js';

/** In place of the window: an event target whose listeners can be counted. */
class CountingTarget extends EventTarget {
  count = 0;

  override addEventListener(type: string, listener: EventListener): void {
    this.count += 1;
    super.addEventListener(type, listener);
  }

  override removeEventListener(type: string, listener: EventListener): void {
    this.count -= 1;
    super.removeEventListener(type, listener);
  }
}

class PageDocument extends CountingTarget {
  visibilityState = 'visible';
}

function stubPage(): {
  window: CountingTarget;
  page: PageDocument;
  connection: CountingTarget;
  online: { onLine: boolean };
} {
  const window = new CountingTarget();
  const page = new PageDocument();
  const connection = new CountingTarget();
  const online = { onLine: true, connection };
  vi.stubGlobal('addEventListener', window.addEventListener.bind(window));
  vi.stubGlobal('removeEventListener', window.removeEventListener.bind(window));
  vi.stubGlobal('document', page);
  vi.stubGlobal('navigator', online);
  return { window, page, connection, online };
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('the page watch', () => {
  it('listens to nothing in Node', () => {
    const watch = watchPage(() => undefined, 1_000);
    expect(watch.listeners).toBe(0);
    expect(watch.current()).toEqual([]);
    watch.stop();
  });

  it('reports each kind of lifecycle event, until it stops', () => {
    const { window, page, connection } = stubPage();
    const seen: string[] = [];
    const watch = watchPage((event) => seen.push(event), 1_000);
    expect(watch.listeners).toBe(window.count + page.count + connection.count);
    for (const type of ['offline', 'online', 'pagehide', 'pageshow']) window.dispatchEvent(new Event(type));
    for (const type of ['freeze', 'resume', 'visibilitychange']) page.dispatchEvent(new Event(type));
    page.visibilityState = 'hidden';
    page.dispatchEvent(new Event('visibilitychange'));
    connection.dispatchEvent(new Event('change'));
    const all = ['offline', 'online', 'pagehide', 'pageshow', 'freeze', 'resume', 'visible', 'hidden', 'networkchange'];
    expect(seen).toEqual(all);

    watch.stop();
    expect([window.count, page.count, connection.count, watch.listeners]).toEqual([0, 0, 0, 0]);
    window.dispatchEvent(new Event('online'));
    expect(seen).toHaveLength(all.length);
  });

  it('knows how things stand for an engine that opens late', () => {
    const { page, online } = stubPage();
    page.visibilityState = 'hidden';
    online.onLine = false;
    const watch = watchPage(() => undefined, 1_000);
    expect(watch.current()).toEqual(['hidden', 'offline']);
    watch.stop();
  });

  it('tells when data is to be saved or the link is slow, and when that is over', () => {
    const { connection } = stubPage();
    const seen: string[] = [];
    const watch = watchPage((event) => seen.push(event), 1_000);
    const change = (to: { saveData?: boolean; effectiveType?: string }): void => {
      Object.assign(connection, to);
      connection.dispatchEvent(new Event('change'));
    };
    change({ effectiveType: '3g' });
    change({ saveData: true });
    change({ effectiveType: '2g' });
    expect(watch.current()).toEqual(['savedata']);
    change({ saveData: false });
    change({ effectiveType: '4g' });
    expect(seen.filter((event) => event !== 'networkchange')).toEqual(['savedata', 'fulldata']);
    expect(seen).toHaveLength(7);
    expect(watch.current()).toEqual([]);
    watch.stop();
  });

  it('listens in a worker to what there is', () => {
    stubPage();
    vi.stubGlobal('document', undefined);
    const seen: string[] = [];
    const watch = watchPage((event) => seen.push(event), 1_000);
    expect(watch.listeners).toBe(3);
    watch.stop();
  });
});
