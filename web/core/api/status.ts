import type { GapCounters } from './gap.js';
import type { ReasonCode } from './reasons.js';
import type { EventName } from './payload.js';

/**
 * The state of the whole; handles of channels count as subscriptions. `live`: every subscription gets its changes.
 * `partial`: some do. `connecting`: none does yet, but a server answers or is being tried for the first time.
 * `offline`: none does, and no server answers, or every subscription was refused. `idle`: there are no subscriptions.
 */
export type OverallState = 'live' | 'partial' | 'connecting' | 'offline' | 'idle';

export type ConnectionState = 'idle' | 'connecting' | 'open' | 'backoff' | 'closing' | 'closed';

/**
 * `live` means that changes flow, not only that the server accepted the subscription. `retrying`: something failed that
 * recovers by itself; see `nextRetryAt`. `parked`: refused for good; tried again after `parkedRetryMs`, by
 * `reconnectAll()`, and with a new token if a role was refused.
 */
export type SubscriptionState = 'pending' | 'joining' | 'live' | 'retrying' | 'parked';

/**
 * How a subscription's rows can be had. `live`: changes come by themselves. `polling`: it has not been live for a
 * while, and `onResync` is called from time to time. `paused`: neither.
 */
export type FreshnessMode = 'live' | 'polling' | 'paused';

/**
 * How the database's pulse is received on a socket. `idle`: not listened to, because nothing is live there or the next
 * attempt is pending. `waiting`: listened to, and no beat has come yet. `silent`: no beat for 2.5 periods, so nothing
 * confirms the changes of this socket. `refused`: the server refuses the pulse's table; it is asked again after
 * minutes.
 */
export type PulseState = 'idle' | 'joining' | 'waiting' | 'beating' | 'silent' | 'refused';

export interface PulseStatus {
  readonly state: PulseState;
  /**
   * From a beat's commit to its arrival, in ms. It contains the difference of the clocks, so it may be negative. Null
   * before the first beat. Updated when something else of the connection changes.
   */
  readonly delayMs: number | null;
}

/** One socket to the server. It keeps its id over reconnects. */
export interface ConnectionStatus {
  readonly id: number;
  readonly state: ConnectionState;
  /** Unix ms of the last change of `state`. */
  readonly since: number;
  /** Attempts since it was last live, the next one included. */
  readonly attempts: number;
  /** Unix ms, or null when no attempt is scheduled. */
  readonly nextRetryAt: number | null;
  /** Why it is in this state; `OK` when nothing is wrong. */
  readonly code: ReasonCode;
  /** The same for people. */
  readonly message: string;
  /** Latest measured round-trip time in ms; null before the first. */
  readonly rttMs: number | null;
  /** Channels on this socket, the pulse's among them. */
  readonly channels: number;
  /** Null without the option `pulse`. */
  readonly pulse: PulseStatus | null;
}

/** How the changes of a subscription come: numbered over a topic of their own, or over `postgres_changes`. */
export type Road = 'broadcast' | 'postgres_changes';

/** Why a subscription is not on the broadcast road although its table is listed as tracked. */
export interface Fallback {
  readonly code: ReasonCode;
  /** The same for people; may quote the database. */
  readonly message: string;
}

/** One call of `subscribe`. */
export interface SubscriptionStatus {
  readonly id: number;
  readonly schema: string;
  readonly table: string;
  readonly event: EventName;
  /** Null when there is none. */
  readonly filter: string | null;
  readonly state: SubscriptionState;
  readonly mode: FreshnessMode;
  /** Unix ms of the last change of `state`. */
  readonly since: number;
  /** Failed attempts since it was last live. */
  readonly attempts: number;
  /** Unix ms, or null when no attempt is scheduled. */
  readonly nextRetryAt: number | null;
  /** Why it is in this state; `OK` when nothing is wrong. */
  readonly code: ReasonCode;
  /** The same for people; may quote the server. */
  readonly message: string;
  /** False when it is parked: refused for good, and tried again only after some minutes (`nextRetryAt`). */
  readonly retryable: boolean;
  /** In use, or being set up. Only of tables that the manager knows as tracked. */
  readonly road?: Road;
  /** Null: it is on the road that it asked for. Only together with `road`. */
  readonly fellBack?: Fallback | null;
}

