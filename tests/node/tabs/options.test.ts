import { afterEach, describe, expect, it, vi } from 'vitest';
import { SwitchboardError } from '../../../web/core/api/errors.js';
import type { TabsStatus } from '../../../web/core/api/status.js';
import { checkManagerOptions } from '../../../web/core/checks/managerOptions.js';
import type { Engine } from '../../../web/core/engine/engine.js';
import type { TabsSettings } from '../../../web/core/tabs/carriers/openTabEngine.js';
import { startWorker } from '../../../web/core/tabs/carriers/startWorker.js';
import { webLocks } from '../../../web/core/tabs/wire/locks.js';
import { OPTIONS } from '../support/tabs/scriptedHub.js';

const good = { url: 'https://ref.example', apikey: 'anon-key-of-test' };

afterEach(() => {
  vi.unstubAllGlobals();
});

/** The error for this `tabs`. */
function errorOf(tabs: unknown): SwitchboardError {
  try {
    checkManagerOptions({ ...good, tabs } as never);
  } catch (error) {
    if (error instanceof SwitchboardError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('the option `tabs`', () => {
  it.each([null, 1, 0, 'yes', '', [], ['worker.js'], () => true, Symbol('tabs')])('refuses %s', (tabs) => {
    expect(errorOf(tabs)).toMatchObject({ code: 'INVALID_OPTION', option: 'tabs' });
    expect(errorOf(tabs).message).toMatch(/`tabs` must be true, false or \{ worker \}, not /u);
  });

  it.each([
    null,
    5,
    true,
    '',
    '  ',
    'http://[half',
    'https://',
    {},
    ['worker.js'],
    'blob:https://ref.example/1',
    'data:text/javascript,1',
    new URL('blob:https://ref.example/1'),
    'javascript:1',
  ])('refuses %s as the address of the worker', (worker) => {
    expect(errorOf({ worker })).toMatchObject({ code: 'INVALID_OPTION', option: 'tabs' });
    expect(errorOf({ worker }).message).toMatch(/`tabs.worker` must be the address of tabs-worker.js .*leave it out/u);
  });

  it('refuses what it does not know', () => {
    expect(errorOf({ wroker: '/tabs-worker.js' })).toMatchObject({ code: 'UNKNOWN_OPTION', option: 'wroker' });
    expect(errorOf({ wroker: '/tabs-worker.js' }).message).toMatch(/Did you mean `worker`/u);
  });

  it.each(['/tabs-worker.js', 'tabs-worker.js', 'https://ref.example/w.js', new URL('https://ref.example/w.js')])(
    'takes %s as the address of the worker',
    (worker) => {
      expect(checkManagerOptions({ ...good, tabs: { worker } }).tabs).toEqual({ worker });
    },
  );
});

/** What a manager with these settings is told of its line, in a realm with these globals. */
async function lineOf(
  settings: Partial<TabsSettings>,
  globals: Readonly<Record<string, unknown>>,
): Promise<TabsStatus | undefined> {
  for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
  // A page keeps what it has found of its browser.
  vi.resetModules();
  const { tabEngineOpener } = await import('../../../web/core/tabs/carriers/openTabEngine.js');
  const own: Engine = { send: () => undefined, dispose: () => Promise.resolve() };
  const open = tabEngineOpener({
    ...{ worker: 'https://ref.example/w.js', wasm: 'https://ref.example/c.wasm', hasTransport: false },
    ...{ loadTimeoutMs: 100, logLevel: 'warn', openOwn: () => Promise.resolve(own) },
    ...settings,
  });
  let told: TabsStatus | undefined;
  const engine = await open(
    OPTIONS,
    ({ control }) => (told = control?.status?.tabs ?? told),
    new AbortController().signal,
  );
  await engine.dispose();
  return told;
}

/** Web Locks of a realm in which nobody else is. */
const emptyLocks = (): unknown => ({
  locks: {
    request: (_name: string, _options: unknown, held: () => unknown) => Promise.resolve(held()),
    query: () => Promise.resolve({ held: [], pending: [] }),
  },
});

const refused = (): Promise<never> => Promise.reject(new Error('SecurityError'));

describe('a tab that can not share has a line of its own, and says why', () => {
  it.each([
    ['with `transport`', { hasTransport: true }, { navigator: emptyLocks() }, 'TRANSPORT'],
    ['with `wasm` as bytes', { wasm: new Uint8Array(4) }, { navigator: emptyLocks() }, 'WASM'],
    ['without Web Locks', {}, { navigator: {} }, 'NO_LOCKS'],
    ['without a navigator', {}, { navigator: undefined }, 'NO_LOCKS'],
    [
      'in a frame without an origin, which may not use its locks',
      {},
      { navigator: { locks: { request: refused, query: refused } } },
      'NO_LOCKS',
    ],
    ['in a worker, or a runtime without pages', {}, { navigator: emptyLocks() }, 'NO_WORKER'],
  ] as const)('%s', async (_name, settings, globals, code) => {
    expect(await lineOf(settings, globals)).toMatchObject({ carrier: 'own', code });
  });
});

describe('a SharedWorker', () => {
  it('that the browser refuses can not be had', () => {
    vi.stubGlobal(
      'SharedWorker',
      class {
        constructor() {
          throw new Error('SecurityError: refused');
        }
      },
    );
    expect(() => startWorker('https://elsewhere.example/w.js', 'name')).toThrow(/can't be started: .*refused/u);
  });

  it('whose file fails can not be had, and nothing is logged for it', async () => {
    let made: { onerror?: (event: { preventDefault: () => void }) => void } = {};
    vi.stubGlobal(
      'SharedWorker',
      class {
        readonly port = new MessageChannel().port1;
        constructor() {
          made = this as typeof made;
        }
      },
    );
    const { failed } = startWorker('/w.js', 'name');
    const preventDefault = vi.fn();
    made.onerror?.({ preventDefault });
    await expect(failed).rejects.toThrow('/w.js, could not be loaded');
    expect(preventDefault).toHaveBeenCalledOnce();
  });
});

describe('Web Locks', () => {
  it('that are lost to another are reported once, and those that were never held are not', async () => {
    const requests: {
      options: { steal?: boolean };
      held: () => Promise<void> | undefined;
      fail: (error: Error) => void;
    }[] = [];
    vi.stubGlobal('navigator', {
      locks: {
        query: () => Promise.resolve({}),
        request: (_name: string, options: { steal?: boolean }, held: () => Promise<void> | undefined) =>
          new Promise((_resolve, fail) => requests.push({ options, held, fail })),
      },
    });
    const locks = webLocks();
    const said: string[] = [];
    const calls = { granted: () => said.push('granted'), lost: () => said.push('lost') };
    locks?.lead('never', false, new AbortController().signal, calls);
    requests[0]?.fail(new Error('InvalidStateError'));
    locks?.lead('taken', true, new AbortController().signal, calls);
    expect(requests[1]?.options).toEqual({ steal: true });
    void requests[1]?.held();
    requests[1]?.fail(new Error('AbortError'));
    const end = new AbortController();
    locks?.lead('given back', false, end.signal, calls);
    void requests[2]?.held();
    end.abort();
    requests[2]?.fail(new Error('AbortError'));
    await Promise.resolve();
    await Promise.resolve();
    expect(said).toEqual(['granted', 'granted', 'lost']);
  });
});
