import { createContext, useContext } from 'react';
import { browserConnection, type Connection } from '../writing/index.js';

/** What the realtime core uses of a WebSocket. */
type Handlers = Pick<WebSocket, 'onopen' | 'onmessage' | 'onclose' | 'onerror'>;

const CUT = 1006;

/**
 * The page's cable. Everything the dashboard sends goes through here, so that the lab can pull the plug: sockets are cut, requests fail, and the page
 * gets the events that a browser would send.
 */
export class Network implements Connection {
  #isPlugged = true;
  readonly #sockets = new Set<PluggedSocket>();
  /** For the manager's option `transport`. */
  readonly WebSocket: new (url: string) => object;

  constructor() {
    const sockets = this.#sockets;
    const isPlugged = (): boolean => this.#isPlugged;
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

  readonly isOnline = (): boolean => this.#isPlugged && browserConnection.isOnline();

  readonly onceOnline = browserConnection.onceOnline;

  readonly fetch: typeof fetch = (input, init) =>
    this.#isPlugged ? fetch(input, init) : Promise.reject(new TypeError('The plug is pulled (see the lab).'));

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
