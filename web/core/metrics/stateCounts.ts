import type { ConnectionState, StateCounts, StatusSnapshot, SubscriptionState } from '../api/status.js';

const NO_CONNECTIONS: StateCounts<ConnectionState> = {
  idle: 0,
  connecting: 0,
  open: 0,
  backoff: 0,
  closing: 0,
  closed: 0,
};
const NO_SUBSCRIPTIONS: StateCounts<SubscriptionState> = { pending: 0, joining: 0, live: 0, retrying: 0, parked: 0 };

/** How many connections are in each state. */
export function countConnections({ connections }: StatusSnapshot): StateCounts<ConnectionState> {
  const counts: Record<ConnectionState, number> = { ...NO_CONNECTIONS };
  for (const { state } of connections) counts[state] += 1;
  return counts;
}

/** The same for subscriptions and open handles of channels. */
export function countSubscriptions({ subscriptions, channels }: StatusSnapshot): StateCounts<SubscriptionState> {
  const counts: Record<SubscriptionState, number> = { ...NO_SUBSCRIPTIONS };
  for (const { state } of [...subscriptions, ...channels]) if (state !== 'closed') counts[state] += 1;
  return counts;
}
