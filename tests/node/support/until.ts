import { journal } from './journal.js';

/** A list that can be waited for: events come in, tests await what they need, nobody polls. */
export class Recorder<T> {
  readonly items: T[] = [];
  #waiting: { done: (items: readonly T[]) => boolean; resolve: () => void }[] = [];

  readonly push = (item: T): void => {
    this.items.push(item);
    for (const waiter of [...this.#waiting]) {
      if (!waiter.done(this.items)) continue;
      this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
      waiter.resolve();
    }
  };

  /** Resolves with all items as soon as `done` says so. `what` is named when it does not come in time. */
  async until(what: string, done: (items: readonly T[]) => boolean, ms = 45_000): Promise<readonly T[]> {
    if (done(this.items)) return this.items;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const soFar = JSON.stringify(this.items).slice(-2_000);
        reject(new Error(`${what} did not come within ${ms} ms; so far: ${soFar}${journal()}`));
      }, ms);
    });
    const enough = new Promise<void>((resolve) => this.#waiting.push({ done, resolve }));
    await Promise.race([enough, late]).finally(() => {
      clearTimeout(timer);
    });
    return this.items;
  }

  /** Resolves with the first item that fits, also one that came before. */
  async first<S extends T>(what: string, fits: (item: T) => item is S, ms?: number): Promise<S>;
  async first(what: string, fits: (item: T) => boolean, ms?: number): Promise<T>;
  async first(what: string, fits: (item: T) => boolean, ms?: number): Promise<T> {
    const items = await this.until(what, (all) => all.some(fits), ms);
    return items.find(fits) as T;
  }

  async count(what: string, count: number, ms?: number): Promise<readonly T[]> {
    return this.until(`${count} ${what}`, (items) => items.length >= count, ms);
  }
}
