import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';

export interface Handlers {
  onRequest(request: IncomingMessage, response: ServerResponse): void;
  onUpgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void;
}

/** The HTTP server on its one port, which can be closed for a while and opened again on the same port. */
export class Listener {
  readonly #host: string;
  readonly #handlers: Handlers;
  port = 0;
  #server: Server | null = null;
  readonly #connections = new Set<Socket>();

  constructor(host: string, handlers: Handlers) {
    this.#host = host;
    this.#handlers = handlers;
  }

  /** `port` 0 takes a free one. Later calls keep the port of the first. */
  async open(port = this.port): Promise<void> {
    if (this.#server !== null) return;
    const server = createServer((request, response) => {
      this.#handlers.onRequest(request, response);
    });
    server.on('upgrade', (request, stream, head) => {
      this.#handlers.onUpgrade(request, stream, head);
    });
    server.on('connection', (connection) => {
      connection.setNoDelay(true);
      this.#connections.add(connection);
      connection.on('close', () => this.#connections.delete(connection));
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, this.#host, resolve);
    });
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
  }

  /** Stops listening, so that connecting is refused. Open connections stay. */
  async closePort(): Promise<void> {
    const server = this.#server;
    if (server === null) return;
    this.#server = null;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeIdleConnections();
    // close() waits for connections, which may live long; the port itself is free at once.
    await Promise.race([closed, new Promise((resolve) => setImmediate(resolve))]);
  }

  async close(): Promise<void> {
    await this.closePort();
    for (const connection of this.#connections) connection.destroy();
  }
}
