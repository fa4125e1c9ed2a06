/** The numbers that an application may change. All `…Ms` are milliseconds. */
export interface TuningOptions {
  /**
   * Time without an inbound frame after which a heartbeat is sent. Default 15,000; the server drops a client that is
   * silent for 60 s.
   */
  heartbeatIdleMs?: number | undefined;
  /** How long a heartbeat may stay unanswered before the socket is replaced. Default 10,000. */
  heartbeatTimeoutMs?: number | undefined;
  /**
   * Time without an outbound frame after which a heartbeat is sent, however much comes in. Default 25,000; the server's
   * limit is 60 s.
   */
  keepAliveMs?: number | undefined;
  /** How long the server may take to answer a join. Default 10,000; a join that fails takes the server 5 s. */
  joinTimeoutMs?: number | undefined;
  /**
   * How long the server may take from accepting a join to sending changes. Default 20,000; a cold server takes 1.6 to
   * 2.6 s.
   */
  liveTimeoutMs?: number | undefined;
  /** How long the server freezes a socket on which it refuses a join; answers may be that late. Default 5,000. */
  joinStallMs?: number | undefined;
  /** How long a handshake may take. Default 10,000; longer in Firefox after failed ones, see docs/reconnecting.md. */
  connectTimeoutMs?: number | undefined;
  /**
   * The longest first wait after a live connection was lost. The others grow from there, see docs/reconnecting.md.
   * Default 500.
   */
  backoffBaseMs?: number | undefined;
  /** The longest reconnect delay while the page is visible. Default 20,000. */
  backoffCapMs?: number | undefined;
  /** The longest reconnect delay while the page is hidden. Default 30,000. */
  backoffHiddenCapMs?: number | undefined;
  /** The shortest delay after the server named a limit. Default 15,000. */
  slowBaseMs?: number | undefined;
  /** The most that is added to such a delay at random. Default 60,000. */
  slowCapMs?: number | undefined;
  /**
   * Delay before a subscription that the server refused for good (`parked`) is tried again, and up to a quarter more.
   * Default 300,000; 0: not before `reconnectAll()` or, where that may help, another token.
   */
  parkedRetryMs?: number | undefined;
  /**
   * How long the overall status must be worse before it is reported, so that it does not flicker. Default 1,000; 0: at
   * once.
   */
  statusSettleMs?: number | undefined;
  /**
   * How long an unused subscription is kept on the server, so that subscribing again costs nothing. Default 5,000; 0:
   * not at all.
   */
  lingerMs?: number | undefined;
  /** How long a connection without channels is kept. Default 5,000; 0: not at all. */
  idleCloseMs?: number | undefined;
  /** How long the `accessToken` callback may take. Default 5,000. */
  tokenTimeoutMs?: number | undefined;
  /**
   * How long a subscription must not be live before its rows are polled, see `onResync`. Default 10,000. The first poll
   * comes at a random moment of the following `pollEveryMs` (or `pollEveryReducedMs`), so that a server's outage does
   * not make all its clients poll at once.
   */
  fallbackAfterMs?: number | undefined;
  /** Pace of polls, give or take a quarter. Default 15,000. */
  pollEveryMs?: number | undefined;
  /** Pace of polls while the page is hidden, on slow links and with Save-Data. Default 60,000. */
  pollEveryReducedMs?: number | undefined;
  /** Polls of all subscriptions together. With many subscriptions, each is polled less often. Default 60. */
  pollsPerMinute?: number | undefined;
  /** Channels on one socket. Default 100, which is also the server's limit. */
  maxChannelsPerSocket?: number | undefined;
  /** Sockets at the same time. Default 4. */
  maxSockets?: number | undefined;
  /** Joins per second over all sockets. Default 20; a free project allows 100 for all its users together. */
  joinsPerSecond?: number | undefined;
  /**
   * Broadcasts per second that all channels send together; further ones wait. Default 100, which a free project allows
   * for all its users together.
   */
  sendsPerSecond?: number | undefined;
}

export type TuningName = keyof TuningOptions;

/** What a number may be; bounds included. */
export interface NumberRange {
  min: number;
  max: number;
}

const HOUR_MS = 3_600_000;

/** The bounds of every tuning option; all values are whole numbers. */
export const TUNING_RANGES: Readonly<Record<TuningName, NumberRange>> = {
  heartbeatIdleMs: { min: 10, max: 55_000 },
  heartbeatTimeoutMs: { min: 10, max: 120_000 },
  keepAliveMs: { min: 10, max: 55_000 },
  joinTimeoutMs: { min: 10, max: 120_000 },
  liveTimeoutMs: { min: 10, max: 120_000 },
  joinStallMs: { min: 0, max: 120_000 },
  slowBaseMs: { min: 0, max: HOUR_MS },
  slowCapMs: { min: 1, max: HOUR_MS },
  parkedRetryMs: { min: 0, max: 24 * HOUR_MS },
  connectTimeoutMs: { min: 10, max: 120_000 },
  backoffBaseMs: { min: 1, max: 60_000 },
  backoffCapMs: { min: 1, max: HOUR_MS },
  backoffHiddenCapMs: { min: 1, max: HOUR_MS },
  statusSettleMs: { min: 0, max: HOUR_MS },
  lingerMs: { min: 0, max: HOUR_MS },
  idleCloseMs: { min: 0, max: HOUR_MS },
  tokenTimeoutMs: { min: 10, max: 120_000 },
  fallbackAfterMs: { min: 0, max: HOUR_MS },
  pollEveryMs: { min: 100, max: HOUR_MS },
  pollEveryReducedMs: { min: 100, max: HOUR_MS },
  pollsPerMinute: { min: 1, max: 6_000 },
  maxChannelsPerSocket: { min: 1, max: 1_000 },
  maxSockets: { min: 1, max: 100 },
  joinsPerSecond: { min: 1, max: 1_000 },
  sendsPerSecond: { min: 1, max: 10_000 },
};

/** The value of `tokenTimeoutMs` when it is not given; TypeScript needs it too. */
export const DEFAULT_TOKEN_TIMEOUT_MS = 5_000;
