import {
  TABS_PROTOCOL,
  type Attach,
  type FromHub,
  type Port,
  type ToHub,
} from '../../../../web/core/tabs/wire/messages.js';
import { openHubLine } from '../../../../web/core/tabs/carriers/hubLine.js';
import { openAsTab } from '../../../../web/core/tabs/carriers/openTabEngine.js';
import { HubHost } from '../../../../web/core/tabs/hub/hubHost.js';
import type { Batch, Engine, EngineOptions } from '../../../../web/core/engine/engine.js';
import type { GapReport } from '../../../../web/core/api/gap.js';
import type { FakeLocks } from './fakeLocks.js';
import { SimulatedCore, type SimDatabase } from './simulatedCore.js';

type Random = (below: number) => number;

/** Something that can stop: while it sleeps it takes no messages, and when it has died it never does. */
export class Life {
  alive = true;
  #asleep = false;
  #waiting: (() => void)[] = [];

  /** Runs it now, or when it is awake again. */
  run(job: () => void): void {
    if (!this.alive) return;
    if (this.#asleep) this.#waiting.push(job);
    else job();
  }

  sleep(asleep: boolean): void {
    this.#asleep = asleep;
    if (!asleep) for (const job of this.#waiting.splice(0)) this.run(job);
  }
}

/** Both ends of a connection whose messages take their time, in order, and are lost when either end has died. */
function connection(a: Life, b: Life, random: Random): [Port, Port] {
  const ends: { listener: ((message: unknown) => void) | null; before: unknown[]; due: number; closed: boolean }[] = [
    { listener: null, before: [], due: 0, closed: false },
    { listener: null, before: [], due: 0, closed: false },
  ];
  const port = (own: 0 | 1): Port => {
    const [from, to, there] = [own === 0 ? a : b, own === 0 ? b : a, ends[own === 0 ? 1 : 0]];
    const here = ends[own];
    if (here === undefined || there === undefined) throw new Error('there are two ends');
    return {
      post: (message: ToHub | FromHub) => {
        if (!from.alive || here.closed) return;
        const copy: unknown = structuredClone(message);
        there.due = Math.max(there.due, Date.now() + random(6));
        setTimeout(() => {
          to.run(() => {
            if (there.closed) return;
            if (there.listener === null) there.before.push(copy);
            else there.listener(copy);
          });
        }, there.due - Date.now());
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

const OPTIONS: EngineOptions = { url: 'wss://x', apikey: 'key', tokenCallback: false, tuning: {} };

/** A realm with hubs. */
export class SimWorker {
  readonly life = new Life();
  readonly lock: string;
  readonly host: HubHost;
  readonly #cores: SimulatedCore[] = [];

  constructor(
    readonly number: number,
    readonly locks: FakeLocks,
    database: SimDatabase,
    random: Random,
    instance: number,
  ) {
    this.lock = `worker ${String(number)} ${String(instance)}`;
    this.host = new HubHost(
      () => (_options, sink) => {
        const core = new SimulatedCore(database, sink, () => 20 + random(80));
        this.#cores.push(core);
        return Promise.resolve(core);
      },
      locks,
      this.lock,
    );
  }

  kill(): void {
    this.life.alive = false;
    for (const core of this.#cores) void core.dispose();
    this.locks.release(this.lock);
  }
}

/** The workers that a browser keeps by name. */
export class SimWorkers {
  readonly #all: SimWorker[] = [];
  least = 0;

  constructor(
    readonly locks: FakeLocks,
    readonly database: SimDatabase,
    readonly random: Random,
  ) {}

  /** The one that a tab finds. */
  get newest(): SimWorker {
    const running = this.#all.filter(({ life }) => life.alive);
    const number = Math.max(this.least, ...running.map((worker) => worker.number));
    const known = running.find((worker) => worker.number === number);
    if (known !== undefined) return known;
    const worker = new SimWorker(number, this.locks, this.database, this.random, this.#all.length);
    this.#all.push(worker);
    return worker;
  }

  /** Those that do not answer do again, too late. */
  wake(): void {
    for (const { life } of this.#all) life.sleep(false);
  }
}

/** What a subscription was told. */
export interface Told {
  readonly table: string;
  /** Numbers of the changes, in order. */
  readonly numbers: number[];
  /** The latest report of each gap. */
  readonly gaps: Map<number, GapReport>;
  /** Unix ms; null: never. */
  liveSince: number | null;
  state: string;
}

/** A tab with its engine. */
export class SimTab {
  readonly life = new Life();
  readonly told = new Map<number, Told>();
  readonly faults: string[] = [];
  overall = 'idle';
  engine: Engine | null = null;
  #lastId = 0;
  #locks: string[] = [];

  constructor(
    readonly workers: SimWorkers,
    /** Empty: nobody. */
    public user: string,
  ) {}

  isOpen(): boolean {
    return this.engine !== null;
  }

  async open(): Promise<void> {
    const { workers } = this;
    const engine = await openAsTab(
      async (user, events, signal) => {
        const worker = workers.newest;
        const [near, far] = connection(this.life, worker.life, workers.random);
        worker.life.run(() => {
          worker.host.accept(far);
        });
        const lock = `tab ${String(workers.random(2 ** 31))}`;
        this.#locks.push(lock);
        const attach: Attach = {
          ...{
            protocol: TABS_PROTOCOL,
            user,
            options: OPTIONS,
            wasm: '',
            loadTimeoutMs: 5_000,
            logLevel: 'error',
            lock,
          },
        };
        const wedged = (): void => {
          workers.least = Math.max(workers.least, worker.number + 1);
        };
        const line = { port: near, attach, locks: workers.locks, helloMs: 5_000, wedged };
        return {
          line: await openHubLine(line, events, signal),
          tabs: { carrier: 'worker', code: 'OK', message: '' },
        };
      },
      OPTIONS,
      (batch) => {
        this.#receive(batch);
      },
      new AbortController().signal,
      () => Promise.resolve(tokenOf(this.user)),
    );
    this.engine = engine;
    // As a manager does when its engine opens.
    if (this.user !== '') engine.send({ kind: 'provideToken', request: 0, token: tokenOf(this.user) });
  }

  subscribe(table: string): void {
    this.#lastId += 1;
    const id = this.#lastId;
    this.told.set(id, { table, numbers: [], gaps: new Map(), liveSince: null, state: 'pending' });
    this.engine?.send({ kind: 'subscribe', id, spec: { schema: 'public', table, event: '*' } });
  }

  unsubscribe(id: number): void {
    this.told.delete(id);
    this.engine?.send({ kind: 'unsubscribe', id });
  }

  signIn(user: string): void {
    this.user = user;
    this.engine?.send({ kind: 'provideToken', request: 0, token: tokenOf(user) });
  }

  close(): void {
    this.life.alive = false;
    void this.engine?.dispose();
  }

  /** As when its process dies. */
  crash(): void {
    this.life.alive = false;
    for (const lock of this.#locks) this.workers.locks.release(lock);
    void this.engine?.dispose();
  }

  #receive({ control, deliveries }: Batch): void {
    const { status, gaps = [] } = control ?? {};
    this.overall = status?.overall ?? this.overall;
    for (const { id, state } of status?.subscriptions ?? []) {
      const told = this.told.get(id);
      if (told === undefined) continue;
      told.state = state;
      if (state === 'live') told.liveSince ??= Date.now();
    }
    for (const gap of gaps) this.told.get(gap.subscription)?.gaps.set(gap.id, gap);
    for (const delivery of deliveries) {
      if (delivery.kind !== 'each') continue;
      const { data } = JSON.parse(delivery.text) as {
        data: { table: string; record: { number: number; user: string } };
      };
      const { number, user } = data.record;
      if (user !== tokenUser(this.user)) this.faults.push(`${this.user} got a row of ${user}`);
      for (const id of delivery.subscribers) this.#delivered(id, data.table, number);
    }
  }

  #delivered(id: number, table: string, number: number): void {
    const told = this.told.get(id);
    if (told === undefined) return;
    if (told.table !== table) this.faults.push(`a change of ${table} came for ${told.table}`);
    const before = told.numbers[told.numbers.length - 1] ?? 0;
    if (number <= before) this.faults.push(`${String(number)} came after ${String(before)}`);
    told.numbers.push(number);
  }
}

/** A token as the server would give it. */
export function tokenOf(user: string): string {
  if (user === '') return '';
  return `e30.${Buffer.from(JSON.stringify({ iss: 'i', role: 'r', sub: user, exp: Date.now() / 1_000 + 3_600 })).toString('base64url')}.s`;
}

/** What hubs call the user. */
function tokenUser(user: string): string {
  return user === '' ? '' : JSON.stringify(['i', 'r', user]);
}
