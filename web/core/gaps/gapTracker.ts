import type { LossListener } from '../delivery/callbacks.js';
import type { SubscriptionSpec } from '../engine/engine.js';
import type { ChangePayload } from '../api/payload.js';
import type { ReasonCode } from '../api/reasons.js';
import type { Subscription } from '../subscriptions/subscription.js';
import type { Gap, GapCounters, GapReport, ResyncHandler, ResyncOptions } from '../api/gap.js';
import { PerSubscription } from './perSubscription.js';
import { ResyncScheduler, type ResyncSchedulerEvents } from './resyncScheduler.js';
import type { Urgency } from './retryRunner.js';

export interface GapTrackerEvents extends Pick<ResyncSchedulerEvents, 'starting' | 'handlerFailed'> {
  /** To be handed to the application. `now`: nothing else is going on, so it can be done at once. */
  report(gap: Gap, now: boolean): void;
}

/** Ids of gaps that are noticed here, not in the core, whose ids have 32 bits. */
const FIRST_OWN_ID = 2 ** 32;

type NumberBounds = Pick<Gap, 'epoch' | 'fromNumber' | 'toNumber'>;

/** How much commit times may be out of order: as in the core, see src/subscription/continuity/gap_start.h. */
const DISORDER_MS = 1_000;

/** Accounts for the gaps of one manager, and has them made good. */
export class GapTracker implements LossListener {
  readonly #events: GapTrackerEvents;
  readonly #resyncs: ResyncScheduler;
  /** By id. */
  readonly #open = new PerSubscription<number, Gap>();
  /** The newest of those noticed here, by code. */
  readonly #noticed = new PerSubscription<ReasonCode, Gap>();
  #lastOwnId = FIRST_OWN_ID - 1;
  #opened = 0;
  #over = 0;
  #refetched = 0;

