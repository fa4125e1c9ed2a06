/** What the realtime core uses of a WebSocket. */
type Handlers = Pick<WebSocket, 'onopen' | 'onmessage' | 'onclose' | 'onerror'>;

const CUT = 1006;
/** That of the browser, also where a cable's has taken its place. */
const BrowserSocket = globalThis.WebSocket;

/** The cable of a page or worker: when the plug is pulled, its sockets are cut, and those that are made meanwhile fail by themselves. */
export class Cable {
  #isPlugged = true;
  readonly #sockets = new Set<PluggedSocket>();
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

  plug(isPlugged: boolean): void {
    this.#isPlugged = isPlugged;
    if (!isPlugged) for (const socket of [...this.#sockets]) socket.cut();
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
    this.#socket = isPlugged ? new BrowserSocket(url) : null;
    if (this.#socket === null)
      setTimeout(() => {
        this.cut();
      });
    else this.#listen(this.#socket);
  }

  get readyState(): number {
    return this.#isClosed ? BrowserSocket.CLOSED : (this.#socket?.readyState ?? BrowserSocket.CONNECTING);
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
