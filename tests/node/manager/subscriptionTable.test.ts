import { expect, test } from 'vitest';
import { SubscriptionTable } from '../../../web/core/subscriptions/subscriptionTable.js';
import type { Subscription } from '../../../web/core/subscriptions/subscription.js';

function add(table: SubscriptionTable): Subscription {
  const subscription: Subscription = {
    id: table.nextId(),
    spec: { schema: 'public', table: 'a', event: '*' },
    receive: () => undefined,
    onStatus: null,
    onGap: null,
    since: 0,
    newest: null,
    ended: false,
  };
  table.add(subscription, null, () => undefined);
  return subscription;
}

test('an end is reported once, when the subscription is no longer in the table', () => {
  const table = new SubscriptionTable(0, () => undefined);
  const seen: [number, boolean][] = [];
  table.ended.add((id) => seen.push([id, table.get(id) !== undefined]));
  const subscription = add(table);

  expect(table.end(subscription.id)).toBe(true);
  expect(table.end(subscription.id)).toBe(false);

  expect(seen).toEqual([[1, false]]);
  expect(subscription.ended).toBe(true);
});

test('whoever hears of an end may end others; endAll reports each once', () => {
  const table = new SubscriptionTable(0, () => undefined);
  const seen: number[] = [];
  add(table);
  add(table);
  add(table);
  table.ended.add((id) => {
    seen.push(id);
    if (id === 1) table.end(3);
  });

  table.endAll();

  expect(seen).toEqual([1, 3, 2]);
  expect(table.size).toBe(0);
});
