import type { StatusSnapshot, SubscriptionStatus } from '../../core/index.js';

/** The entry of one subscription. They are in the order of their ids, and a page may have hundreds that each look theirs up. */
export function subscriptionOf({ subscriptions }: StatusSnapshot, id: number): SubscriptionStatus | undefined {
  let low = 0;
  let high = subscriptions.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const entry = subscriptions[middle];
    if (entry === undefined || entry.id === id) return entry;
    if (entry.id < id) low = middle + 1;
    else high = middle - 1;
  }
  return undefined;
}
