import { fileURLToPath } from 'node:url';
import type * as Package from 'switchboard-realtime';
import type { Backend, Stats } from 'switchboard-backend';
import { serveFolders, type StaticServer } from './staticServer.js';

/** What a plain page keeps of its manager and subscription. */
export interface Seen {
  manager: Package.RealtimeManager;
  /** Status and code of each notice. */
  notices: string[];
  /** Names of the clients that were inserted. */
  names: unknown[];
  /** Set while somebody waits; called after each notice and change. */
  look: (() => void) | null;
}

declare global {
  var switchboard: typeof Package;
  var seen: Seen;
}

/**
 * Serves the package as it was built and the page that imports it. `policy` is added to what the page needs anyway; a request for which `hangs` returns
 * true gets no answer.
 */
export function servePlainPage(
  backend: Backend,
  policy = '',
  hangs?: (path: string) => boolean,
): Promise<StaticServer> {
  const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
  const socketOrigin = backend.realtime.replace(/\/realtime.*/, '');
  return serveFolders(
    { page: here('../page'), package: here('../../../web/dist') },
    `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; img-src data:; connect-src 'self' ${socketOrigin} ${backend.url}; ${policy}`,
    hangs,
  );
}

/** Resolves when the server's figures fit. */
export function untilServer(backend: Backend, fits: (stats: Stats) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (!fits(backend.stats())) return;
      clearInterval(timer);
      resolve();
    }, 10);
  });
}

/** Runs in the page: subscribes to clients and resolves when changes flow. */
export async function subscribeToClients(options: Package.EndpointOptions & Package.TuningOptions): Promise<void> {
  const manager = globalThis.switchboard.createRealtimeManager(options);
  const seen: Seen = { manager, notices: [], names: [], look: null };
  globalThis.seen = seen;
  await new Promise<void>((resolve) => {
    manager.subscribe(
      { table: 'clients' },
      (change) => {
        seen.names.push(change.new.full_name);
        seen.look?.();
      },
      (status, { code }) => {
        seen.notices.push(`${status} ${code}`);
        seen.look?.();
        if (status === 'SUBSCRIBED') resolve();
      },
    );
  });
}

/** Runs in the page: resolves with the notices once `SUBSCRIBED` has come so many times, or says what did come. */
export function liveTimes({ times, ms }: { times: number; ms: number }): Promise<string[]> {
  const { seen } = globalThis;
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      reject(new Error(`not live ${String(times)} times: ${seen.notices.join(', ')}`));
    }, ms);
    seen.look = () => {
      if (seen.notices.filter((notice) => notice === 'SUBSCRIBED OK').length < times) return;
      seen.look = null;
      clearTimeout(late);
      resolve(seen.notices);
    };
    seen.look();
  });
}

/** Runs in the page: resolves when the client of this name has come. */
export function heardOf(name: string): Promise<void> {
  const { seen } = globalThis;
  return new Promise((resolve) => {
    seen.look = () => {
      if (!seen.names.includes(name)) return;
      seen.look = null;
      resolve();
    };
    seen.look();
  });
}