/** The state of a channel's handle. As of a subscription; `closed`: for good, see `Channel.closed`. */
export type ChannelState = SubscriptionState | 'closed';

/** One handle of a channel. */
export interface ChannelStatus {
  /** The handle's. */
  readonly id: number;
  /** The topic, without `realtime:`. */
  readonly name: string;
  readonly private: boolean;
  /** The key under which this client is present on the channel; null while it is not known. */
  readonly presenceKey: string | null;
  readonly state: ChannelState;
  /** Unix ms of the last change of `state`. */
  readonly since: number;
  /** Failed attempts since it was last live. */
  readonly attempts: number;
  /** Unix ms, or null when no attempt is scheduled. */
  readonly nextRetryAt: number | null;
  /** Why it is in this state; `OK` when nothing is wrong. */
  readonly code: ReasonCode;
  /** The same for people: what happened and, where something can be done, what. May quote the server. */
  readonly message: string;
  /** False when it is parked: refused for good, and tried again only after some minutes (`nextRetryAt`). */
  readonly retryable: boolean;
}

/** Totals since the manager was created. */
export interface Counters {
  readonly framesIn: number;
  readonly framesOut: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Row changes received. */
  readonly changes: number;
  /** Row changes handed to subscribers: one that three listen to counts three times. */
  readonly deliveries: number;
  /** Of those, the ones that were folded into a newer change of the row by `delivery: { mode: 'latest' }`. */
  readonly conflated: number;
  /** Frames that belong to nothing, such as a late change of a channel that was left. */
  readonly ignoredFrames: number;
  /** Frames that could not be read. */
  readonly badFrames: number;
  readonly connects: number;
  readonly joins: number;
  /** Beats of the database's pulse, on all sockets. */
  readonly pulses: number;
  /** Beats that never came, by the `seq` of those that did. */
  readonly pulsesMissed: number;
  /** Messages of numbered changes that had been missed, and that the database gave when it was asked for them. */
  readonly filled: number;
}

/** Why the line of a manager with the option `tabs` is not in a SharedWorker. */
export type TabsCode =
  /** It is. */
  | 'OK'
  /** The option `transport` is a class, which is of use to this tab only. */
  | 'TRANSPORT'
  /** The option `wasm` is no address. */
  | 'WASM'
  /** The browser has no Web Locks, or the page did not come over https. */
  | 'NO_LOCKS'
  /** The browser has no SharedWorker. */
  | 'NO_WORKER'
  /** The worker's file is missing or refused by a policy, or the worker does not answer. */
  | 'WORKER_FAILED';

/**
 * What carries the line of a manager with the option `tabs`. `worker`: a SharedWorker, for all tabs. `tab`: one of the
 * tabs, for all. `own`: the tab itself, for nobody else.
 */
export interface TabsStatus {
  readonly carrier: 'worker' | 'tab' | 'own';
  readonly code: TabsCode;
  /** The same for people. Empty for `OK`. */
  readonly message: string;
}

/**
 * The state of everything at one moment. Immutable, and the same object until something changed. Entries that did not
 * change are carried over, so the snapshot and its parts can be compared by identity.
 */
export interface StatusSnapshot {
  readonly overall: OverallState;
  /** Unix ms of the last change of `overall`. */
  readonly since: number;
  /** By id, ascending. */
  readonly connections: readonly ConnectionStatus[];
  /** By id, ascending: the order in which they were subscribed. */
  readonly subscriptions: readonly SubscriptionStatus[];
  /** The open handles of channels. By id, ascending. */
  readonly channels: readonly ChannelStatus[];
  /** As of this snapshot. They do not make a new snapshot; `stats()` has current ones. With `tabs`: those of the line. */
  readonly counters: Counters;
  /** With the option `tabs` only, once there is a line. */
  readonly tabs?: TabsStatus;
}

