import type { Decode, Encode, HeartbeatStatus, RealtimeMessage } from '../api/options.js';
import type { WebSocketLike, WebSocketLikeConstructor } from '../api/WebSocketFactory.js';

export type Message = Omit<RealtimeMessage, 'ref' | 'join_ref'> & { ref: string | null; join_ref?: string | null };

/** An application's own format of messages. */
export interface Codec {
  encode: Encode;
  decode: Decode;
  /** For the url. */
  vsn: string;
}

export interface WireListener {
  /** A join was sent. */
  onJoin(topic: string, ref: string): void;
  onHeartbeat(status: HeartbeatStatus): void;
}

export interface Wiring {
  Transport: WebSocketLikeConstructor;
  /** Null: messages pass as they are. */
  codec: Codec | null;
  /** The format of messages that are made here. */
  encode: Encode;
  listener: WireListener;
}

/** The format of protocol 1.0.0: objects. */
export const objectFormat = {
  encode: ((message: Message, callback) => {
    callback(JSON.stringify(message));
  }) satisfies Encode,
  decode: ((text: string, callback) => {
    callback(JSON.parse(text));
  }) satisfies Decode,
};

/** The text format of protocol 2.0.0: arrays. */
export const arrayFormat = {
  encode: (({ join_ref, ref, topic, event, payload }: Message, callback) => {
    callback(JSON.stringify([join_ref, ref, topic, event, payload]));
  }) satisfies Encode,
  decode: ((text: string, callback) => {
    const [join_ref, ref, topic, event, payload] = JSON.parse(text) as unknown[];
    callback({ join_ref, ref, topic, event, payload });
  }) satisfies Decode,
};

/** Of `readyState`. */
export const OPEN = 1;

const HEARTBEAT_BYTES = 200;

function isHeartbeat(data: unknown, event: 'heartbeat' | 'phx_reply'): boolean {
  return (
    typeof data === 'string' && data.length < HEARTBEAT_BYTES && data.includes('"phoenix"') && data.includes(event)
  );
}

/**
 * A socket for the manager which reports heartbeats, and with a codec turns the manager's messages (protocol 1.0.0) into the application's format and
 * back.
 */
export class WiredSocket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;
  onerror: ((event: Event) => void) | null = null;
  readonly #socket: WebSocketLike;
  readonly #wiring: Wiring;
  #beats = 0;

  /** May throw what the class of sockets throws. */
  constructor(url: string, wiring: Wiring) {
    const { Transport, codec } = wiring;
    this.#wiring = wiring;
    this.#socket = new Transport(codec === null ? url : url.replace(/vsn=[^&]*/u, `vsn=${codec.vsn}`));
    this.#socket.binaryType = 'arraybuffer';
    this.#socket.onopen = () => this.onopen?.();
    this.#socket.onclose = (event) => this.onclose?.(event);
    this.#socket.onerror = (event) => this.onerror?.(event);
    this.#socket.onmessage = ({ data }) => {
      this.#receive(data, wiring);
    };
  }

  /** Assigned by the manager; it is `arraybuffer` anyway. */
  binaryType = 'arraybuffer';

  get readyState(): number {
    return this.#socket.readyState;
  }

  send(data: string | Uint8Array<ArrayBuffer>): void {
    const { codec, listener } = this.#wiring;
    if (isHeartbeat(data, 'heartbeat')) listener.onHeartbeat('sent');
    if (codec === null || typeof data !== 'string') this.#socket.send(data);
    else this.#encode(JSON.parse(data) as Message, codec);
  }

  /** Sends a heartbeat of its own, beside those of the manager. Nothing happens unless the socket is open. */
  beat(): void {
    if (this.readyState !== OPEN) return;
    const { encode, listener } = this.#wiring;
    this.#beats += 1;
    listener.onHeartbeat('sent');
    encode(
      { join_ref: null, ref: `beat-${this.#beats}`, topic: 'phoenix', event: 'heartbeat', payload: {} },
      (text) => {
        this.#socket.send(text as string);
      },
    );
  }

  close(code?: number, reason?: string): void {
    this.#socket.close(code, reason);
  }

  #encode(message: Message, { encode }: Codec): void {
    if (message.event === 'phx_join') this.#wiring.listener.onJoin(message.topic, message.ref ?? '');
    encode(message, (encoded) => {
      this.#socket.send(encoded as string);
    });
  }

  #receive(data: unknown, { codec, listener }: Wiring): void {
    if (codec === null) {
      if (isHeartbeat(data, 'phx_reply')) listener.onHeartbeat('ok');
      this.onmessage?.({ data });
      return;
    }
    codec.decode(data, (message: Message) => {
      if (message.topic === 'phoenix') listener.onHeartbeat('ok');
      this.onmessage?.({ data: JSON.stringify(message) });
    });
  }
}
