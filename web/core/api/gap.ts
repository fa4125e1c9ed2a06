import type { EventName } from './payload.js';
import type { ReasonCode } from './reasons.js';

/**
 * What became of a gap. `unknown`: nobody has fetched yet, because it is not over, there is no `onResync`, or that has
 * not run. `refetched`: every `onResync` concerned has succeeded after the gap was over. `failed`: one has failed. It
 * is tried again, and `refetched` follows when it succeeds.
 */
export type GapOutcome = 'unknown' | 'refetched' | 'failed';

/**
 * Changes that a live subscription may have missed. The server replays nothing, so what was committed between `from`
 * and `to` has to be fetched. A gap is reported when it opens, when it is over, and when its outcome is known, each
 * time with the same `id`. One that is noticed only afterwards is reported when it is over, and again with a later `to`
 * when more is missed for the same reason before it has been refetched.
 *
 * `from` and `to` bound the commit times of what is missing. They are by the database's clock as far as commit times of
 * earlier changes show it, so a wrong clock of this machine does not matter. Before any change has come, they are by
 * this machine's clock. They do not say how long the connection was away: on a quiet table `from` is when the last
 * change came, which may be hours before the loss.
 *
 * To fetch what changed since `from` by a column such as `updated_at`, go back further by the length of your longest
 * transactions: `now()` is when a transaction began, not when it was committed. Fetch once the gap is over. No upper
 * bound is needed.
 */
export interface Gap {
  /** The same for all subscriptions to the same rows. */
  readonly id: number;
  /** The subscription that it is reported to. */
  readonly subscription: number;
  /**
   * The cause. `PAYLOAD_TOO_LARGE` and `UNAUTHORIZED`: a single change came without its values. `PAYLOAD_INVALID`:
   * something could not be read; if it was a delivery of several changes, all of them are missed.
   */
  readonly code: ReasonCode;
  /** The same for people. */
  readonly message: string;
  /**
   * The newest `commit_timestamp` before which nothing is missing: that of the last change that came over the
   * subscription's channel, for any subscription, or of the pulse's last beat. What is missing was committed then or
   * later (commit times may be out of order by a moment, see `from`). For an `OVERFLOW` and for a change without its
   * values, it is that of the first change that is missing. Null when nothing had come yet.
   */
  readonly fromCommit: string | null;
  /**
   * Unix ms, at or before the commit of everything that is missing: `fromCommit` minus a second, because PostgreSQL
   * takes commit times before it orders transactions; or when the subscription went live, if that is later or nothing
   * has come since. 0 for a subscription that was to continue with `from`, as long as no change has come: nobody knows
   * when the change was committed that it continues after.
   */
  readonly from: number;
  /**
   * Unix ms, at or after the commit of everything that is missing: when changes flowed again, up to a second later by
   * the database's clock. Null while the gap is open.
   */
  readonly to: number | null;
  /** The epoch that `fromNumber` is of, if it is known. Only of numbered changes, as the next two. */
  readonly epoch?: string;
  /** The first number whose changes are missing. Absent when those before came over `postgres_changes`, without one. */
  readonly fromNumber?: number;
  /**
   * The last one, after which nothing is missing; absent: all from then on, until the gap is over. It is of the epoch
   * after `epoch` where a table was tracked again meanwhile (`TRACKED_AGAIN`), and of numbers that were given again after
   * a restore (`WENT_BACK`), so it may be less than `fromNumber`.
   */
  readonly toNumber?: number;
  readonly over: boolean;
  readonly outcome: GapOutcome;
}

export type GapHandler = (gap: Gap) => void;

/**
 * Rows should be fetched. `gap`: interruptions are over. `poll`: there has been no live connection for
 * `fallbackAfterMs`, and it is time to look, then every `pollEveryMs`, less often while hidden.
 */
export interface Resync {
  readonly reason: 'gap' | 'poll';
  readonly schema: string;
  readonly table: string;
  readonly event: EventName;
  /** Null when there is none. */
  readonly filter: string | null;
  /** The subscriptions that this call is for: all that have this handler and ask for the same rows. */
  readonly subscriptions: readonly number[];
  /** The interruptions that it covers; none for `poll`. */
  readonly gaps: readonly Gap[];
  /** Fires when nobody is interested any more, or after `resyncTimeoutMs`. */
  readonly signal: AbortSignal;
}

/**
 * Fetches what a gap may have cost. It has failed when it throws, rejects, or takes longer than `resyncTimeoutMs`. It
 * is then called again, with full jitter (base 1 s, cap 30 s), until it succeeds; a failed poll waits for the next.
 * What a delivery window holds is delivered to `onEvent` before the call, so every change that comes after it is newer
 * or contained in what is fetched. A subscription that is paused is left out: for its gaps the handler is called after
 * `resume`, when what was held has been delivered.
 */
export type ResyncHandler = (resync: Resync) => unknown;

/** Totals since the manager was created. A gap of three subscriptions counts three times. */
export interface GapCounters {
  readonly opened: number;
  readonly over: number;
  readonly refetched: number;
  /** Calls of `onResync` for gaps, those that failed, and calls for polls. */
  readonly resyncs: number;
  readonly resyncFailures: number;
  readonly polls: number;
}

/** A gap as the core reports it. */
export type GapReport = Omit<Gap, 'over' | 'outcome'>;

export interface ResyncOptions {
  /** After a gap each client waits between 0 and this, so that not all fetch at once. */
  jitterMs: number;
  timeoutMs: number;
}
