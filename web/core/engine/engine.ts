import type { DeliveryOption } from '../api/delivery.js';
import type { LogLevel } from '../api/logger.js';
import type { GapReport } from '../api/gap.js';
import type { EventName } from '../api/payload.js';
import type { ReasonCode } from '../api/reasons.js';
import type {
  ConnectionStatus,
  Counters,
  EngineStats,
  NoticeDetail,
  OverallState,
  Road,
  SubscriptionNotice,
  SubscriptionStatus,
  TabsStats,
  TabsStatus,
} from '../api/status.js';

/**
 * What the page or the runtime noticed about the network or itself. `savedata`: the link is slow, or data is to be saved; `fulldata`: no longer.
 * `tick`: time has passed; do what is due, if the timers did not.
 */
export type LifecycleEvent =
  | 'online'
  | 'offline'
  | 'visible'
  | 'hidden'
  | 'resume'
  | 'freeze'
  | 'pagehide'
  | 'pageshow'
  | 'networkchange'
  | 'savedata'
  | 'fulldata'
  | 'tick';

/** A validated subscription. */
export interface SubscriptionSpec {
  schema: string;
  table: string;
  event: EventName;
  filter?: string;
  select?: readonly string[];
  /** Absent: every change by itself. */
  delivery?: DeliverySpec;
  /** Absent: broadcast where that can be, else postgres_changes. With `broadcast` it is parked where that can't be. */
  via?: Road;
  /** Continues after this number, of this epoch or, without one, of the current one. Broadcast only. */
  from?: { epoch?: string; number: number };
  /** How a row arrives that leaves the filter. Absent: `delete`. Broadcast only. */
  leaving?: 'delete' | 'update' | 'both';
}

/** A table whose changes the database numbers. */
export interface TrackedTable {
  schema: string;
  table: string;
  /** The name of its topics. */
  topic: string;
  /** The column by which it has topics; absent: it has one. */
  by?: string;
}

/** What the core is created with. Times in ms; what is absent is the core's default. */
export interface EngineOptions {
  url: string;
  apikey: string;
  params?: Readonly<Record<string, string>>;
  vsn?: '1.0.0' | '2.0.0';
  /** Whether the core may ask for tokens. */
  tokenCallback: boolean;
  /** Absent: there is none. */
  pulse?: PulseSpec;
  /** Absent: none. */
  tables?: readonly TrackedTable[];
  /** False: the function `switchboard_changes` can't be called. */
  rpc?: false;
  /** Absent: nothing is recorded. */
  recorder?: RecorderSpec;
  tuning: Readonly<Partial<Record<string, number>>>;
}

/** For the core. */
export interface RecorderSpec {
  bytes: number;
  frames: boolean;
  /** Package and version. */
  createdBy: string;
}

/** What of a subscription's status the core knows; the rest is the spec, which the manager has. */
export type SubscriptionDelta = Omit<SubscriptionStatus, 'schema' | 'table' | 'event' | 'filter'>;

/** A validated handle of a channel. Handles of one name share a channel of the server. */
export interface ChannelSpec {
  /** The topic without `realtime:`. */
  name: string;
  private?: true;
  /** Gets what it sends itself. */
  self?: true;
  /** Wants to know who is present. */
  presence?: true;
  /** Absent: that of the handles that ask for one; the core makes one up where none does. */
  presenceKey?: string;
  /** `since`: Unix ms. `limit`: 1 to 25. Private channels only; honoured by the channel's first join. */
  replay?: { since: number; limit?: number };
}

/** What the core knows of a handle's status; the rest is the spec. */
export interface ChannelDelta extends Omit<SubscriptionDelta, 'mode'> {
  /** The key under which this client is present on the handle's channel. */
  presenceKey?: string;
}

/**
 * How a push ended. `ok`: it was sent, or acknowledged where that was asked for. `timedOut`: not sent, or not acknowledged, within its time.
 * `refused`: the server acknowledged it with an error. `lost`: the connection or the channel went before the acknowledgement; it may have been
 * delivered. `full`: too much waits already. `ended`: its channel was closed before it was sent. `invalid`: it can't ever be sent as it is.
 */
export type PushOutcome = 'ok' | 'timedOut' | 'refused' | 'lost' | 'full' | 'ended' | 'invalid';

export interface PushResult {
  id: number;
  outcome: PushOutcome;
  /** For people; empty for `ok`. */
  message: string;
}

/** A time in which live channels may have missed broadcasts. Reported once, when it is over. */
export interface ChannelGap {
  channels: readonly number[];
  code: ReasonCode;
  /** Unix ms: the last sign of life, and when the channel was joined again. */
  from: number;
  to: number;
  /** Whether a replay has brought all that was missed. */
  healed: boolean;
}

