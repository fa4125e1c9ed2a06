import type { ChangeFeed } from '../changes/feed.js';
import { RateCounter } from '../limits.js';
import type { Settings } from '../options.js';
import type { Tokens } from '../tokens.js';
import type { Authorization } from './messages/authorization.js';
import { readMessage, type MessageStore, type StoredMessage } from './messages/messageStore.js';
import { Counters, type Stats } from './stats.js';
import { externalSize } from './wire/externalSize.js';
import { Topics, type TopicMember } from './topics/topics.js';
import type { SocketView } from './views.js';
import type { Broadcast } from './wire/codec.js';

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

/** Drops a message of the database on purpose; see Faults.loseMessages. */
export type MessageInterceptor = (topic: string, event: string) => boolean;

/** What all sockets and channels of the server share. */
export class Hub {
  readonly sockets = new Set<SocketView>();
  readonly topics = new Topics();
  readonly counters = new Counters();
  interceptJoin: JoinInterceptor = () => null;
  interceptMessage: MessageInterceptor = () => false;
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
    feed.onMessage = (change) => {
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
    if (this.interceptMessage(topic, broadcast.event)) {
      this.settings.log('debug', `lost: a message to ${topic}`);
      return;
    }
    if (externalSize(broadcast.data) > this.maxPayloadBytes || this.rates.events.isTripped) {
      this.settings.log('warn', `a message from the database to ${topic} was dropped: too large, or too many a second`);
      return;
    }
    this.distribute(topic, isPrivate, broadcast, null);
  }

  /** Sends to all members of a topic, if it has any. */
  distribute(topic: string, isPrivate: boolean, broadcast: Broadcast, except: TopicMember | null): void {
    this.rates.events.add();
    this.settings.log('debug', `broadcast on ${isPrivate ? 'private' : 'public'} ${topic}: ${eventOf(broadcast)}`);
    this.topics.find(topic, isPrivate)?.broadcast(broadcast, except);
  }

  close(): void {
    clearInterval(this.#ticker);
  }
}

/** For the log; a broadcast in JSON is not parsed for it. */
function eventOf(broadcast: Broadcast): string {
  if (broadcast.kind === 'user') return broadcast.event;
  return (broadcast.kind === 'json' ? /"event":"([^"]*)"/.exec(broadcast.json)?.[1] : undefined) ?? '';
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
