import { randomBytes } from 'node:crypto';
import type { EventEmitter } from 'node:events';

import pg, { type ClientConfig } from 'pg';

import { messageOf } from '../log.js';

export interface WalReceiverEvents {
  /** Changes flow from now on. */
  onStart(): void;
  /** One message of the output plugin. */
  onMessage(message: Buffer): void;
  /** They do no longer, for this reason. Once at most, after `onStart`, and not after `close`. */
  onLost(reason: string): void;
}

/** What pg's connection has beside its types. */
interface CopyConnection extends EventEmitter {
  sendCopyFromChunk(chunk: Buffer): void;
}

const STATUS_MS = 1_000;
const POSTGRES_EPOCH_MS = 946_684_800_000;
const DATA = 'w'.charCodeAt(0);
const KEEPALIVE = 'k'.charCodeAt(0);
/** Before the plugin's message: kind, start, end of the WAL, time. */
const HEADER_BYTES = 25;

/**
 * A connection over which PostgreSQL sends what is committed in a publication, by pgoutput, from a temporary replication slot that ends with it. However
 * the connection ends, and whenever, either `start` rejects or `onLost` is called.
 */
export class WalReceiver {
  readonly #client: pg.Client;
  readonly #publication: string;
  readonly #events: WalReceiverEvents;
  #state: 'starting' | 'streaming' | 'ended' = 'starting';
  #position = 0n;
  #statusTimer: NodeJS.Timeout | null = null;
  #fail: (error: Error) => void = () => undefined;

  constructor(config: ClientConfig, publication: string, events: WalReceiverEvents) {
    this.#client = new pg.Client({ ...config, replication: 'database' } as ClientConfig);
    this.#publication = publication;
    this.#events = events;
    // For all of its life, also after its end: an error event without a listener would end the process.
    this.#client.on('error', (error) => {
      this.#end(error);
    });
    this.#client.on('end', () => {
      this.#end(new Error('the connection ended'));
    });
  }

  get isStreaming(): boolean {
    return this.#state === 'streaming';
  }

  /** Resolves when changes flow. Rejects when the connection fails, ends or is closed before. Once. */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#fail = reject;
      this.#connection.once('replicationStart', () => {
        if (this.#state !== 'starting') return;
        this.#state = 'streaming';
        this.#statusTimer = setInterval(() => {
          this.#sendStatus();
        }, STATUS_MS);
        this.#events.onStart();
        resolve();
      });
      this.#connection.on('copyData', ({ chunk }: { chunk: Buffer }) => {
        if (this.#state === 'streaming') this.#receive(chunk);
      });
      this.#stream().then(
        () => {
          this.#end(new Error('the stream ended'));
        },
        (error: unknown) => {
          this.#end(error);
        },
      );
    });
  }

  async close(): Promise<void> {
    const wasStarting = this.#state === 'starting';
    this.#state = 'ended';
    this.#stopStatus();
    if (wasStarting) this.#fail(new Error('it was closed'));
    await this.#client.end();
  }

  get #connection(): CopyConnection {
    return this.#client.connection as unknown as CopyConnection;
  }

  /** Resolves when the stream ends. */
  async #stream(): Promise<void> {
    const slot = `switchboard_${randomBytes(8).toString('hex')}`;
    await this.#client.connect();
    await this.#client.query(`CREATE_REPLICATION_SLOT ${slot} TEMPORARY LOGICAL pgoutput (SNAPSHOT 'nothing')`);
    const options = `proto_version '1', publication_names '"${this.#publication}"'`;
    await this.#client.query(`START_REPLICATION SLOT ${slot} LOGICAL 0/0 (${options})`);
  }

  #receive(chunk: Buffer): void {
    const kind = chunk[0];
    if (kind !== DATA && kind !== KEEPALIVE) return;
    this.#position = chunk.readBigUInt64BE(1);
    if (kind === DATA) this.#events.onMessage(chunk.subarray(HEADER_BYTES));
    else if (chunk[17] === 1) this.#sendStatus(); // an answer is asked for
  }

  /** That all up to the position has come, so that PostgreSQL need not keep it. */
  #sendStatus(): void {
    if (this.#position === 0n) return;
    const status = Buffer.alloc(34);
    status.write('r');
    for (const at of [1, 9, 17]) status.writeBigUInt64BE(this.#position + 1n, at);
    status.writeBigInt64BE(BigInt(Date.now() - POSTGRES_EPOCH_MS) * 1_000n, 25);
    this.#connection.sendCopyFromChunk(status);
  }

  #stopStatus(): void {
    if (this.#statusTimer !== null) clearInterval(this.#statusTimer);
    this.#statusTimer = null;
  }

  #end(error: unknown): void {
    const before = this.#state;
    if (before === 'ended') return;
    this.#state = 'ended';
    this.#stopStatus();
    void this.#client.end().catch(() => undefined);
    if (before === 'starting') this.#fail(error instanceof Error ? error : new Error(String(error)));
    else this.#events.onLost(messageOf(error));
  }
}
