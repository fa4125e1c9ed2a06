import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import type {
  Channel,
  ChannelName,
  ChannelStatus,
  PresenceMember,
  PresenceOf,
  RegisteredChannels,
  UntypedChannels,
  UntypedPresence,
} from '../core/index.js';
import { useHandle, useHandleStatus, type HookChannelName, type HookChannelOptions } from './channels/useHandle.js';
import { guarded } from './provider/environment.js';

/** Options of `usePresence`. */
export interface PresenceOptions<Presence> extends Omit<HookChannelOptions, 'presence' | 'ack' | 'self' | 'replay'> {
  /** The key under which this client is present. Default: see {@link ChannelOptions.presence}. */
  key?: string | undefined;
  /**
   * What this component makes the client present with; compared by value. Null, or left out: it only looks. With
   * several such components the newest payload counts, and when one is unmounted, that of another.
   */
  track?: Readonly<Presence> | null | undefined;
}

/** What `usePresence` returns; the same object, and the same lists, until something changed. */
export interface PresenceResult<Presence> {
  /** Who is present, this client too, in the order in which they came. Empty before the server has said it. */
  readonly members: readonly PresenceMember<Presence>[];
  /** The same without this client. */
  readonly others: readonly PresenceMember<Presence>[];
  /** This client, as the others see it; null while it is not present. */
  readonly me: PresenceMember<Presence> | null;
  /** Undefined while there is no channel. */
  readonly status: ChannelStatus | undefined;
}

type UsePresenceUntyped = <Presence extends object = UntypedPresence>(
  name: HookChannelName,
  options?: PresenceOptions<Presence>,
) => PresenceResult<Presence>;

type UsePresenceTyped<Channels> = <Name extends ChannelName<Channels>>(
  name: HookChannelName<Name>,
  options?: PresenceOptions<PresenceOf<Channels, Name>>,
) => PresenceResult<PresenceOf<Channels, Name>>;

/** `usePresence` for a map of channels. */
export type UsePresence<Channels> = Channels extends UntypedChannels ? UsePresenceUntyped : UsePresenceTyped<Channels>;

const NAME = 'usePresence';
const NOBODY: readonly PresenceMember[] = Object.freeze([]);

function useAnyPresence(
  name: HookChannelName,
  { key: ownKey, track = null, ...options }: PresenceOptions<UntypedPresence> = {},
): PresenceResult<UntypedPresence> {
  const presence = ownKey === undefined ? true : { key: ownKey };
  const handle = useHandle(NAME, name, { ...options, presence });
  const { held, key, manager } = handle;
  const latest = useRef(track);
  const trackedOn = useRef<Channel | null>(null);
  const tracked = textOf(track);

  useEffect(() => {
    latest.current = track;
  });

  useEffect(() => guarded(NAME, () => held.current(key)?.onPresence(held.notify)) ?? undefined, [manager, held, key]);

  useEffect(() => {
    const channel = held.current(key);
    if (channel === null) return;
    guarded(NAME, () => {
      if (latest.current !== null) {
        channel.track(latest.current);
        trackedOn.current = channel;
      } else if (trackedOn.current === channel) {
        channel.untrack();
        trackedOn.current = null;
      }
    });
  }, [manager, held, key, tracked]);

  const members = useSyncExternalStore(
    held.subscribe,
    () => held.current(key)?.presence() ?? NOBODY,
    () => NOBODY,
  );
  const myKey = useSyncExternalStore(
    held.subscribe,
    () => held.current(key)?.status().presenceKey ?? null,
    () => null,
  );
  const status = useHandleStatus(handle);
  const parts = useMemo(
    () => ({
      members,
      others: members.filter((member) => member.key !== myKey),
      me: members.find((member) => member.key === myKey) ?? null,
    }),
    [members, myKey],
  );
  return useMemo(() => ({ ...parts, status }), [parts, status]);
}

/** For comparing. What can't be JSON is refused by `track`. */
function textOf(track: unknown): string {
  try {
    return JSON.stringify(track);
  } catch {
    return '';
  }
}

/**
 * Who is on a channel, for as long as the component is mounted; with `track` also being there.
 *
 * ```tsx
 * const { others } = usePresence(`booking:${id}`, { track: { name: user.name } });
 * ```
 *
 * The lists change only when somebody comes, goes or tracks something else, not when somebody reconnects. Unmounting and
 * mounting again, as StrictMode and route changes do, is seen by nobody.
 *
 * @param name the channel; null or false for none.
 * @throws SwitchboardError in development, without a provider or for invalid options. In production the error is written
 * to the console.
 */
export const usePresence = useAnyPresence as unknown as UsePresence<RegisteredChannels>;
