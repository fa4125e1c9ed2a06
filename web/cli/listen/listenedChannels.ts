import type { Channel, ChannelState, SubscriptionNotice } from '../../core/index.js';
import type { Connection } from '../connection.js';
import { colonHint, type ChannelSource } from './channelOptions.js';
import type { Events } from './events.js';
import type { Hints } from './hints.js';
import type { ListenOptions } from './listenOptions.js';
import type { ListenOutput } from './listenOutput.js';
import { broadcastLine, channelGapLine, presenceLines } from './outputLines.js';

type Handle = Pick<Channel, 'id' | 'name' | 'onStatus'>;

/** Where lines go, and who says why a channel was refused. */
export interface ChannelOutlets {
  readonly output: ListenOutput;
  readonly events: Events;
  readonly hints: Hints | null;
}

/** In the words that `listen` has for tables; null for what is on its way. */
const NOTICES: Readonly<Record<ChannelState, SubscriptionNotice | null>> = {
  pending: null,
  joining: null,
  live: 'SUBSCRIBED',
  retrying: 'CHANNEL_ERROR',
  parked: 'CHANNEL_ERROR',
  closed: 'CLOSED',
};

/** The channels of `listen`: prints what comes on them. */
export class ListenedChannels {
  /** Ids of those that were live once. */
  readonly wereLive = new Set<number>();
  readonly #connection: Connection;
  readonly #options: ListenOptions;
  readonly #outlets: ChannelOutlets;

  constructor(connection: Connection, options: ListenOptions, outlets: ChannelOutlets) {
    this.#connection = connection;
    this.#options = options;
    this.#outlets = outlets;
  }

  /** @throws SwitchboardError for names that no channel has. */
  open(): void {
    for (const source of this.#options.channels) this.#openOne(source);
  }

  #openOne(source: ChannelSource): void {
    const { private: isPrivate, presence, replayMs } = this.#options.channel;
    const { output, events } = this.#outlets;
    const channel = this.#connection.manager.channel(source.name, {
      private: isPrivate,
      presence,
      ...(replayMs === null ? {} : { replay: { since: Date.now() - replayMs } }),
    });
    const { id } = channel;
    const hint = colonHint(source);
    if (hint !== null) output.log(`switchboard-realtime: #${id} is ${hint}`);
    channel.onText((payload, message) => {
      if (source.event !== null && source.event !== message.event) return;
      events.print(id, () => broadcastLine(new Date(), channel, payload, message));
    });
    if (presence) {
      channel.onPresence((change) => {
        for (const line of presenceLines(new Date(), channel, change)) events.printBeside(id, line);
      });
    }
    channel.onGap((gap) => {
      output.line(channelGapLine(new Date(), id, gap));
    });
    this.#printStatus(channel);
  }

  #printStatus(channel: Handle): void {
    const { id, name } = channel;
    let last = '';
    channel.onStatus((now) => {
      if (now.state === 'live') this.wereLive.add(id);
      const notice = now.code === 'JOIN_TIMEOUT' && now.state !== 'live' ? 'TIMED_OUT' : NOTICES[now.state];
      const { code, message } = this.#connection.explained(now);
      // Each time that it is live is reported, and each cause of a failure once.
      const said = JSON.stringify([notice, code, message, now.state === 'live' ? now.since : 0]);
      if (notice === null || said === last) return;
      last = said;
      this.#outlets.output.line({
        ...{ type: 'status', at: new Date().toISOString(), subscription: id, status: notice, code, message },
      });
      if (code === 'UNAUTHORIZED') this.#giveHint(id, name);
    });
  }

  #giveHint(id: number, name: string): void {
    const { hints, output } = this.#outlets;
    if (hints !== null) {
      hints.printChannel(id, name);
      return;
    }
    output.log(
      `switchboard-realtime: #${id} ${name} was refused. To see why, give the database's url: switchboard-realtime doctor --db postgres://… --channel ${name}`,
    );
  }
}
