import type { ChangeFeed } from '../changes/feed.js';
import { RateCounter } from '../limits.js';
import type { Settings } from '../options.js';
import type { Tokens } from '../tokens.js';
import type { Authorization } from './messages/authorization.js';
import { readMessage, type MessageStore, type StoredMessage } from './messages/messageStore.js';
import { Counters, type Stats } from './stats.js';
import { externalSize } from './wire/externalSize.js';
import { Topics } from './topics/topics.js';
import type { SocketView } from './views.js';

const PAYLOAD_PADDING = 500;

/** Rates of the whole tenant. */
export interface Rates {
  joins: RateCounter;
  events: RateCounter;
  databaseEvents: RateCounter;
  presence: RateCounter;
}

/** Answers a join on purpose; see Faults.failJoins. Null lets it pass. */
export type JoinInterceptor = (topic: string) => string | null;

/** What all sockets and channels of the server share. */
export class Hub {
  readonly sockets = new Set<SocketView>();
  readonly topics = new Topics();
  readonly counters = new Counters();
  interceptJoin: JoinInterceptor = () => null;
  /** What the database answers to every subscription on purpose; see Faults.failSubscriptions. Null: nothing. */
  subscriptionError: string | null = null;
  /** The first subscription waits until this time (Unix ms); null when none has been made since the start. */
  warmAt: number | null = null;
  coldStartMs: number;
  readonly #ticker: NodeJS.Timeout;

  constructor(
    readonly settings: Settings,
    readonly tokens: Tokens,
    readonly feed: ChangeFeed,
    readonly authorization: Authorization,
    readonly messages: MessageStore,
    readonly rates: Rates,
  ) {
    this.coldStartMs = settings.timing.coldStartMs;
    this.#ticker = setInterval(() => {
      for (const rate of Object.values(rates) as RateCounter[]) rate.tick();
    }, settings.timing.rateTickMs);
    this.#ticker.unref();
    feed.onForeignChange = (change) => {
      const message = readMessage(change);
      if (message !== null && !this.messages.isOwn(message.broadcast.id ?? '')) this.#broadcastStored(message);
    };
    feed.onDropped = (receivers) => {
      const dropped = new Set<unknown>(receivers);
      for (const socket of this.sockets) {
        for (const channel of socket.joined) if (dropped.has(channel)) channel.resubscribe();
      }
    };
  }

  /** How long a subscription made now has to wait for the database workers to start. */
  warmUpMs(): number {
    this.warmAt ??= Date.now() + this.coldStartMs;
    return Math.max(0, this.warmAt - Date.now());
  }

  /** Sockets that have joined something, which is what the limit of users counts. */
  get users(): number {
    let users = 0;
    for (const socket of this.sockets) if (socket.hasJoined) users += 1;
    return users;
  }

  stats(): Stats {
    let channels = 0;
    for (const socket of this.sockets) channels += socket.channelCount;
    return this.counters.snapshot({
      connections: this.sockets.size,
      channels,
      subscriptions: this.feed.subscriptionCount,
    });
  }

  /** Of a broadcast or a tracked presence, as `externalSize` counts. */
  get maxPayloadBytes(): number {
    return this.settings.limits.payloadKb * 1000 + PAYLOAD_PADDING;
  }

  /** Sends what a database function has stored, unless it is too large or there is too much of it: then it is dropped silently. */
  #broadcastStored({ topic, isPrivate, broadcast }: StoredMessage): void {
    if (externalSize(broadcast.data) > this.maxPayloadBytes || this.rates.events.isTripped) {
      this.settings.log('warn', `a message from the database to ${topic} was dropped: too large, or too many a second`);
      return;
    }
    this.rates.events.add();
    this.topics.find(topic, isPrivate)?.broadcast(broadcast, null);
  }

  close(): void {
    clearInterval(this.#ticker);
  }
}

export function ratesOf({ limits, timing }: Settings): Rates {
  const counter = (limit: number): RateCounter => new RateCounter(limit, timing.rateTickMs);
  return {
    joins: counter(limits.joinsPerSecond),
    events: counter(limits.eventsPerSecond),
    databaseEvents: counter(limits.eventsPerSecond),
    presence: counter(limits.presenceEventsPerSecond),
  };
}
