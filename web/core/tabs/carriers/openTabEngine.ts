import type { LogLevel } from '../../api/logger.js';
import type { WasmSource } from '../../api/options.js';
import type { TabsStatus } from '../../api/status.js';
import { DEFAULT_TOKEN_TIMEOUT_MS } from '../../api/tuning.js';
import type { Engine, OpenEngine } from '../../engine/engine.js';
import { packagedWasm, wasmAddress } from '../../engine/wasmAddress.js';
import { wasmEngineOpener } from '../../engine/loadModule.js';
import { Carriers, NO_LOCKS } from './carriers.js';
import { pageRealm } from './realm.js';
import { startWorker } from './startWorker.js';
import { webLocks, type Locks } from '../wire/locks.js';
import { TabEngine, type Connect } from '../tab/tabEngine.js';
import { ownerOf } from '../wire/user.js';
import { packagedWorker } from './workerAddress.js';

/** Of a manager with the option `tabs`. */
export interface TabsSettings {
  /** The option's; null: the file in this package. */
  readonly worker: string | URL | null;
  readonly wasm: WasmSource | null;
  readonly hasTransport: boolean;
  readonly loadTimeoutMs: number;
  readonly logLevel: LogLevel;
  /** A core in this realm. */
  readonly openOwn: OpenEngine;
}

/** Of this page. Made at the first need. */
let carriers: Carriers | null = null;

/** Opens engines that share a core with the other tabs, or one in this realm where that can't be. */
export function tabEngineOpener(settings: TabsSettings): OpenEngine {
  return async (options, sink, signal, newestToken) => {
    const { wasm, worker, openOwn, loadTimeoutMs, logLevel } = settings;
    const locks = webLocks();
    const tabs = reasonForOwn(settings, locks !== null);
    if (tabs !== null || locks === null) {
      const engine = await openOwn(options, sink, signal);
      if (tabs !== null) sink({ control: { status: { tabs } }, columnLists: [], deliveries: [] });
      return engine;
    }
    const source = wasm ?? packagedWasm(options.tables !== undefined);
    carriers ??= carriersOfPage(locks);
    const connect = carriers.connect({
      ...{ options, loadTimeoutMs, logLevel, openOwn },
      wasm: wasmAddress(source as string | URL).href,
      worker: addressOf(worker),
    });
    return openAsTab(connect, options, sink, signal, newestToken);
  };
}

/** Null where nobody knows where it is. */
function addressOf(worker: TabsSettings['worker']): string | null {
  if (worker !== null) return wasmAddress(worker).href;
  try {
    return packagedWorker().href;
  } catch {
    return null;
  }
}

function carriersOfPage(locks: Locks): Carriers {
  return new Carriers({
    locks,
    startWorker: typeof SharedWorker === 'function' ? startWorker : null,
    realm: typeof BroadcastChannel === 'function' && typeof document === 'object' ? pageRealm : null,
    openCore: (wasm, loadTimeoutMs) => wasmEngineOpener({ wasm, numbered: false, transport: null }, loadTimeoutMs),
  });
}

/** An engine over what `connect` finds. Rejects when that is nothing at first. */
export async function openAsTab(connect: Connect, ...given: Parameters<OpenEngine>): Promise<Engine> {
  const [options, sink, signal, newestToken = noToken] = given;
  const token = await atMost(options.tuning['tokenTimeoutMs'] ?? DEFAULT_TOKEN_TIMEOUT_MS, newestToken);
  const engine = new TabEngine(options, ownerOf(token, options.apikey).user, connect, sink, newestToken);
  await engine.open(signal);
  return engine;
}

/** Why this tab can't share a line with others, whatever the browser does; null: it may. */
function reasonForOwn({ wasm, hasTransport }: TabsSettings, hasLocks: boolean): TabsStatus | null {
  const own = (code: TabsStatus['code'], message: string): TabsStatus => ({ carrier: 'own', code, message });
  if (hasTransport) return own('TRANSPORT', 'The class that `transport` gives can not be used by other tabs.');
  if (wasm !== null && typeof wasm !== 'string' && !(wasm instanceof URL)) {
    return own('WASM', 'With `tabs`, give the address of the .wasm as the option `wasm`, or leave it out.');
  }
  return hasLocks ? null : NO_LOCKS;
}

const noToken = (): Promise<string> => Promise.resolve('');

/** Empty when there is none in time; the core asks again. */
async function atMost(ms: number, newestToken: () => Promise<string>): Promise<string> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => {
      resolve('');
    }, ms);
  });
  try {
    return await Promise.race([newestToken(), late]);
  } catch {
    return '';
  } finally {
    clearTimeout(timer);
  }
}
