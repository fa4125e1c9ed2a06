/**
 * React bindings for `switchboard-realtime`. Importing this module, and rendering it on a server, starts nothing.
 *
 * @packageDocumentation
 */
export { RealtimeProvider, type RealtimeProviderProps } from './RealtimeProvider.js';
export { RealtimeConnectionStatus, type RealtimeConnectionStatusProps } from './RealtimeConnectionStatus.js';
export { useConnectionStatus } from './useConnectionStatus.js';
export { useRealtimeManager } from './useRealtimeManager.js';
export { useSubscription, type UseSubscription } from './useSubscription.js';
