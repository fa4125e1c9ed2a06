/**
 * The public surface of `@supabase/realtime-js` over a Switchboard manager. README.md says how an application gets it, and what differs.
 *
 * @packageDocumentation
 */
export { attach, type AttachOptions } from './client/attach.js';
export {
  REALTIME_CHANNEL_STATES,
  REALTIME_LISTEN_TYPES,
  REALTIME_POSTGRES_CHANGES_LISTEN_EVENT,
  REALTIME_PRESENCE_LISTEN_EVENTS,
  REALTIME_SUBSCRIBE_STATES,
} from './api/constants.js';
export { RealtimeChannel } from './channel/RealtimeChannel.js';
export { RealtimeClient } from './client/RealtimeClient.js';
export {
  postgresChangesFilter,
  RealtimePostgresFilterBuilder,
  type RealtimePostgresChangesFilterOperator,
} from './api/RealtimePostgresFilterBuilder.js';
export { RealtimePresence } from './channel/RealtimePresence.js';
export { WebSocketFactory, type WebSocketLike, type WebSocketLikeConstructor } from './api/WebSocketFactory.js';
export type {
  RealtimeBroadcastPersist,
  RealtimeChannelOptions,
  RealtimeChannelSendResponse,
  RealtimeClientOptions,
  RealtimeMessage,
  RealtimePostgresChangesFilter,
  RealtimeRemoveChannelResponse,
} from './api/options.js';
export type {
  RealtimePostgresChangesPayload,
  RealtimePostgresDeletePayload,
  RealtimePostgresInsertPayload,
  RealtimePostgresUpdatePayload,
  RealtimePresenceJoinPayload,
  RealtimePresenceLeavePayload,
  RealtimePresenceState,
  RealtimeSystemPayload,
} from './api/payloads.js';
