import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { IDLE_SNAPSHOT, type RealtimeManager, type UntypedRow } from '../../core/index.js';
import { guarded } from '../provider/environment.js';
import { invalidationsOf, toastSubscriptionsOf } from '../sharing/perManager.js';
import { Listeners } from '../../core/base/listeners.js';
import type { RealtimeSetup } from '../provider/realtimeContext.js';
import type { Retained } from '../sharing/sharedSubscriptions.js';
import { useRealtimeSetup } from '../provider/useRealtimeManager.js';
import { useUnchanged } from '../base/useUnchanged.js';
import {
  checkDefinition,
  type CheckedDefinition,
  type HookParameters,
  type RealtimeHookDefinition,
  type RealtimeHookOptions,
} from './definition.js';
import { makePlan, planText, type Plan, type PlannedFeature } from './plan.js';
import { sameSummary, Summariser, type RealtimeSummary } from './summary.js';

/** What a hook made by `createRealtimeHook` returns. */
export interface RealtimeResult<Name extends string = string> extends RealtimeSummary<Name> {
  /**
   * Closes all connections of the manager and opens them again at once, also for refused subscriptions. Always the same
   * function for one manager.
   */
  readonly forceReconnect: () => void;
}

/** A hook made by `createRealtimeHook`. */
export type RealtimeHook<Parameter extends string, Name extends string> = (
  options: RealtimeHookOptions<Parameter, Name>,
) => RealtimeResult<Name>;

let hooks = 0;

/**
 * Makes a hook that keeps an application's queries up to date, feature by feature, for as long as a component is mounted:
 *
 * ```ts
 * const useShop = createRealtimeHook({
 *   parameters: ['shopId'],
 *   features: {
 *     orders: {
 *       table: 'orders',
 *       filter: ({ shopId }) => equals('shop_id', shopId),
 *       queryKeys: ({ shopId }) => [['orders', shopId]],
 *       toast: (row) => ({ title: `Order ${String(row.number)}` }),
 *     },
 *   },
 * });
 * const { isFullyConnected } = useShop({ shopId, enableOrders: true });
 * ```
 *
 * Only enabled features are subscribed to, and equal features of many components are one subscription. Queries are
 * invalidated once per burst, again after a gap, and from time to time while the manager polls. No row leaves the core
 * for this. Rows are read only where toasts are shown.
 *
 * A feature without a table, a missing parameter, and a missing query client or toaster throw a `SwitchboardError` when
 * the hook is called in development. In production they are written to the console, and `connectionError` says so too.
 */
export function createRealtimeHook<const Parameter extends string = never, Name extends string = string>(
  definition: RealtimeHookDefinition<Parameter, Name>,
): RealtimeHook<Parameter, Name> {
  const checked = checkDefinition(definition);
  hooks += 1;
  const hookId = hooks;
  const names = checked.features.map(({ name }) => name);

  return function useRealtimeFeatures(options) {
    const setup = useRealtimeSetup(checked.name);
    const { manager } = setup;
    // Plans are compared by what they say: options, keys and filters are written inline.
    const latest = makePlan(checked, options, setup);
    const plan = useUnchanged(latest, planText(latest));
    const [store] = useState(() => new FeatureStore(names));

    useEffect(() => store.start(checked, hookId, plan, setup), [store, plan, setup]);

    const subscribe = useCallback((changed: () => void) => store.subscribe(manager, changed), [store, manager]);
    const summary = useSyncExternalStore(
      subscribe,
      () => store.summary(plan, manager),
      () => store.serverSummary(plan),
    );
    const forceReconnect = useCallback(() => {
      manager.reconnectAll();
    }, [manager]);
    return useMemo(() => ({ ...summary, forceReconnect }), [summary, forceReconnect]);
  };
}

/** The subscriptions of one component, and what is to be said of them. */
class FeatureStore {
  readonly #ids = new Map<string, number>();
  readonly #summariser: Summariser;
  readonly #listeners = new Listeners();
  #last: RealtimeSummary | null = null;

  constructor(names: readonly string[]) {
    this.#summariser = new Summariser(names);
  }

  /** Subscribes to what the plan asks for. Returns the way to end that. */
  start<Parameter extends string, Name extends string>(
    definition: CheckedDefinition<Parameter, Name>,
    hookId: number,
    plan: Plan,
    setup: RealtimeSetup,
  ): () => void {
    const held: Retained[] = [];
    for (const feature of plan.features) {
      guarded(definition.name, () => {
        const watched = invalidationsOf(setup.manager, setup.queryClient).retain(feature.rows, feature.queryKeys);
        held.push(watched);
        this.#ids.set(feature.name, watched.id);
        if (feature.toasts) held.push(...showToasts(definition, hookId, feature, plan, setup));
      });
    }
    // A subscription that others hold already changes nothing at the manager.
    this.#listeners.notify();
    return () => {
      this.#ids.clear();
      for (const retained of held) retained.release();
    };
  }

  subscribe(manager: RealtimeManager, changed: () => void): () => void {
    const remove = this.#listeners.add(changed);
    const off = manager.onStatusChange(changed);
    return () => {
      remove();
      off();
    };
  }

  summary(plan: Plan, manager: RealtimeManager): RealtimeSummary {
    return this.#keep(this.#summariser.summarise(plan, this.#ids, manager.status()));
  }

  serverSummary(plan: Plan): RealtimeSummary {
    return this.#keep(this.#summariser.summarise(plan, new Map(), IDLE_SNAPSHOT));
  }

  #keep(summary: RealtimeSummary): RealtimeSummary {
    if (this.#last === null || !sameSummary(this.#last, summary)) this.#last = summary;
    return this.#last;
  }
}

function showToasts<Parameter extends string, Name extends string>(
  definition: CheckedDefinition<Parameter, Name>,
  hookId: number,
  { name, rows }: PlannedFeature,
  { parameters }: Plan,
  { manager, toaster }: RealtimeSetup,
): Retained[] {
  const feature = definition.features.find((candidate) => candidate.name === name);
  const { toast } = feature ?? {};
  if (feature === undefined || toast === undefined || toaster === null) return [];
  const { table, schema = 'public', filter, via } = rows;
  const inserts = {
    ...{ table, schema, filter, via },
    toast: (row: UntypedRow) => toast(row, parameters as HookParameters<Parameter>),
    more: (count: number) => definition.moreToast(count, feature.name),
  };
  return [toastSubscriptionsOf(manager, toaster).retain(JSON.stringify([hookId, name, parameters]), inserts)];
}
