import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type {
  ChangePayload,
  ColumnOf,
  DefaultSchema,
  Delivered,
  DeliveryOption,
  EventName,
  GapHandler,
  ReceivedRow,
  RegisteredDatabase,
  ResyncHandler,
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
import { requireFunction } from '../core/base/validate.js';
import { guarded } from './provider/environment.js';
import { HeldId } from './sharing/heldId.js';
import { subscriptionOf } from './sharing/subscriptionOf.js';
import { subscribe } from './sharing/sharedSubscriptions.js';
import { useRealtimeSetup } from './provider/useRealtimeManager.js';

/** The component's life ends the subscription, so there is no signal; null or false subscribes to nothing. */
type HookOptions<Options> = (Omit<Options, 'signal'> & { onStatus?: StatusHandler | undefined }) | null | false;

/** The status of the hook's subscription; undefined while there is none. */
type Result = SubscriptionStatus | undefined;

const NAME = 'useSubscription';
const NOTHING: AnyOptions = { table: '' };

type UseSubscriptionUntyped = <
  Row extends object = UntypedRow,
  Event extends EventName = EventName,
  Delivery extends DeliveryOption = 'each',
>(
  options: HookOptions<UntypedSubscribeOptions<Event, Delivery>>,
  onEvent: (payload: Delivered<ChangePayload<Row, Event>, Delivery>) => void,
) => Result;

interface UseSubscriptionTyped<Db> {
  <Event extends EventName = EventName, Delivery extends DeliveryOption = 'each'>(
    options: HookOptions<WildcardSubscribeOptions<Event, Delivery>>,
    onEvent: (payload: Delivered<ChangePayload<UntypedRow, Event>, Delivery>) => void,
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
  ): Result;
}

/** `useSubscription` for a database type. */
export type UseSubscription<Db> = Db extends UntypedDatabase ? UseSubscriptionUntyped : UseSubscriptionTyped<Db>;

/** What is called or held, not compared. */
type Handlers = Pick<UntypedSubscribeOptions, 'onGap' | 'onResync' | 'owner'> & {
  onEvent: (event: unknown) => unknown;
  onStatus?: StatusHandler | undefined;
};

type AnyOptions = UntypedSubscribeOptions<EventName, DeliveryOption> & { onStatus?: StatusHandler };

/** Handlers that call those of the latest render. A gap counts as unrepaired where there is no `onResync`, so there is one only if there is one. */
function latestHandlers(latest: { readonly current: Handlers }, hasResync: boolean) {
  const resync: ResyncHandler = (due) => latest.current.onResync?.(due);
  const onGap: GapHandler = (gap) => latest.current.onGap?.(gap);
  return { onGap, ...(hasResync ? { onResync: resync } : {}) };
}

function useAnySubscription(given: AnyOptions | null | false, onEvent: (event: unknown) => void): Result {
  const { manager } = useRealtimeSetup(NAME);
  const [held] = useState(() => new HeldId());
  const { onGap, onResync, onStatus, owner, ...options } = given === null || given === false ? NOTHING : given;
  const handlers = { onEvent, onGap, onResync, onStatus, owner };
  const latest = useRef<Handlers>(handlers);
  // Options are compared by what they say: callers write them inline.
  const text = given === null || given === false ? null : JSON.stringify(options);
  const hasResync = onResync !== undefined;

  useEffect(() => {
    latest.current = handlers;
  });

  useEffect(() => {
    if (text === null) return undefined;
    const { owner: heldBy } = latest.current;
    const subscribeOptions = {
      ...(JSON.parse(text) as AnyOptions),
      ...latestHandlers(latest, hasResync),
      ...(heldBy === undefined ? {} : { owner: heldBy }),
    };
    const onStatusNow: StatusHandler = (...notice) => latest.current.onStatus?.(...notice);
    const id = guarded(NAME, () => {
      requireFunction(latest.current.onEvent, 'onEvent', 'the second argument of useSubscription gets each change.');
      return subscribe(manager, subscribeOptions, (event) => latest.current.onEvent(event), onStatusNow);
    });
    if (id === null) return undefined;
    held.hold(id);
    return () => {
      held.hold(null);
      manager.unsubscribe(id);
    };
  }, [manager, text, hasResync, held]);

  const listen = useCallback((changed: () => void) => held.subscribe(manager, changed), [manager, held]);
  return useSyncExternalStore(
    listen,
    () => subscriptionOf(manager.status(), held.current),
    () => undefined,
  );
}

/**
 * Subscribes for as long as the component is mounted. Options may be written inline: they are compared by value. The
 * callbacks of the latest render are called: `onEvent`, and of the options `onStatus`, `onGap` and `onResync`.
 *
 * ```tsx
 * useSubscription({ table: 'bookings', filter: `business_id=eq.${businessId}` }, (change) => { … });
 * ```
 *
 * Unmounting and mounting again, as StrictMode and route changes do, costs no traffic.
 *
 * @param options what to listen to; null or false for nothing.
 * @returns the subscription's status.
 * @throws SwitchboardError in development, without a provider or for invalid options. In production the error is written
 * to the console.
 */
export const useSubscription = useAnySubscription as unknown as UseSubscription<RegisteredDatabase>;
