import type { SubscriptionSpec } from '../engine/engine.js';
import type { Gap, Resync, ResyncHandler } from '../api/gap.js';
import { RetryRunner, type Urgency } from './retryRunner.js';

export interface ResyncTaskEvents {
  /** The subscriptions that it is for, at the moment. */
  subscriptions(): readonly number[];
  /** The handler is about to be called. A promise: not before that is settled. */
  starting(): Promise<void> | null;
  succeeded(gaps: readonly Gap[], isPoll: boolean): void;
  failed(gaps: readonly Gap[], error: unknown, isPoll: boolean): void;
}

/** One handler's duty towards the rows of one key: what gaps it has to make good, and when. */
export class ResyncTask {
  readonly #spec: SubscriptionSpec;
  readonly handler: ResyncHandler;
  readonly #events: ResyncTaskEvents;
  readonly #runner: RetryRunner;
  /** By subscription; while there are any, fetching would be in vain. */
  readonly #open = new Map<number, number>();
  #due: Gap[] = [];
  #covered: readonly Gap[] = [];

  constructor(spec: SubscriptionSpec, handler: ResyncHandler, timeoutMs: number, events: ResyncTaskEvents) {
    this.#spec = spec;
    this.handler = handler;
    this.#events = events;
    this.#runner = new RetryRunner(timeoutMs, {
      run: (signal, owed) => this.#run(signal, owed),
      settled: (error, owed) => {
        this.#settled(error, owed);
      },
    });
  }

  opened({ subscription, id }: Gap): void {
    this.#open.set(subscription, id);
    this.#runner.hold();
  }

  /** `delayMs`: for a gap that had been open. */
  over(gap: Gap, delayMs: number): void {
    this.#due.push(gap);
    this.#runner.request('soon', delayMs);
    this.closed(gap, delayMs);
  }

  /** It is over, but not to be made good yet. */
  closed({ subscription, id }: Gap, delayMs: number): void {
    if (this.#open.get(subscription) === id) this.#forgetOpen(subscription, delayMs);
  }

  /** It was noticed afterwards. One with the same id gives way to it, also where a run that began before would have made that good. */
  noticed(gap: Gap, delayMs: number): void {
    const isOther = ({ id, subscription }: Gap): boolean => id !== gap.id || subscription !== gap.subscription;
    this.#due = [...this.#due.filter(isOther), gap];
    this.#covered = this.#covered.filter(isOther);
    this.#runner.request('paced', delayMs);
  }

  /** Without a gap. */
  request(urgency: Urgency, delayMs = 0): void {
    this.#runner.request(urgency, delayMs);
  }

  poll(): void {
    this.#runner.attempt();
  }

  /** The subscription has ended. */
  forget(subscription: number, delayMs: number): void {
    this.#due = this.#due.filter((gap) => gap.subscription !== subscription);
    this.#covered = this.#covered.filter((gap) => gap.subscription !== subscription);
    this.#forgetOpen(subscription, delayMs);
  }

  stop(): void {
    this.#runner.stop();
  }

  #forgetOpen(subscription: number, delayMs: number): void {
    if (this.#open.delete(subscription) && this.#open.size === 0) this.#runner.release(delayMs);
  }

  #run(signal: AbortSignal, owed: boolean): unknown {
    const held = this.#events.starting();
    this.#covered = this.#due;
    this.#due = [];
    const resync: Resync = {
      reason: owed ? 'gap' : 'poll',
      schema: this.#spec.schema,
      table: this.#spec.table,
      event: this.#spec.event,
      filter: this.#spec.filter ?? null,
      subscriptions: this.#events.subscriptions(),
      gaps: this.#covered,
      signal,
    };
    if (held === null) return this.handler(resync);
    return held.then(() => (signal.aborted ? undefined : this.handler(resync)));
  }

  #settled(error: unknown, owed: boolean): void {
    const covered = this.#covered;
    this.#covered = [];
    if (error === null) {
      this.#events.succeeded(covered, !owed);
      return;
    }
    this.#due = [...covered, ...this.#due];
    this.#events.failed(covered, error, !owed);
  }
}
