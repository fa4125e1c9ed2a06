import type WsWebSocket from 'ws';
import type { ClientOptions } from 'ws';
import type { WebSocketClass } from '../api/options.js';

// Built-in modules come through `process`, and `ws` through a name that bundlers can't follow, so that a bundle for browsers holds no trace of
// either.

/** How long a peer may take to answer a closing handshake before the socket is cut. It would keep the process alive meanwhile. */
const CLOSE_TIMEOUT_MS = 1_000;

/** Whether files can be read and `ws` imported here. */
export function isNode(): boolean {
  return typeof process === 'object' && typeof process.getBuiltinModule === 'function';
}

/** @throws the file system's error. */
export function readFile(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  return process.getBuiltinModule('node:fs/promises').readFile(url);
}

/**
 * The WebSocket class of the package `ws`, for a Node without one of its own (before 22).
 *
 * @throws when the package is not installed.
 */
export async function importWebSocket(): Promise<WebSocketClass> {
  const name = 'ws';
  const { default: WebSocket } = (await import(/* webpackIgnore: true */ /* @vite-ignore */ name)) as {
    default: typeof WsWebSocket;
  };
  // The package's types lag behind: `closeTimeout` came with 8.19.
  const options: ClientOptions & { closeTimeout: number } = {
    closeTimeout: CLOSE_TIMEOUT_MS,
    perMessageDeflate: false,
  };
  return class NodeWebSocket extends WebSocket {
    constructor(url: string, protocols?: string | string[]) {
      super(url, protocols, options);
      // An emitter without an error listener ends the process; failures reach the core as close events.
      this.on('error', () => undefined);
    }
  };
}
