/**
 * Realtime connection manager for Supabase. Importing this module starts nothing, opens nothing and listens to nothing.
 *
 * ```ts
 * const manager = createRealtimeManager({ url, apikey });
 * const id = manager.subscribe({ table: 'bookings', filter: equals('business_id', 7) }, (change) => show(change.new));
 * manager.unsubscribe(id);
 * await manager.dispose();
 * ```
 *
 * - {@link createRealtimeManager} makes a manager; {@link realtimeManager} is a shared one, see {@link configureRealtime}.
 * - {@link RealtimeManager.subscribe} calls back with each change, or as its option `delivery` says.
 * - {@link RealtimeManager.liveRows} keeps the rows of a table equal to the database.
 * - {@link RealtimeManager.channel} is for broadcasts, presence and private topics.
 * - {@link RealtimeManager.onGap} and `onResync` report and repair what may have been missed.
 * - {@link RealtimeManager.onMetrics} measures how old changes are when they arrive.
 * - {@link RealtimeManager.status} is the state of everything; {@link ReasonCode} says why.
 * - Mistakes in a call throw a {@link SwitchboardError}. What fails later arrives as status.
 *
 * React hooks are in `switchboard-realtime/react`, a manager for unit tests in `switchboard-realtime/testing`.
 *
 * @packageDocumentation
 */
export { createRealtimeManager } from './manager/createRealtimeManager.js';
export { configureRealtime, realtimeManager } from './manager/sharedManager.js';
export { equals } from './filters/equals.js';
export { SwitchboardError, type SwitchboardErrorCode } from './api/errors.js';
export { FilterSyntaxError, parseFilter } from './filters/filter.js';
export type { FilterCondition, FilterOperator } from './api/filter.js';
export { IDLE_SNAPSHOT } from './status/statusStore.js';
export type {
  Broadcast,
  BroadcastMessage,
  BroadcastOptions,
  Channel,
  ChannelGap,
  ChannelName,
  ChannelOptions,
  EventNameOf,
  EventsOf,
  OpenChannel,
  PresenceChange,
  PresenceMember,
  PresenceOf,
  RegisteredChannels,
  SendOptions,
  UntypedChannels,
  UntypedEvents,
  UntypedPresence,
} from './api/channel.js';
export type * from './api/delivery.js';
// Not by name: an application's `declare module` for `Register` reaches the interface only through a star.
export type * from './api/database.js';
export type { LogLevel } from './api/logger.js';
export type { Gap, GapCounters, GapHandler, GapOutcome, Resync, ResyncHandler } from './api/gap.js';
export type {
  FetchPage,
  FetchRequest,
  FetchResult,
  LiveRows,
  LiveRowsCode,
  LiveRowsOptions,
  LiveRowsState,
  LiveRowsStatus,
  OrderBy,
  OrderColumn,
  VerifyOptions,
} from './api/liveRows.js';
export { NO_INSPECTION } from './manager/inspection.js';
export type { Logger } from './api/logger.js';
export type {
  Fault,
  RecorderOptions,
  AccessTokenCallback,
  EndpointOptions,
  ManagerOptions,
  NumbersOption,
  PulseOption,
  SubscribeOptions,
  SupabaseClientLike,
  SupabaseOptions,
  TabsOption,
  UntypedSubscribeOptions,
  WasmSource,
  WebSocketClass,
  WildcardSubscribeOptions,
} from './api/options.js';
export type {
  ChangeCommon,
  ChangePayload,
  DeletePayload,
  EventName,
  InsertPayload,
  TruncatePayload,
  UpdatePayload,
} from './api/payload.js';
export type { NumberedPosition, RpcCallback, TablesOption, TrackedTableOptions } from './api/tables.js';
export type { ReasonCode } from './api/reasons.js';
export type {
  InspectedChannel,
  InspectedSubscription,
  Inspection,
  RealtimeManager,
  ReceivedRow,
  Subscribe,
  SubscriptionId,
  TokenFacts,
} from './api/realtimeManager.js';
export type {
  ChannelState,
  ChannelStatus,
  ConnectionState,
  ConnectionStatus,
  Counters,
  EngineStats,
  Fallback,
  FreshnessMode,
  ManagerStats,
  Metrics,
  MetricsHandler,
  NoticeDetail,
  OverallState,
  PulseState,
  PulseStatus,
  Road,
  StateCounts,
  StatusSnapshot,
  SubscriptionNotice,
  SubscriptionState,
  SubscriptionStatus,
  TabsCode,
  TabsStats,
  TabsStatus,
} from './api/status.js';
export type { StatusHandler } from './api/status.js';
export type { TuningOptions } from './api/tuning.js';
