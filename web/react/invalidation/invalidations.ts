import type { EventName, Gap, RealtimeManager, Resync, Road } from '../../core/index.js';
import { keyText } from '../base/keyText.js';
import { SharedSubscriptions, type SubscriptionHandlers, type Retained } from '../sharing/sharedSubscriptions.js';
import type { QueryClientLike, QueryKey } from '../queryClient.js';
import { DueKeys } from './due.js';

/** Which changes put query keys out of date, and how long they are gathered. */
export interface WatchedRows {
  readonly table: string;
  readonly schema?: string | undefined;
  readonly event?: EventName | undefined;
  readonly filter?: string | undefined;
  readonly via?: 'auto' | Road | undefined;
  /** Until it has been quiet for so many ms. */
  readonly debounceMs: number;
  /** But no longer than this. */
  readonly maxWaitMs: number;
}

/**
 * Keeps query keys up to date with the rows they show, for one manager and one query client. However many components watch the same rows, there is one
 * subscription, without payload, and one invalidation of each key in a burst.
 *
 * Keys are invalidated: after a burst of changes; after a gap, and while the manager polls; when changes begin to flow, since nobody has reported
 * the changes before; and, for data that may be older than the last change, when they come to a subscription that is live.
 */
export class Invalidations {
  readonly #due: DueKeys;
  readonly #shared: SharedSubscriptions<WatchedKeys>;
  #users = 0;

  constructor(manager: RealtimeManager, client: QueryClientLike | null) {
    const framesIn = (): number => manager.stats().counters.framesIn;
    // Without a client there are no keys, and nothing is called on it.
    this.#due = new DueKeys(client ?? { invalidateQueries: () => undefined }, framesIn);
    this.#shared = new SharedSubscriptions(manager, () => new WatchedKeys(this.#due, framesIn));
  }

  /** @throws SwitchboardError when the rows can't be subscribed to. */
  retain(rows: WatchedRows, queryKeys: readonly QueryKey[]): Retained {
    const { table, schema = 'public', event = '*', filter, via, debounceMs: waitMs, maxWaitMs } = rows;
    const options = {
      ...{ table, schema, event, filter, via },
      delivery: { mode: 'debounce', waitMs, maxWaitMs, payload: false },
    } as const;
    const { handlers, retained } = this.#shared.retain(JSON.stringify(options), options);
    this.#users += 1;
    this.#due.follow(true);
    handlers.add(queryKeys);
    return {
      id: retained.id,
      release: () => {
        handlers.remove(queryKeys);
        retained.release();
        this.#users -= 1;
        // At the end of the turn, as the subscription itself.
        queueMicrotask(() => {
          this.#due.follow(this.#users > 0);
        });
      },
    };
  }
}

/** The keys that depend on the rows of one subscription. */
class WatchedKeys implements SubscriptionHandlers {
  readonly #due: DueKeys;
  readonly #framesIn: () => number;
  readonly #keys = new Map<string, { queryKey: QueryKey; users: number }>();
  /** What was asked for when fewer frames had come in may be out of date; null before changes flow. */
  #since: number | null = null;
  /** The interruptions of the latest resync, and the keys that are still to be fetched for them. One that got longer is another object. */
  #gaps: ReadonlySet<Gap> = new Set();
  #owed = new Map<string, QueryKey>();

  constructor(due: DueKeys, framesIn: () => number) {
    this.#due = due;
    this.#framesIn = framesIn;
  }

  add(queryKeys: readonly QueryKey[]): void {
    for (const queryKey of queryKeys) {
      const text = keyText(queryKey);
      const known = this.#keys.get(text);
      if (known !== undefined) known.users += 1;
      else {
        this.#keys.set(text, { queryKey, users: 1 });
        // Changes that came while nobody watched this key were not reported to it.
        if (this.#since !== null) this.#due.add(queryKey, this.#since);
      }
    }
  }

  remove(queryKeys: readonly QueryKey[]): void {
    for (const text of queryKeys.map(keyText)) {
      const known = this.#keys.get(text);
      if (known === undefined) continue;
      known.users -= 1;
      // At the end of the turn, as the subscription itself.
      queueMicrotask(() => {
        if (known.users === 0 && this.#keys.get(text) === known) this.#keys.delete(text);
      });
    }
  }

  readonly onEvent = (): void => {
    this.#since = this.#framesIn();
    for (const { queryKey } of this.#keys.values()) this.#due.add(queryKey);
  };

  /** Called again for the same interruptions, it fetches what has failed, and lets fetches that are still under way finish. */
  readonly onResync = async ({ gaps }: Resync): Promise<void> => {
    this.#since = this.#framesIn();
    const hasNew = gaps.some((gap) => !this.#gaps.has(gap));
    this.#gaps = new Set(gaps);
    if (hasNew || gaps.length === 0)
      this.#owed = new Map([...this.#keys].map(([text, { queryKey }]) => [text, queryKey]));
    const owed = this.#owed;
    const fetches = [...owed].map(async ([text, queryKey]) => {
      // A fetch from before the interruption may wait for a network that is gone.
      await this.#due.refetch(queryKey, hasNew);
      owed.delete(text);
    });
    const failed = (await Promise.allSettled(fetches)).find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  };

  /** Changes flow. After an interruption `onResync` is called besides. */
  onLive(alreadyLive: boolean): void {
    const isFirst = this.#since === null;
    this.#since = this.#framesIn();
    if (!isFirst) return;
    for (const { queryKey } of this.#keys.values()) {
      // Where changes flowed already when it was subscribed, what was asked for since has read them.
      this.#due.add(queryKey, alreadyLive ? this.#since : null);
    }
  }
}
