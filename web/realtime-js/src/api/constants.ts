/** What `channel.on` listens to. */
export enum REALTIME_LISTEN_TYPES {
  BROADCAST = 'broadcast',
  PRESENCE = 'presence',
  POSTGRES_CHANGES = 'postgres_changes',
  SYSTEM = 'system',
}

/** The kinds of changes of `postgres_changes`. */
export enum REALTIME_POSTGRES_CHANGES_LISTEN_EVENT {
  ALL = '*',
  INSERT = 'INSERT',
  UPDATE = 'UPDATE',
  DELETE = 'DELETE',
}

/** The events of `presence`. */
export enum REALTIME_PRESENCE_LISTEN_EVENTS {
  SYNC = 'sync',
  JOIN = 'join',
  LEAVE = 'leave',
}

/** What the callback of `channel.subscribe` gets. `SUBSCRIBED` only when everything of the channel flows. */
export enum REALTIME_SUBSCRIBE_STATES {
  SUBSCRIBED = 'SUBSCRIBED',
  TIMED_OUT = 'TIMED_OUT',
  CLOSED = 'CLOSED',
  CHANNEL_ERROR = 'CHANNEL_ERROR',
}

/** What `channel.state` may be. */
export const REALTIME_CHANNEL_STATES = {
  closed: 'closed',
  errored: 'errored',
  joined: 'joined',
  joining: 'joining',
  leaving: 'leaving',
} as const;

export type ChannelState = keyof typeof REALTIME_CHANNEL_STATES;

/** What `client.connectionState()` may be. */
export type ConnectionState = 'connecting' | 'open' | 'closing' | 'closed' | (string & {});

/** In ms. */
export const DEFAULT_TIMEOUT_MS = 10_000;
/** In ms. */
export const DEFAULT_HEARTBEAT_MS = 25_000;

/** What join payloads name as the client, since the server keeps statistics by it. */
export const CLIENT_VERSION = 'realtime-js/2.119.1';
