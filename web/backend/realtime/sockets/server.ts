import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

import { WebSocketServer, type WebSocket } from 'ws';

import { messageOf } from '../../log.js';
import type { Codec } from '../wire/codec.js';
import { answerRefusal, examine, isRefusal, refusal, type Refusal } from './handshake.js';
import type { Hub } from '../hub.js';
import { Link } from './link.js';
import { RealtimeSocket } from './socket.js';
import type { Admit, SocketView } from '../views.js';

const SERVICE_RESTART = 1012;
const CLOSE_GRACE_MS = 100;

/** What to do with a handshake before anything else is looked at. */
export type HandshakeVerdict = 'examine' | 'hang' | 'drop' | Refusal;

/** Takes websocket handshakes and turns accepted ones into sockets of the hub. */
export class RealtimeServer {
  readonly #hub: Hub;
  readonly #admit: Admit;
  /** Consulted for each handshake. */
  interceptHandshake: () => HandshakeVerdict = () => 'examine';
  /** Called for each new socket before it reads anything. */
  onSocket: (socket: SocketView) => void = () => undefined;

  readonly #webSockets: WebSocketServer;
  readonly #streams = new Set<Duplex>();
  readonly #delays = new Set<NodeJS.Timeout>();
  #nextId = 1;

  constructor(hub: Hub, admit: Admit) {
    this.#hub = hub;
    this.#admit = admit;
    this.#webSockets = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      // Pings are answered below, where a half-open link can leave them unanswered.
      autoPong: false,
      maxPayload: hub.settings.limits.frameBytes,
    });
  }

  handleUpgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    this.#streams.add(stream);
    stream.on('close', () => this.#streams.delete(stream));
    stream.on('error', () => undefined);
    const verdict = this.interceptHandshake();
    if (verdict === 'hang') return;
    if (verdict === 'drop') {
      stream.destroy();
      return;
    }
    if (verdict !== 'examine') {
      this.#refuse(stream, verdict);
      return;
    }
    examine(this.#hub, request)
      .then((result) => {
        if (isRefusal(result)) this.#refuse(stream, result);
        else this.#accept(request, stream, head, result.codec, result.token);
      })
      .catch((error: unknown) => {
        this.#hub.settings.log('error', `handshake: ${messageOf(error)}`);
        this.#refuse(stream, refusal(500, 'Error connecting to Realtime'));
      });
  }

  /** Closes all sockets as a server does at shutdown, and cuts those that have not closed soon after. */
  async close(): Promise<void> {
    for (const socket of this.#hub.sockets) socket.close(SERVICE_RESTART);
    const deadline = Date.now() + CLOSE_GRACE_MS;
    while (this.#hub.sockets.size > 0 && Date.now() < deadline) await sleep(5);
    for (const delay of this.#delays) clearTimeout(delay);
    for (const stream of this.#streams) stream.destroy();
    this.#webSockets.close();
  }

  #refuse(stream: Duplex, result: Refusal): void {
    this.#hub.counters.refused += 1;
    const delay = setTimeout(
      () => {
        this.#delays.delete(delay);
        answerRefusal(stream, result);
      },
      result.isDelayed ? this.#hub.settings.timing.connectErrorMs : 0,
    );
    this.#delays.add(delay);
  }

  #accept(request: IncomingMessage, stream: Duplex, head: Buffer, codec: Codec, token: string): void {
    this.#webSockets.handleUpgrade(request, stream, head, (webSocket) => {
      this.#hub.counters.accepted += 1;
      const link = new Link(webSocket, stream, () => {
        this.#hub.counters.framesOut += 1;
      });
      const hub = this.#hub;
      const admit = this.#admit;
      const headers = extraHeaders(request.headers);
      const id = this.#nextId++;
      const socket = new RealtimeSocket({ hub, id, link, codec, token, headers, admit });
      hub.sockets.add(socket);
      this.#attach(webSocket, socket);
      this.onSocket(socket);
    });
  }

  #attach(webSocket: WebSocket, socket: RealtimeSocket): void {
    webSocket.on('message', (data, isBinary) => {
      socket.receive(toBuffer(data), isBinary);
    });
    webSocket.on('ping', (data) => {
      webSocket.pong(data);
    });
    webSocket.on('error', (error) => {
      this.#hub.settings.log('debug', `socket ${socket.id}: ${error.message}`);
    });
    webSocket.on('close', () => {
      socket.onClosed();
    });
  }
}

/** The server lets policies see only headers of this kind of a handshake. */
function extraHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (name.startsWith('x-') ? [[name, String(value)]] : [])),
  );
}

function toBuffer(data: Buffer | ArrayBuffer | Buffer[]): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? Buffer.from(data) : data;
}
