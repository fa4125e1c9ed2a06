import { createContext, useContext, useSyncExternalStore } from 'react';
import type { RealtimeManager } from 'switchboard-realtime';
import { browserConnection, type Connection } from '../writing/index.js';
import { Cable } from '../line/cable.js';
import { loadConfig, type Config } from './config.js';

/** The status of every answer once the network has ended, and what the answer says. */
export const GONE = 410;
const ENDED = 'The server was started again, with another address or key: only a reload helps.';

/**
 * The page's network. Everything the dashboard sends goes through here, so that the lab can pull the plug: sockets are cut, requests fail, and the page
 * gets the events that a browser would send.
 */
export class Network implements Connection {
  #isPlugged = true;
  #isEnded = false;
  readonly #cable = new Cable();

  get isPlugged(): boolean {
    return this.#isPlugged;
  }

  /** Whether `end` was called. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** For a manager whose core is in this page. */
  get WebSocket(): new (url: string) => object {
    return this.#cable.WebSocket;
  }

  readonly isOnline = (): boolean => this.#isEnded || (this.#isPlugged && browserConnection.isOnline());

  readonly onceOnline = browserConnection.onceOnline;

  readonly fetch: typeof fetch = (input, init) => {
    if (this.#isEnded) return Promise.resolve(Response.json({ message: ENDED }, { status: GONE }));
    return this.#isPlugged ? fetch(input, init) : Promise.reject(new TypeError('The plug is pulled (see the lab).'));
  };

  /** For good: from now on everything is refused at once, also what has waited for a connection. */
  end(): void {
    this.#isEnded = true;
    this.#cable.plug(false);
    window.dispatchEvent(new Event('online'));
  }

  plug(isPlugged: boolean): void {
    if (isPlugged === this.#isPlugged) return;
    this.#isPlugged = isPlugged;
    if (!this.#isEnded) this.#cable.plug(isPlugged);
    window.dispatchEvent(new Event(isPlugged ? 'online' : 'offline'));
  }
}

export const NetworkContext = createContext<Network | null>(null);

export function useNetwork(): Network {
  const network = useContext(NetworkContext);
  if (network === null) throw new Error('useNetwork needs a NetworkContext above it');
  return network;
}

const LOOK_EVERY_MS = 2_000;

/**
 * Finds out that the server was started again with another address or key, as with each `npm start`: this page's policy lets it reach the old one only,
 * and what its forms hold belongs to a database that is gone. Looks at the configuration while realtime is not connected, and ends the page's network
 * where it is another one.
 */
export class ServerWatch {
  readonly #config: Config;
  readonly #manager: RealtimeManager;
  readonly #network: Network;
  readonly #listeners = new Set<() => void>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #isAsking = false;

  constructor(config: Config, manager: RealtimeManager, network: Network) {
    this.#config = config;
    this.#manager = manager;
    this.#network = network;
    manager.onStatusChange(this.#follow);
    this.#follow();
  }

  readonly isReplaced = (): boolean => this.#network.isEnded;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };

  readonly #follow = (): void => {
    const { overall } = this.#manager.status();
    if (overall === 'live' || overall === 'partial' || this.isReplaced()) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    } else {
      this.#timer ??= setInterval(() => void this.#look(), LOOK_EVERY_MS);
    }
  };

  async #look(): Promise<void> {
    if (this.#isAsking || !this.#network.isPlugged) return;
    this.#isAsking = true;
    // Without an answer the server is not there yet.
    const config = await loadConfig().catch(() => null);
    this.#isAsking = false;
    if (config === null || addressOf(config) === addressOf(this.#config)) return;
    this.#network.end();
    this.#follow();
    for (const changed of [...this.#listeners]) changed();
  }
}

function addressOf({ realtime, rest, apikey }: Config): string {
  return [realtime, rest, apikey].join(' ');
}

export const ServerWatchContext = createContext<ServerWatch | null>(null);

/** Whether the server was started again, so that only a reload helps. */
export function useIsReplaced(): boolean {
  const watch = useContext(ServerWatchContext);
  if (watch === null) throw new Error('useIsReplaced needs a ServerWatchContext above it');
  return useSyncExternalStore(watch.subscribe, watch.isReplaced);
}
