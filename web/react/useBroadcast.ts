import type {
  Channel,
  ChannelName,
  EventsOf,
  RegisteredChannels,
  UntypedChannels,
  UntypedEvents,
} from '../core/index.js';
import { useHandle, type HookChannelName, type HookChannelOptions } from './channels/useHandle.js';
import { useSend } from './useChannel.js';

type UseBroadcastUntyped = <Events = UntypedEvents>(
  name: HookChannelName,
  options?: HookChannelOptions,
) => Channel<Events>['send'];

type UseBroadcastTyped<Channels> = <Name extends ChannelName<Channels>>(
  name: HookChannelName<Name>,
  options?: HookChannelOptions,
) => Channel<EventsOf<Channels, Name>>['send'];

/** `useBroadcast` for a map of channels. */
export type UseBroadcast<Channels> = Channels extends UntypedChannels
  ? UseBroadcastUntyped
  : UseBroadcastTyped<Channels>;

function useAnyBroadcast(name: HookChannelName, options?: HookChannelOptions): Channel['send'] {
  return useSend(useHandle('useBroadcast', name, options));
}

/**
 * Gives the function that sends on a channel, which is open for as long as the component is mounted. The component does
 * not render again for it. See {@link Channel.send}.
 *
 * ```tsx
 * const send = useBroadcast(`room:${id}`);
 * <div onPointerMove={({ clientX, clientY }) => send('cursor', { x: clientX, y: clientY }, { latest: true })} />
 * ```
 *
 * @param name the channel; null or false for none.
 * @throws SwitchboardError in development, without a provider or for invalid options. In production the error is written
 * to the console.
 */
export const useBroadcast = useAnyBroadcast as unknown as UseBroadcast<RegisteredChannels>;
