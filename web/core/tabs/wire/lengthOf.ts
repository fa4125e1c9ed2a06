import type { Delivery } from '../../engine/engine.js';

/** How many characters or bytes deliveries have, about. */
export function lengthOf(deliveries: readonly Delivery[]): number {
  return deliveries.reduce((sum, delivery) => sum + lengthOfOne(delivery), 0);
}

function lengthOfOne(delivery: Delivery): number {
  if (delivery.kind === 'broadcast') return delivery.payload.length;
  if (delivery.kind !== 'presence') return delivery.text.length;
  return delivery.changes.reduce((sum, { metas }) => sum + metas.length, 0);
}
