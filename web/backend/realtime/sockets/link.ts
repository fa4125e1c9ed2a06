import type { Duplex } from 'node:stream';

import type { WebSocket } from 'ws';

import type { Frame } from '../wire/codec.js';

interface Waiting {
  frame: Frame;
  dueAt: number;
}

/** The server's end of one websocket, with switches for what networks and servers do wrong. */
export class Link {
  readonly #webSocket: WebSocket;
  readonly #stream: Duplex;
  readonly #onSent: () => void;
  readonly #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #timer: NodeJS.Timeout | null = null;
  #stalledUntil = 0;
  #delayMs = 0;
  #swallows = false;

  constructor(webSocket: WebSocket, stream: Duplex, onSent: () => void) {
    this.#webSocket = webSocket;
    this.#stream = stream;
    this.#onSent = onSent;
  }

  send(frame: Frame): void {
    if (this.#swallows) return;
    const now = Date.now();
    const dueAt = Math.max(now + this.#delayMs, this.#stalledUntil);
    if (dueAt <= now && this.#waiting.length === 0) this.#sendNow(frame);
    else this.#enqueue(frame, dueAt);
  }

  /** Bytes that the client has not been sent yet, or does not read. */
  get backlogBytes(): number {
    return this.#waitingBytes + this.#webSocket.bufferedAmount;
  }

  close(code: number, reason = ''): void {
    if (!this.#swallows) this.#webSocket.close(code, reason);
  }

  /** Cuts the connection without a close frame. */
  terminate(): void {
    this.#stopWaiting();
    this.#webSocket.terminate();
    this.#stream.destroy();
  }

  /** Sends nothing for `ms`; what is due meanwhile follows in order. */
  stall(ms: number): void {
    this.#stalledUntil = Date.now() + ms;
  }

  /** Sends every frame `ms` later; 0 ends it. */
  delay(ms: number): void {
    this.#delayMs = ms;
  }

  /** From now on reads and drops all, answers nothing and never closes: the other end is gone, the connection is not. */
  halfOpen(): void {
    this.#swallows = true;
    this.#stopWaiting();
    this.#stream.removeAllListeners('data');
    this.#stream.removeAllListeners('end');
    this.#stream.on('data', () => undefined);
    this.#stream.resume();
  }

  /** Sends frames exactly as given, in front of what is delayed. */
  sendRaw(frames: readonly Frame[]): void {
    for (const frame of frames) this.#webSocket.send(frame);
  }

  #enqueue(frame: Frame, dueAt: number): void {
    const last = this.#waiting.at(-1)?.dueAt ?? 0;
    this.#waiting.push({ frame, dueAt: Math.max(dueAt, last) });
    this.#waitingBytes += Buffer.byteLength(frame);
    this.#schedule();
  }

  #schedule(): void {
    const first = this.#waiting[0];
    if (first === undefined || this.#timer !== null) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = null;
        const now = Math.max(Date.now(), first.dueAt);
        while (this.#waiting[0] !== undefined && this.#waiting[0].dueAt <= now) {
          const frame = this.#waiting.shift()?.frame ?? '';
          this.#waitingBytes -= Buffer.byteLength(frame);
          this.#sendNow(frame);
        }
        this.#schedule();
      },
      Math.max(0, first.dueAt - Date.now()),
    );
  }

  #stopWaiting(): void {
    this.#waiting.length = 0;
    this.#waitingBytes = 0;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #sendNow(frame: Frame): void {
    if (this.#webSocket.readyState !== this.#webSocket.OPEN) return;
    this.#webSocket.send(frame);
    this.#onSent();
  }
}
