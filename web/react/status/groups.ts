import type { ChannelStatus, SubscriptionState, SubscriptionStatus } from '../../core/index.js';

/** Subscriptions to the same rows, or handles of one channel, as one line of the list. */
export interface Group<Entry = SubscriptionStatus> {
  readonly key: string;
  /** The one in the worst state. */
  readonly entry: Entry;
  readonly count: number;
}

const WORST_FIRST: readonly string[] = [
  'parked',
  'retrying',
  'pending',
  'joining',
  'live',
] satisfies SubscriptionState[];

/** In the order of their first subscription. */
export function groupByRows(subscriptions: readonly SubscriptionStatus[]): readonly Group[] {
  return grouped(subscriptions, ({ schema, table, filter }) => JSON.stringify([schema, table, filter]));
}

/** In the order of their first handle. */
export function groupByChannel(channels: readonly ChannelStatus[]): readonly Group<ChannelStatus>[] {
  return grouped(channels, ({ name }) => name);
}

function grouped<Entry extends { readonly state: string }>(
  entries: readonly Entry[],
  keyOf: (entry: Entry) => string,
): readonly Group<Entry>[] {
  const groups = new Map<string, Group<Entry>>();
  for (const entry of entries) {
    const key = keyOf(entry);
    const group = groups.get(key);
    const worst = group !== undefined && !isWorse(entry, group.entry) ? group.entry : entry;
    groups.set(key, { key, entry: worst, count: (group?.count ?? 0) + 1 });
  }
  return [...groups.values()];
}

function isWorse(a: { readonly state: string }, b: { readonly state: string }): boolean {
  return WORST_FIRST.indexOf(a.state) < WORST_FIRST.indexOf(b.state);
}
