import type {
  REALTIME_POSTGRES_CHANGES_LISTEN_EVENT as Kind,
  REALTIME_PRESENCE_LISTEN_EVENTS as PresenceEvent,
} from './constants.js';

/** Rows, and what is tracked or broadcast, where the application does not say more. */
export type AnyRecord = { [key: string]: any };

type ChangeBase = {
  schema: string;
  table: string;
  /** ISO 8601. */
  commit_timestamp: string;
  /** What the server had to leave out; null when nothing. */
  errors: string[];
};

export type RealtimePostgresInsertPayload<T extends AnyRecord> = ChangeBase & {
  eventType: `${Kind.INSERT}`;
  new: T;
  old: {};
};

export type RealtimePostgresUpdatePayload<T extends AnyRecord> = ChangeBase & {
  eventType: `${Kind.UPDATE}`;
  new: T;
  old: Partial<T>;
};

export type RealtimePostgresDeletePayload<T extends AnyRecord> = ChangeBase & {
  eventType: `${Kind.DELETE}`;
  new: {};
  old: Partial<T>;
};

export type RealtimePostgresChangesPayload<T extends AnyRecord> =
  RealtimePostgresInsertPayload<T> | RealtimePostgresUpdatePayload<T> | RealtimePostgresDeletePayload<T>;

type StoredChange = { id: string; schema: string; table: string };

/** What `realtime.broadcast_changes` sends for an INSERT. */
export type RealtimeBroadcastInsertPayload<T extends AnyRecord> = StoredChange & {
  operation: `${Kind.INSERT}`;
  record: T;
  old_record: null;
};

/** What `realtime.broadcast_changes` sends for an UPDATE. */
export type RealtimeBroadcastUpdatePayload<T extends AnyRecord> = StoredChange & {
  operation: `${Kind.UPDATE}`;
  record: T;
  old_record: T;
};

/** What `realtime.broadcast_changes` sends for a DELETE. */
export type RealtimeBroadcastDeletePayload<T extends AnyRecord> = StoredChange & {
  operation: `${Kind.DELETE}`;
  record: null;
  old_record: T;
};

export type RealtimeBroadcastPayload<T extends AnyRecord> =
  RealtimeBroadcastInsertPayload<T> | RealtimeBroadcastUpdatePayload<T> | RealtimeBroadcastDeletePayload<T>;

/** A broadcast as `on('broadcast', …)` gets it. `meta` only where the database has the message. */
export type BroadcastEnvelope<Event, Payload> = {
  type: 'broadcast';
  event: Event;
  meta?: { replayed?: boolean; id: string };
} & Payload;

/** What `on('system', …)` gets. */
export type RealtimeSystemPayload = {
  extension: 'system' | 'postgres_changes' | (string & {});
  status: 'ok' | 'error' | (string & {});
  message: string;
  channel: string;
};

/** One presence: what was tracked, and the server's name for it. */
export type Presence<T extends AnyRecord = {}> = { presence_ref: string } & T;

/** Who is present, by key. */
export type RealtimePresenceState<T extends AnyRecord = {}> = { [key: string]: Presence<T>[] };

export type RealtimePresenceJoinPayload<T extends AnyRecord> = {
  event: `${PresenceEvent.JOIN}`;
  key: string;
  /** Those that were there under the key before. */
  currentPresences: Presence<T>[];
  newPresences: Presence<T>[];
};

export type RealtimePresenceLeavePayload<T extends AnyRecord> = {
  event: `${PresenceEvent.LEAVE}`;
  key: string;
  /** Those that stay under the key. */
  currentPresences: Presence<T>[];
  leftPresences: Presence<T>[];
};