  constructor(options: ResyncOptions, events: GapTrackerEvents) {
    this.#events = events;
    this.#resyncs = new ResyncScheduler(options, {
      refetched: (gap) => {
        this.#refetched += 1;
        events.report({ ...gap, outcome: 'refetched' }, true);
      },
      failed: (gap) => {
        events.report({ ...gap, outcome: 'failed' }, true);
      },
      starting: (subscriptions) => events.starting(subscriptions),
      handlerFailed: (table, error) => {
        events.handlerFailed(table, error);
      },
    });
  }

  get counters(): GapCounters {
    return { opened: this.#opened, over: this.#over, refetched: this.#refetched, ...this.#resyncs.counters };
  }

  add(id: number, spec: SubscriptionSpec, onResync: ResyncHandler | null): void {
    this.#resyncs.add(id, spec, onResync);
  }

  remove(id: number): void {
    this.#open.drop(id);
    this.#noticed.drop(id);
    this.#resyncs.remove(id);
  }

  /** See {@link ResyncScheduler.setPaused}. */
  setPaused(id: number, paused: boolean): void {
    this.#resyncs.setPaused(id, paused);
  }

  onResync(handler: ResyncHandler): () => void {
    return this.#resyncs.addListener(handler);
  }

  /** See {@link ResyncScheduler.callAtOnce}. */
  callAtOnce(handler: ResyncHandler): void {
    this.#resyncs.callAtOnce(handler);
  }

  /** See {@link ResyncScheduler.request}. */
  request(id: number, urgency: Urgency): void {
    this.#resyncs.request(id, urgency);
  }

  /** What the core has reported. */
  receive(reports: readonly GapReport[], polls: readonly number[]): void {
    for (const report of reports) {
      // An engine behind a port may have sent it before it heard that the subscription has ended.
      if (this.#resyncs.has(report.subscription)) {
        this.#report({ ...report, over: report.to !== null, outcome: 'unknown' });
      }
    }
    this.#resyncs.poll(polls);
  }

  /** Changes came whose values the server had to leave out: as good as missed. */
  incomplete(subscriptions: readonly Subscription[], payloads: readonly ChangePayload[]): void {
    for (const { errors, commit_timestamp, number, epoch } of payloads) {
      const message = (errors ?? []).join('; ');
      this.#lastOwnId += 1;
      const numbers =
        number === undefined ? {} : { fromNumber: number, toNumber: number, ...(epoch === undefined ? {} : { epoch }) };
      for (const { id, since } of subscriptions) {
        this.#noticeAfter(id, { code: codeOf(message), message, ...numbers }, startAt(commit_timestamp, 0, since));
      }
    }
  }

  /**
   * What came can't be read: as good as missed. Of several changes in one delivery none can. They were committed after what came before them.
   */
  unreadable(subscriptions: readonly Subscription[]): void {
    this.#lastOwnId += 1;
    for (const { id, since, newest } of subscriptions) {
      const what = { code: 'PAYLOAD_INVALID', message: "What came can't be read." } as const;
      this.#noticeAfter(id, what, startAt(newest?.commit_timestamp ?? '', DISORDER_MS, since));
    }
  }

  #noticeAfter(
    subscription: number,
    what: Pick<Gap, 'code' | 'message'> & NumberBounds,
    start: Pick<Gap, 'fromCommit' | 'from'>,
  ): void {
    const to = Math.max(Date.now(), start.from + DISORDER_MS);
    this.#notice({ id: this.#lastOwnId, subscription, ...what, ...start, to });
  }

  #report(gap: Gap): void {
    const frozen = Object.freeze(gap);
    // The core may report one only when it is over.
    const { id, subscription } = frozen;
    const isNew = !frozen.over || !this.#open.delete(subscription, id);
    if (!frozen.over) this.#open.set(subscription, id, frozen);
    if (isNew) this.#opened += 1;
    if (frozen.over) this.#over += 1;
    this.#events.report(frozen, false);
    if (frozen.over) this.#resyncs.over(frozen);
    else this.#resyncs.opened(frozen);
  }

  /**
   * One that is noticed afterwards. While an earlier one with the same cause waits for its fetch, that one is extended: else their number would grow
   * for as long as fetching fails.
   */
  #notice(report: GapReport): void {
    const { subscription, code } = report;
    const known = this.#noticed.get(subscription, code);
    const isLonger = known !== undefined && known.epoch === report.epoch && this.#resyncs.isPending(known);
    const { from, fromCommit } = isLonger && known.from <= report.from ? known : report;
    const id = isLonger ? known.id : report.id;
    const to = Math.max(report.to ?? 0, isLonger ? (known.to ?? 0) : 0);
    const numbers = isLonger ? bothNumbers(known, report) : {};
    const gap: Gap = Object.freeze({ ...report, ...numbers, id, from, fromCommit, to, over: true, outcome: 'unknown' });
    this.#noticed.set(subscription, code, gap);
    if (!isLonger) {
      this.#opened += 1;
      this.#over += 1;
    }
    this.#events.report(gap, false);
    this.#resyncs.noticed(gap);
  }
}

/** The numbers of two gaps in one. */
function bothNumbers({ fromNumber, toNumber }: NumberBounds, report: NumberBounds): NumberBounds {
  if (report.fromNumber === undefined) return {};
  const { fromNumber: first, toNumber: last = first } = report;
  return { fromNumber: Math.min(fromNumber ?? first, first), toNumber: Math.max(toNumber ?? last, last) };
}

/** `since`: when the subscription began, for a commit without a time. */
function startAt(commit: string, earlierMs: number, since: number): Pick<Gap, 'fromCommit' | 'from'> {
  const at = Date.parse(commit);
  return Number.isNaN(at) ? { fromCommit: null, from: since } : { fromCommit: commit, from: at - earlierMs };
}

function codeOf(message: string): ReasonCode {
  if (message.includes('413')) return 'PAYLOAD_TOO_LARGE';
  return message.includes('401') ? 'UNAUTHORIZED' : 'SERVER_ERROR';
}
