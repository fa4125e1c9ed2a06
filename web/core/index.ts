/**
 * Realtime connection manager for Supabase. Importing this module starts nothing, opens nothing and listens to nothing.
 *
 * @packageDocumentation
 */
export { createRealtimeManager } from './createRealtimeManager.js';
export { configureRealtime, realtimeManager } from './sharedManager.js';
export { equals } from './equals.js';
export { SwitchboardError, type SwitchboardErrorCode } from './errors.js';
export { FilterSyntaxError, parseFilter, type FilterCondition, type FilterOperator } from './filter.js';
export { IDLE_SNAPSHOT } from './statusStore.js';
export type {
  BatchDelivery,
  ChangeCount,
  DebounceDelivery,
  Delivered,
  DeliveryOption,
  EachDelivery,
  LatestDelivery,
  ThrottleDelivery,
} from './delivery.js';
// Not by name: an application's `declare module` for `Register` reaches the interface only through a star.
export type * from './database.js';
export type { EngineStats, LogLevel } from './engine.js';
export type { Gap, GapCounters, GapHandler, GapOutcome, Resync, ResyncHandler } from './gaps/gap.js';
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
} from './liveRows/types.js';
export type { Logger } from './logger.js';
export type {
  AccessTokenCallback,
  EndpointOptions,
  ManagerOptions,
  NumbersOption,
  SubscribeOptions,
  SupabaseOptions,
  UntypedSubscribeOptions,
  WasmSource,
  WebSocketClass,
  WildcardSubscribeOptions,
} from './options.js';
export type { ChangeCommon, ChangePayload, DeletePayload, EventName, InsertPayload, UpdatePayload } from './payload.js';
export type { PulseOption } from './pulse.js';
export type { ReasonCode } from './reasons.js';
export type { ManagerStats, RealtimeManager, ReceivedRow, Subscribe, SubscriptionId } from './realtimeManagerTypes.js';
export type {
  ConnectionState,
  ConnectionStatus,
  Counters,
  FreshnessMode,
  NoticeDetail,
  OverallState,
  PulseState,
  PulseStatus,
  StatusSnapshot,
  SubscriptionNotice,
  SubscriptionState,
  SubscriptionStatus,
} from './status.js';
export type { StatusHandler } from './subscriptionTable.js';
export type { SupabaseClientLike } from './supabase.js';
export type { TuningOptions } from './tuning.js';
