import { createServer, connect, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { Random } from '../random.js';
import { ProxyLink, type LegFaults } from './proxyLink.js';

const CLEAR: LegFaults = { delayMs: 0, bytesPerSecond: 0, endLagMs: 0 };

/** What becomes of new connections: they are let through, cut at once, or never answered. */
export type Door = 'open' | 'cut' | 'blackHole';

/** A TCP proxy in front of the server, with switches for what networks do wrong. */
export class Proxy {
  readonly #server: Server;
  readonly #links = new Set<ProxyLink>();
  readonly #held = new Set<Socket>();
  #faults: LegFaults = CLEAR;
  #lagUpToMs = 0;
  #door: Door = 'open';

  private constructor(
    private readonly target: number,
    private readonly random: Random,
  ) {
    this.#server = createServer({ allowHalfOpen: true }, (socket) => {
      this.#accept(socket);
    });
  }

  static async open(target: number, random: Random): Promise<Proxy> {
    const proxy = new Proxy(target, random);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Cuts about this share of the connections, at least one. */
  cut(share: number): void {
    for (const link of this.#some(share)) link.cut();
  }

  halfOpen(share: number): void {
    for (const link of this.#some(share)) link.halfOpen();
  }

  delay(delayMs: number): void {
    this.#faults = { ...this.#faults, delayMs };
  }

  throttle(bytesPerSecond: number): void {
    this.#faults = { ...this.#faults, bytesPerSecond };
  }

  /** Ends of connections arrive up to so much later, each with a lag of its own, so not in the order in which they were sent. */
  lagCloses(upToMs: number): void {
    this.#lagUpToMs = upToMs;
  }

  door(door: Door): void {
    this.#door = door;
  }

  /** Everything passes again. What can't come back to life is cut, so that both ends learn of it. */
  reset(): void {
    this.#faults = CLEAR;
    this.#lagUpToMs = 0;
    this.#door = 'open';
    for (const link of this.#links) if (link.isHalfOpen) link.cut();
    for (const socket of this.#held) socket.destroy();
    this.#held.clear();
  }

  async close(): Promise<void> {
    for (const link of this.#links) link.cut();
    for (const socket of this.#held) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #some(share: number): ProxyLink[] {
    const links = [...this.#links];
    const chosen = links.filter(() => this.random.chance(share));
    return chosen.length > 0 ? chosen : links.slice(0, 1);
  }

  #accept(socket: Socket): void {
    socket.on('error', () => undefined);
    if (this.#door === 'cut') {
      socket.destroy();
      return;
    }
    if (this.#door === 'blackHole') {
      this.#held.add(socket);
      socket.resume();
      return;
    }
    const server = connect({ port: this.target, host: '127.0.0.1', allowHalfOpen: true });
    const lag = this.random.next();
    const faults = (): LegFaults => ({ ...this.#faults, endLagMs: this.#lagUpToMs * lag });
    const link: ProxyLink = new ProxyLink(socket, server, faults, () => this.#links.delete(link));
    this.#links.add(link);
  }
}
