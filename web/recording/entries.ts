/** When an entry was made. */
export interface Timed {
  /** Monotonic, in ms since the manager's core began. */
  readonly atMs: number;
}

/** A command of the manager or its page: `subscribe`, `notify`, `push` … */
export interface CommandEntry extends Timed {
  readonly kind: 'command';
  readonly name: string;
  /** Of the subscription, handle or push; 0 when it has none. */
  readonly id: number;
  /** What it is about, without values: `public.bookings * business_id=eq`, the name of a channel, a lifecycle event. */
  readonly about: string;
  /** With `frames`: the command as JSON, and its payload. Tokens are replaced by `[token 1]` … */
  readonly text?: string;
  readonly payload?: string;
}

/** The core asks the runtime for a WebSocket. `refused`: it does not take the url. */
export interface SocketOpeningEntry extends Timed {
  readonly kind: 'socketOpening';
  readonly socket: number;
  readonly refused: boolean;
}

export interface SocketOpenEntry extends Timed {
  readonly kind: 'socketOpen';
  readonly socket: number;
}

/** `by`: the core gave the socket up or closed it (`client`), or it was closed or lost (`server`, code as in RFC 6455). */
export interface SocketClosedEntry extends Timed {
  readonly kind: 'socketClosed';
  readonly socket: number;
  readonly by: 'client' | 'server';
  readonly code: number;
  readonly reason: string;
}

export interface FrameEntry extends Timed {
  readonly kind: 'frameIn' | 'frameOut';
  readonly socket: number;
  /** Empty: not a frame that can be read. */
  readonly topic: string;
  readonly event: string;
  /** Empty: none. */
  readonly ref: string;
  readonly bytes: number;
  readonly binary: boolean;
  /** With `frames`: the text, with tokens and keys cut out. Of a binary frame one character for each byte. */
  readonly text?: string;
}

/**
 * A transition of a socket, of a channel on a socket, of a key (all subscriptions to the same), or of a channel that the application named (`topic`),
 * on whichever socket it is.
 */
export interface StateEntry extends Timed {
  readonly kind: 'state';
  readonly of: 'socket' | 'channel' | 'key' | 'topic';
  /** Of the socket, or of the channel's socket; 0: none, or not known. */
  readonly socket: number;
  /** Of a channel; with `realtime:`. */
  readonly topic: string;
  /** Of a key. */
  readonly key: number;
  readonly from: string;
  readonly to: string;
  /** A reason code of docs/reference.md; `OK` or empty: nothing is wrong. */
  readonly reason: string;
  readonly message: string;
}

/** The verdict on all subscriptions and channels together. */
export interface OverallEntry extends Timed {
  readonly kind: 'overall';
  readonly state: string;
}

/** A subscription shares this key with all others to the same. */
export interface SubscribedEntry extends Timed {
  readonly kind: 'subscribed';
  readonly subscription: number;
  readonly key: number;
}

/**
 * What the core decided, and why. `what`: `join` (a channel's turn has come), `open` (a channel was put on a socket), `close` (no key needs it),
 * `rebuild` (a channel is replaced by one without what nobody wants), `isolate` (the keys of a refused channel are parted), `addSocket`, `wait`
 * (before the next try), `reconnect`, `probe`, `askToken`, `fallBack` …: see docs/recording.md.
 */
export interface DecisionEntry extends Timed {
  readonly kind: 'decision';
  readonly what: string;
  readonly why: string;
  /** How long; null: it has no length. */
  readonly ms: number | null;
  /** 0: none. */
  readonly socket: number;
  /** Empty: none. */
  readonly topic: string;
  /** 0: none. */
  readonly key: number;
}

/** `armed`: the core wants to be woken in `ms`, for this deadline. `fired`: it was. */
export interface TimerEntry extends Timed {
  readonly kind: 'timer';
  readonly what: 'armed' | 'fired';
  /** Of `armed`; else 0. */
  readonly ms: number;
  /** Of `armed`: why. */
  readonly deadline: string;
}

