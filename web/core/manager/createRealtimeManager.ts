import type { RegisteredChannels } from '../api/channel.js';
import type { RegisteredDatabase } from '../api/database.js';
import type { OpenEngine } from '../engine/engine.js';
import { wasmEngineOpener } from '../engine/loadModule.js';
import { Manager } from './manager.js';
import { remember } from './managersInUse.js';
import { checkManagerOptions, type CheckedOptions } from '../checks/managerOptions.js';
import type { ManagerOptions } from '../api/options.js';
import type { RealtimeManager } from '../api/realtimeManager.js';

/** The manager itself, with what only this package may use. Its ids come after `startAfter`. */
export function createManager(options: ManagerOptions, startAfter = 0): Manager {
  const checked = checkManagerOptions(options);
  const manager = open(checked, startAfter);
  remember(manager, options, checked);
  return manager;
}

/** The same, and `findManager` does not find it. */
export function createPrivateManager(options: ManagerOptions): Manager {
  return open(checkManagerOptions(options));
}

function open(checked: CheckedOptions, startAfter = 0): Manager {
  const { wasm, transport, loadTimeoutMs, engine } = checked;
  const numbered = engine.tables !== undefined;
  const openOwn = wasmEngineOpener({ wasm, numbered, transport }, loadTimeoutMs);
  return new Manager(checked, checked.tabs === null ? openOwn : shared(checked, checked.tabs, openOwn), startAfter);
}

/** What is needed for the option `tabs` is loaded only with it. */
function shared(
  { wasm, transport, loadTimeoutMs, logLevel }: CheckedOptions,
  { worker }: { worker: string | URL | null },
  openOwn: OpenEngine,
): OpenEngine {
  return async (options, sink, signal, newestToken) => {
    const { tabEngineOpener } = await import('../tabs/carriers/openTabEngine.js');
    const hasTransport = transport !== null;
    const settings = { worker, wasm, hasTransport, loadTimeoutMs, logLevel, openOwn };
    return tabEngineOpener(settings)(options, sink, signal, newestToken);
  };
}

/**
 * Makes a manager. It starts nothing and listens to nothing before its first subscription.
 *
 * ```ts
 * const manager = createRealtimeManager<Database>({ url: 'https://ref.supabase.co', apikey });
 * ```
 *
 * @typeParam Db the `Database` type that `supabase gen types typescript` writes; checks tables, columns and rows.
 * @typeParam Channels the application's own type of its channels; checks names, events and payloads.
 * @throws SwitchboardError for options that can't work; the message names the option and the fix.
 */
export function createRealtimeManager<Db = RegisteredDatabase, Channels = RegisteredChannels>(
  options: ManagerOptions<Db>,
): RealtimeManager<Db, Channels> {
  // Types are all that the parameters change.
  return createManager(options as ManagerOptions) as unknown as RealtimeManager<Db, Channels>;
}
