import type { ManagerOptions } from '../api/options.js';
import type { CheckedOptions } from '../checks/managerOptions.js';
import { realtimeEndpoint } from '../checks/endpoint.js';
import type { Manager } from './manager.js';

interface Entry {
  readonly manager: WeakRef<Manager>;
  /** That of the supabase-js client that the manager was made with. */
  readonly realtime: WeakRef<object> | null;
  readonly endpoint: string;
  readonly apikey: string;
}

let entries: Entry[] = [];

/** Remembers a manager of the application, until it is disposed of or collected. */
export function remember(manager: Manager, options: ManagerOptions, { engine }: CheckedOptions): void {
  const realtime = options.supabase === undefined ? null : new WeakRef(options.supabase.realtime);
  entries = entries.filter((entry) => inUse(entry) !== null);
  entries.push({ manager: new WeakRef(manager), realtime, endpoint: engine.url, apikey: engine.apikey });
}

/**
 * The application's manager for the `realtime` of a supabase-js client: the one that was made with that client, or in a page one of the same url and
 * key. Not so outside of pages: a server has many users, and the clients of two have the same url and key. Null when there is none.
 */
export function findManager(realtime: object, url: string, apikey: string): Manager | null {
  const made = newest((entry) => entry.realtime?.deref() === realtime);
  if (made !== null || typeof document !== 'object') return made;
  const endpoint = realtimeEndpoint(url, location.protocol);
  return newest((entry) => entry.endpoint === endpoint && entry.apikey === apikey);
}

function newest(test: (entry: Entry) => boolean): Manager | null {
  for (const entry of [...entries].reverse()) {
    const manager = test(entry) ? inUse(entry) : null;
    if (manager !== null) return manager;
  }
  return null;
}

function inUse({ manager }: Entry): Manager | null {
  const found = manager.deref();
  return found === undefined || found.disposed ? null : found;
}
