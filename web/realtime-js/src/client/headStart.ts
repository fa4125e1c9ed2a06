import type { WebSocketClass } from 'switchboard-realtime';
import { OPEN, WiredSocket, type Wiring } from './wire.js';

function isSameAddress(a: string, b: string): boolean {
  const [first, second] = [new URL(a), new URL(b)];
  first.searchParams.sort();
  second.searchParams.sort();
  return first.href === second.href;
}

/** The sockets of a manager. The first may be opened before the manager asks for one, while its core loads. */
export class HeadStart {
  readonly #wiring: Wiring;
  #early: { socket: WiredSocket; url: string; closed: Promise<void> } | null = null;
  /** The newest. */
  #current: WiredSocket | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(wiring: Wiring) {
    this.#wiring = wiring;
  }

  /** For the manager's option `transport`. */
  get transport(): WebSocketClass {
    const open = (url: string): object => this.#take(url) ?? this.#make(url);
    // What a constructor returns is what `new` gives.
    return function transport(url: string) {
      return open(url);
    } as unknown as WebSocketClass;
  }

  /** Of the socket that the manager has not asked for; null when there is none. */
  get readyState(): number | null {
    return this.#early?.socket.readyState ?? null;
  }

  /** Opens a socket for the manager, and closes it when the manager has not asked for it in this time. Throws what the class of sockets throws. */
  open(url: string, ms: number): void {
    if (this.#early !== null) return;
    const socket = this.#make(url);
    const closed = new Promise<void>((resolve) => {
      socket.onclose = () => {
        this.#forget();
        resolve();
      };
    });
    socket.onerror = () => undefined;
    this.#early = { socket, url, closed };
    this.#timer = setTimeout(() => {
      socket.close(1000);
    }, ms);
    // In Node it must not keep the process alive.
    (this.#timer as { unref?: () => void }).unref?.();
  }

  /** Closes the socket that the manager has not asked for. Resolves when that is done; null when there is none. */
  close(code: number, reason: string): Promise<void> | null {
    const early = this.#early;
    if (early === null) return null;
    early.socket.close(code, reason);
    return early.closed;
  }

  /** Sends a heartbeat over the newest socket, if it is open. */
  beat(): void {
    this.#current?.beat();
  }

  #make(url: string): WiredSocket {
    const socket = new WiredSocket(url, this.#wiring);
    this.#current = socket;
    return socket;
  }

  /** What was opened early, if it fits; what does not is closed. */
  #take(url: string): WiredSocket | null {
    const early = this.#early;
    if (early === null) return null;
    this.#forget();
    early.socket.onclose = null;
    if (early.socket.readyState <= OPEN && isSameAddress(early.url, url)) return early.socket;
    early.socket.close(1000);
    return null;
  }

  #forget(): void {
    clearTimeout(this.#timer);
    this.#early = null;
  }
}
