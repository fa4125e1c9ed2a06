import { AsyncLocalStorage } from 'node:async_hooks';

/** Where a job comes from. Within one source jobs keep their order; between sources a browser may choose. */
export type Source = 'timer' | 'message' | 'lock';

interface Job {
  readonly source: Source;
  readonly run: () => void;
}

type Timer = ReturnType<typeof setTimeout>;

const realms = new AsyncLocalStorage<Life>();

/** A realm that can stop: while it is asleep none of its timers, messages and locks come, and when it has died they never do. */
export class Life {
  alive = true;
  #asleep = false;
  #waiting: Job[] = [];

  /** That of the code that runs; none outside of all realms. */
  static get current(): Life | undefined {
    return realms.getStore();
  }

  /** As code of no realm. */
  static outside<T>(run: () => T): T {
    return realms.exit(run);
  }

  get asleep(): boolean {
    return this.#asleep;
  }

  /** Runs it as code of this realm: now, or when it is awake again. */
  run(source: Source, run: () => void): void {
    if (!this.alive) return;
    if (this.#asleep || this.#waiting.length > 0) this.#waiting.push({ source, run });
    else this.enter(run);
  }

  /** Runs it as code of this realm, though it may be asleep: what happens before that is noticed. */
  enter<T>(run: () => T): T {
    return realms.run(this, run);
  }

  sleep(asleep: boolean): void {
    this.#asleep = asleep;
    if (!asleep) this.#drain();
  }

  die(): void {
    this.alive = false;
    this.#waiting = [];
  }

  /** One job after the other, with what it promises in between. */
  #drain(): void {
    if (!this.alive || this.#asleep) return;
    const sources = [...new Set(this.#waiting.map(({ source }) => source))];
    const source = sources[Math.floor(Math.random() * sources.length)];
    const next = this.#waiting.findIndex((job) => job.source === source);
    const [job] = next < 0 ? [] : this.#waiting.splice(next, 1);
    if (job === undefined) return;
    this.enter(job.run);
    plain.setTimeout(() => {
      this.#drain();
    }, 0);
  }
}

/** Those that belong to no realm. Set by `realmTimers`. */
const plain = { setTimeout: globalThis.setTimeout };

/** Gives code in a realm timers that sleep and die with it, on top of the present ones. @returns what gives back those that were. */
export function realmTimers(): () => void {
  const { setTimeout, clearTimeout, setInterval, clearInterval } = globalThis;
  plain.setTimeout = setTimeout;
  const cleared = new WeakSet<Timer>();
  const timed = (start: typeof setTimeout | typeof setInterval) => (call: () => void, ms?: number, given?: unknown) => {
    const life = Life.current;
    let waits = false;
    const timer: Timer = start(() => {
      // A timer of a realm that has slept for long fires once.
      if (waits) return;
      waits = true;
      const fire = (): void => {
        waits = false;
        if (!cleared.has(timer)) (call as (given: unknown) => void)(given);
      };
      if (life === undefined) fire();
      else life.run('timer', fire);
    }, ms);
    return timer;
  };
  const clear = (timer: Timer | undefined): void => {
    if (timer === undefined) return;
    cleared.add(timer);
    clearTimeout(timer);
  };
  Object.assign(globalThis, {
    setTimeout: timed(setTimeout),
    setInterval: timed(setInterval),
    clearTimeout: clear,
    clearInterval: clear,
  });
  return () => {
    Object.assign(globalThis, { setTimeout, clearTimeout, setInterval, clearInterval });
  };
}
