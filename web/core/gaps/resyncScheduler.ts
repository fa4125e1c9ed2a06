import type { ResyncOptions, Gap, ResyncHandler } from '../api/gap.js';
import type { SubscriptionSpec } from '../engine/engine.js';
import { PerSubscription } from './perSubscription.js';
import { ResyncTask } from './resyncTask.js';
import type { Urgency } from './retryRunner.js';

export interface ResyncSchedulerEvents {
  /**
   * Whatever is held for these subscriptions has to be handed over first: it is older than what is about to be fetched, and must not be applied on top of
   * that. The promise settles when it has been; null: it has been already.
   */
  starting(subscriptions: readonly number[]): Promise<void> | null;
  /** All handlers concerned have made it good. */
  refetched(gap: Gap): void;
  /** A handler has failed for the first time with this gap. */
  failed(gap: Gap): void;
  /** The application's handler threw, rejected or took too long. */
  handlerFailed(table: string, error: unknown): void;
}

/** All subscriptions to the same rows and columns. */
interface Group {
  readonly spec: SubscriptionSpec;
  /** With their own handlers. */
  readonly members: Map<number, ResyncHandler | null>;
  readonly tasks: Map<ResyncHandler, ResyncTask>;
}

interface PendingGap {
  gap: Gap;
  /** Those that have not made it good yet. */
  tasks: Set<ResyncTask>;
  /** One has made it good. */
  succeeded: boolean;
  failureReported: boolean;
}

/**
 * Calls the handlers that fetch what gaps may have cost: once per handler, key and interruption, however many subscriptions share them.
 */
export class ResyncScheduler {
  readonly #options: ResyncOptions;
  readonly #events: ResyncSchedulerEvents;
  readonly #groups = new Map<string, Group>();
  /** By subscription. */
  readonly #groupOf = new Map<number, Group>();
  readonly #listeners = new Set<ResyncHandler>();
  /** Handlers that wait by themselves after a gap. */
  readonly #unhurried = new WeakSet<ResyncHandler>();
  /** By the gap's id. */
  readonly #pending = new PerSubscription<number, PendingGap>();
  /** Those that are paused, with the gaps that were over meanwhile. */
  readonly #paused = new Map<number, Gap[]>();
  #runs = 0;
  #failures = 0;
  #polls = 0;

  constructor(options: ResyncOptions, events: ResyncSchedulerEvents) {
    this.#options = options;
    this.#events = events;
  }

