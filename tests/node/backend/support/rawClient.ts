import WebSocket from 'ws';

export type RawFrame = string | Buffer;

export interface Closed {
  code: number;
  reason: string;
}

export interface Refused {
  status: number;
  body: string;
}

const PATIENCE_MS = 30_000;

/** A websocket client that records what it gets and lets a test wait for the next frame. */
export class RawClient {
  /** Frames that no test has taken yet. */
  readonly pending: RawFrame[] = [];
  readonly opened: Promise<void>;
  readonly closed: Promise<Closed>;
  /** Resolves when the handshake is answered with anything but 101. */
  readonly refused: Promise<Refused>;
  readonly socket: WebSocket;
  #waiting: ((frame: RawFrame) => void) | null = null;

  constructor(url: string, headers: Record<string, string> = {}) {
    this.socket = new WebSocket(url, { headers, perMessageDeflate: false });
    this.opened = new Promise((resolve) => this.socket.once('open', resolve));
    this.closed = new Promise((resolve) => {
      this.socket.once('close', (code, reason) => {
        resolve({ code, reason: reason.toString() });
      });
    });
    this.refused = new Promise((resolve) => {
      this.socket.once('unexpected-response', (_request, response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => (body += chunk.toString()));
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, body });
        });
      });
    });
    this.socket.on('error', () => undefined);
    this.socket.on('message', (data, isBinary) => {
      this.#take(isBinary ? (data as Buffer) : (data as Buffer).toString());
    });
  }

  static async open(url: string, headers?: Record<string, string>): Promise<RawClient> {
    const client = new RawClient(url, headers);
    await client.opened;
    return client;
  }

  send(frame: RawFrame | readonly unknown[]): void {
    this.socket.send(typeof frame === 'string' || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame));
  }

  /** The next frame, in order. */
  next(patienceMs = PATIENCE_MS): Promise<RawFrame> {
    const first = this.pending.shift();
    if (first !== undefined) return Promise.resolve(first);
    return new Promise((resolve, reject) => {
      const impatience = setTimeout(() => {
        this.#waiting = null;
        reject(new Error(`no frame within ${patienceMs} ms`));
      }, patienceMs);
      this.#waiting = (frame) => {
        clearTimeout(impatience);
        this.#waiting = null;
        resolve(frame);
      };
    });
  }

  /** Takes frames until one passes; returns it. What came before it is dropped. */
  async until(test: (frame: RawFrame) => boolean, patienceMs = PATIENCE_MS): Promise<RawFrame> {
    const deadline = Date.now() + patienceMs;
    for (;;) {
      const frame = await this.next(Math.max(1, deadline - Date.now()));
      if (test(frame)) return frame;
    }
  }

  close(code = 1000): Promise<Closed> {
    this.socket.close(code);
    return this.closed;
  }

  #take(frame: RawFrame): void {
    if (this.#waiting === null) this.pending.push(frame);
    else this.#waiting(frame);
  }
}

/** The parts of a vsn 2.0.0 text frame. */
export interface ParsedFrame {
  joinRef: string | null;
  ref: string | null;
  topic: string;
  event: string;
  payload: Record<string, unknown>;
}

export function parseFrame(frame: RawFrame): ParsedFrame {
  const [joinRef, ref, topic, event, payload] = JSON.parse(frame.toString()) as [
    string | null,
    string | null,
    string,
    string,
    Record<string, unknown>,
  ];
  return { joinRef, ref, topic, event, payload };
}
