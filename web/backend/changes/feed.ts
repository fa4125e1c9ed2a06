import type { Pool } from 'pg';

import type { RateCounter } from '../limits.js';
import { messageOf, type Log } from '../log.js';
import type { Limits, Timing } from '../options.js';
import type { RowChange } from '../replication/rowChange.js';
import { ReplicationStream } from '../replication/stream.js';
import type { Claims } from '../tokens.js';
import { Dispatcher } from './dispatcher.js';
import { resolveEntries, type Database, type Entry } from './subscribe.js';
import { SubscriptionRegistry, type ChangeReceiver } from './subscription.js';
import { TableCatalog } from './tableCatalog.js';
import { TypeCatalog } from './typeCatalog.js';

export interface FeedOptions {
  pool: Pool;
  connectionString: string;
  publication: string;
  /** Of the messages that the database sends; what comes from it goes to `onMessage`. */
  messagesPublication: string;
  timing: Timing;
  limits: Limits;
  rate: RateCounter;
  log: Log;
}

const BATCH = 1000;

/** The database changes for subscribers: the façade of replication, matching and delivery. */
export class ChangeFeed {
  readonly #options: FeedOptions;
  /** Called with those whose subscriptions were dropped and should be made again. */
  onDropped: (receivers: readonly ChangeReceiver[]) => void = () => undefined;
  /** Called with each change of the publication of messages. */
  onMessage: (change: RowChange) => void = () => undefined;

  readonly #registry = new SubscriptionRegistry();
  readonly #database: Database;
  readonly #dispatcher: Dispatcher;
  readonly #stream: ReplicationStream;
  /** Apart, as on the server: messages don't wait while a large transaction is read. */
  readonly #messages: ReplicationStream;
  #queue: RowChange[] = [];
  #flushTimer: NodeJS.Timeout | null = null;
  #publicationTimer: NodeJS.Timeout | null = null;
  #publishedOids = '';
  #isFlushing = false;
  #loseUntil = 0;
  #loseTransactions = 0;
  #isStopped = false;

  constructor(options: FeedOptions) {
    this.#options = options;
    const { pool, publication, log, rate, limits } = options;
    const types = new TypeCatalog(pool);
    this.#database = { pool, types, tables: new TableCatalog(pool, types, publication) };
    this.#dispatcher = new Dispatcher({
      database: this.#database,
      registry: this.#registry,
      rate,
      changeBytes: limits.changeBytes,
      log,
    });
    this.#stream = new ReplicationStream(
      options.connectionString,
      publication,
      {
        onTransaction: (changes) => {
          this.#enqueue(changes);
        },
        onRelation: ({ oid }) => {
          this.#database.tables.forget(oid);
        },
      },
      log,
    );
    this.#messages = new ReplicationStream(
      options.connectionString,
      options.messagesPublication,
      {
        onTransaction: (changes) => {
          if (!this.#isLost(changes)) for (const change of changes) this.onMessage(change);
        },
        onRelation: () => undefined,
      },
      log,
    );
  }

  async start(): Promise<void> {
    await Promise.all([this.#stream.start(), this.#messages.start()]);
    this.#publishedOids = await this.#fetchPublishedOids();
    this.#schedulePublicationCheck();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    if (this.#flushTimer !== null) clearTimeout(this.#flushTimer);
    if (this.#publicationTimer !== null) clearTimeout(this.#publicationTimer);
    await Promise.all([this.#stream.stop(), this.#messages.stop()]);
  }

  /** Resolves when changes will be delivered from now on. See `resolveEntries` for the errors. */
  async subscribe(
    receiver: ChangeReceiver,
    entries: readonly Entry[],
    claims: Claims,
    isStillWanted: () => boolean,
  ): Promise<void> {
    const subscriptions = await resolveEntries(this.#database, receiver, entries, claims);
    if (isStillWanted()) this.#registry.set(receiver, subscriptions);
  }

  unsubscribe(receiver: ChangeReceiver): void {
    this.#registry.remove(receiver);
  }

  /** Silently drops what is committed in the next `ms` milliseconds, messages too. */
  loseChanges(ms: number): void {
    this.#loseUntil = Date.now() + ms;
  }

  /** Silently drops the next transactions that changed published tables, but not their messages. */
  loseTransactions(count: number): void {
    this.#loseTransactions = count;
  }

  /** Whether both replication streams are connected. */
  get isReplicating(): boolean {
    return this.#stream.isConnected && this.#messages.isConnected;
  }

  /** Number of live subscriptions: one for each entry and table. */
  get subscriptionCount(): number {
    return this.#registry.size;
  }

  /** Drops all subscriptions, as the server does when the publication's tables have changed. */
  dropSubscriptions(): void {
    this.onDropped(this.#registry.clear());
  }

  /** Looks for a change of the publication's tables now instead of at the next interval. */
  async checkPublication(): Promise<void> {
    const oids = await this.#fetchPublishedOids();
    if (oids === this.#publishedOids) return;
    this.#publishedOids = oids;
    this.dropSubscriptions();
  }

  #hasStopped(): boolean {
    return this.#isStopped;
  }

  #enqueue(changes: RowChange[]): void {
    if (this.#isLost(changes)) return;
    if (this.#loseTransactions > 0) {
      this.#loseTransactions -= 1;
      return;
    }
    for (const change of changes) this.#queue.push(change);
    this.#scheduleFlush();
  }

  #isLost(changes: readonly RowChange[]): boolean {
    if (Date.now() >= this.#loseUntil) return false;
    // Lets a test distinguish what was lost here from what its subject lost.
    const tables = [...new Set(changes.map(({ relation }) => relation.name))].join(',');
    const at = changes[0]?.committedAt.toISOString() ?? '';
    this.#options.log('debug', `lost: changes of ${tables} committed at ${at}`);
    return true;
  }

  #scheduleFlush(): void {
    if (this.#flushTimer !== null || this.#isFlushing || this.#isStopped || this.#queue.length === 0) return;
    this.#flushTimer = setTimeout(() => {
      this.#flushTimer = null;
      void this.#flush();
    }, this.#options.timing.pollMs);
  }

  async #flush(): Promise<void> {
    this.#isFlushing = true;
    while (this.#queue.length > 0 && !this.#isStopped) {
      const batch = this.#queue.splice(0, BATCH);
      try {
        await this.#dispatcher.dispatch(batch);
      } catch (error) {
        if (!this.#hasStopped()) this.#options.log('error', `${batch.length} changes lost: ${messageOf(error)}`);
      }
    }
    this.#isFlushing = false;
  }

  async #fetchPublishedOids(): Promise<string> {
    return (await this.#database.tables.published()).map(({ oid }) => oid).join(',');
  }

  #schedulePublicationCheck(): void {
    this.#publicationTimer = setTimeout(() => {
      this.checkPublication()
        .catch((error: unknown) => {
          this.#options.log('warn', `publication check failed: ${messageOf(error)}`);
        })
        .finally(() => {
          if (!this.#isStopped) this.#schedulePublicationCheck();
        });
    }, this.#options.timing.publicationCheckMs);
  }
}
