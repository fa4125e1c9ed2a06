import type { DeliveryOption } from '../api/delivery.js';
import type { LogLevel } from '../api/logger.js';
import type { EngineStats } from '../api/realtimeManager.js';
import type { GapReport } from '../api/gap.js';
import type { EventName } from '../api/payload.js';
import type {
  ConnectionStatus,
  Counters,
  NoticeDetail,
  OverallState,
  SubscriptionNotice,
  SubscriptionStatus,
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
  tuning: Readonly<Partial<Record<string, number>>>;
}

/** What of a subscription's status the core knows; the rest is the spec, which the manager has. */
export type SubscriptionDelta = Omit<SubscriptionStatus, 'schema' | 'table' | 'event' | 'filter'>;

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
  counters?: Partial<Counters>;
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

/** The control part of a batch; every key may be missing. */
export interface ControlMessage {
  status?: StatusDelta;
  /** In the order in which they happened. */
  notices?: readonly Notice[];
  /** Interruptions that opened or are over, in the order in which that happened. */
  gaps?: readonly GapReport[];
  /** Subscriptions without a live line whose rows are to be fetched now. */
  polls?: readonly number[];
  /** Whose windows were flushed on request; what they held is in this batch, or came before it. */
  flushed?: readonly number[];
  /** What was asked for with `stats`. */
  stats?: EngineStats;
  /** The core wants a token: answer once with `provideToken` or `failToken`. */
  tokenRequest?: { request: number };
  logs?: readonly LogLine[];
}

/** Changes for some subscribers. */
export interface Delivery {
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

/** What one turn of the core brings: control first, then the deliveries in the order of arrival. */
export interface Batch {
  control: ControlMessage | null;
  /** Lists of columns in batches that are new. They are numbered from 0 on in the order in which they come; later batches may use them too. */
  columnLists: readonly string[];
  deliveries: readonly Delivery[];
}

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
  | { kind: 'reconnectAll' }
  /** `request` 0: the application set it; otherwise the answer to that request. Empty: no token. */
  | { kind: 'provideToken'; request: number; token: string }
  | { kind: 'failToken'; request: number; message: string }
  | { kind: 'notify'; event: LifecycleEvent }
  /** Answered by `stats`. */
  | { kind: 'stats' };

/**
 * The connection manager proper, seen from TypeScript. Commands go in, batches come out through the sink it was opened with; all of
 * it is plain data with ids, so the engine may live in this realm or behind a MessagePort.
 */
export interface Engine {
  /** Does not throw and returns nothing: what comes of it arrives as batches, before the call returns or at any time after it. */
  send(command: Command): void;
  /** Closes everything. No batch comes after the call; the promise settles when all resources are given back. Idempotent. */
  dispose(): Promise<void>;
}

/** Must not throw. */
export type EngineSink = (batch: Batch) => void;

/** Opens an engine. Rejects when the core can't be loaded, or when `signal` fires first: nobody wants it any more. */
export interface OpenEngine {
  (options: EngineOptions, sink: EngineSink, signal: AbortSignal): Promise<Engine>;
  /** Starts a download that hangs again: there is reason to believe that it would go better now. */
  restart?: () => void;
}

/** For the core; what is absent has its default. */
export interface DeliverySpec {
  mode: Exclude<DeliveryOption, string>['mode'];
  payload?: false;
  waitMs?: number;
  maxWaitMs?: number;
  leading?: true;
  everyMs?: number;
  max?: number;
  key?: readonly string[];
  keepDeletes?: true;
}

/** For the core. */
export interface PulseSpec {
  periodMs: number;
  table: string;
  schema: string;
}
