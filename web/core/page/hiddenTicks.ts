import type { TuningOptions } from '../api/tuning.js';

/** Short against every wait that matters here, and still little work. */
const LONGEST_MS = 2_500;
const SHORTEST_MS = 50;

/** How often to tick, in ms, so that a heartbeat is not much later than its options say. */
export function tickInterval(tuning: TuningOptions): number {
  const { heartbeatIdleMs, heartbeatTimeoutMs, keepAliveMs } = tuning;
  const waits = [heartbeatIdleMs, heartbeatTimeoutMs, keepAliveMs].filter((wait) => wait !== undefined);
  return Math.max(SHORTEST_MS, Math.min(LONGEST_MS, ...waits.map((wait) => Math.floor(wait / 4))));
}

/**
 * A clock for a hidden page. After five minutes browsers run the timers of a hidden page once a minute, while the server drops a socket that
 * is silent for 60 s. Workers keep their pace, so one of them ticks meanwhile. It comes from a file, as content security policies want it.
 *
 * Where no worker can be had (none in this runtime, forbidden, file out of reach) there are no ticks: the socket may then be dropped while nobody
 * looks, and comes back when the page is shown.
 */
export class HiddenTicks {
  readonly #intervalMs: number;
  readonly #onTick: () => void;
  #worker: Worker | null = null;

  /** Nothing runs before `set(true)`. */
  constructor(intervalMs: number, onTick: () => void) {
    this.#intervalMs = intervalMs;
    this.#onTick = onTick;
  }

  get running(): boolean {
    return this.#worker !== null;
  }

  /** Ticks or stops. After `set(false)` has returned, no tick comes. */
  set(active: boolean): void {
    if (!active) this.#stop();
    else if (this.#worker === null) this.#start();
  }

  #start(): void {
    const worker = openWorker();
    if (worker === null) return;
    this.#worker = worker;
    worker.onmessage = () => {
      if (this.#worker === worker) this.#onTick();
    };
    worker.onerror = (event) => {
      // Its file could not be loaded. Not worth a line on the console: nothing is lost that is not made up for.
      event.preventDefault();
      if (this.#worker === worker) this.#stop();
    };
    worker.postMessage(this.#intervalMs);
  }

  #stop(): void {
    this.#worker?.terminate();
    this.#worker = null;
  }
}

function openWorker(): Worker | null {
  if (typeof globalThis.Worker !== 'function') return null;
  const Worker = workerClass();
  try {
    // Bundlers find the file by this form.
    return new Worker(new URL('./tickWorker.js', import.meta.url), { type: 'module', name: 'switchboard-ticks' });
  } catch {
    return null;
  }
}

/** Makes addresses that a page with `require-trusted-types-for 'script'` takes. */
interface TrustedTypePolicy {
  createScriptURL(url: string): object;
}

/** Undefined before it is needed; null where there is none, or the page does not allow this name. */
let policy: TrustedTypePolicy | null | undefined;

/** The runtime's own; where there are trusted types, it takes an address through the policy `switchboard`, which nobody else gets. */
function workerClass(): typeof Worker {
  if (policy === undefined) policy = makePolicy();
  if (policy === null) return globalThis.Worker;
  const trusting = policy;
  return class extends globalThis.Worker {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(trusting.createScriptURL(String(url)) as URL, options);
    }
  };
}

function makePolicy(): TrustedTypePolicy | null {
  const { trustedTypes } = globalThis as {
    trustedTypes?: { createPolicy(name: string, rules: { createScriptURL(url: string): string }): TrustedTypePolicy };
  };
  try {
    return trustedTypes?.createPolicy('switchboard', { createScriptURL: (url) => url }) ?? null;
  } catch {
    return null;
  }
}
