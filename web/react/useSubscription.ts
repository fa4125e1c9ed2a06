import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type {
  ChangePayload,
  ColumnOf,
  DefaultSchema,
  Delivered,
  DeliveryOption,
  EventName,
  ReceivedRow,
  RegisteredDatabase,
  RowOf,
  SchemaName,
  StatusHandler,
  SubscribeOptions,
  SubscriptionStatus,
  TableName,
  UntypedDatabase,
  UntypedRow,
  UntypedSubscribeOptions,
  WildcardSubscribeOptions,
} from '../core/index.js';
import { useRealtimeManager } from './useRealtimeManager.js';

/** The component's life ends the subscription, so there is no signal; null or false subscribes to nothing. */
type HookOptions<Options> = Omit<Options, 'signal' | 'owner' | 'onGap' | 'onResync'> | null | false;

/** How the hook's subscription stands; undefined while there is none. */
type Result = SubscriptionStatus | undefined;

type UseSubscriptionUntyped = <
  Row extends object = UntypedRow,
  Event extends EventName = EventName,
  Delivery extends DeliveryOption = 'each',
>(
  options: HookOptions<UntypedSubscribeOptions<Event, Delivery>>,
  onEvent: (payload: Delivered<ChangePayload<Row, Event>, Delivery>) => void,
  onStatus?: StatusHandler,
) => Result;

interface UseSubscriptionTyped<Db> {
  <Event extends EventName = EventName, Delivery extends DeliveryOption = 'each'>(
    options: HookOptions<WildcardSubscribeOptions<Event, Delivery>>,
    onEvent: (payload: Delivered<ChangePayload<UntypedRow, Event>, Delivery>) => void,
    onStatus?: StatusHandler,
  ): Result;
  <
    Table extends TableName<Db, Schema>,
    Schema extends SchemaName<Db> = DefaultSchema<Db> & SchemaName<Db>,
    Event extends EventName = EventName,
    Column extends ColumnOf<RowOf<Db, Schema, Table>> = ColumnOf<RowOf<Db, Schema, Table>>,
    Delivery extends DeliveryOption = 'each',
  >(
    options: HookOptions<SubscribeOptions<Db, Schema, Table, Event, Column, Delivery>>,
    onEvent: (
      payload: Delivered<ChangePayload<ReceivedRow<RowOf<Db, Schema, Table>, Column>, Event>, Delivery>,
    ) => void,
    onStatus?: StatusHandler,
  ): Result;
}

/** `useSubscription` for a database type. */
export type UseSubscription<Db> = Db extends UntypedDatabase ? UseSubscriptionUntyped : UseSubscriptionTyped<Db>;

/** The id of the subscription that an effect holds; readable while rendering. */
class HeldId {
  #id: number | null = null;

  get current(): number | null {
    return this.#id;
  }

  hold(id: number | null): void {
    this.#id = id;
  }
}

function useAnySubscription(
  options: HookOptions<UntypedSubscribeOptions>,
  onEvent: (event: unknown) => void,
  onStatus?: StatusHandler,
): Result {
  const manager = useRealtimeManager();
  const [held] = useState(() => new HeldId());
  const handlers = useRef({ onEvent, onStatus });
  // Options are compared by what they say: callers write them inline.
  const wanted = options === null || options === false ? null : JSON.stringify(options);

  useEffect(() => {
    handlers.current = { onEvent, onStatus };
  });

  useEffect(() => {
    if (wanted === null) return undefined;
    const id = manager.subscribe(
      JSON.parse(wanted) as UntypedSubscribeOptions,
      (payload: unknown) => {
        handlers.current.onEvent(payload);
      },
      (...notice) => handlers.current.onStatus?.(...notice),
    );
    held.hold(id);
    return () => {
      held.hold(null);
      manager.unsubscribe(id);
    };
  }, [manager, wanted, held]);

  const subscribe = useCallback((changed: () => void) => manager.onStatusChange(changed), [manager]);
  return useSyncExternalStore(
    subscribe,
    () => manager.status().subscriptions.find((entry) => entry.id === held.current),
    () => undefined,
  );
}

/**
 * Subscribes for as long as the component is mounted. Options may be written inline: the subscription changes only when they say something else.
 * The callbacks of the latest render are called.
 *
 * ```tsx
 * useSubscription({ table: 'bookings', filter: `business_id=eq.${businessId}` }, (change) => { … });
 * ```
 *
 * Unmounting and mounting again, as StrictMode and route changes do, costs no traffic.
 *
 * @param options what to listen to; null or false for nothing.
 * @returns how the subscription stands.
 */
export const useSubscription = useAnySubscription as unknown as UseSubscription<RegisteredDatabase>;
