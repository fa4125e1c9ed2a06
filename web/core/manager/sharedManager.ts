import { createManager } from './createRealtimeManager.js';
import { SwitchboardError } from '../api/errors.js';
import { checkManagerOptions } from '../checks/managerOptions.js';
import type { ManagerOptions } from '../api/options.js';
import type { RealtimeManager } from '../api/realtimeManager.js';
import { IDLE_SNAPSHOT } from '../status/statusStore.js';

let configured: ManagerOptions | null = null;
let current: RealtimeManager | null = null;
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
      'The shared realtimeManager is in use: call realtimeManager.dispose() before configuring it anew.',
    );
  }
  checkManagerOptions(options);
  configured = options;
}

function use(): RealtimeManager {
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

type Subscribe = RealtimeManager['subscribe'];

/**
 * One manager for the whole application, made at its first use from what `configureRealtime` was given. Before that `status()` is idle, and
 * whatever needs a manager throws `NOT_CONFIGURED`.
 */
export const realtimeManager: RealtimeManager = {
  subscribe: ((...call: Parameters<Subscribe>) => {
    lastId = use().subscribe(...call);
    return lastId;
  }) as Subscribe,
  liveRows: ((...call: Parameters<RealtimeManager['liveRows']>) =>
    use().liveRows(...call)) as RealtimeManager['liveRows'],
  unsubscribe: (id) => {
    current?.unsubscribe(id);
  },
  unsubscribeAll: (...ids: [] | [number]) => {
    current?.unsubscribeAll(...ids);
  },
  pause: (id) => {
    current?.pause(id);
  },
  resume: (id) => {
    current?.resume(id);
  },
  reconnectAll: () => {
    use().reconnectAll();
  },
  status: () => current?.status() ?? IDLE_SNAPSHOT,
  onStatusChange: (listener) => use().onStatusChange(listener),
  onGap: (listener) => use().onGap(listener),
  onResync: (handler) => use().onResync(handler),
  setAuth: (token) => {
    use().setAuth(token);
  },
  stats: () => use().stats(),
  ready: () => use().ready(),
  dispose: () => {
    const manager = current;
    current = null;
    configured = null;
    return manager?.dispose() ?? Promise.resolve();
  },
};
