import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { ChannelGap, ChannelOptions, ChannelStatus, RealtimeManager } from '../../core/index.js';
import { guarded } from '../provider/environment.js';
import { useRealtimeSetup } from '../provider/useRealtimeManager.js';
import { HeldChannel } from './heldChannel.js';

/** Options of the hooks for channels. The component's life closes the handle, so there is no signal. */
export interface HookChannelOptions extends Omit<ChannelOptions, 'signal'> {
  /** Is called when the state of the channel has changed. */
  onStatus?: ((status: ChannelStatus) => void) | undefined;
  /** Is called for each interruption that is over. */
  onGap?: ((gap: ChannelGap) => void) | undefined;
}

/** The name of a channel; null or false for none. */
export type HookChannelName<Name extends string = string> = Name | null | false;

interface HeldHandle {
  readonly held: HeldChannel;
  /** Says which handle is to be held; null for none. */
  readonly key: string | null;
  readonly manager: RealtimeManager;
}

/**
 * Holds a handle of a channel for as long as the component is mounted. Options are compared by what they say, since callers write them inline; but for
 * `replay.since`, which is of the first join alone.
 */
export function useHandle(caller: string, name: HookChannelName, given: HookChannelOptions = {}): HeldHandle {
  const { manager } = useRealtimeSetup(caller);
  const [held] = useState(() => new HeldChannel());
  const { onStatus, onGap, owner, replay, ...options } = given;
  const now = { onStatus, onGap, owner, replay };
  const latest = useRef(now);
  const key = name === null || name === false ? null : JSON.stringify([name, options, replay?.limit]);

  useEffect(() => {
    latest.current = now;
  });

  useEffect(() => {
    if (key === null) return undefined;
    const [channelName, plain] = JSON.parse(key) as [string, ChannelOptions];
    return (
      guarded(caller, () => {
        const release = held.hold(manager, key, channelName, () => {
          const { owner: heldBy, replay: since } = latest.current;
          const more = { ...(heldBy === undefined ? {} : { owner: heldBy }), ...(since && { replay: since }) };
          return manager.channel(channelName, { ...plain, ...more });
        });
        const handle = held.current(key);
        const offs = [
          handle?.onStatus((status) => {
            held.notify();
            latest.current.onStatus?.(status);
          }),
          handle?.onGap((gap) => latest.current.onGap?.(gap)),
        ];
        return () => {
          for (const off of offs) off?.();
          release();
        };
      }) ?? undefined
    );
  }, [caller, manager, held, key]);

  return { held, key, manager };
}

/** The state of the handle that is held; undefined while there is none. */
export function useHandleStatus({ held, key }: HeldHandle): ChannelStatus | undefined {
  return useSyncExternalStore(
    held.subscribe,
    () => held.current(key)?.status(),
    () => undefined,
  );
}
