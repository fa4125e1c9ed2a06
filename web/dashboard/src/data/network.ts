import { createContext, useContext, useSyncExternalStore } from 'react';
import type { RealtimeManager } from 'switchboard-realtime';
import { browserConnection, type Connection } from '../writing/index.js';
import { loadConfig, type Config } from './config.js';

/** What the realtime core uses of a WebSocket. */
type Handlers = Pick<WebSocket, 'onopen' | 'onmessage' | 'onclose' | 'onerror'>;

const CUT = 1006;

/** The status of every answer once the network has ended, and what the answer says. */
export const GONE = 410;
const ENDED = 'The server was started again, with another address or key: only a reload helps.';

/**
 * The page's cable. Everything the dashboard sends goes through here, so that the lab can pull the plug: sockets are cut, requests fail, and the page
 * gets the events that a browser would send.
 */
export class Network implements Connection {
  #isPlugged = true;
  #isEnded = false;
  readonly #sockets = new Set<PluggedSocket>();
  /** For the manager's option `transport`. */
  readonly WebSocket: new (url: string) => object;

  constructor() {
    const sockets = this.#sockets;
    const isPlugged = (): boolean => this.#isPlugged && !this.#isEnded;
    this.WebSocket = class extends PluggedSocket {
      constructor(url: string) {
        super(url, isPlugged());
        sockets.add(this);
        this.onceClosed = () => sockets.delete(this);
      }
    };
  }

  get isPlugged(): boolean {
    return this.#isPlugged;
  }

  /** Whether `end` was called. */
  get isEnded(): boolean {
    return this.#isEnded;
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
    for (const socket of [...this.#sockets]) socket.cut();
    window.dispatchEvent(new Event('online'));
  }

  plug(isPlugged: boolean): void {
    if (isPlugged === this.#isPlugged) return;
    this.#isPlugged = isPlugged;
    if (!isPlugged) for (const socket of [...this.#sockets]) socket.cut();
    window.dispatchEvent(new Event(isPlugged ? 'online' : 'offline'));
  }
}

/** A WebSocket that can be cut; one that is made while the plug is pulled fails by itself. */
class PluggedSocket implements Handlers {
  onopen: WebSocket['onopen'] = null;
  onmessage: WebSocket['onmessage'] = null;
  onclose: WebSocket['onclose'] = null;
  onerror: WebSocket['onerror'] = null;
  onceClosed: () => void = () => undefined;
  readonly #socket: WebSocket | null;
  #isClosed = false;

  constructor(url: string, isPlugged: boolean) {
    this.#socket = isPlugged ? new WebSocket(url) : null;
    if (this.#socket === null)
      setTimeout(() => {
        this.cut();
      });
    else this.#listen(this.#socket);
  }

  get readyState(): number {
    return this.#isClosed ? WebSocket.CLOSED : (this.#socket?.readyState ?? WebSocket.CONNECTING);
  }

  set binaryType(type: BinaryType) {
    if (this.#socket !== null) this.#socket.binaryType = type;
  }

  send(data: string): void {
    this.#socket?.send(data);
  }

  close(code?: number, reason?: string): void {
    this.#socket?.close(code, reason);
  }

  /** As if the line had broken: no word from the server, now or later. */
  cut(): void {
    this.#end(new CloseEvent('close', { code: CUT }));
    this.#socket?.close();
  }

  #listen(socket: WebSocket): void {
    const self = this as unknown as WebSocket;
    socket.onopen = (event) => {
      this.onopen?.call(self, event);
    };
    socket.onmessage = (event) => {
      if (!this.#isClosed) this.onmessage?.call(self, event);
    };
    socket.onerror = (event) => {
      this.onerror?.call(self, event);
    };
    socket.onclose = (event) => {
      this.#end(event);
    };
  }

  #end(event: CloseEvent): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.onceClosed();
    this.onclose?.call(this as unknown as WebSocket, event);
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
