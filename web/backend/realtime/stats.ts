/** Counts of what went over one channel's topic, over all sockets. */
export interface TopicStats {
  joins: number;
  leaves: number;
  /** Frames with a change. */
  changes: number;
  /** All frames of the topic, replies included. */
  frames: number;
}

export interface Stats {
  /** Sockets open now. */
  connections: number;
  /** Handshakes accepted and refused since the start. */
  accepted: number;
  refused: number;
  /** Channels joined now, live subscriptions (one for each entry and table) now. */
  channels: number;
  subscriptions: number;
  /** `phx_join` frames seen, and `postgres_changes` entries in them. */
  joins: number;
  entries: number;
  /** `access_token` and heartbeat frames seen. */
  tokens: number;
  heartbeats: number;
  framesIn: number;
  framesOut: number;
  /** By topic, with its `realtime:`. */
  topics: Record<string, TopicStats>;
}

export class Counters {
  accepted = 0;
  refused = 0;
  joins = 0;
  entries = 0;
  tokens = 0;
  heartbeats = 0;
  framesIn = 0;
  framesOut = 0;
  readonly #byTopic = new Map<string, TopicStats>();

  topic(name: string): TopicStats {
    let stats = this.#byTopic.get(name);
    if (stats === undefined) this.#byTopic.set(name, (stats = { joins: 0, leaves: 0, changes: 0, frames: 0 }));
    return stats;
  }

  snapshot(now: Pick<Stats, 'connections' | 'channels' | 'subscriptions'>): Stats {
    const { accepted, refused, joins, entries, tokens, heartbeats, framesIn, framesOut } = this;
    const topics = Object.fromEntries([...this.#byTopic].map(([name, stats]) => [name, { ...stats }]));
    return { ...now, accepted, refused, joins, entries, tokens, heartbeats, framesIn, framesOut, topics };
  }

  reset(): void {
    Object.assign(this, {
      accepted: 0,
      refused: 0,
      joins: 0,
      entries: 0,
      tokens: 0,
      heartbeats: 0,
      framesIn: 0,
      framesOut: 0,
    });
    this.#byTopic.clear();
  }
}
