import type { RealtimeManager } from '../../core/index.js';
import { Invalidations } from '../invalidation/invalidations.js';
import type { QueryClientLike } from '../queryClient.js';
import type { Toaster } from '../toaster.js';
import { ToastSubscriptions } from '../toasts/toastSubscriptions.js';

/** One value for each pair of objects, for as long as both live. */
class PairMap<A extends object, B extends object, V> {
  readonly #values = new WeakMap<A, WeakMap<B, V>>();

  get(a: A, b: B, make: () => V): V {
    const ofA = this.#values.get(a) ?? new WeakMap<B, V>();
    this.#values.set(a, ofA);
    const value = ofA.get(b) ?? make();
    ofA.set(b, value);
    return value;
  }
}

const NO_CLIENT = {};
const invalidations = new PairMap<RealtimeManager, object, Invalidations>();
const toasts = new PairMap<RealtimeManager, Toaster, ToastSubscriptions>();

/** What all components under this manager and query client share. */
export function invalidationsOf(manager: RealtimeManager, client: QueryClientLike | null): Invalidations {
  return invalidations.get(manager, client ?? NO_CLIENT, () => new Invalidations(manager, client));
}

/** What all components under this manager and toaster share. */
export function toastSubscriptionsOf(manager: RealtimeManager, toaster: Toaster): ToastSubscriptions {
  return toasts.get(manager, toaster, () => new ToastSubscriptions(manager, toaster));
}
