import type {
  DeliveryOption,
  EventName,
  RealtimeManager,
  Resync,
  StatusHandler,
  UntypedSubscribeOptions,
} from '../../core/index.js';
import { subscriptionOf } from './subscriptionOf.js';

/** What is called for a shared subscription. */
export interface SubscriptionHandlers {
  onEvent(event: unknown): void;
  onResync?(resync: Resync): unknown;
  /** Changes flow. `alreadyLive`: they did before it was subscribed, since the server's binding was there. */
  onLive?(alreadyLive: boolean): void;
}

/** A share in a subscription. */
export interface Retained {
  /** The manager's id. */
  readonly id: number;
  /** The last one ends it, at the end of the turn. */
  release(): void;
}

interface Entry<Handlers> {
  handlers: Handlers;
  id: number;
  users: number;
}

/** Subscriptions of one manager that any number of components share. */
export class SharedSubscriptions<Handlers extends SubscriptionHandlers> {
  readonly #manager: RealtimeManager;
  readonly #make: () => Handlers;
  readonly #entries = new Map<string, Entry<Handlers>>();

  constructor(manager: RealtimeManager, make: () => Handlers) {
    this.#manager = manager;
    this.#make = make;
  }

  /**
   * @param key equal for equal options.
   * @throws SwitchboardError when the options can't be subscribed to.
   */
  retain(
    key: string,
    options: UntypedSubscribeOptions<EventName, DeliveryOption>,
    make: () => Handlers = this.#make,
  ): { handlers: Handlers; retained: Retained } {
    const known = this.#entries.get(key);
    // `unsubscribeAll()` may have ended it.
    const isAlive = known !== undefined && subscriptionOf(this.#manager.status(), known.id) !== undefined;
    const entry = isAlive ? known : this.#open(key, options, make());
    entry.users += 1;
    let released = false;
    const release = (): void => {
      if (released) return;
      released = true;
      entry.users -= 1;
      if (entry.users > 0) return;
      // At the end of the turn: StrictMode, and options that change in part, let go and ask again at once.
      queueMicrotask(() => {
        if (entry.users > 0) return;
        if (this.#entries.get(key) === entry) this.#entries.delete(key);
        this.#manager.unsubscribe(entry.id);
      });
    };
    return { handlers: entry.handlers, retained: { id: entry.id, release } };
  }

  #open(key: string, options: UntypedSubscribeOptions<EventName, DeliveryOption>, handlers: Handlers): Entry<Handlers> {
    const onStatus: StatusHandler = (status, { alreadyLive = false }) => {
      if (status === 'SUBSCRIBED') handlers.onLive?.(alreadyLive);
    };
    const resync = handlers.onResync === undefined ? {} : { onResync: (call: Resync) => handlers.onResync?.(call) };
    const onEvent = (event: unknown): void => {
      handlers.onEvent(event);
    };
    const id = subscribe(this.#manager, { ...options, ...resync }, onEvent, onStatus);
    const entry = { handlers, id, users: 0 };
    this.#entries.set(key, entry);
    return entry;
  }
}

/** `subscribe` of a manager whose database type is not known. */
export function subscribe(
  manager: RealtimeManager,
  options: UntypedSubscribeOptions<EventName, DeliveryOption>,
  onEvent: (event: unknown) => void,
  onStatus: StatusHandler,
): number {
  return manager.subscribe(options, onEvent, onStatus);
}