/** What changed since the last batch. */
export interface StatusDelta {
  overall?: OverallState;
  since?: number;
  connections?: readonly ConnectionStatus[];
  removedConnections?: readonly number[];
  subscriptions?: readonly SubscriptionDelta[];
  /** Those that the core does not take, and leaves out of its verdict. */
  refused?: readonly number[];
  removedSubscriptions?: readonly number[];
  channels?: readonly ChannelDelta[];
  /** Those of `channels` that the core does not take. */
  refusedChannels?: readonly number[];
  counters?: Partial<Counters>;
  /** With the option `tabs` only. */
  tabs?: TabsStatus;
}

/** Something that one subscription's `onStatus` is to hear. */
export interface Notice extends NoticeDetail {
  subscription: number;
  status: SubscriptionNotice;
}

export interface LogLine {
  level: LogLevel;
  message: string;
}

/** The arguments of one call of `switchboard_changes`. */
export interface RpcRequest {
  request: number;
  topic: string;
  /** Null: only the position is wanted. */
  after: number | null;
  atMost: number;
}

/** The control part of a batch; every key may be missing. */
export interface ControlMessage {
  status?: StatusDelta;
  /** In the order in which they happened. */
  notices?: readonly Notice[];
  /** Interruptions that opened or are over, in the order in which that happened. */
  gaps?: readonly GapReport[];
  /** Of pushes that are not conflated, once for each. */
  pushes?: readonly PushResult[];
  channelGaps?: readonly ChannelGap[];
  /** Subscriptions without a live line whose rows are to be fetched now. */
  polls?: readonly number[];
  /** Whose windows were flushed on request; what they held is in this batch, or came before it. */
  flushed?: readonly number[];
  /** What was asked for with `stats`. */
  stats?: EngineStats;
  /** What was asked for with `record`; empty: nothing is recorded. */
  recording?: Uint8Array<ArrayBuffer>;
  /** With it, where tabs share the core. */
  tabs?: TabsStats;
  /** The core wants a token: answer once with `provideToken` or `failToken`. */
  tokenRequest?: { request: number };
  /** The function `switchboard_changes` is to be called: answer each once with `rpcAnswer` or `rpcFailed`. */
  rpcWanted?: readonly RpcRequest[];
  /** Requests whose answer is of no use any more. */
  rpcUnwanted?: readonly number[];
  /** Requests of `wantFetch` that this tab has to fetch itself, now. */
  fetchDue?: readonly number[];
  /** Those that another tab has fetched, after they were made. */
  fetched?: readonly { readonly request: number; readonly rows: readonly unknown[] }[];
  logs?: readonly LogLine[];
}

/** Changes for some subscribers. */
export interface ChangeDelivery {
  /** `each`: one change. `batch`: several, or one of a window. `notify`: only how many. */
  kind: 'each' | 'batch' | 'notify';
  subscribers: readonly number[];
  /** How many changes. */
  count: number;
  /**
   * JSON. `each`: the frame's payload as the server sent it, `{"data":{…},"ids":[…]}`. `batch`: an array of `{"data":{…}}`,
   * where a `data` may name `type` twice and the last counts, and `columns` may be the number of a list. `notify`: empty.
   */
  text: string;
}

/**
 * A broadcast for some handles of a channel. All keys are always there: V8 gives up optimized code that makes objects of several shapes whenever a
 * garbage collection finds no object of one of them, which doubled the time for each broadcast of 0.2 kB.
 */
export interface BroadcastDelivery {
  kind: 'broadcast';
  channels: readonly number[];
  event: string;
  /** JSON, or bytes. JSON in bytes may be a part of a larger buffer, and is not to be changed. */
  payload: string | Uint8Array<ArrayBuffer>;
  /** The bytes are JSON in UTF-8. */
  json: boolean;
  /** Of a broadcast that the server keeps; else null. */
  id: string | null;
  /** Sent again because a join asked for it. */
  replayed: boolean;
}

/** What happened to one key of a channel, in sum. `refresh`: the same is tracked again, as after a reconnect. */
export interface PresenceChange {
  kind: 'join' | 'update' | 'refresh' | 'leave';
  key: string;
  /** A JSON array of what is tracked under the key, each an object with its `phx_ref`, oldest first. `leave`: what was. */
  metas: string;
}

/**
 * For some handles of a channel. A handle of a channel that is joined already gets those who are present as joins first. No changes: the server has
 * said who is present, and that changed nothing.
 */
export interface PresenceDelivery {
  kind: 'presence';
  channels: readonly number[];
  changes: readonly PresenceChange[];
}

export type Delivery = ChangeDelivery | BroadcastDelivery | PresenceDelivery;

/** What one turn of the core brings: control first, then the deliveries in the order of arrival. */
export interface Batch {
  control: ControlMessage | null;
  /** Lists of columns in batches that are new. They are numbered from 0 on in the order in which they come; later batches may use them too. */
  columnLists: readonly string[];
  deliveries: readonly Delivery[];
  /** Another core has taken the place of the one before: from now on its lists are numbered. */
  restart?: true;
}

