import type { GapReport } from '../../../../web/core/api/gap.js';
import type { TabsStatus } from '../../../../web/core/api/status.js';
import type { Batch, Engine, EngineOptions, LifecycleEvent } from '../../../../web/core/engine/engine.js';
import { Carriers } from '../../../../web/core/tabs/carriers/carriers.js';
import { openAsTab } from '../../../../web/core/tabs/carriers/openTabEngine.js';
import type { Realm } from '../../../../web/core/tabs/carriers/realm.js';
import { Life } from './life.js';
import type { SimBrowser } from './simulatedBrowser.js';

const OPTIONS: EngineOptions = { url: 'wss://x', apikey: 'key', tokenCallback: false, tuning: {} };

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
  /** How many answers each push has. */
  readonly answers = new Map<number, number>();
  /** How many are to be answered. */
  flushes = 0;
  /** Fetches that were shared: how many changes there were when they were asked for. */
  readonly fetches = new Map<number, number>();
  overall = 'idle';
  tabs: TabsStatus | null = null;
  /** Codes of the notices of losses, in order. */
  readonly losses: string[] = [];
  isAway = false;
  isFrozen = false;
  isDisposed = false;
  #engine: Engine | null = null;
  #lastId = 0;
  readonly #watchers = new Set<Parameters<Realm['watch']>[1]>();

  constructor(
    readonly browser: SimBrowser,
    readonly number: number,
    /** Empty: nobody. */
    public user: string,
    /** The address of the worker: another one is another deployment. */
    readonly worker: string,
  ) {}

  get isOpen(): boolean {
    return this.#engine !== null;
  }

  /** Opens the engine, as often as it takes, as a manager does. */
  open(): void {
    const { browser, life, worker, number } = this;
    life.enter(() => {
      const carriers = new Carriers({
        locks: browser.locks,
        startWorker: browser.startWorkerFor(life, number),
        realm: browser.realmOf(life, this.#watchers),
        openCore: browser.openCore,
      });
      const connect = carriers.connect({
        ...{ options: OPTIONS, wasm: '', worker, loadTimeoutMs: 5_000, logLevel: 'error' },
        openOwn: (_options, sink, signal) => browser.openCore('', 0)(_options, sink, signal),
      });
      const { signal } = new AbortController();
      const sink = (batch: Batch): void => {
        if (life.alive) this.#receive(batch);
      };
      openAsTab(connect, OPTIONS, sink, signal, () => Promise.resolve(tokenOf(this.user))).then(
        (engine) => {
          this.#opened(engine);
        },
        () =>
          setTimeout(() => {
            this.open();
          }, 1_000),
      );
    });
  }

  subscribe(table: string): void {
    if (this.isDisposed) return;
    this.#lastId += 1;
    const id = this.#lastId;
    this.told.set(id, { table, numbers: [], gaps: new Map(), liveSince: null, state: 'pending' });
    if (this.#engine !== null) this.#subscribe(id, table);
  }

  unsubscribe(id: number): void {
    this.told.delete(id);
    this.send({ kind: 'unsubscribe', id });
  }

  pause(id: number): void {
    this.send({ kind: 'pause', id });
  }

  resumeAll(): void {
    for (const id of this.told.keys()) this.send({ kind: 'resume', id });
  }

  /** Sends, and flushes what windows hold: each must be answered once. */
  ask(): void {
    if (this.life.asleep || !this.isOpen) return;
    this.#lastId += 1;
    const id = this.#lastId;
    this.answers.set(id, 0);
    const spec = { event: 'e', payload: '1', persist: null, ack: false, timeoutMs: 10_000, everyMs: null } as const;
    this.send({ kind: 'push', id, channel: 0, ...spec });
    for (const subscription of this.told.keys()) {
      this.flushes += 1;
      this.send({ kind: 'flush', id: subscription });
    }
  }

  /** Asks for rows that every tab of the user may fetch. */
  share(delayMs: number): void {
    if (this.life.asleep || this.#engine?.sharesFetches !== true) return;
    this.#lastId += 1;
    const request = this.#lastId;
    this.fetches.set(request, this.browser.database.log.length);
    this.send({ kind: 'wantFetch', request, key: 'rows', delayMs });
  }

  /** What the browser's tabs fetch is as new as the moment in which they begin. */
  #fetch(request: number): void {
    if (!this.fetches.has(request)) return;
    const rows = [{ count: this.browser.database.log.length, user: tokenUser(this.user) }];
    const { random } = this.browser;
    setTimeout(() => {
      if (random(4) === 0) this.send({ kind: 'fetchFailed', request });
      else this.send({ kind: 'fetchDone', request, rows });
      this.fetches.delete(request);
    }, random(2_000));
  }

  #fetched(request: number, [row]: readonly unknown[]): void {
    const { count, user } = row as { count: number; user: string };
    const asked = this.fetches.get(request);
    this.fetches.delete(request);
    if (asked === undefined) return;
    if (count < asked) this.faults.push(`what was fetched has ${String(count)} changes, there were ${String(asked)}`);
    if (user !== tokenUser(this.user)) this.faults.push(`${this.user} got what ${user} has fetched`);
  }

  signIn(user: string): void {
    this.user = user;
    this.send({ kind: 'provideToken', request: 0, token: tokenOf(user) });
  }

  notify(event: LifecycleEvent): void {
    this.send({ kind: 'notify', event });
  }

  send(command: Parameters<Engine['send']>[0]): void {
    if (this.life.alive && !this.life.asleep) this.life.enter(() => this.#engine?.send(command));
  }

  /** The person closes it. */
  close(): void {
    this.#tell('away');
    this.notify('pagehide');
    this.browser.end(this.life);
  }

  /** Its manager is disposed of; the page stays. */
  dispose(): void {
    if (this.life.asleep || !this.isOpen) return;
    this.isDisposed = true;
    this.life.enter(() => void this.#engine?.dispose());
    this.told.clear();
    this.fetches.clear();
    this.#engine = null;
  }

  /** Its process dies. */
  crash(): void {
    this.browser.end(this.life);
  }

  /** The browser freezes it, after it has said so. */
  freeze(): void {
    if (this.life.asleep) return;
    this.#tell('frozen');
    this.notify('freeze');
    this.isFrozen = true;
    this.life.sleep(true);
  }

  /** Its thread is held up, by a loop or a debugger. */
  wedge(): void {
    this.life.sleep(true);
  }

  /** The browser puts it into the back/forward cache, if it may. */
  putAway(): void {
    if (this.life.asleep || !this.isOpen) return;
    this.#tell('away');
    this.notify('pagehide');
    this.isAway = true;
    const held = this.browser.locks.heldBy(this.life);
    const open = this.browser.channelsOf(this.life);
    if (held.length > 0 || open > 0) this.faults.push(`is put away with ${held.join(', ')}, ${String(open)} channels`);
    this.life.sleep(true);
  }

  /** It runs again, whatever held it up. */
  wake(): void {
    if (!this.life.alive || !this.life.asleep) return;
    this.life.sleep(false);
    const { isFrozen, isAway } = this;
    this.isFrozen = false;
    this.isAway = false;
    this.life.run('message', () => {
      if (isFrozen) this.#tell('resumed');
      if (isFrozen) this.notify('resume');
      if (isAway) this.notify('pageshow');
    });
  }

  #tell(what: 'away' | 'frozen' | 'resumed'): void {
    if (this.life.alive && !this.life.asleep)
      this.life.enter(() => {
        for (const calls of [...this.#watchers]) calls[what]();
      });
  }

  #opened(engine: Engine): void {
    this.#engine = engine;
    // As a manager does when its engine opens.
    engine.send({ kind: 'provideToken', request: 0, token: tokenOf(this.user) });
    for (const [id, { table }] of this.told) this.#subscribe(id, table);
  }

  #subscribe(id: number, table: string): void {
    this.send({ kind: 'subscribe', id, spec: { schema: 'public', table, event: '*' } });
  }

  #receive({ control, deliveries }: Batch): void {
    const { status, gaps = [], notices = [] } = control ?? {};
    for (const { id } of control?.pushes ?? []) this.answers.set(id, (this.answers.get(id) ?? 0) + 1);
    this.flushes -= control?.flushed?.length ?? 0;
    for (const { request, rows } of control?.fetched ?? []) this.#fetched(request, rows);
    for (const request of control?.fetchDue ?? []) this.#fetch(request);
    this.overall = status?.overall ?? this.overall;
    this.tabs = status?.tabs ?? this.tabs;
    for (const { code, status: notice } of notices) if (notice !== 'SUBSCRIBED') this.losses.push(code);
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
