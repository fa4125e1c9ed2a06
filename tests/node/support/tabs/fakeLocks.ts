import type { Locks } from '../../../../web/core/tabs/wire/locks.js';

/** Web Locks of one origin, in one process. */
export class FakeLocks implements Locks {
  readonly #held = new Set<string>();
  readonly #waiting = new Set<{ name: string; call: () => void }>();

  /** No name is held twice in these tests. */
  hold(name: string): Promise<() => void> {
    this.#held.add(name);
    return Promise.resolve(() => {
      this.release(name);
    });
  }

  whenFree(name: string, signal: AbortSignal, call: () => void): void {
    const waiter = { name, call };
    this.#waiting.add(waiter);
    signal.addEventListener('abort', () => this.#waiting.delete(waiter));
    if (!this.#held.has(name)) this.#grant(waiter);
  }

  lead(): void {
    throw new Error('no tab leads in these tests');
  }

  held(): Promise<readonly string[]> {
    return Promise.resolve([...this.#held]);
  }

  /** As the browser does when whoever holds it has died. */
  release(name: string): void {
    this.#held.delete(name);
    for (const waiter of [...this.#waiting]) if (waiter.name === name) this.#grant(waiter);
  }

  #grant(waiter: { name: string; call: () => void }): void {
    queueMicrotask(() => {
      if (this.#waiting.delete(waiter)) waiter.call();
    });
  }
}