/** A broadcast on its way out. All keys are always there, for the same reason as in `BroadcastDelivery`. */
export interface PushSpec {
  /** Of the push; unique in a manager. */
  id: number;
  /** The handle that sends. */
  channel: number;
  event: string;
  /** A JSON value as text, or bytes. */
  payload: string | Uint8Array;
  /** The server keeps it, for `ttl` seconds. Private channels only. */
  persist: true | { ttl: number } | null;
  /** Its outcome is the server's answer. */
  ack: boolean;
  /** Until it must be sent, or acknowledged. */
  timeoutMs: number;
  /** Of this handle's pushes of the event only the newest goes out, at most one in this time. None of them has an outcome. Null: all go out. */
  everyMs: number | null;
}

export type PushCommand = { kind: 'push' } & PushSpec;

/** What a manager asks of an engine: plain data, fit for `postMessage`. Ids that are not subscribed are ignored. */
export type Command =
  /** `id` must be new. A spec that the core refuses is reported as a parked subscription. */
  | { kind: 'subscribe'; id: number; spec: SubscriptionSpec }
  | { kind: 'unsubscribe'; id: number }
  | { kind: 'unsubscribeAll' }
  /** From now on the subscription gets nothing; what comes in is held for it, up to a bound. */
  | { kind: 'pause'; id: number }
  /** What was held comes as one batch. */
  | { kind: 'resume'; id: number }
  /** What a delivery window holds for it comes now, unless it is paused. Answered by `flushed`, also when that is nothing. */
  | { kind: 'flush'; id: number }
  /** `id` must be new, also among subscriptions. Joins at the next tick, so that handles of one tick share the first join. */
  | { kind: 'openChannel'; id: number; spec: ChannelSpec }
  /** From now on the handle gets nothing, and what it has not yet sent ends. */
  | { kind: 'closeChannel'; id: number }
  /** The handle wants to know who is present, as if it had been opened with `presence`. */
  | { kind: 'watchPresence'; id: number }
  | PushCommand
  /** `payload`: a JSON object. It takes the place of what the handle tracked before. */
  | { kind: 'track'; channel: number; payload: string }
  | { kind: 'untrack'; channel: number }
  | { kind: 'reconnectAll' }
  /** `request` 0: the application set it; otherwise the answer to that request. Empty: no token. */
  | { kind: 'provideToken'; request: number; token: string }
  | { kind: 'failToken'; request: number; message: string }
  /** `text`: what the function returned, as JSON. */
  | { kind: 'rpcAnswer'; request: number; text: string }
  | { kind: 'rpcFailed'; request: number; message: string }
  | FetchCommand
  | { kind: 'notify'; event: LifecycleEvent }
  /** For the recording: what the manager has noticed. */
  | { kind: 'fault'; code: string; message: string }
  /** Answered by `stats`. */
  | { kind: 'stats' }
  /** Answered by `recording`. */
  | { kind: 'record' };

/** About rows that several tabs fetch, to an engine that `sharesFetches`. */
export type FetchCommand =
  /**
   * Whoever gives the same `key` wants the same rows, as they are now or later. Fetched in `delayMs`, unless another has asked before. Answered once, by
   * `fetchDue` or `fetched`.
   */
  | { kind: 'wantFetch'; request: number; key: string; delayMs: number }
  /** What was fetched for a `fetchDue`, for all who had asked before that. */
  | { kind: 'fetchDone'; request: number; rows: readonly unknown[] }
  /** Another has to fetch, or the rows are not wanted any more. */
  | { kind: 'fetchFailed'; request: number };

/**
 * The connection manager proper, seen from TypeScript. Commands go in, batches come out through the sink it was opened with; all of
 * it is plain data with ids, so the engine may live in this realm or behind a MessagePort.
 */
export interface Engine {
  /** Does not throw and returns nothing: what comes of it arrives as batches, before the call returns or at any time after it. */
  send(command: Command): void;
  /** Closes everything. No batch comes after the call; the promise settles when all resources are given back. Idempotent. */
  dispose(): Promise<void>;
  /** Whether it takes `FetchCommand` at present: other tabs use it too. */
  readonly sharesFetches?: boolean;
}

/** Must not throw. */
export type EngineSink = (batch: Batch) => void;

/**
 * Opens an engine. Rejects when the core can't be loaded, or when `signal` fires first: nobody wants it any more. `newestToken`: for an engine that
 * has to know whose it is before it is open.
 */
export interface OpenEngine {
  (options: EngineOptions, sink: EngineSink, signal: AbortSignal, newestToken?: () => Promise<string>): Promise<Engine>;
  /** Starts a download that hangs again: there is reason to believe that it would go better now. */
  restart?: () => void;
}

/** For the core: the option `delivery` as `checkDelivery` returns it, with the columns of `key` as an array. */
export type DeliverySpec = Exclude<DeliveryOption, string>;

/** For the core. */
export interface PulseSpec {
  periodMs: number;
  table: string;
  schema: string;
}