/**
 * What `onStatus` reports, in the words that Supabase users know. `SUBSCRIBED` only when changes flow, and again after
 * each interruption.
 */
export type SubscriptionNotice = 'SUBSCRIBED' | 'TIMED_OUT' | 'CLOSED' | 'CHANNEL_ERROR';

export interface NoticeDetail {
  readonly code: ReasonCode;
  /** For people: what happened and, where something can be done, what. */
  readonly message: string;
  /** Whether the manager tries again soon. False when it is parked: refused for good, and tried again only after some minutes (`nextRetryAt`). */
  readonly retryable: boolean;
  /** Unix ms of the next attempt; null when none is scheduled. */
  readonly nextRetryAt: number | null;
  /**
   * Only with `SUBSCRIBED`, and only when true: changes flowed before `subscribe` was called, for a subscription with
   * equal options that exists or ended less than `lingerMs` ago.
   */
  readonly alreadyLive?: boolean;
}

export type StatusHandler = (status: SubscriptionNotice, detail: NoticeDetail) => void;

/** What the core holds at the moment, and its totals. */
export interface EngineStats {
  /** Sockets that are open, opening or closing. */
  readonly sockets: number;
  readonly channels: number;
  /** Distinct interests: equal subscriptions share one. */
  readonly bindings: number;
  readonly subscriptions: number;
  /** Timeouts that are armed, all of them on one timer of the platform. */
  readonly deadlines: number;
  readonly counters: Counters;
}

/** What a manager holds and has done. */
export interface ManagerStats {
  readonly subscriptions: number;
  /** Open handles of channels. */
  readonly channels: number;
  readonly statusListeners: number;
  /** Listeners on the page or worker. */
  readonly pageListeners: number;
  /** Workers that keep time while the page is hidden: 0 or 1. */
  readonly workers: number;
  /** Subscriptions and handles of channels that outlived their `owner`, since the manager was made. */
  readonly leakedSubscriptions: number;
  /** Calls of `onEvent`, and of callbacks of broadcasts. */
  readonly eventCalls: number;
  /** Callbacks that threw. */
  readonly callbackErrors: number;
  readonly gaps: GapCounters;
  /** Totals as of now. */
  readonly counters: Counters;
  /** The core's own figures; null before it is loaded and after dispose. */
  readonly core: EngineStats | null;
  /** With the option `tabs`, while the core is shared. */
  readonly tabs?: TabsStats;
}

/** All tabs that share a core, this one included, as of the newest figures of the core. */
export interface TabsStats {
  readonly count: number;
  /** Those whose page can be seen. */
  readonly visible: number;
  readonly subscriptions: number;
  /** Open handles of channels. */
  readonly channels: number;
}

/** How many there are in each state; states that nothing is in are 0. */
export type StateCounts<State extends string> = Readonly<Record<State, number>>;

/**
 * What `onMetrics` reports: totals and states at the end of an interval, and what was measured in it. Names and units
 * stay as they are over minor versions.
 */
export interface Metrics {
  /** Unix ms at which the interval began: the call of `onMetrics`, or the report before. */
  readonly from: number;
  /** Unix ms at which it ended. */
  readonly to: number;
  readonly overall: OverallState;
  readonly connections: StateCounts<ConnectionState>;
  /** Subscriptions and open handles of channels. */
  readonly subscriptions: StateCounts<SubscriptionState>;
  /** Totals since the manager was created. */
  readonly stats: ManagerStats;
  /**
   * For each delivery of changes: ms from the commit of its newest change to the call of the first callback. It contains
   * the time in `delivery` windows and in `pause`, and the difference of the clocks of database and client, so it may be
   * negative. Deliveries that carry no rows
   * (`payload: false`) are not measured, nor are broadcasts, which have no commit.
   */
  readonly latencyMs: readonly number[];
  /** For each subscription and handle that became live for the first time: ms since it was made. */
  readonly liveAfterMs: readonly number[];
  /** For each one that became live again: ms since it stopped being live. */
  readonly liveAgainAfterMs: readonly number[];
}

export type MetricsHandler = (metrics: Metrics) => void;
