import { createManager } from './createRealtimeManager.js';
import { NO_INSPECTION } from './inspection.js';
import { MANAGER_METHODS, type Manager } from './manager.js';
import { SwitchboardError } from '../api/errors.js';
import { checkManagerOptions } from '../checks/managerOptions.js';
import type { ManagerOptions } from '../api/options.js';
import type { RealtimeManager } from '../api/realtimeManager.js';
import { IDLE_SNAPSHOT } from '../status/statusStore.js';

let configured: ManagerOptions | null = null;
let current: Manager | null = null;
/** Over all that have been current: an id of an earlier one must not end a subscription of a later one. */
let lastId = 0;

/**
 * Sets the options of the shared `realtimeManager`. Call it once, before the first use, where the application starts. After
 * `realtimeManager.dispose()` it may be called again.
 *
 * @throws SwitchboardError for options that can't work, and while the shared manager is in use.
 */
export function configureRealtime(options: ManagerOptions): void {
  if (current !== null) {
    throw new SwitchboardError(
      'ALREADY_CONFIGURED',
      '',
      'The shared realtimeManager is in use: call realtimeManager.dispose() before configuring it again.',
    );
  }
  checkManagerOptions(options);
  configured = options;
}

function use(): Manager {
  if (current !== null) return current;
  if (configured === null) {
    throw new SwitchboardError(
      'NOT_CONFIGURED',
      '',
      'The shared realtimeManager has no options yet: call configureRealtime({ url, apikey }) first.',
    );
  }
  current = createManager(configured, lastId);
  return current;
}

const nothing = (): void => undefined;

/** What can be asked of a manager that is not there: nothing is subscribed to. Everything else makes one. */
const absent: Methods = {
  unsubscribe: nothing,
  unsubscribeAll: nothing,
  pause: nothing,
  resume: nothing,
  status: () => IDLE_SNAPSHOT,
  inspect: () => NO_INSPECTION,
};

type Methods = Record<string, (...given: readonly unknown[]) => unknown>;

/** The same method of whatever manager there is at the time of the call. */
function forwarded(name: string): Methods[string] {
  return (...given) => {
    const call = current === null ? absent[name] : undefined;
    return call === undefined ? (use() as unknown as Methods)[name]?.(...given) : call(...given);
  };
}

function dispose(): Promise<void> {
  const manager = current;
  current = null;
  configured = null;
  lastId = manager?.lastId ?? lastId;
  return manager?.dispose() ?? Promise.resolve();
}

/**
 * One manager for the whole application, made at its first use from what `configureRealtime` was given. Before that `status()` is idle, and
 * whatever needs a manager throws `NOT_CONFIGURED`.
 */
export const realtimeManager = {
  ...Object.fromEntries(MANAGER_METHODS.map((name) => [name, forwarded(name)])),
  dispose,
} as unknown as RealtimeManager;

// For the packages of this project, which do not find it in a manager for tests.
Object.defineProperty(realtimeManager, 'onDispose', { value: forwarded('onDispose') });
