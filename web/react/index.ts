'use client';
/**
 * React bindings for `switchboard-realtime`. Importing this module, and rendering it on a server, starts nothing. It loads neither a query library nor
 * one for toasts: `RealtimeProvider` is given what the application uses.
 *
 * @packageDocumentation
 */
export { RealtimeProvider, type RealtimeProviderProps } from './provider/RealtimeProvider.js';
export { RealtimeConnectionStatus, type RealtimeConnectionStatusProps } from './status/RealtimeConnectionStatus.js';
export type { SomeStatusTexts, StatusTexts } from './status/texts.js';
export { equals } from '../core/index.js';
export type { QueryClientLike, QueryKey, QueryLike } from './queryClient.js';
export { createRealtimeHook, type RealtimeHook, type RealtimeResult } from './realtimeHook/createRealtimeHook.js';
export type {
  HookParameters,
  ParameterValue,
  RealtimeFeature,
  RealtimeHookDefinition,
  RealtimeHookOptions,
} from './realtimeHook/definition.js';
export type { FeatureState } from './realtimeHook/summary.js';
export type { Toaster, ToastMessage } from './toaster.js';
export type { HookChannelName, HookChannelOptions } from './channels/useHandle.js';
export { useBroadcast, type UseBroadcast } from './useBroadcast.js';
export { useChannel, type ChannelHandlers, type ChannelResult, type UseChannel } from './useChannel.js';
export { useConnectionStatus } from './useConnectionStatus.js';
export { useLiveRows, type LiveRowsResult, type UseLiveRows } from './useLiveRows.js';
export { usePresence, type PresenceOptions, type PresenceResult, type UsePresence } from './usePresence.js';
export { useQueryInvalidation, type QueryInvalidationOptions } from './useQueryInvalidation.js';
export { useRealtime } from './useRealtime.js';
export { useRealtimeManager } from './provider/useRealtimeManager.js';
export { useSubscription, type UseSubscription } from './useSubscription.js';