  get counters(): { resyncs: number; resyncFailures: number; polls: number } {
    return { resyncs: this.#runs, resyncFailures: this.#failures, polls: this.#polls };
  }

  add(id: number, spec: SubscriptionSpec, handler: ResyncHandler | null): void {
    const key = keyOf(spec);
    const group = this.#groups.get(key) ?? { spec, members: new Map(), tasks: new Map() };
    group.members.set(id, handler);
    this.#groups.set(key, group);
    this.#groupOf.set(id, group);
  }

  /** Whether the subscription was added and not removed. */
  has(id: number): boolean {
    return this.#groupOf.has(id);
  }

  remove(id: number): void {
    const group = this.#groupOf.get(id);
    if (group === undefined) return;
    const handler = group.members.get(id) ?? null;
    this.#groupOf.delete(id);
    this.#paused.delete(id);
    group.members.delete(id);
    for (const task of group.tasks.values()) task.forget(id, this.#jitter());
    this.#pending.drop(id);
    if (group.members.size === 0) this.#end(group);
    else if (handler !== null && this.#subscriptionsOf(group, handler).length === 0) this.#endTask(group, handler);
  }

  /** A handler for all subscriptions. Returns the way to take it away. */
  addListener(handler: ResyncHandler): () => void {
    // A function of its own, so that it differs from a subscription's handler, and can be removed by itself.
    const listener: ResyncHandler = (resync) => handler(resync);
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      for (const group of this.#groups.values()) this.#endTask(group, listener);
    };
  }

  /** The handler waits by itself after a gap, so as not to fetch when all other clients do. */
  callAtOnce(handler: ResyncHandler): void {
    this.#unhurried.add(handler);
  }

  opened(gap: Gap): void {
    for (const task of this.#tasksFor(gap.subscription)) task.opened(gap);
  }

  /** It had been open. */
  over(gap: Gap): void {
    const delayMs = this.#jitter();
    const paused = this.#paused.get(gap.subscription);
    paused?.push(gap);
    if (paused === undefined) for (const task of this.#awaited(gap)) task.over(gap, this.#waitOf(task, delayMs));
    else for (const task of this.#tasksFor(gap.subscription)) task.closed(gap, delayMs);
  }

  /**
   * What is held for it is handed over with the end of the pause, and is older than what a gap cost meanwhile: no handler is called for it before that.
   */
  setPaused(id: number, paused: boolean): void {
    const gaps = this.#paused.get(id);
    if (paused && gaps === undefined) this.#paused.set(id, []);
    if (paused || gaps === undefined) return;
    this.#paused.delete(id);
    for (const gap of gaps) this.over(gap);
  }

  /** It was noticed afterwards, or one with the same id goes on longer. */
  noticed(gap: Gap): void {
    const delayMs = this.#jitter();
    for (const task of this.#awaited(gap)) task.noticed(gap, this.#waitOf(task, delayMs));
  }

  /** Whether there are handlers that have not made it good yet. */
  isPending(gap: Gap): boolean {
    return this.#pendingOf(gap) !== undefined;
  }

  /** The tasks that are to make it good, all of them. */
  #awaited(gap: Gap): readonly ResyncTask[] {
    const tasks = this.#tasksFor(gap.subscription);
    if (tasks.length === 0) return tasks;
    const failureReported = this.#pendingOf(gap)?.failureReported ?? false;
    this.#pending.set(gap.subscription, gap.id, { gap, tasks: new Set(tasks), succeeded: false, failureReported });
    return tasks;
  }

  poll(ids: readonly number[]): void {
    for (const id of ids) {
      if (!this.#paused.has(id)) for (const task of this.#tasksFor(id)) task.poll();
    }
  }

  /** Calls the subscription's own handler until it succeeds. */
  request(id: number, urgency: Urgency): void {
    const group = this.#groupOf.get(id);
    const handler = group?.members.get(id) ?? null;
    if (group === undefined || handler === null) return;
    // What one client can't decide, others can't either.
    this.#task(group, handler).request(urgency, urgency === 'paced' ? this.#jitter() : 0);
  }

  #pendingOf({ subscription, id }: Gap): PendingGap | undefined {
    return this.#pending.get(subscription, id);
  }

  #tasksFor(id: number): ResyncTask[] {
    const group = this.#groupOf.get(id);
    if (group === undefined) return [];
    const own = group.members.get(id) ?? null;
    return [...(own === null ? [] : [own]), ...this.#listeners].map((handler) => this.#task(group, handler));
  }

  #task(group: Group, handler: ResyncHandler): ResyncTask {
    const known = group.tasks.get(handler);
    if (known !== undefined) return known;
    const { schema, table } = group.spec;
    const task: ResyncTask = new ResyncTask(group.spec, handler, this.#options.timeoutMs, {
      subscriptions: () => this.#subscriptionsOf(group, handler),
      starting: () => this.#events.starting(this.#subscriptionsOf(group, handler)),
      succeeded: (gaps, isPoll) => {
        this.#count(isPoll);
        for (const gap of gaps) this.#madeGood(gap, task);
      },
      failed: (gaps, error, isPoll) => {
        this.#count(isPoll);
        this.#failures += 1;
        for (const gap of gaps) this.#notMadeGood(gap);
        this.#events.handlerFailed(`${schema}.${table}`, error);
      },
    });
    group.tasks.set(handler, task);
    return task;
  }

  #count(isPoll: boolean): void {
    if (isPoll) this.#polls += 1;
    else this.#runs += 1;
  }

  #madeGood(gap: Gap, task: ResyncTask): void {
    const pending = this.#pendingOf(gap);
    if (pending === undefined) return;
    pending.succeeded = true;
    this.#takeOff(pending, task);
  }

  /** The task no longer has to do with it. Nobody may be left to wait for. */
  #takeOff(pending: PendingGap, task: ResyncTask): void {
    if (!pending.tasks.delete(task) || pending.tasks.size > 0) return;
    const { subscription, id } = pending.gap;
    this.#pending.delete(subscription, id);
    if (pending.succeeded) this.#events.refetched(pending.gap);
  }

  #notMadeGood(gap: Gap): void {
    const pending = this.#pendingOf(gap);
    if (pending === undefined || pending.failureReported) return;
    pending.failureReported = true;
    this.#events.failed(gap);
  }

  #subscriptionsOf({ members }: Group, handler: ResyncHandler): number[] {
    const isListener = this.#listeners.has(handler);
    return [...members].filter(([, own]) => isListener || own === handler).map(([id]) => id);
  }

  #end(group: Group): void {
    for (const handler of [...group.tasks.keys()]) this.#endTask(group, handler);
    this.#groups.delete(keyOf(group.spec));
  }

  /** Nobody waits for it any more. */
  #endTask(group: Group, handler: ResyncHandler): void {
    const task = group.tasks.get(handler);
    if (task === undefined) return;
    group.tasks.delete(handler);
    task.stop();
    for (const id of group.members.keys()) {
      for (const pending of this.#pending.of(id)) this.#takeOff(pending, task);
    }
  }

  #waitOf({ handler }: ResyncTask, delayMs: number): number {
    return this.#unhurried.has(handler) ? 0 : delayMs;
  }

  #jitter(): number {
    return Math.random() * this.#options.jitterMs;
  }
}

/** Equal for subscriptions to the same rows and columns that come in the same way. */
function keyOf({ schema, table, event, filter, select, via }: SubscriptionSpec): string {
  return JSON.stringify([schema, table, event, filter ?? null, select ?? null, via ?? null]);
}
