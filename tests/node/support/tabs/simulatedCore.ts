import { Life } from './life.js';
import { ownerOf } from '../../../../web/core/tabs/wire/user.js';
import type {
  SubscriptionDelta,
  SubscriptionSpec,
  Batch,
  Command,
  Engine,
  EngineSink,
} from '../../../../web/core/engine/engine.js';

/** One committed change. Numbers count up over all tables, so that the order can be seen. */
export interface SimChange {
  readonly number: number;
  readonly table: string;
  readonly at: number;
}

/** What all cores get their changes from. */
export class SimDatabase {
  readonly log: SimChange[] = [];
  readonly #cores = new Set<SimulatedCore>();

  commit(table: string): void {
    const change = { number: this.log.length + 1, table, at: Date.now() };
    this.log.push(change);
    for (const core of [...this.#cores]) core.take(change);
  }

  add(core: SimulatedCore): void {
    this.#cores.add(core);
  }

  remove(core: SimulatedCore): void {
    this.#cores.delete(core);
  }

  /** The sockets of a realm that has died are closed. */
  drop(life: Life): void {
    for (const core of [...this.#cores]) if (core.life === life) this.remove(core);
  }

  get cores(): number {
    return this.#cores.size;
  }

  /** Subscriptions in all cores. */
  get subscriptions(): number {
    return [...this.#cores].reduce((sum, core) => sum + core.size, 0);
  }
}

interface Rows {
  readonly spec: SubscriptionSpec;
  isLive: boolean;
  isPaused: boolean;
  held: SimChange[];
}

const isTracked = ({ table }: SubscriptionSpec): boolean => table.startsWith('tracked');

/** As much of a core as tabs can tell apart: goes live after a while, delivers, holds while paused, continues after a number. */
export class SimulatedCore implements Engine {
  readonly life = Life.current;
  readonly #database: SimDatabase;
  /** Whose rows it sees: that of the newest token. */
  #user = '';
  readonly #sink: EngineSink;
  readonly #rows = new Map<number, Rows>();
  readonly #joinMs: () => number;
  #ended = false;

  constructor(database: SimDatabase, sink: EngineSink, joinMs: () => number) {
    this.#database = database;
    this.#sink = sink;
    this.#joinMs = joinMs;
    database.add(this);
  }

  get size(): number {
    return this.#rows.size;
  }

  send(command: Command): void {
    if (this.#ended) return;
    if (command.kind === 'provideToken') this.#user = ownerOf(command.token, '').user;
    else if (command.kind === 'subscribe') this.#subscribe(command.id, command.spec);
    else if (command.kind === 'unsubscribe') this.#rows.delete(command.id);
    else if (command.kind === 'pause' || command.kind === 'resume') this.#pause(command.id, command.kind === 'pause');
    else if (command.kind === 'push') this.#say({ pushes: [{ id: command.id, outcome: 'ok', message: '' }] });
    else if (command.kind === 'flush') this.#say({ flushed: [command.id] });
  }

  dispose(): Promise<void> {
    this.#ended = true;
    this.#database.remove(this);
    return Promise.resolve();
  }

  /** For those that are live now. A realm that sleeps gets it later. */
  take(change: SimChange): void {
    const live = [...this.#rows].filter(([, { isLive, spec }]) => isLive && spec.table === change.table);
    if (this.life === undefined) this.#changed(live, change);
    else {
      this.life.run('message', () => {
        this.#changed(live, change);
      });
    }
  }

  #changed(live: readonly [number, Rows][], change: SimChange): void {
    if (this.#ended) return;
    const ids: number[] = [];
    for (const [id, rows] of live) {
      if (this.#rows.get(id) !== rows) continue;
      if (rows.isPaused) rows.held.push(change);
      else ids.push(id);
    }
    if (ids.length > 0) this.#deliver(ids, change);
  }

  #subscribe(id: number, spec: SubscriptionSpec): void {
    const rows: Rows = { spec, isLive: false, isPaused: false, held: [] };
    this.#rows.set(id, rows);
    const isShared = [...this.#rows.values()].some(({ isLive, spec: other }) => isLive && other.table === spec.table);
    this.#say({ status: { subscriptions: [this.#status(id, spec, 'joining')] } });
    if (isShared) this.#goLive(id, rows);
    else
      setTimeout(() => {
        this.#goLive(id, rows);
      }, this.#joinMs());
  }

  #goLive(id: number, rows: Rows): void {
    if (this.#ended || this.#rows.get(id) !== rows) return;
    rows.isLive = true;
    const { spec } = rows;
    this.#say({
      status: { subscriptions: [this.#status(id, spec, 'live')] },
      notices: [
        { subscription: id, status: 'SUBSCRIBED', code: 'OK', message: '', retryable: true, nextRetryAt: null },
      ],
    });
    const after = spec.from?.number;
    if (after === undefined) return;
    for (const change of this.#database.log) {
      if (change.number <= after || change.table !== spec.table) continue;
      if (rows.isPaused) rows.held.push(change);
      else this.#deliver([id], change);
    }
  }

  #pause(id: number, isPaused: boolean): void {
    const rows = this.#rows.get(id);
    if (rows === undefined) return;
    rows.isPaused = isPaused;
    if (isPaused) return;
    for (const change of rows.held.splice(0)) this.#deliver([id], change);
  }

  #deliver(subscribers: number[], { number, table, at }: SimChange): void {
    const numbered = table.startsWith('tracked') ? { number, epoch: 'e' } : {};
    const data = {
      table,
      commit_timestamp: new Date(at).toISOString(),
      record: { number, user: this.#user },
      ...numbered,
    };
    const text = JSON.stringify({ data });
    this.#sink({ control: null, columnLists: [], deliveries: [{ kind: 'each', subscribers, count: 1, text }] });
  }

  #status(id: number, spec: SubscriptionSpec, state: 'joining' | 'live'): SubscriptionDelta {
    const rest = {
      since: Date.now(),
      attempts: 0,
      nextRetryAt: null,
      code: 'OK',
      message: '',
      retryable: true,
    } as const;
    return { id, state, mode: 'live', ...rest, ...(isTracked(spec) ? { road: 'broadcast' as const } : {}) };
  }

  #say(control: NonNullable<Batch['control']>): void {
    if (!this.#ended) this.#sink({ control, columnLists: [], deliveries: [] });
  }
}
