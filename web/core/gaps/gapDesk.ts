import type { Losses } from '../dispatcher.js';
import type { Delivery, SubscriptionSpec } from '../engine.js';
import type { ChangePayload } from '../payload.js';
import type { ReasonCode } from '../reasons.js';
import type { Subscription } from '../subscriptionTable.js';
import type { Gap, GapCounters, GapReport, ResyncHandler } from './gap.js';
import { Resyncs, type ResyncEvents, type ResyncOptions } from './resyncs.js';

export interface GapDeskEvents extends Pick<ResyncEvents, 'starting' | 'handlerFailed'> {
  /** To be handed to the application. `now`: nothing else is going on, so it can be done at once. */
  told(gap: Gap, now: boolean): void;
}

/** Ids of gaps that are noticed here, not in the core, whose ids have 32 bits. */
const FIRST_OWN_ID = 2 ** 32;

/** Accounts for the gaps of one manager, and has them made good. */
export class GapDesk implements Losses {
  readonly #events: GapDeskEvents;
  readonly #resyncs: Resyncs;
  readonly #open = new Set<string>();
  #lastOwnId = FIRST_OWN_ID - 1;
  #opened = 0;
  #over = 0;
  #refetched = 0;

  constructor(options: ResyncOptions, events: GapDeskEvents) {
    this.#events = events;
    this.#resyncs = new Resyncs(options, {
      refetched: (gap) => {
        this.#refetched += 1;
        events.told({ ...gap, outcome: 'refetched' }, true);
      },
      failed: (gap) => {
        events.told({ ...gap, outcome: 'failed' }, true);
      },
      starting: (subscriptions) => {
        events.starting(subscriptions);
      },
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
    for (const key of [...this.#open]) if (key.endsWith(`:${id}`)) this.#open.delete(key);
    this.#resyncs.remove(id);
  }

  /** Ends everything that is under way. */
  clear(): void {
    this.#open.clear();
    this.#resyncs.clear();
  }

  onResync(handler: ResyncHandler): () => void {
    return this.#resyncs.addListener(handler);
  }

  /** See {@link Resyncs.request}. */
  request(id: number): void {
    this.#resyncs.request(id);
  }

  /** What the core has told. */
  receive(reports: readonly GapReport[], polls: readonly number[]): void {
    for (const report of reports) this.#tell({ ...report, over: report.to !== null, outcome: 'unknown' });
    this.#resyncs.poll(polls);
  }

  /** Changes came whose values the server had to leave out: as good as missed. */
  incomplete(subscriptions: readonly number[], payloads: readonly ChangePayload[]): void {
    for (const { errors, commit_timestamp } of payloads) {
      const message = (errors ?? []).join('; ');
      const now = Date.now();
      const common = { code: codeOf(message), message, fromCommit: commit_timestamp, from: now, to: now };
      this.#lastOwnId += 1;
      for (const subscription of subscriptions) {
        this.#tell({ id: this.#lastOwnId, subscription, ...common, over: true, outcome: 'unknown' });
      }
    }
  }

  /**
   * What came can't be read: as good as missed. Of several changes in one delivery none can. They were committed after what came before them, and a
   * window may have held them since.
   */
  unreadable(subscriptions: readonly Subscription[], kind: Delivery['kind']): void {
    const now = Date.now();
    const what = { code: 'PAYLOAD_INVALID', message: "What came can't be read.", to: now } as const;
    this.#lastOwnId += 1;
    for (const { id, since, newest } of subscriptions) {
      const fromCommit = newest?.commit_timestamp ?? null;
      const before = fromCommit === null ? NaN : Date.parse(fromCommit);
      const from = kind === 'each' ? now : Math.min(now, Number.isNaN(before) ? since : before);
      this.#tell({ id: this.#lastOwnId, subscription: id, ...what, fromCommit, from, over: true, outcome: 'unknown' });
    }
  }

  #tell(gap: Gap): void {
    const frozen = Object.freeze(gap);
    // One that was noticed afterwards opens and ends at once.
    const isNew = !frozen.over || !this.#open.delete(keyOf(frozen));
    if (!frozen.over) this.#open.add(keyOf(frozen));
    if (isNew) this.#opened += 1;
    if (frozen.over) this.#over += 1;
    this.#events.told(frozen, false);
    this.#resyncs.gap(frozen);
  }
}

function keyOf({ id, subscription }: Gap): string {
  return `${id}:${subscription}`;
}

function codeOf(message: string): ReasonCode {
  if (message.includes('413')) return 'PAYLOAD_TOO_LARGE';
  return message.includes('401') ? 'UNAUTHORIZED' : 'SERVER_ERROR';
}
