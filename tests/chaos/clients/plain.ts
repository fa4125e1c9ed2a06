import type { DeliveryOption, EventName, RealtimeManager } from 'switchboard-realtime';
import type { LedgerChange } from '../world/ledger.js';
import type { DecidedFilter, LedgerTable } from '../world/schema.js';
import type { Note } from '../world/timeline.js';
import { PlainLog } from './plainLog.js';

export interface PlainSpec {
  name: string;
  table: LedgerTable;
  event?: EventName;
  filter?: DecidedFilter;
  delivery?: DeliveryOption;
}

/** A subscription under test, with all that it received. */
export class PlainClient {
  readonly log = new PlainLog();
  readonly id: number;
  readonly name: string;

  constructor(
    private readonly manager: RealtimeManager,
    readonly spec: PlainSpec,
    note: Note,
  ) {
    const { name, table, event = '*', filter, delivery = 'each' } = spec;
    this.name = name;
    const options = {
      ...{ table, event, delivery },
      ...(filter === undefined ? {} : { filter: filter.realtime }),
      onGap: (gap: Parameters<PlainLog['gap']>[0]) => {
        this.log.gap(gap);
        if (!gap.over || gap.outcome === 'unknown') note(name, `gap ${JSON.stringify(gap)}`);
      },
    };
    this.id = manager.subscribe(options, this.log.take, (status, { code, message }) => {
      note(name, `${status} ${code} ${message}`);
      this.log.live(status === 'SUBSCRIBED');
    });
  }

  get mode(): 'each' | 'latest' | 'count' {
    const { delivery = 'each' } = this.spec;
    if (typeof delivery === 'string') return 'each';
    if (delivery.payload === false) return 'count';
    return delivery.mode === 'latest' ? 'latest' : 'each';
  }

  /** Whether the server sends it such a change. */
  wants(change: LedgerChange): boolean {
    const { table, event = '*', filter } = this.spec;
    if (change.table !== table || (event !== '*' && event !== change.type)) return false;
    const row = change.newRow ?? change.oldRow;
    return filter === undefined || (row !== null && filter.holds(row));
  }

  /** Live, with no gap open, and so says the manager. */
  get isSettled(): boolean {
    const status = this.manager.status().subscriptions.find(({ id }) => id === this.id);
    return this.log.isLive && !this.log.hasOpenGap && status?.state === 'live';
  }

  /** On which its changes come. */
  get road(): string | undefined {
    return this.manager.status().subscriptions.find(({ id }) => id === this.id)?.road;
  }

  pause(): void {
    this.manager.pause(this.id);
  }

  resume(): void {
    this.manager.resume(this.id);
  }
}
