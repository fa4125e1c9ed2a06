import type { ChangePayload, EventName, StatusHandler, StatusSnapshot } from 'switchboard-realtime';

/** A subscription to changes, for a manager. */
export interface ChangesOptions {
  table: string;
  schema: string;
  event: EventName;
  filter?: string;
  select?: readonly string[];
}

/** A handle of a channel, for a manager. */
export interface HandleOptions {
  private: boolean;
  self: boolean;
  presence: boolean | { key: string };
  replay?: { since: number; limit?: number };
}

export interface SendSettings {
  ack: boolean;
  timeoutMs: number;
  persist: boolean | { ttlSeconds: number };
}

/** What happened to one key, as the manager reports it. `metas`: a JSON array of what is tracked under it; of a leave, of what was. */
export interface PresenceChange {
  readonly kind: 'join' | 'update' | 'refresh' | 'leave';
  readonly key: string;
  readonly metas: string;
}

/** What of a handle's status is used. */
export interface HandleStatus {
  readonly state: 'pending' | 'joining' | 'live' | 'retrying' | 'parked' | 'closed';
  readonly code: string;
  readonly message: string;
}

/** What besides the payload a broadcast brings. */
export interface BroadcastNote {
  readonly event: string;
  readonly id?: string;
  readonly replayed: boolean;
}

/** What of a manager's handle of a channel is used. */
export interface Handle {
  on(event: string, callback: (payload: unknown, note: BroadcastNote) => void): () => void;
  send(event: string, payload: unknown, settings: SendSettings): Promise<void>;
  track(payload: object): void;
  untrack(): void;
  /** Raw changes of who is present; an empty list for a state that changed nothing. */
  onPresenceChanges(callback: (changes: readonly PresenceChange[]) => void): () => void;
  status(): HandleStatus;
  onStatus(callback: (status: HandleStatus) => void): () => void;
  close(): void;
}

/** What of a manager is used. */
export interface ManagerPort {
  /** Absent where it makes itself again when it is needed. */
  readonly disposed?: boolean;
  subscribe(options: ChangesOptions, onEvent: (change: ChangePayload) => void, onStatus: StatusHandler): number;
  unsubscribe(id: number): void;
  channel(name: string, options: HandleOptions): Handle;
  setAuth(token: string | null): void;
  ready(): Promise<void>;
  reconnectAll(): void;
  status(): StatusSnapshot;
  /** Calls back when it is disposed of. Absent in managers for tests. */
  onDispose?(call: () => void): () => void;
  dispose(): Promise<void>;
}
