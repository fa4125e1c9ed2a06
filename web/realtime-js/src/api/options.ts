import type { RealtimeManager } from 'switchboard-realtime';
import type { RealtimePostgresFilterBuilder } from './RealtimePostgresFilterBuilder.js';
import type { WebSocketLikeConstructor } from './WebSocketFactory.js';
import type { REALTIME_POSTGRES_CHANGES_LISTEN_EVENT } from './constants.js';

export type LogLevel = 'info' | 'warn' | 'error' | (string & {});
export type HeartbeatStatus = 'sent' | 'ok' | 'error' | 'timeout' | 'disconnected' | (string & {});
/** `latency` in ms. */
export type HeartbeatCallback = (status: HeartbeatStatus, latency?: number) => void;
export type RealtimeRemoveChannelResponse = 'ok' | 'timed out' | 'error' | (string & {});
export type RealtimeChannelSendResponse = 'ok' | 'timed out' | 'error' | (string & {});
/** Keeps a broadcast for replay; `ttl` in seconds. */
export type RealtimeBroadcastPersist = boolean | { ttl?: number };

/** A message of the protocol. */
export type RealtimeMessage = {
  topic: string;
  event: string;
  payload: any;
  ref: string;
  join_ref?: string;
};

// `any`: what an application's own codec makes of a message is its own affair.
/** Turns a message into what goes over the socket. */
export type Encode = (message: any, callback: (encoded: any) => void) => void;
/** The other way. */
export type Decode = (encoded: any, callback: (message: any) => void) => void;
export type RealtimeLogger = (kind: string, message: string, data?: any) => void;

/** Options of `RealtimeClient`: those of realtime-js, and at the end those of Switchboard. */
export type RealtimeClientOptions = {
  /** Default: the runtime's own class; in Node before 22 that of the package ws. */
  transport?: WebSocketLikeConstructor;
  /** How long the server may take for a join or an answer, in ms. Default 10,000. */
  timeout?: number;
  /** The longest time without a heartbeat, in ms. Default 25,000. */
  heartbeatIntervalMs?: number;
  heartbeatCallback?: HeartbeatCallback;
  /** '1.0.0' or '2.0.0', the default. */
  vsn?: string;
  /** Gets log lines. */
  logger?: RealtimeLogger;
  /** Replaces the format of messages. Costs time with every message. */
  encode?: Encode;
  /** Replaces the format of messages. Costs time with every message. */
  decode?: Decode;
  /** Ms before the attempt of this number. Taken as the bounds of random delays. */
  reconnectAfterMs?: (tries: number) => number;
  /** Kept, and not used. */
  headers?: { [key: string]: string };
  /** `apikey`, and further parameters of the socket's url. */
  params?: { [key: string]: any };
  /** @deprecated `logLevel` is the same. */
  log_level?: LogLevel;
  /** What the server logs. */
  logLevel?: LogLevel;
  /** For what is sent over HTTP. Default: the runtime's own. */
  fetch?: typeof fetch;
  /** Sends heartbeats from a worker, beside those of the manager, which keeps time in hidden pages in any case. */
  worker?: boolean;
  /** The script of that worker. Default: one in the package, which needs `blob:` in a content security policy. */
  workerUrl?: string;
  /** Gives the user's token. Asked before joins, and before a token expires. */
  accessToken?: () => Promise<string | null>;
  /** How long a connection without channels is kept, in ms. Default: twice `heartbeatIntervalMs`. */
  disconnectOnEmptyChannelsAfterMs?: number;
  /** Kept, and not used. */
  sessionStorage?: Storage;
  /** The manager to use. Default: the application's own for this url and key, else one that the client makes. */
  manager?: RealtimeManager;
  /** Whether `send` of a channel that is not joined yet goes over HTTP at once, as in realtime-js. Default false: it waits for the join. */
  restFallback?: boolean;
  /** Whether a channel that was closed can be subscribed again. Default true; false: it throws, as in realtime-js. */
  resubscribe?: boolean;
};

/** Options of `client.channel`. */
export type RealtimeChannelOptions = {
  config: {
    broadcast?: {
      /** Own messages come back. */
      self?: boolean;
      /** `send` resolves with the server's answer. */
      ack?: boolean;
      /** Private channels only. `since` in Unix ms. */
      replay?: { since: number; limit?: number };
      /** Kept, and not used. */
      replication_ready?: boolean;
    };
    presence?: { key?: string; enabled?: boolean };
    private?: boolean;
    /** Kept: `SUBSCRIBED` always waits for the database. */
    postgres_changes_options?: { wait?: boolean; timeout?: number };
  };
};

/** What `on('postgres_changes', …)` listens to. */
export type RealtimePostgresChangesFilter<T extends `${REALTIME_POSTGRES_CHANGES_LISTEN_EVENT}`> = {
  event: T;
  schema: string;
  table?: string;
  filter?: string | RealtimePostgresFilterBuilder;
  select?: string[];
};