/** A live key may have missed changes. */
export interface GapEntry extends Timed {
  readonly kind: 'gap';
  readonly gap: number;
  readonly key: number;
  readonly reason: string;
  readonly message: string;
  /** Unix ms: nothing that was committed earlier is missing. 0: not known. */
  readonly from: number;
  /** `commit_timestamp` of the last change before it; empty: none. */
  readonly commit: string;
}

export interface GapHealedEntry extends Timed {
  readonly kind: 'gapHealed';
  readonly gap: number;
  readonly key: number;
  /** Unix ms: nothing that is committed later is missing. */
  readonly to: number;
}

/** Numbered changes are missing: from `from` to `to`, inclusive. */
export interface HoleEntry extends Timed {
  readonly kind: 'hole' | 'holeFilled';
  readonly topic: string;
  readonly from: number;
  readonly to: number;
}

/** From what the core concludes when a gap begins. */
export interface EvidenceEntry extends Timed {
  readonly kind: 'evidence';
  readonly what: string;
  readonly key: number;
  /** Unix ms; 0: not known. */
  readonly at: number;
}

/** Reported by the manager: a callback of the application threw, a gap is over a minute old … */
export interface FaultEntry extends Timed {
  readonly kind: 'fault';
  readonly code: string;
  readonly message: string;
}

/** How far the wall clock is ahead of the monotonic one, when that has changed: Unix ms at `atMs` 0. */
export interface ClockEntry extends Timed {
  readonly kind: 'clock';
  readonly aheadMs: number;
}

/** A random number that the core drew: 16 hexadecimal digits. */
export interface RandomEntry extends Timed {
  readonly kind: 'random';
  readonly value: string;
}

/** A token, or the api key, that has not been seen before: what of it decides. Never the token. Times in Unix ms. */
export interface TokenEntry extends Timed {
  readonly kind: 'token';
  /** As in the texts: `[token 1]`. */
  readonly number: number;
  /** `opaque`: neither a JWT nor a key that begins with `sb_`. */
  readonly form: 'jwt' | 'sb_' | 'opaque';
  readonly role: string;
  readonly expiresAt: number | null;
  readonly issuedAt: number | null;
}

/** The application is asked for a token, or for missing changes (`rpc`). */
export interface RequestEntry extends Timed {
  readonly kind: 'request';
  readonly what: 'token' | 'rpc';
  readonly request: number;
  readonly topic: string;
}

export interface LogEntry extends Timed {
  readonly kind: 'log';
  readonly level: string;
  readonly message: string;
}

/** With `frames`: what a turn handed to the application. */
export interface DeliveredEntry extends Timed {
  readonly kind: 'delivered';
  readonly deliveries: number;
  readonly changes: number;
  readonly subscribers: number;
}

/** One entry of a recording. Later versions of this package may add kinds. */
export type RecordingEntry =
  | CommandEntry
  | SocketOpeningEntry
  | SocketOpenEntry
  | SocketClosedEntry
  | FrameEntry
  | StateEntry
  | OverallEntry
  | SubscribedEntry
  | DecisionEntry
  | TimerEntry
  | GapEntry
  | GapHealedEntry
  | HoleEntry
  | EvidenceEntry
  | FaultEntry
  | ClockEntry
  | RandomEntry
  | TokenEntry
  | RequestEntry
  | LogEntry
  | DeliveredEntry;

export interface Recording {
  /** Of the format. */
  readonly version: number;
  /** Package and version, `switchboard-realtime 0.1.0`; empty: not known. */
  readonly createdBy: string;
  /** When the core began, Unix ms. */
  readonly startedAt: number;
  /** What the monotonic clock showed then, ms. */
  readonly monotonicMs: number;
  /** When the recording was taken, in ms since then. */
  readonly takenAtMs: number;
  /** False: the oldest entries were overwritten. */
  readonly complete: boolean;
  /** Whether the frames' texts are in it; only such a recording can be replayed. */
  readonly frames: boolean;
  /** With `frames`: the core's options as JSON, without keys. */
  readonly options: string;
  readonly entries: readonly RecordingEntry[];
  /** Entries of kinds that this reader does not know; they are left out. */
  readonly unknown: number;
  /** What is wrong with the file, for people, when only a part could be read; null: nothing. */
  readonly damage: string | null;
}
