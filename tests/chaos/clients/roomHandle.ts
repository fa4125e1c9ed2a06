import type { Channel, ChannelGap, ChannelOptions, RealtimeManager } from 'switchboard-realtime';
import type { Note } from '../world/timeline.js';
import { rooms, type RoomName } from '../world/rooms.js';

export interface RoomHandleSpec {
  /** Unique, without `:`. */
  name: string;
  room: RoomName;
  options?: Omit<ChannelOptions, 'private'>;
  /** What it does when it is not listening. */
  speaks?: boolean;
  tracks?: boolean;
  /** Its messages may be bytes, and may ask to be kept. */
  vsn2?: boolean;
}

/** One broadcast as a handle received it. */
export interface HeardBroadcast {
  event: string;
  payload: unknown;
  replayed: boolean;
}

/** What a handle tracks: who it is, and a number that goes up with every call. */
export interface Tracked {
  who: string;
  n: number;
}

/** A handle of a channel under test, with all that it received. */
export class RoomHandle {
  readonly channel: Channel;
  heard: HeardBroadcast[] = [];
  gaps: ChannelGap[] = [];
  /** Unix ms; null before the first time. */
  firstLiveAt: number | null = null;
  liveSince = 0;
  tracked: Tracked | null = null;
  /** In the order of calls of all handles. */
  trackedAt = 0;

  constructor(
    readonly manager: RealtimeManager,
    readonly spec: RoomHandleSpec,
    note: Note,
  ) {
    this.channel = manager.channel(spec.room, { ...spec.options, private: rooms[spec.room].isPrivate });
    this.channel.on('*', (payload, { event, replayed }) => {
      this.heard.push({ event, payload, replayed });
    });
    this.channel.onStatus(({ state, code, message }) => {
      note(spec.name, `${state} ${code} ${message}`);
      if (state !== 'live') return;
      this.liveSince = Date.now();
      this.firstLiveAt ??= this.liveSince;
    });
    this.channel.onGap((gap) => {
      note(spec.name, `gap ${JSON.stringify(gap)}`);
      this.gaps.push(gap);
    });
  }

  get name(): string {
    return this.spec.name;
  }

  get isPrivate(): boolean {
    return rooms[this.spec.room].isPrivate;
  }

  get isLive(): boolean {
    return this.channel.status().state === 'live';
  }

  /** Live, and a replay is over. */
  get isSettled(): boolean {
    return this.isLive && (!this.isPrivate || Date.now() - this.liveSince > REPLAY_MS);
  }

  get watchesPresence(): boolean {
    return this.spec.options?.presence !== undefined;
  }

  track(): void {
    this.tracked = { who: this.name, n: (this.tracked?.n ?? 0) + 1 };
    this.trackedAt = tracks += 1;
    this.channel.track({ ...this.tracked });
  }
}

let tracks = 0;

/** How long a replay may take until its gap is reported, and a bit more. */
const REPLAY_MS = 2_500;
