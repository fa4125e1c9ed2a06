import { CarrierUnavailable } from '../../../../web/core/tabs/tab/line.js';
import type { StartWorker } from '../../../../web/core/tabs/carriers/startWorker.js';
import type { Realm } from '../../../../web/core/tabs/carriers/realm.js';
import { HubHost, type OpenCore } from '../../../../web/core/tabs/hub/hubHost.js';
import type { Port } from '../../../../web/core/tabs/wire/messages.js';
import { FakeLocks } from './fakeLocks.js';
import { Life } from './life.js';
import { SimulatedCore, type SimDatabase } from './simulatedCore.js';

/** What the browser's SharedWorkers are like: as they should be; missing; never answering; their file fails in every second tab. */
export type WorkerKind = 'works' | 'none' | 'silent' | 'halved';

interface Listener {
  readonly life: Life;
  readonly call: (message: unknown) => void;
}

/** One origin in a browser: its locks, its workers, its channels, and how long messages take. */
export class SimBrowser {
  readonly locks: FakeLocks;
  readonly workers: SimWorker[] = [];
  /** More now and then. */
  slowMs = 0;
  readonly #channels = new Map<string, Set<Listener>>();
  readonly #due = new Map<Life, number>();

  constructor(
    readonly kind: WorkerKind,
    readonly database: SimDatabase,
    readonly random: (below: number) => number,
  ) {
    this.locks = new FakeLocks(() => random(3));
  }

  /** Later, and after all that was sent to this realm before. */
  send(to: Life, job: () => void): void {
    const due = Math.max(this.#due.get(to) ?? 0, Date.now() + this.random(6) + this.random(this.slowMs + 1));
    this.#due.set(to, due);
    // Not a timer of whoever sends: it may be dead by then.
    Life.outside(() =>
      setTimeout(() => {
        to.run('message', job);
      }, due - Date.now()),
    );
  }

  /** The clock was set forward, and timers were not. */
  jump(ms: number): void {
    for (const [life, due] of this.#due) this.#due.set(life, due + ms);
  }

  readonly openCore: OpenCore = () => (_options, sink) =>
    Promise.resolve(new SimulatedCore(this.database, sink, () => 20 + this.random(80)));

  /** For the tab of this number. */
  startWorkerFor(life: Life, tab: number): StartWorker | null {
    if (this.kind === 'none') return null;
    return (address, name) => {
      if (this.kind === 'halved' && tab % 2 === 1) {
        return { port: this.#connection(life, new Life())[0], failed: Promise.reject(new CarrierUnavailable('fails')) };
      }
      const known = this.workers.find((worker) => worker.name === name && worker.life.alive);
      const worker = known ?? new SimWorker(name, address, this);
      if (known === undefined) this.workers.push(worker);
      const [near, far] = this.#connection(life, worker.life);
      if (this.kind !== 'silent') {
        this.send(worker.life, () => {
          worker.host?.accept(far);
        });
      }
      return { port: near, failed: new Promise<never>(() => undefined) };
    };
  }

  realmOf(life: Life, watchers: Set<Parameters<Realm['watch']>[1]>): Realm {
    return {
      pair: () => this.#connection(life, life),
      channel: (name, call) => {
        const own: Listener = { life, call };
        const all = this.#channels.get(name) ?? new Set();
        this.#channels.set(name, all);
        all.add(own);
        return {
          post: (message) => {
            if (!all.has(own)) return;
            for (const other of all) {
              const copy: unknown = structuredClone(message);
              if (other !== own) {
                this.send(other.life, () => {
                  if (all.has(other)) other.call(copy);
                });
              }
            }
          },
          close: () => {
            all.delete(own);
          },
        };
      },
      watch: (signal, calls) => {
        watchers.add(calls);
        signal.addEventListener('abort', () => watchers.delete(calls));
      },
    };
  }

  /** How many channels a realm has open. */
  channelsOf(life: Life): number {
    return [...this.#channels.values()].reduce(
      (sum, all) => sum + [...all].filter((listener) => listener.life === life).length,
      0,
    );
  }

  /** Its process has died, or it was closed. */
  end(life: Life): void {
    life.die();
    this.locks.drop(life);
    this.database.drop(life);
    for (const all of this.#channels.values()) for (const each of all) if (each.life === life) all.delete(each);
  }

  /** Both ends of a connection whose messages take their time, in order, and are lost when either end has died. */
  #connection(a: Life, b: Life): [Port, Port] {
    const ends = [a, b].map((life) => ({
      ...{ life, closed: false, before: [] as unknown[] },
      listener: null as ((message: unknown) => void) | null,
    }));
    const port = (own: 0 | 1): Port => {
      const [here, there] = [ends[own], ends[1 - own]];
      if (here === undefined || there === undefined) throw new Error('there are two ends');
      return {
        post: (message) => {
          if (!here.life.alive || here.closed) return;
          const copy: unknown = structuredClone(message);
          this.send(there.life, () => {
            if (there.closed) return;
            if (there.listener === null) there.before.push(copy);
            else there.listener(copy);
          });
        },
        listen: (call) => {
          here.listener = call;
          for (const message of here.before.splice(0)) call(message);
        },
        close: () => {
          here.closed = true;
        },
      };
    };
    return [port(0), port(1)];
  }
}

/** A SharedWorker. */
export class SimWorker {
  readonly life = new Life();
  readonly host: HubHost | null;

  constructor(
    readonly name: string,
    readonly address: string,
    browser: SimBrowser,
  ) {
    const { openCore, locks, kind } = browser;
    this.host = this.life.enter(() => (kind === 'silent' ? null : new HubHost(openCore, locks, name)));
  }
}
