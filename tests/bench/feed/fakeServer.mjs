// @ts-check
// A server without a network: a WebSocket class that answers as the Realtime server does.
import { interestOf } from './changes.mjs';

/** @typedef {{ id: number, event: string, schema: string, table: string, filter?: string }} Binding */
/** @typedef {{ socket: FakeSocket, topic: string, ids: readonly number[] }} Route */
/** @typedef {{ socket: FakeSocket, data: string | ArrayBuffer }} Frame */

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A string as a WebSocket delivers it: flat, in one piece, with no hash and no copy of it anywhere. @param {string} text */
export const arrived = (text) => decoder.decode(encoder.encode(text));

/** What is sent belongs to its sender, as with a WebSocket. @param {ArrayBuffer | Uint8Array<ArrayBuffer>} data */
const copyOf = (data) => (data instanceof ArrayBuffer ? data.slice(0) : data.slice().buffer);

/** The part of the runtime's WebSocket that the clients use. */
export class FakeSocket {
  /** @type {(() => void) | null} */
  onopen = null;
  /** @type {((event: { data: string | ArrayBuffer }) => void) | null} */
  onmessage = null;
  /** @type {((event: { code: number, reason: string, wasClean: boolean }) => void) | null} */
  onclose = null;
  /** @type {(() => void) | null} */
  onerror = null;
  readyState = 0;
  binaryType = 'arraybuffer';
  bufferedAmount = 0;
  #server;

  /** @param {FakeServer} server */
  constructor(server) {
    this.#server = server;
    queueMicrotask(() => {
      this.readyState = 1;
      this.onopen?.();
    });
  }

  /** @param {string | ArrayBuffer | Uint8Array<ArrayBuffer>} data */
  send(data) {
    if (typeof data === 'string') this.#server.receive(this, data);
    else this.#server.pushes.push(copyOf(data));
  }

  /** @param {number} [code] */
  close(code = 1000) {
    if (this.readyState > 1) return;
    this.readyState = 3;
    this.#server.drop(this);
    queueMicrotask(() => this.onclose?.({ code, reason: '', wasClean: true }));
  }
}

/** Serves one client. Knows who has joined what, and so which frames a change is sent as. */
export class FakeServer {
  /** The class to give to the client. */
  Socket;
  /** The binary frames that came, oldest first. @type {ArrayBuffer[]} */
  pushes = [];
  /** The payload of `presence_state`, for channels that ask for it. */
  present = {};
  #lastId = 0;
  /** @type {Map<string, number>} equal bindings have equal ids */
  #ids = new Map();
  /** @type {Map<string, Route[]>} by interest */
  #routes = new Map();
  /** @type {Map<string, FakeSocket>} by topic */
  #sockets = new Map();

  constructor() {
    // eslint-disable-next-line @typescript-eslint/no-this-alias
    const server = this;
    this.Socket = class extends FakeSocket {
      constructor() {
        super(server);
      }
    };
  }

  /**
   * The frames that changes are sent as, in order: one for each channel that wants the change, with the ids of all its bindings that do.
   *
   * @param {readonly import('./changes.mjs').Change[]} changes
   * @returns {Frame[]}
   */
  frames(changes) {
    return changes.flatMap(({ interest, data }) =>
      (this.#routes.get(interest) ?? []).map(({ socket, topic, ids }) => ({
        socket,
        data: arrived(`[null,null,"${topic}","postgres_changes",{"data":${data},"ids":[${ids.join(',')}]}]`),
      })),
    );
  }

  /** A frame for whoever has joined the topic, as it arrives: nobody else has its bytes. @param {string} topic @param {string | ArrayBuffer} data @returns {Frame} */
  frame(topic, data) {
    const socket = this.#sockets.get(topic);
    if (socket === undefined) throw new Error(`nobody has joined ${topic}`);
    return { socket, data: typeof data === 'string' ? arrived(data) : data.slice(0) };
  }

  /** @param {FakeSocket} socket @param {string} text */
  receive(socket, text) {
    const [joinRef, ref, topic, event, payload] = JSON.parse(text);
    if (event === 'access_token') return;
    const config = event === 'phx_join' ? payload.config : undefined;
    const bindings = config === undefined ? undefined : this.#join(socket, topic, config.postgres_changes ?? []);
    if (event === 'phx_leave') this.#leave(socket, topic);
    const response = bindings === undefined ? {} : { postgres_changes: bindings };
    this.#send(socket, [joinRef, ref, topic, 'phx_reply', { status: 'ok', response }]);
    if (config?.presence?.enabled === true) this.#send(socket, [joinRef, null, topic, 'presence_state', this.present]);
    if (bindings === undefined || bindings.length === 0) return;
    const message = 'Subscribed to PostgreSQL';
    const channel = topic.replace('realtime:', '');
    this.#send(socket, [
      joinRef,
      null,
      topic,
      'system',
      { message, status: 'ok', extension: 'postgres_changes', channel },
    ]);
  }

  /** Everything of the socket is gone. @param {FakeSocket} socket */
  drop(socket) {
    this.#forget((route) => route.socket === socket);
    for (const [topic, other] of this.#sockets) if (other === socket) this.#sockets.delete(topic);
  }

  /**
   * @param {FakeSocket} socket
   * @param {string} topic
   * @param {readonly Omit<Binding, 'id'>[]} requested
   * @returns {Binding[]}
   */
  #join(socket, topic, requested) {
    this.#sockets.set(topic, socket);
    const bindings = requested.map((binding) => ({ id: this.#idOf(binding), ...binding }));
    /** @type {Map<string, number[]>} */
    const ids = new Map();
    for (const { id, table, filter = '' } of bindings) {
      const interest = interestOf(table, filter);
      ids.set(interest, [id, ...(ids.get(interest) ?? [])]);
    }
    for (const [interest, list] of ids) {
      this.#routes.set(interest, [...(this.#routes.get(interest) ?? []), { socket, topic, ids: list }]);
    }
    return bindings;
  }

  /** @param {FakeSocket} socket @param {string} topic */
  #leave(socket, topic) {
    this.#forget((route) => route.socket === socket && route.topic === topic);
    this.#sockets.delete(topic);
  }

  /** @param {(route: Route) => boolean} isGone */
  #forget(isGone) {
    for (const [interest, routes] of this.#routes) {
      this.#routes.set(
        interest,
        routes.filter((route) => !isGone(route)),
      );
    }
  }

  /** @param {object} binding */
  #idOf(binding) {
    const text = JSON.stringify(binding);
    // The server's ids are hashes below 2^27; these are as long.
    const id = this.#ids.get(text) ?? 100_000_000 + (((this.#lastId += 1) * 7_919) % 30_000_000);
    this.#ids.set(text, id);
    return id;
  }

  /** @param {FakeSocket} socket @param {unknown} frame */
  #send(socket, frame) {
    queueMicrotask(() => {
      if (socket.readyState === 1) socket.onmessage?.({ data: arrived(JSON.stringify(frame)) });
    });
  }
}

/** @param {readonly Frame[]} frames */
export function feed(frames) {
  for (const { socket, data } of frames) socket.onmessage?.({ data });
}
