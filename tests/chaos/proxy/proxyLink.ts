import type { Socket } from 'node:net';

interface Piece {
  dueAt: number;
  /** Null: the end. */
  bytes: Buffer | null;
}

/** What a leg does to what goes through it. */
export interface LegFaults {
  delayMs: number;
  /** 0: as fast as it comes. */
  bytesPerSecond: number;
  /** How much later than its last byte the end arrives. */
  endLagMs: number;
}

/** One direction: pieces go on in order, each when it is due. */
class Leg {
  readonly #waiting: Piece[] = [];
  #timer: NodeJS.Timeout | null = null;
  #freeAt = 0;
  swallows = false;

  constructor(
    from: Socket,
    private readonly to: Socket,
    private readonly faults: () => LegFaults,
  ) {
    from.on('data', (bytes) => {
      this.#push(bytes);
    });
    from.on('end', () => {
      this.#push(null);
    });
  }

  stop(): void {
    this.#waiting.length = 0;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #push(bytes: Buffer | null): void {
    if (this.swallows) return;
    const { delayMs, bytesPerSecond, endLagMs } = this.faults();
    const now = performance.now();
    const takesMs = bytes === null || bytesPerSecond === 0 ? 0 : (bytes.length / bytesPerSecond) * 1_000;
    const before = this.#waiting.at(-1)?.dueAt ?? 0;
    this.#freeAt = Math.max(now, this.#freeAt) + takesMs;
    this.#waiting.push({ bytes, dueAt: Math.max(before, this.#freeAt + delayMs + (bytes === null ? endLagMs : 0)) });
    this.#forward();
  }

  #forward(): void {
    if (this.#timer !== null) return;
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      const waitMs = first.dueAt - performance.now();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => {
          this.#timer = null;
          this.#forward();
        }, waitMs);
        return;
      }
      this.#waiting.shift();
      if (this.to.destroyed) return;
      if (first.bytes === null) this.to.end();
      else this.to.write(first.bytes);
    }
  }
}

/** One connection of a client, and the one to the server that belongs to it. */
export class ProxyLink {
  readonly #legs: readonly [Leg, Leg];
  isHalfOpen = false;

  constructor(
    private readonly client: Socket,
    private readonly server: Socket,
    /** Of the way to the client; the way to the server has only the delay. */
    faults: () => LegFaults,
    onClosed: () => void,
  ) {
    const up = (): LegFaults => ({ delayMs: faults().delayMs, bytesPerSecond: 0, endLagMs: 0 });
    this.#legs = [new Leg(client, server, up), new Leg(server, client, faults)];
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      one.setNoDelay(true);
      one.on('error', () => undefined);
      one.on('close', (hadError) => {
        onClosed();
        // A reset goes on at once; an end has gone its way through the leg.
        if (hadError && !this.isHalfOpen) other.destroy();
      });
    }
    // Who asks to end is answered once the other has ended too, or is gone.
    client.on('close', () => {
      if (!this.isHalfOpen) server.destroy();
    });
  }

  /** Ends both ways without a farewell. */
  cut(): void {
    for (const leg of this.#legs) leg.stop();
    this.client.destroy();
    this.server.destroy();
  }

  /** Nothing comes through any more, and neither end is notified. */
  halfOpen(): void {
    this.isHalfOpen = true;
    for (const leg of this.#legs) {
      leg.swallows = true;
      leg.stop();
    }
  }
}
