import type { Locks } from '../../../../web/core/tabs/wire/locks.js';
import { Life } from './life.js';

interface Request {
  readonly name: string;
  readonly shared: boolean;
  readonly life: Life | undefined;
  readonly granted: () => void;
  readonly lost: () => void;
}

/** Web Locks of one origin, in one process. Those of a realm that dies are free; one that is asleep holds its own, and hears of nothing. */
export class FakeLocks implements Locks {
  #held: Request[] = [];
  #waiting: Request[] = [];
  readonly #delayMs: () => number;
  #due = 0;

  /** `delayMs`: how long the browser takes to say that a lock is granted or lost; without it that is said at the end of the turn. */
  constructor(delayMs?: () => number) {
    this.#delayMs = delayMs ?? (() => -1);
  }

  hold(name: string, signal?: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(new Error('it was not wanted any more'));
        return;
      }
      let isHeld = false;
      const end = (): void => {
        this.#end(request);
      };
      const granted = (): void => {
        if (signal?.aborted === true) return;
        isHeld = true;
        resolve(end);
      };
      const request = this.#request(name, { granted });
      signal?.addEventListener('abort', () => {
        if (isHeld) return; // The one who holds it gives it back.
        end();
        reject(new Error('it was not wanted any more'));
      });
    });
  }

  whenFree(name: string, signal: AbortSignal, call: () => void): void {
    const granted = (): void => {
      this.#end(request);
      if (!signal.aborted) call();
    };
    const request = this.#request(name, { shared: true, granted });
    signal.addEventListener('abort', () => {
      this.#end(request);
    });
  }

  lead(name: string, seize: boolean, signal: AbortSignal, calls: { granted: () => void; lost: () => void }): void {
    let isHeld = false;
    const granted = (): void => {
      if (signal.aborted) {
        this.#end(request);
        return;
      }
      isHeld = true;
      calls.granted();
    };
    const lost = (): void => {
      if (isHeld && !signal.aborted) calls.lost();
    };
    const request = this.#request(name, { granted, lost }, seize);
    signal.addEventListener('abort', () => {
      this.#end(request);
    });
  }

  seize(name: string): void {
    const request = this.#request(
      name,
      {
        granted: () => {
          this.#end(request);
        },
      },
      true,
    );
  }

  held(): Promise<readonly string[]> {
    const names = [...new Set(this.#held.map(({ name }) => name))];
    return new Promise((resolve) => {
      this.#notify({ life: Life.current }, () => {
        resolve(names);
      });
    });
  }

  /** The names of the locks that a realm holds. */
  heldBy(life: Life): string[] {
    return this.#held.filter((request) => request.life === life).map(({ name }) => name);
  }

  /** The realm that holds it. */
  holderOf(name: string): Life | undefined {
    return this.#held.find((request) => request.name === name)?.life;
  }

  /** As the browser does when whoever holds it has died. */
  release(name: string): void {
    for (const request of this.#held.filter((held) => held.name === name)) this.#end(request);
  }

  /** The realm has died. */
  drop(life: Life): void {
    for (const request of [...this.#waiting, ...this.#held]) if (request.life === life) this.#end(request);
  }

  #request(name: string, calls: { shared?: boolean; granted: () => void; lost?: () => void }, seize = false): Request {
    const request = { shared: false, lost: () => undefined, ...calls, name, life: Life.current };
    if (seize) {
      for (const former of this.#held.filter((held) => held.name === name)) {
        this.#held.splice(this.#held.indexOf(former), 1);
        this.#notify(former, former.lost);
      }
      this.#waiting.unshift(request);
    } else this.#waiting.push(request);
    this.#grant(name);
    return request;
  }

  #end(request: Request): void {
    this.#held = this.#held.filter((held) => held !== request);
    this.#waiting = this.#waiting.filter((waiting) => waiting !== request);
    this.#grant(request.name);
  }

  /** In the order in which they were requested. */
  #grant(name: string): void {
    for (const request of this.#waiting.filter((waiting) => waiting.name === name)) {
      const others = this.#held.filter((held) => held.name === name);
      if (others.length > 0 && !(request.shared && others.every(({ shared }) => shared))) return;
      this.#waiting.splice(this.#waiting.indexOf(request), 1);
      this.#held.push(request);
      this.#notify(request, request.granted);
    }
  }

  #notify({ life }: Pick<Request, 'life'>, call: () => void): void {
    const say = (): void => {
      if (life === undefined) call();
      else life.run('lock', call);
    };
    const delay = this.#delayMs();
    if (delay < 0) {
      queueMicrotask(say);
      return;
    }
    this.#due = Math.max(this.#due, Date.now() + delay);
    Life.outside(() => setTimeout(say, this.#due - Date.now()));
  }
}
