import { silentLog, type Log } from './log.js';

/** An inclusive range of milliseconds from which a random delay is drawn. */
export type Range = readonly [min: number, max: number];

/** Delays of the protocol, in milliseconds. The defaults are those measured on the real server unless said otherwise. */
export interface Timing {
  /** Before a refused handshake is answered. */
  connectErrorMs: number;
  /** Before a failing join is answered; it blocks the whole socket meanwhile. */
  joinErrorMs: number;
  /** A socket that has sent nothing for this long is closed with code 1000. */
  idleMs: number;
  /** How often committed changes are handed to channels. The real server takes 100 when busy and 500 when idle. */
  pollMs: number;
  /** Added to the first subscription after a start. 0 is a warm tenant; the real server takes 1600 to 2600 when cold. */
  coldStartMs: number;
  /** Between an `access_token` push and the repeated subscription. */
  resubscribeMs: Range;
  /** Between a failed subscription and its repetition, when the database and not the parameters were at fault. */
  retrySubscribeMs: Range;
  /** A channel's token is checked again after this long, or when it expires if that is sooner. */
  tokenCheckMs: number;
  /** Rates are averages over up to twelve ticks of this length. */
  rateTickMs: number;
  /** Window of the presence calls of one channel. */
  presenceWindowMs: number;
  /** How long a channel waits for the replication of messages before it gives up, where it asked for a notice. */
  replicationReadyMs: number;
  /** How often the publication's tables are compared with the known ones. A difference makes every channel subscribe again. */
  publicationCheckMs: number;
}

/** Limits of the tenant. The defaults are those of a hosted project without a spend cap. */
export interface Limits {
  channelsPerSocket: number;
  joinsPerSecond: number;
  sockets: number;
  eventsPerSecond: number;
  presenceEventsPerSecond: number;
  /** Presence calls of one channel in `presenceWindowMs`. */
  presenceCalls: number;
  /** Broadcast and presence payloads, in kB; 500 bytes more are tolerated. */
  payloadKb: number;
  /** A change whose row is larger arrives without its large values and with Error 413. Bytes. */
  changeBytes: number;
  /** A larger frame from a client closes its socket with 1009. Bytes. */
  frameBytes: number;
  /** A socket for which more than this waits, because its client does not read, is cut. Bytes. */
  backlogBytes: number;
}

export interface BackendOptions {
  /** Of the HTTP and websocket server; 0 or absent takes a free one. */
  port?: number;
  /** Address to listen on. Default 127.0.0.1. */
  host?: string;
  /** Of the embedded PostgreSQL; 0 or absent takes a free one. */
  postgresPort?: number;
  /** Keeps the database in this directory and leaves it there at stop. Absent: a scratch directory, removed at stop. */
  dataDir?: string;
  /** Uses this PostgreSQL (wal_level=logical, a role that may create roles and slots) instead of the embedded one. */
  databaseUrl?: string;
  /** Fills an empty database with two businesses and a month of rows. Default true. */
  seed?: boolean;
  /** Last day of the seeded month. Default: today. */
  seedDate?: Date;
  /** HS256 secret of all keys and tokens. Default: random. */
  jwtSecret?: string;
  /** Serves the demo dashboard's lab under `/lab/`, see `Lab`. Only on 127.0.0.1. Default false. */
  lab?: boolean;
  /** Creates the table `switchboard_pulse` and increments its row with this period. Absent: neither. */
  pulseMs?: number;
  /** Tracks the demo's tables by `business_id`: their changes are numbered. Default false. See docs/numbered-changes.md. */
  track?: boolean;
  /** Period of the beat of numbered changes, whose SQL is always installed. Default 5000. */
  beatMs?: number;
  timing?: Partial<Timing>;
  limits?: Partial<Limits>;
  /** Refuses public channels, as a project that allows private ones only. Default false. */
  privateOnly?: boolean;
  log?: Log;
}

export const defaultTiming: Timing = {
  connectErrorMs: 2000,
  joinErrorMs: 5000,
  idleMs: 60_000,
  pollMs: 50,
  coldStartMs: 0,
  resubscribeMs: [1000, 3000],
  retrySubscribeMs: [5000, 10_000],
  tokenCheckMs: 300_000,
  rateTickMs: 5000,
  presenceWindowMs: 30_000,
  replicationReadyMs: 60_000,
  publicationCheckMs: 60_000,
};

/**
 * Every wait as short as it can be without changing the order of anything, and two as they are: shorter ticks would take a burst
 * for a rate, and clients know that nothing answers a token within a second. For tests.
 */
export const fastTiming: Timing = {
  ...defaultTiming,
  connectErrorMs: 20,
  joinErrorMs: 50,
  pollMs: 5,
  resubscribeMs: [1000, 1050],
  retrySubscribeMs: [50, 100],
};

export const defaultLimits: Limits = {
  channelsPerSocket: 100,
  joinsPerSecond: 2500,
  sockets: 10_000,
  eventsPerSecond: 2500,
  presenceEventsPerSecond: 1000,
  presenceCalls: 5,
  payloadKb: 3000,
  changeBytes: 1_048_576,
  frameBytes: 5_000_000,
  backlogBytes: 50_000_000,
};

export interface Settings {
  timing: Timing;
  limits: Limits;
  privateOnly: boolean;
  log: Log;
}

export function settingsOf(options: BackendOptions): Settings {
  return {
    timing: { ...defaultTiming, ...options.timing },
    limits: { ...defaultLimits, ...options.limits },
    privateOnly: options.privateOnly ?? false,
    log: options.log ?? silentLog,
  };
}

export function drawFrom([min, max]: Range): number {
  return min + Math.random() * (max - min);
}
