import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';
import { SwitchboardError, type EventName, type Road, type SubscriptionStatus } from '../core/index.js';
import { guarded, mistake } from './provider/environment.js';
import { HeldId } from './sharing/heldId.js';
import type { WatchedRows } from './invalidation/invalidations.js';
import { keyText } from './base/keyText.js';
import { invalidationsOf } from './sharing/perManager.js';
import type { QueryKey } from './queryClient.js';
import { subscriptionOf } from './sharing/subscriptionOf.js';
import { useRealtimeSetup } from './provider/useRealtimeManager.js';
import { useUnchanged } from './base/useUnchanged.js';

export interface QueryInvalidationOptions {
  table: string;
  /** Default 'public'. */
  schema?: string | undefined;
  /** Default `*`. */
  event?: EventName | undefined;
  /** Whose changes count, as in `subscribe`. */
  filter?: string | undefined;
  /** Which way changes come, as in `subscribe`. Default 'auto'. */
  via?: 'auto' | Road | undefined;
  /** What to invalidate, as with `invalidateQueries`: a key matches all that begin with it. */
  queryKeys: readonly QueryKey[];
  /** A burst is over when it has been quiet for this many ms. Default 250. */
  debounceMs?: number | undefined;
  /** The longest that a burst may delay it, in ms. Default 2,000. */
  maxWaitMs?: number | undefined;
}

interface Plan {
  rows: WatchedRows;
  queryKeys: readonly QueryKey[];
}

const NAME = 'useQueryInvalidation';

/**
 * Invalidates the queries that show some rows when these change: once per burst, again after a gap, while the manager
 * polls, and, if older, when changes begin to flow. A fetch that is running then may finish, and the query is fetched
 * again after it. Any number of components with the same rows share one subscription, and no row leaves the core.
 *
 * @param options may be written inline; null or false watches nothing.
 * @returns the subscription's status; undefined while there is none.
 * @throws SwitchboardError in development, without a provider, a query client, or a table.
 */
export function useQueryInvalidation(options: QueryInvalidationOptions | null | false): SubscriptionStatus | undefined {
  const setup = useRealtimeSetup(NAME);
  const { manager, queryClient } = setup;
  const isActive = options !== null && options !== false;
  if (isActive && queryClient === null) {
    mistake(
      new SwitchboardError(
        'NOT_CONFIGURED',
        'queryClient',
        `${NAME}: there is no query client. Pass TanStack Query's: <RealtimeProvider queryClient={queryClient} …>.`,
      ),
    );
  }
  const latest = isActive ? planOf(options) : null;
  const plan = useUnchanged(latest, latest === null ? '' : textOf(latest));
  const [held] = useState(() => new HeldId());

  useEffect(() => {
    if (plan === null) return undefined;
    const retained = guarded(NAME, () => invalidationsOf(manager, queryClient).retain(plan.rows, plan.queryKeys));
    if (retained === null) return undefined;
    held.hold(retained.id);
    return () => {
      held.hold(null);
      retained.release();
    };
  }, [manager, queryClient, plan, held]);

  const subscribe = useCallback((changed: () => void) => held.subscribe(manager, changed), [manager, held]);
  return useSyncExternalStore(
    subscribe,
    () => subscriptionOf(manager.status(), held.current),
    () => undefined,
  );
}

function planOf({ queryKeys, debounceMs = 250, maxWaitMs = 2_000, ...rows }: QueryInvalidationOptions): Plan {
  return { rows: { ...rows, debounceMs, maxWaitMs: Math.max(maxWaitMs, debounceMs) }, queryKeys };
}

/** Equal for plans that say the same. */
function textOf({ rows, queryKeys }: Plan): string {
  return JSON.stringify([rows, queryKeys.map(keyText)]);
}
