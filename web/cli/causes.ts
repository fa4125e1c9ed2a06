import { WebSocket, type ClientOptions } from 'ws';
import type { WebSocketClass } from '../core/index.js';

/** How long a peer may take to answer a closing handshake before the socket is cut. */
const CLOSE_TIMEOUT_MS = 1_000;
const STATUS = /^Unexpected server response: (\d+)/u;

/** Why a request or a handshake failed, as the network reports it, with its error code. */
export function causeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) {
    return [...new Set(error.errors.map(causeOf))].join('; ');
  }
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return causeOf(error.cause);
  const { message, code } = error as NodeJS.ErrnoException;
  const status = STATUS.exec(message)?.[1];
  if (status !== undefined) return `HTTP ${status}`;
  // Of fetch, for ports that other protocols use.
  if (message === 'bad port') return 'HTTP is not spoken at this port (bad port)';
  const openSsl = /SSL routines:[^:]*:([^:]+)/u.exec(message)?.[1];
  if (openSsl !== undefined) return `TLS: ${openSsl}${code === undefined ? '' : ` (${code})`}`;
  return code === undefined || message.includes(code) ? message : `${message} (${code})`;
}

/** HTTP statuses of a proxy that did not get an answer from Realtime. */
const UNREACHABLE = /^HTTP (?:50[234]|52\d|530)$/u;

/** What a failed handshake means, in a sentence without its full stop. `cause`: as `causeOf` has it. */
export function handshakeFailure(cause: string): string {
  const status = Number(/^HTTP (\d+)$/u.exec(cause)?.[1] ?? NaN);
  if (Number.isNaN(status)) return `The server could not be reached: ${cause}`;
  if (UNREACHABLE.test(cause)) return `Realtime could not be reached: what is in front of it answers with ${cause}`;
  if (status < 400) return `A web server answers with ${cause}, but it is not Realtime: check the url`;
  if (status === 404) return `There is no Realtime at this url: ${cause}`;
  return `The server refused the connection: ${cause}`;
}

/**
 * A WebSocket class whose failures are reported. The core, as in a browser, learns only that a handshake failed.
 *
 * @param report gets the cause of a failure; null when a socket opened, or was closed before it could: the core knows why.
 */
export function reportingSocket(report: (cause: string | null) => void): WebSocketClass {
  // The package's types lag behind: `closeTimeout` came with 8.19.
  const options: ClientOptions & { closeTimeout: number } = {
    closeTimeout: CLOSE_TIMEOUT_MS,
    perMessageDeflate: false,
  };
  return class ReportingSocket extends WebSocket {
    #givenUp = false;

    constructor(url: string, protocols?: string | string[]) {
      super(url, protocols, options);
      this.on('open', () => {
        report(null);
      });
      this.on('error', (error) => {
        if (!this.#givenUp) report(causeOf(error));
      });
    }

    override close(code?: number, reason?: string): void {
      if (this.readyState === WebSocket.CONNECTING) {
        this.#givenUp = true;
        report(null);
      }
      super.close(code, reason);
    }
  };
}
