import { randomBytes } from 'node:crypto';

import type { ClientConfig } from 'pg';
import { LogicalReplicationService } from 'pg-logical-replication';

import { messageOf, type Log } from '../log.js';
import type { PgoutputMessage, Relation } from './pgoutput.js';
import type { RowChange } from './rowChange.js';
import { TextPgoutput } from './textPgoutput.js';
import { TransactionAssembler } from './transaction.js';

export interface StreamEvents {
  onTransaction(changes: RowChange[]): void;
  onRelation(relation: Relation): void;
}

const RETRY_MS = 250;
const ACKNOWLEDGE_SECONDS = 1;
const SESSION =
  '-c timezone=UTC -c datestyle=ISO -c intervalstyle=postgres -c bytea_output=hex -c extra_float_digits=1';

/**
 * The committed changes of a publication, in commit order. The replication slot is temporary: it ends with its
 * connection, so no slot remains. After a lost connection a new slot is made, and what was committed in between is
 * lost silently, as on the real server.
 */
export class ReplicationStream {
  readonly #connectionString: string;
  readonly #publication: string;
  readonly #events: StreamEvents;
  readonly #log: Log;
  #service: LogicalReplicationService | null = null;
  #stopped = false;
  #isConnected = false;
  #retry: NodeJS.Timeout | null = null;

  constructor(connectionString: string, publication: string, events: StreamEvents, log: Log) {
    this.#connectionString = connectionString;
    this.#publication = publication;
    this.#events = events;
    this.#log = log;
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** Resolves when changes flow; rejects when the first connection fails. */
  async start(): Promise<void> {
    await this.#connect();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#retry !== null) clearTimeout(this.#retry);
    const service = this.#service;
    this.#service = null;
    await service?.destroy();
  }

  async #connect(): Promise<void> {
    const config: ClientConfig = {
      connectionString: this.#connectionString,
      options: SESSION,
      application_name: 'switchboard-replication',
    };
    const service = new LogicalReplicationService(config, {
      acknowledge: { auto: false, timeoutSeconds: ACKNOWLEDGE_SECONDS },
    });
    this.#service = service;
    const assembler = new TransactionAssembler(this.#events.onRelation.bind(this.#events));
    service.on('data', (_lsn: string, message: PgoutputMessage) => {
      const changes = assembler.add(message);
      if (changes !== null && changes.length > 0) this.#events.onTransaction(changes);
    });
    service.on('heartbeat', (lsn, _time, shouldRespond) => {
      if (shouldRespond) void service.acknowledge(lsn);
    });
    await new Promise<void>((resolve, reject) => {
      let started = false;
      service.on('start', () => {
        started = true;
        this.#isConnected = true;
        resolve();
      });
      const lost = (error: unknown): void => {
        if (started) {
          this.#reconnect(service, messageOf(error));
          return;
        }
        void service.destroy().catch(() => undefined);
        reject(error instanceof Error ? error : new Error(String(error)));
      };
      service.on('error', lost);
      service.subscribe(new TextPgoutput({ publication: this.#publication }), slotName()).then(() => {
        lost(new Error('the stream ended'));
      }, lost);
    });
  }

  #reconnect(service: LogicalReplicationService, reason: string): void {
    if (this.#stopped || this.#service !== service) return;
    this.#isConnected = false;
    this.#log('warn', `replication stream lost: ${reason}`);
    this.#service = null;
    void service.destroy().catch(() => undefined);
    this.#scheduleRetry();
  }

  #scheduleRetry(): void {
    if (this.#stopped) return;
    this.#retry = setTimeout(() => {
      this.#retry = null;
      this.#connect().then(
        () => {
          this.#log('info', 'replication stream is back');
        },
        () => {
          this.#scheduleRetry();
        },
      );
    }, RETRY_MS);
  }
}

function slotName(): string {
  return `switchboard_${randomBytes(8).toString('hex')}`;
}
