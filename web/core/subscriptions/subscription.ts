import type { SubscriptionSpec } from '../engine/engine.js';
import type { StatusHandler } from '../api/status.js';
import type { GapHandler } from '../api/gap.js';
import type { ChangePayload } from '../api/payload.js';
import type { DeliveryReader } from '../changes/deliveryReader.js';

/** One call of `subscribe` that has not ended. */
export interface Subscription {
  readonly id: number;
  readonly spec: SubscriptionSpec;
  /** Hands what comes to the application. */
  readonly receive: Receiver;
  readonly onStatus: StatusHandler | null;
  readonly onGap: GapHandler | null;
  /** Unix ms at which it was made. */
  readonly since: number;
  /** The newest change that it has got and that was read; null before. */
  newest: ChangePayload | null;
  /** Set by the table; from then on nothing is called for it. */
  ended: boolean;
}

/** Makes one call of the application for a subscription. False when that is gone; the call is not made then. Does not throw. */
export type Caller = <Event>(subscription: Subscription, onEvent: (event: Event) => void, event: Event) => boolean;

/** Hands a delivery to one subscription's callback, each call through `call`. May throw what reading the delivery throws. */
export type Receiver = (incoming: DeliveryReader, subscription: Subscription, call: Caller) => void;
