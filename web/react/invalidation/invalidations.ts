import type { EventName, RealtimeManager } from '../../core/index.js';
import { SharedLines, type Line, type Retained } from '../sharedLines.js';
import type { QueryClientLike, QueryKey } from '../queryClient.js';
import { DueKeys, hashOf } from './due.js';

/** Which changes put query keys out of date, and how long they are gathered. */
export interface WatchedRows {
  readonly table: string;
  readonly schema?: string | undefined;
  readonly event?: EventName | undefined;
  readonly filter?: string | undefined;
  /** Until it has been quiet for so many ms. */
  readonly debounceMs: number;
  /** But no longer than this. */
  readonly maxWaitMs: number;
}

/**
 * Keeps query keys up to date with the rows they show, for one manager and one query client. However many components watch the same rows, there is one
 * subscription, without payload, and one invalidation of each key in a burst.
 *
 * Keys are invalidated: after a burst of changes; after a gap, and while the manager polls; and, for data older than that, when changes begin to
 * flow, since nobody has told of the changes before.
 */
export class Invalidations {
  readonly #due: DueKeys;
  readonly #lines: SharedLines<WatchedKeys>;

  constructor(manager: RealtimeManager, client: QueryClientLike | null) {
    // Without a client there are no keys, and nothing is called on it.
    this.#due = new DueKeys(client ?? { invalidateQueries: () => Promise.resolve() });
    this.#lines = new SharedLines(manager, () => new WatchedKeys(this.#due));
  }

  /** @throws SwitchboardError when the rows can't be subscribed to. */
  retain(rows: WatchedRows, queryKeys: readonly QueryKey[]): Retained {
    const { table, schema = 'public', event = '*', filter, debounceMs: waitMs, maxWaitMs } = rows;
    const options = {
      ...{ table, schema, event, filter },
      delivery: { mode: 'debounce', waitMs, maxWaitMs, payload: false },
    } as const;
    const { line, retained } = this.#lines.retain(JSON.stringify(options), options);
    line.add(queryKeys);
    return {
      id: retained.id,
      release: () => {
        line.remove(queryKeys);
        retained.release();
      },
    };
  }
}

/** The keys that depend on the rows of one subscription. */
class WatchedKeys implements Line {
  readonly #due: DueKeys;
  readonly #keys = new Map<string, { queryKey: QueryKey; users: number }>();
  /** Unix ms since which changes flow; null before. */
  #liveSince: number | null = null;

  constructor(due: DueKeys) {
    this.#due = due;
  }

  add(queryKeys: readonly QueryKey[]): void {
    for (const queryKey of queryKeys) {
      const hash = hashOf(queryKey);
      const known = this.#keys.get(hash);
      if (known !== undefined) known.users += 1;
      else {
        this.#keys.set(hash, { queryKey, users: 1 });
        // It may have been fetched long ago, when nobody listened.
        if (this.#liveSince !== null) this.#due.add(queryKey, this.#liveSince);
      }
    }
  }

  remove(queryKeys: readonly QueryKey[]): void {
    for (const hash of queryKeys.map(hashOf)) {
      const known = this.#keys.get(hash);
      if (known === undefined) continue;
      known.users -= 1;
      // At the end of the turn, as the line itself.
      queueMicrotask(() => {
        if (known.users === 0 && this.#keys.get(hash) === known) this.#keys.delete(hash);
      });
    }
  }

  readonly onEvent = (): void => {
    for (const { queryKey } of this.#keys.values()) this.#due.add(queryKey);
  };

  readonly onResync = (): Promise<void> => this.#due.refetch([...this.#keys.values()].map(({ queryKey }) => queryKey));

  /** Changes flow. After an interruption `onResync` is called besides. */
  onLive(atOnce: boolean): void {
    const isFirst = this.#liveSince === null;
    this.#liveSince = Date.now();
    if (!isFirst) return;
    for (const { queryKey } of this.#keys.values()) {
      // A fetch that is under way may have read the rows before changes flowed. Where they flowed already, it has not.
      this.#due.add(queryKey, atOnce ? this.#liveSince : null);
    }
  }
}
