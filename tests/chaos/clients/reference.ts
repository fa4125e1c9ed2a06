import { RealtimeClient, type RealtimeChannel } from '@supabase/realtime-js';
import WebSocket from 'ws';
import type { Database } from '../world/database.js';
import { changeId, type LedgerChange } from '../world/ledger.js';
import { keyOf, tables, type DecidedFilter, type LedgerTable } from '../world/schema.js';
import type { Note } from '../world/timeline.js';

export interface ReferenceSpec {
  name: string;
  table: LedgerTable;
  filter?: DecidedFilter;
}

/** A time in which the channel's last word was not SUBSCRIBED; it begins with the last event before it. */
interface Outage {
  from: number;
  to: number | null;
}

interface ReferencePayload {
  eventType: string;
  commit_timestamp: string;
  new: Record<string, unknown>;
  old: Record<string, unknown>;
}

const HEARTBEAT_MS = 2_000;

/** The reference client as applications use it: a channel for a table, its rows fetched at each SUBSCRIBED and kept by the events. */
export class ReferenceChannel {
  seen: string[] = [];
  outages: Outage[] = [];
  rows = new Map<string, string>();
  /** The server closed it, which the client takes for the end. */
  deaths = 0;
  #channel: RealtimeChannel | null = null;
  #lastEventAt = 0;
  #subscribed = false;
  #opened = 0;

  constructor(
    private readonly client: RealtimeClient,
    readonly spec: ReferenceSpec,
    private readonly db: Database,
    private readonly note: Note,
  ) {
    this.#open();
  }

  get isSubscribed(): boolean {
    return this.#subscribed;
  }

  /** Closed, and nobody will open it again. */
  get isDead(): boolean {
    return !this.#subscribed && this.#channel?.state === 'closed';
  }

  /** What the user does who reloads the page. */
  async revive(): Promise<void> {
    this.deaths += 1;
    if (this.#channel !== null) await this.client.removeChannel(this.#channel);
    this.#open();
  }

  /** Whether the application could know that it may have missed this change. */
  reported({ at }: LedgerChange): boolean {
    return this.outages.some(({ from, to }) => at >= from && (to === null || at <= to));
  }

  /** What is over is of no use for what comes later. */
  forgetOutages(): void {
    this.outages = this.outages.filter(({ to }) => to === null);
  }

  /** Keys of rows that are missing, too many or not as they are in the table. */
  async wrongRows(): Promise<number> {
    const expected = await this.#read();
    const keys = new Set([...expected.keys(), ...this.rows.keys()]);
    return [...keys].filter((key) => expected.get(key) !== this.rows.get(key)).length;
  }

  #open(): void {
    const { name, table, filter } = this.spec;
    this.#opened += 1;
    const channel = this.client.channel(`${name}-${this.#opened}`);
    this.#channel = channel;
    const binding = {
      event: '*',
      schema: 'public',
      table,
      ...(filter === undefined ? {} : { filter: filter.realtime }),
    };
    channel.on('postgres_changes', binding as never, (payload: unknown) => {
      if (this.#channel === channel) this.#take(payload as ReferencePayload);
    });
    channel.subscribe((status, error) => {
      if (this.#channel === channel) this.#tell(status, error?.message ?? '');
    });
  }

  #tell(status: string, message: string): void {
    this.note(this.spec.name, `${status} ${message}`);
    const isSubscribed = status === 'SUBSCRIBED';
    const open = this.outages.at(-1);
    if (isSubscribed) {
      if (open?.to === null) open.to = Date.now();
      void this.#refetch();
    } else if (open?.to !== null) {
      this.outages.push({ from: this.#lastEventAt, to: null });
    }
    this.#subscribed = isSubscribed;
  }

  #take({ eventType, commit_timestamp, new: newRow, old }: ReferencePayload): void {
    this.#lastEventAt = Date.parse(commit_timestamp);
    this.seen.push(changeId(eventType, newRow, old));
    const table = tables[this.spec.table];
    if (eventType !== 'INSERT') this.rows.delete(keyOf(table, old));
    if (eventType !== 'DELETE') this.rows.set(keyOf(table, newRow), String(newRow['v']));
  }

  async #refetch(): Promise<void> {
    try {
      this.rows = await this.#read();
    } catch (error) {
      this.note(this.spec.name, `fetch failed: ${String(error)}`);
    }
  }

  async #read(): Promise<Map<string, string>> {
    const { table, filter } = this.spec;
    const { rows } = await this.db.query<Record<string, unknown>>(
      `select ${[...tables[table].key, 'v'].join(', ')} from ${table} where ${filter?.sql ?? 'true'}`,
    );
    return new Map(rows.map((row) => [keyOf(tables[table], row), String(row['v'])]));
  }
}

/**
 * A socket that survives what its user throws on a frame, as those of browsers do.
 *
 * @param onThrown is called with it
 */
function tolerantSocket(onThrown: () => void): new (address: string, protocols?: string | string[]) => WebSocket {
  return class extends WebSocket {
    constructor(address: string, protocols?: string | string[]) {
      super(address, protocols);
      let listener: ((event: WebSocket.MessageEvent) => void) | null = null;
      Object.defineProperty(this, 'onmessage', {
        get: () => listener,
        set: (next: typeof listener) => (listener = next),
      });
      this.addEventListener('message', (event) => {
        try {
          listener?.(event);
        } catch {
          onThrown();
        }
      });
    }
  };
}

/** @param endpoint without `/websocket` */
export function openReferenceClient(
  endpoint: string,
  apikey: string,
  accessToken: (() => Promise<string>) | null,
  onThrown: () => void,
): RealtimeClient {
  return new RealtimeClient(endpoint, {
    params: { apikey },
    transport: tolerantSocket(onThrown) as never,
    heartbeatIntervalMs: HEARTBEAT_MS,
    ...(accessToken === null ? {} : { accessToken }),
  });
}
