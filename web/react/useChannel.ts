import { useCallback, useEffect, useMemo, useRef } from 'react';
import { requireFunction } from '../core/base/validate.js';
import {
  SwitchboardError,
  type BroadcastMessage,
  type Channel,
  type ChannelName,
  type ChannelStatus,
  type EventNameOf,
  type EventsOf,
  type RegisteredChannels,
  type SendOptions,
  type UntypedChannels,
  type UntypedEvents,
} from '../core/index.js';
import { useHandle, useHandleStatus, type HookChannelName, type HookChannelOptions } from './channels/useHandle.js';
import { guarded } from './provider/environment.js';

/** What `useChannel` returns; the same object until the status changed. */
export interface ChannelResult<Events = UntypedEvents> {
  /** Undefined while there is no channel. */
  readonly status: ChannelStatus | undefined;
  /**
   * Sends a broadcast; see {@link Channel.send}. The same function for as long as name and options are. Before the
   * component is mounted, and after that, it rejects with `CHANNEL_CLOSED`.
   */
  readonly send: Channel<Events>['send'];
}

/** Callbacks by event; `*` gets all events. */
export type ChannelHandlers<Events> = Events extends UntypedEvents
  ? UntypedHandlers
  : {
      readonly [Event in EventNameOf<Events> | '*']?: (
        payload: Event extends '*' ? Events[EventNameOf<Events>] : Events[Event & EventNameOf<Events>],
        message: BroadcastMessage<Event extends '*' ? EventNameOf<Events> : Event>,
      ) => void;
    };

/** They may state the types of their payloads: nothing checks those. */
type UntypedHandlers = Readonly<
  Record<string, { call(payload: unknown, message: BroadcastMessage): void }['call'] | undefined>
>;

/** The same type, from which none is inferred: events are those that are given, not those that handlers name. */
type Uninferred<T> = [T][T extends unknown ? 0 : never];

type UseChannelUntyped = <Events = UntypedEvents>(
  name: HookChannelName,
  options?: HookChannelOptions,
  handlers?: ChannelHandlers<Uninferred<Events>>,
) => ChannelResult<Events>;

type UseChannelTyped<Channels> = <Name extends ChannelName<Channels>>(
  name: HookChannelName<Name>,
  options?: HookChannelOptions,
  handlers?: ChannelHandlers<EventsOf<Channels, Name>>,
) => ChannelResult<EventsOf<Channels, Name>>;

/** `useChannel` for a map of channels. */
export type UseChannel<Channels> = Channels extends UntypedChannels ? UseChannelUntyped : UseChannelTyped<Channels>;

const NAME = 'useChannel';
const NO_HANDLERS: UntypedHandlers = {};

function useAnyChannel(
  name: HookChannelName,
  options?: HookChannelOptions,
  handlers: UntypedHandlers = NO_HANDLERS,
): ChannelResult {
  const handle = useHandle(NAME, name, options);
  const { held, key, manager } = handle;
  const latest = useRef(handlers);
  const events = JSON.stringify(Object.keys(handlers));

  useEffect(() => {
    latest.current = handlers;
  });

  useEffect(() => {
    const channel = held.current(key);
    const offs = (JSON.parse(events) as string[]).map((event) =>
      guarded(NAME, () => {
        const handler = latest.current[event];
        if (handler !== undefined) requireFunction(handler, event, 'handlers get the payload of each broadcast.');
        return channel?.on(event, (payload, message) => latest.current[event]?.(payload, message));
      }),
    );
    return () => {
      for (const off of offs) off?.();
    };
  }, [manager, held, key, events]);

  const status = useHandleStatus(handle);
  const send = useSend(handle);
  return useMemo(() => ({ status, send }), [status, send]);
}

/** The `send` of the handle that is held. */
export function useSend({ held, key }: Pick<ReturnType<typeof useHandle>, 'held' | 'key'>): Channel['send'] {
  return useCallback(
    (event: string, payload: unknown, options?: SendOptions) =>
      held.current(key)?.send(event, payload, options) ?? notOpen(key),
    [held, key],
  );
}

function notOpen(key: string | null): Promise<never> {
  const why =
    key === null
      ? 'There is no channel: the hook got no name.'
      : 'The channel is not open: the component is not mounted. Send from effects and event handlers.';
  const refused = Promise.reject(new SwitchboardError('CHANNEL_CLOSED', '', why));
  // Whoever waits for it hears of it all the same.
  refused.catch(() => undefined);
  return refused;
}

/**
 * Opens a channel for as long as the component is mounted: broadcasts in both ways. Handlers and options may be written
 * inline: the handlers of the latest render are called, and options are compared by value.
 *
 * ```tsx
 * const { send, status } = useChannel(`room:${id}`, { private: true }, {
 *   message: (payload) => { … },
 * });
 * ```
 *
 * Any number of components may open the same channel; the server has one. Unmounting and mounting again, as StrictMode
 * and route changes do, costs no traffic.
 *
 * @param name the channel; null or false for none.
 * @param handlers callbacks by event; `*` gets all.
 * @throws SwitchboardError in development, without a provider or for invalid options. In production the error is written
 * to the console.
 */
export const useChannel = useAnyChannel as unknown as UseChannel<RegisteredChannels>;
