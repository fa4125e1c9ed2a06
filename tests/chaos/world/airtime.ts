/** One broadcast that the server has distributed. */
export interface Aired {
  /** Its place among all, from 0. */
  place: number;
  /** Unix ms. */
  at: number;
  /** `private vault` or `public lobby`. */
  room: string;
  event: string;
}

/** One presence call as the server received it. */
interface PresenceCall {
  at: number;
  /** The join and the connection that it belongs to. */
  channel: string;
}

/** What the server did on channels, by its own account. */
export class Airtime {
  readonly aired: Aired[] = [];
  readonly byEvent = new Map<string, Aired>();
  calls: PresenceCall[] = [];
  callCount = 0;
  /** When the server began to read what it replays to a channel that is to join, Unix ms. */
  readonly #replays = new Map<string, number>();
  readonly #deaf: { topic: string; from: number; to: number }[] = [];

  /** A line of the server's log. */
  heard(message: string): void {
    const at = Date.now();
    const [, room, event] = /^broadcast on (\w+ \w+): (.*)$/.exec(message) ?? [];
    if (room !== undefined && event !== undefined) {
      const entry = { place: this.aired.length, at, room, event };
      this.aired.push(entry);
      if (!this.byEvent.has(event)) this.byEvent.set(event, entry);
      return;
    }
    const [, what, channel] = /^(presence call|joined|replay) (?:on|for) (.*)$/.exec(message) ?? [];
    if (channel === undefined) return;
    if (what === 'presence call') {
      this.calls.push({ at, channel });
      this.callCount += 1;
    } else if (what === 'replay') this.#replays.set(channel, at);
    else this.#endReplay(channel, at);
  }

  /**
   * Whether a channel of the topic was between its replay and its join: what is distributed then reaches it in neither way, and the server gives no sign.
   */
  isBetweenReplayAndJoin(name: string, at: number): boolean {
    return this.#deaf.some(({ topic, from, to }) => topic === name && at >= from && at <= to);
  }

  /** The most presence calls of one channel within so many ms. */
  mostCallsWithin(ms: number): { count: number; channel: string } {
    const most = { count: 0, channel: '' };
    const recent = new Map<string, number[]>();
    for (const { at, channel } of this.calls) {
      const times = [...(recent.get(channel) ?? []), at].filter((time) => at - time < ms);
      recent.set(channel, times);
      if (times.length > most.count) Object.assign(most, { count: times.length, channel });
    }
    return most;
  }

  /** What is of no use for what comes later. */
  forgetCallsBefore(at: number): void {
    this.calls = this.calls.filter((call) => call.at >= at);
  }

  #endReplay(channel: string, at: number): void {
    const from = this.#replays.get(channel);
    if (from === undefined) return;
    this.#replays.delete(channel);
    this.#deaf.push({ topic: channel.slice('realtime:'.length, channel.indexOf(',')), from, to: at });
  }
}
