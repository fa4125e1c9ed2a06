import type { Log } from '../log.js';
import { decodePgoutput, type Relation } from './pgoutput.js';
import type { RowChange } from './rowChange.js';
import { TransactionAssembler } from './transaction.js';
import { WalReceiver } from './walReceiver.js';

export interface StreamEvents {
  onTransaction(changes: RowChange[]): void;
  onRelation(relation: Relation): void;
}

const RETRY_MS = 250;
const SESSION =
  '-c timezone=UTC -c datestyle=ISO -c intervalstyle=postgres -c bytea_output=hex -c extra_float_digits=1';

/**
 * The committed changes of a publication, in commit order, with every value in PostgreSQL's own text. The replication slot is temporary: it ends with its
 * connection, so no slot remains. After a lost connection a new slot is made, and what was committed in between is lost silently, as on the real server.
 */
export class ReplicationStream {
  readonly #connectionString: string;
  readonly #publication: string;
  readonly #events: StreamEvents;
  readonly #log: Log;
  #receiver: WalReceiver | null = null;
  #stopped = false;
  #wasLost = false;
  #retry: NodeJS.Timeout | null = null;

  constructor(connectionString: string, publication: string, events: StreamEvents, log: Log) {
    this.#connectionString = connectionString;
    this.#publication = publication;
    this.#events = events;
    this.#log = log;
  }

  get isConnected(): boolean {
    return this.#receiver?.isStreaming === true;
  }

  /** Resolves when changes flow; rejects when the first connection fails. */
  async start(): Promise<void> {
    await this.#connect();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#retry !== null) clearTimeout(this.#retry);
    await this.#receiver?.close();
  }

  #connect(): Promise<void> {
    const config = {
      connectionString: this.#connectionString,
      options: SESSION,
      application_name: 'switchboard-replication',
    };
    const assembler = new TransactionAssembler(this.#events.onRelation.bind(this.#events));
    this.#receiver = new WalReceiver(config, this.#publication, {
      onStart: () => {
        if (this.#wasLost) this.#log('info', 'replication stream is back');
      },
      onMessage: (message) => {
        const changes = assembler.add(decodePgoutput(message));
        if (changes !== null && changes.length > 0) this.#events.onTransaction(changes);
      },
      onLost: (reason) => {
        this.#wasLost = true;
        this.#log('warn', `replication stream lost: ${reason}`);
        this.#scheduleRetry();
      },
    });
    return this.#receiver.start();
  }

  #scheduleRetry(): void {
    if (this.#stopped) return;
    this.#retry = setTimeout(() => {
      this.#retry = null;
      this.#connect().catch(() => {
        this.#scheduleRetry();
      });
    }, RETRY_MS);
  }
}
