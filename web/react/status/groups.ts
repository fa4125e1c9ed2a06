import type { SubscriptionState, SubscriptionStatus } from '../../core/index.js';

/** Subscriptions to the same rows, as one line of the list. */
export interface Group {
  readonly key: string;
  /** The one in the worst state. */
  readonly entry: SubscriptionStatus;
  readonly count: number;
}

const WORST_FIRST: readonly SubscriptionState[] = ['parked', 'retrying', 'pending', 'joining', 'live'];

/** In the order of their first subscription. */
export function groupByRows(subscriptions: readonly SubscriptionStatus[]): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const entry of subscriptions) {
    const key = JSON.stringify([entry.schema, entry.table, entry.filter]);
    const group = groups.get(key);
    const worst = group !== undefined && !isWorse(entry, group.entry) ? group.entry : entry;
    groups.set(key, { key, entry: worst, count: (group?.count ?? 0) + 1 });
  }
  return [...groups.values()];
}

function isWorse(a: SubscriptionStatus, b: SubscriptionStatus): boolean {
  return WORST_FIRST.indexOf(a.state) < WORST_FIRST.indexOf(b.state);
}
