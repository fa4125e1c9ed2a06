import type { EventName } from '../payload.js';
import type { ReasonCode } from '../reasons.js';

/**
 * What came of a gap. `unknown`: nobody has repaired it, because it is not over, or there is no `onResync`, or that has not run yet. `refetched`: every
 * `onResync` concerned has succeeded after the gap was over. `failed`: one has failed; it is tried again, and `refetched` follows when it succeeds.
 */
export type GapOutcome = 'unknown' | 'refetched' | 'failed';

/**
 * A time in which a subscription that was live before may have missed changes. The server replays nothing, so what was committed then has to be
 * fetched. Told when it opens, when it is over, and when its outcome is known, each time with the same `id`; a gap that is only noticed
 * afterwards is told when it is over, and reported again with a later `to` when more is missed for the same reason before it has been refetched.
 */
export interface Gap {
  /** The same for all subscriptions to the same rows. */
  readonly id: number;
  /** The subscription that is told of it. */
  readonly subscription: number;
  /**
   * The cause. `PAYLOAD_TOO_LARGE` and `UNAUTHORIZED`: a single change came without its values. `PAYLOAD_INVALID`: what came can't be read; if it is a
   * delivery of several changes, all of them are missed.
   */
  readonly code: ReasonCode;
  /** The same for people. */
  readonly message: string;
  /**
   * `commit_timestamp` of the last change that was seen before it; null when there was none, or it is not known. With a pulse the last one that was seen
   * before that was heard: what came later may have come after something that was lost in silence.
   */
  readonly fromCommit: string | null;
  /** Unix ms of the last sign of life before it; with a pulse, of the pulse. */
  readonly from: number;
  /** Unix ms at which changes flowed again; null while it is open. */
  readonly to: number | null;
  readonly over: boolean;
  readonly outcome: GapOutcome;
}

export type GapHandler = (gap: Gap) => void;

/**
 * Rows are to be fetched. `gap`: interruptions are over, and what was missed in them is to be got. `poll`: there is no live line, and it is time to
 * look (after `fallbackAfterMs`, then every `pollEveryMs`, less often while hidden).
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
 * Fetches what a gap may have cost. It has failed when it throws, rejects, or takes longer than `resyncTimeoutMs`, and is then called again, with
 * full jitter (base 1 s, cap 30 s), until it succeeds; a failed poll only waits for the next. What a delivery window holds is handed to `onEvent` before
 * the call, so every change that comes after it is newer or contained in what is fetched; what `pause` holds is not: fetch again after `resume`.
 */
export type ResyncHandler = (resync: Resync) => unknown;

/** Totals since the manager was made; a gap of three subscriptions counts three times. */
export interface GapCounters {
  readonly opened: number;
  readonly over: number;
  readonly refetched: number;
  /** Calls of `onResync` for gaps, those that failed, and calls for polls. */
  readonly resyncs: number;
  readonly resyncFailures: number;
  readonly polls: number;
}

/** A gap as the core tells of it. */
export type GapReport = Omit<Gap, 'over' | 'outcome'>;
