import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Loading, type Attempt } from '../../../web/core/base/loading.js';
import { Manager } from '../../../web/core/manager/manager.js';
import { checkManagerOptions } from '../../../web/core/checks/managerOptions.js';
import { turn } from '../support/scriptedEngine.js';

interface Made extends Attempt {
  resolve(value: string): void;
  reject(error: Error): void;
}

let attempts: Made[];
let outcome: string | null;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  attempts = [];
  outcome = null;
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function load(signal = new AbortController().signal): Loading<string> {
  const run = (attempt: Attempt): Promise<string> =>
    new Promise((resolve, reject) => attempts.push({ ...attempt, resolve, reject }));
  const loading = new Loading(run, 10_000);
  wait(loading, signal);
  return loading;
}

function wait(loading: Loading<string>, signal: AbortSignal): void {
  loading.until(signal).then(
    (value) => (outcome = value),
    (error: unknown) => (outcome = String(error)),
  );
}

describe('loading', () => {
  it('has failed when nothing came for its time, and gives the attempt up', async () => {
    load();
    vi.advanceTimersByTime(9_999);
    await turn();
    expect(outcome).toBeNull();
    vi.advanceTimersByTime(1);
    await turn();
    expect(outcome).toBe('Error: nothing came for 10 s');
    expect(attempts.map(({ signal }) => signal.aborted)).toEqual([true]);
  });

  it('may take any time while parts come', async () => {
    load();
    for (let part = 0; part < 5; part += 1) {
      vi.advanceTimersByTime(9_999);
      attempts[0]?.progress();
    }
    attempts[0]?.resolve('all');
    await turn();
    expect(outcome).toBe('all');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is started again on request when it has been quiet for a second, and fails with the latest attempt only', async () => {
    const loading = load();
    vi.advanceTimersByTime(500);
    attempts[0]?.progress();
    vi.advanceTimersByTime(999);
    loading.restart();
    expect(attempts).toHaveLength(1);
    vi.advanceTimersByTime(1);
    loading.restart();
    expect(attempts.map(({ signal }) => signal.aborted)).toEqual([true, false]);
    attempts[0]?.reject(new Error('aborted'));
    attempts[0]?.progress();
    await turn();
    expect(outcome).toBeNull();
    vi.advanceTimersByTime(9_999);
    await turn();
    expect(outcome).toBeNull();
    attempts[1]?.reject(new Error('no network'));
    await turn();
    expect(outcome).toBe('Error: no network');
    loading.restart();
    expect(attempts).toHaveLength(2);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends with an earlier attempt that succeeds after all', async () => {
    const loading = load();
    vi.advanceTimersByTime(1_000);
    loading.restart();
    attempts[0]?.resolve('first');
    await turn();
    expect(outcome).toBe('first');
    expect(attempts[1]?.signal.aborted).toBe(true);
  });
});

describe('loading that somebody waits for', () => {
  it('is given up when nobody does any more, and has failed by then', async () => {
    const [first, second] = [new AbortController(), new AbortController()];
    const loading = load(first.signal);
    wait(loading, second.signal);
    first.abort();
    expect(attempts[0]?.signal.aborted).toBe(false);
    expect(loading.failed).toBe(false);
    second.abort();
    expect(attempts[0]?.signal.aborted).toBe(true);
    expect(loading.failed).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
    await turn();
    expect(outcome).toBe('Error: nobody waits for it any more');
  });

  it('stays as it is when those who waited leave after it has ended', async () => {
    const waiter = new AbortController();
    const loading = load(waiter.signal);
    attempts[0]?.resolve('all');
    await turn();
    waiter.abort();
    expect(loading.failed).toBe(false);
    expect(outcome).toBe('all');
  });
});

describe('a manager whose core is being loaded', () => {
  const window = new EventTarget();

  /** One whose attempts end when the test says so. */
  function open(): { manager: Manager; calls: string[]; fail: () => void } {
    vi.stubGlobal('addEventListener', window.addEventListener.bind(window));
    vi.stubGlobal('removeEventListener', window.removeEventListener.bind(window));
    vi.stubGlobal('navigator', { onLine: true });
    const calls: string[] = [];
    let fail = (): void => undefined;
    const opener = (): Promise<never> => {
      calls.push('open');
      return new Promise((_, reject) => {
        fail = () => {
          reject(new Error('no network'));
        };
      });
    };
    const restart = (): void => void calls.push('restart');
    const options = checkManagerOptions({ url: 'https://ref.example', apikey: 'anon', logger: null });
    const manager = new Manager(options, Object.assign(opener, { restart }));
    manager.subscribe({ table: 'a' }, () => undefined);
    return {
      manager,
      calls,
      fail: () => {
        fail();
      },
    };
  }

  it.each([
    ['online', () => window.dispatchEvent(new Event('online'))],
    [
      'reconnectAll()',
      (manager: Manager) => {
        manager.reconnectAll();
      },
    ],
  ])('starts again what hangs by %s, or the attempt that it waits for', async (_, say) => {
    const { manager, calls, fail } = open();
    await turn();
    say(manager);
    expect(calls).toEqual(['open', 'restart']);
    fail();
    await turn();
    expect(manager.status().subscriptions).toMatchObject([{ code: 'LOAD_FAILED', attempts: 1 }]);
    say(manager);
    await turn();
    expect(calls).toEqual(['open', 'restart', 'open']);
    await manager.dispose();
  });
});
