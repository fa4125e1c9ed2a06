import type { SubscriptionSpec } from '../engine.js';
import type { Gap, ResyncHandler } from './gap.js';
import { ResyncTask } from './resyncTask.js';

export interface ResyncOptions {
  /** After a gap each client waits between 0 and this, so that not all fetch at once. */
  jitterMs: number;
  timeoutMs: number;
}

export interface ResyncEvents {
  /**
   * Whatever is held for these subscriptions has to be handed over first: it is older than what is about to be fetched, and must not be applied on top of
   * that.
   */
  starting(subscriptions: readonly number[]): void;
  /** All handlers concerned have made it good. */
  refetched(gap: Gap): void;
  /** A handler has failed for the first time with this gap. */
  failed(gap: Gap): void;
  /** The application's handler threw, rejected or took too long. */
  handlerFailed(table: string, error: unknown): void;
}

interface Member {
  spec: SubscriptionSpec;
  key: string;
  handler: ResyncHandler | null;
}

interface Task {
  task: ResyncTask;
  key: string;
  handler: ResyncHandler;
}

/**
 * Calls the handlers that fetch what gaps may have cost: once per handler, key and interruption, however many subscriptions share them.
 */
export class Resyncs {
  readonly #options: ResyncOptions;
  readonly #events: ResyncEvents;
  readonly #members = new Map<number, Member>();
  readonly #listeners = new Set<ResyncHandler>();
  #tasks: Task[] = [];
  /** By gap and subscription: the tasks that have not made it good yet. */
  readonly #pending = new Map<string, { tasks: Set<ResyncTask>; toldFailed: boolean }>();
  #runs = 0;
  #failures = 0;
  #polls = 0;

  constructor(options: ResyncOptions, events: ResyncEvents) {
    this.#options = options;
    this.#events = events;
  }

  get counters(): { resyncs: number; resyncFailures: number; polls: number } {
    return { resyncs: this.#runs, resyncFailures: this.#failures, polls: this.#polls };
  }

  add(id: number, spec: SubscriptionSpec, handler: ResyncHandler | null): void {
    this.#members.set(id, { spec, key: keyOf(spec), handler });
  }

  remove(id: number): void {
    if (!this.#members.delete(id)) return;
    for (const { task } of this.#tasks) task.forget(id, this.#jitter());
    for (const key of [...this.#pending.keys()]) {
      if (key.endsWith(`:${id}`)) this.#pending.delete(key);
    }
    this.#sweep((task) => this.#subscriptionsOf(task).length === 0);
  }

  clear(): void {
    this.#members.clear();
    this.#pending.clear();
    this.#sweep(() => true);
  }

  /** A handler for all subscriptions. Returns the way to take it away. */
  addListener(handler: ResyncHandler): () => void {
    // A function of its own, so that it can be told from a subscription's handler, and taken away without others.
    const listener: ResyncHandler = (resync) => handler(resync);
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      this.#sweep((task) => task.handler === listener);
    };
  }

  gap(gap: Gap): void {
    const delayMs = this.#jitter();
    for (const task of this.#tasksFor(gap.subscription)) {
      if (!gap.over) {
        task.opened(gap);
        continue;
      }
      const key = pendingKey(gap);
      const pending = this.#pending.get(key) ?? { tasks: new Set(), toldFailed: false };
      this.#pending.set(key, pending);
      pending.tasks.add(task);
      task.over(gap, delayMs);
    }
  }

  poll(ids: readonly number[]): void {
    for (const id of ids) for (const task of this.#tasksFor(id)) task.poll();
  }

  /** Calls the subscription's own handler at the next chance, until it succeeds. */
  request(id: number): void {
    const member = this.#members.get(id);
    if (member === undefined || member.handler === null) return;
    this.#task(member, member.handler).request(0);
  }

  #tasksFor(id: number): ResyncTask[] {
    const member = this.#members.get(id);
    if (member === undefined) return [];
    const handlers = [...(member.handler === null ? [] : [member.handler]), ...this.#listeners];
    return handlers.map((handler) => this.#task(member, handler));
  }

  #task({ spec, key }: Member, handler: ResyncHandler): ResyncTask {
    const known = this.#tasks.find((task) => task.key === key && task.handler === handler);
    if (known !== undefined) return known.task;
    const task: ResyncTask = new ResyncTask(spec, handler, this.#options.timeoutMs, {
      subscriptions: () => this.#subscriptionsOf(entry),
      starting: () => {
        this.#events.starting(this.#subscriptionsOf(entry));
      },
      succeeded: (gaps, isPoll) => {
        this.#count(isPoll);
        for (const gap of gaps) this.#madeGood(gap, task);
        this.#sweep((other) => other === entry && task.idle);
      },
      failed: (gaps, error, isPoll) => {
        this.#count(isPoll);
        this.#failures += 1;
        for (const gap of gaps) this.#notMadeGood(gap);
        this.#events.handlerFailed(`${spec.schema}.${spec.table}`, error);
      },
    });
    const entry: Task = { task, key, handler };
    this.#tasks.push(entry);
    return task;
  }

  #count(isPoll: boolean): void {
    if (isPoll) this.#polls += 1;
    else this.#runs += 1;
  }

  #madeGood(gap: Gap, task: ResyncTask): void {
    const key = pendingKey(gap);
    const pending = this.#pending.get(key);
    pending?.tasks.delete(task);
    if (pending?.tasks.size !== 0) return;
    this.#pending.delete(key);
    this.#events.refetched(gap);
  }

  #notMadeGood(gap: Gap): void {
    const pending = this.#pending.get(pendingKey(gap));
    if (pending === undefined || pending.toldFailed) return;
    pending.toldFailed = true;
    this.#events.failed(gap);
  }

  #subscriptionsOf({ key, handler }: Task): number[] {
    const members = [...this.#members].filter(([, member]) => member.key === key);
    const isListener = this.#listeners.has(handler);
    return members.filter(([, member]) => isListener || member.handler === handler).map(([id]) => id);
  }

  #sweep(isDone: (task: Task) => boolean): void {
    const done = this.#tasks.filter(isDone);
    if (done.length === 0) return;
    this.#tasks = this.#tasks.filter((task) => !done.includes(task));
    for (const { task } of done) task.stop();
  }

  #jitter(): number {
    return Math.random() * this.#options.jitterMs;
  }
}

function pendingKey({ id, subscription }: Gap): string {
  return `${id}:${subscription}`;
}

/** Equal for subscriptions to the same rows and columns. */
function keyOf({ schema, table, event, filter, select }: SubscriptionSpec): string {
  return JSON.stringify([schema, table, event, filter ?? null, select ?? null]);
}
