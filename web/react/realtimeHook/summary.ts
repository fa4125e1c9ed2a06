import type { StatusSnapshot, SubscriptionState, SubscriptionStatus } from '../../core/index.js';
import { subscriptionOf } from '../sharing/subscriptionOf.js';
import type { Plan } from './plan.js';

/**
 * The state of a feature's subscription. `off`: it is not enabled, or a parameter is not known yet. `parked`: it was
 * refused; `connectionError` says why.
 */
export type FeatureState = SubscriptionState | 'off';

/** What a hook made by `createRealtimeHook` returns, apart from `forceReconnect`. The same object until something changed. */
export interface RealtimeSummary<Name extends string = string> {
  /** By feature. */
  readonly connectionStatus: Readonly<Record<Name, FeatureState>>;
  /** What is wrong with the first feature that fails, and what to do, for people. Null when nothing is. */
  readonly connectionError: string | null;
  /** Every enabled feature gets its changes. An interruption counts when it has lasted for a second. */
  readonly isFullyConnected: boolean;
  /** Some of them do. */
  readonly isPartiallyConnected: boolean;
  /**
   * None does, and it is not merely connecting for the first time. When nothing is enabled, none of the three is true.
   */
  readonly isDisconnected: boolean;
}

/** Which subscription a feature has. */
export type FeatureIds = ReadonlyMap<string, number>;

/** Summarises the manager's status for the features of one component. */
export class Summariser {
  readonly #names: readonly string[];
  /** Features that were live, and whose interruption is not a second old. */
  readonly #steady = new Set<string>();

  constructor(names: readonly string[]) {
    this.#names = names;
  }

  summarise(plan: Plan, ids: FeatureIds, snapshot: StatusSnapshot): RealtimeSummary {
    const states: Record<string, FeatureState> = Object.fromEntries(this.#names.map((name) => [name, 'off']));
    let error: string | null = null;
    for (const [name, message] of Object.entries(plan.refused)) {
      states[name] = 'parked';
      error ??= message;
    }
    const count = { requested: Object.keys(plan.refused).length, live: 0, onTheWay: 0 };
    for (const { name } of plan.features) {
      const entry = subscriptionOf(snapshot, ids.get(name) ?? 0);
      const state = entry?.state ?? 'pending';
      states[name] = state;
      count.requested += 1;
      if (this.#isLive(name, state, snapshot)) count.live += 1;
      else if (isOnTheWay(entry, snapshot)) count.onTheWay += 1;
      error ??= errorOf(name, entry);
    }
    const none = count.requested > 0 && count.live === 0;
    return {
      connectionStatus: states,
      connectionError: error,
      isFullyConnected: count.requested > 0 && count.live === count.requested,
      isPartiallyConnected: count.live > 0 && count.live < count.requested,
      isDisconnected: none && count.onTheWay < count.requested,
    };
  }

  /** The manager's verdict gets worse only after a second; so does this one. */
  #isLive(name: string, state: FeatureState, { overall }: StatusSnapshot): boolean {
    if (state === 'live') this.#steady.add(name);
    else if (overall !== 'live') this.#steady.delete(name);
    return this.#steady.has(name);
  }
}

function isOnTheWay(entry: SubscriptionStatus | undefined, { overall }: StatusSnapshot): boolean {
  if (overall === 'offline') return false;
  return entry === undefined || (entry.attempts === 0 && (entry.state === 'pending' || entry.state === 'joining'));
}

function errorOf(name: string, entry: SubscriptionStatus | undefined): string | null {
  if (entry === undefined || entry.state === 'live' || entry.message === '') return null;
  return entry.code === 'OK' || entry.code === 'CONNECTING' ? null : `${name}: ${entry.message}`;
}

/** Whether two summaries say the same. */
export function sameSummary(a: RealtimeSummary, b: RealtimeSummary): boolean {
  return (
    a.connectionError === b.connectionError &&
    a.isFullyConnected === b.isFullyConnected &&
    a.isPartiallyConnected === b.isPartiallyConnected &&
    a.isDisconnected === b.isDisconnected &&
    Object.entries(a.connectionStatus).every(([name, state]) => b.connectionStatus[name] === state)
  );
}
