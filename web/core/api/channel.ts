import type { Register } from './database.js';
import type { ReasonCode } from './reasons.js';
import type { ChannelStatus } from './status.js';

/** Means "no types of channels": every name and event is accepted, payloads are unknown. */
export interface UntypedChannels {
  readonly __untyped: true;
}

/**
 * The registered `channels`, or {@link UntypedChannels}. Registered as the `Database` type is:
 *
 * ```ts
 * declare module 'switchboard-realtime' {
 *   interface Register { channels: Channels }
 * }
 * ```
 */
export type RegisteredChannels = Register extends { channels: infer Channels } ? Channels : UntypedChannels;

/** Means "any event with any payload". */
export interface UntypedEvents {
  readonly __untyped: true;
}

/** What somebody tracks when its type is not known. */
export type UntypedPresence = Readonly<Record<string, unknown>>;

/** `room:*` as a template literal type; `*` is any text. */
type Matching<Pattern extends string> = Pattern extends `${infer Before}*${infer After}`
  ? `${Before}${string}${Matching<After>}`
  : Pattern;

type IsLonger<A extends string, B extends string> = A extends `${string}${infer RestA}`
  ? B extends `${string}${infer RestB}`
    ? IsLonger<RestA, RestB>
    : true
  : false;

/** The union's longest member. */
type Longest<Pattern extends string, All extends string = Pattern> = Pattern extends string
  ? true extends (All extends string ? IsLonger<All, Pattern> : never)
    ? never
    : Pattern
  : never;

type PatternOf<Channels, Name extends string> = {
  [Pattern in keyof Channels & string]: Name extends Matching<Pattern> ? Pattern : never;
}[keyof Channels & string];

type EntryOf<Channels, Name extends string> = Name extends keyof Channels
  ? Channels[Name]
  : Channels[Longest<PatternOf<Channels, Name>>];

/**
 * The names that a map of channels allows. A template literal fits as it is: `manager.channel(`room:${id}`)`. A plain
 * `string` variable needs `as ChannelName<Channels>`, or a map with the pattern `*`.
 */
export type ChannelName<Channels> = {
  [Pattern in keyof Channels & string]: Matching<Pattern>;
}[keyof Channels & string];

/** The events of one channel of a map, by name: those of the name itself, else of the longest pattern that matches. */
export type EventsOf<Channels, Name extends string> =
  EntryOf<Channels, Name> extends { events: infer Events } ? Events : UntypedEvents;

/** What is tracked on one channel of a map. */
export type PresenceOf<Channels, Name extends string> =
  EntryOf<Channels, Name> extends { presence: infer Presence extends object } ? Presence : UntypedPresence;

/** The names of a channel's events. */
export type EventNameOf<Events> = keyof Events & string;

/** What a broadcast carries besides its payload. */
export interface BroadcastMessage<Event extends string = string> {
  readonly event: Event;
  /** The message's id in `realtime.messages`; only of messages that the database has. */
  readonly id?: string;
  /** It was sent before the channel was joined, and comes again because of `replay`, or after an interruption. */
  readonly replayed: boolean;
}

/** Options of `channel`. */
export interface ChannelOptions {
  /**
   * A private channel: who may join, send and be present is decided by the policies on `realtime.messages`. Handles of
   * one name must agree in this. Default false.
   */
  private?: boolean | undefined;
  /**
   * Whether this handle gets what it sends itself. Default false. Other handles get it in any case. With `ack`, when
   * the server has taken it.
   */
  self?: boolean | undefined;
  /** The default of `ack` in `send`. Default false. */
  ack?: boolean | undefined;
  /**
   * Whether the handle wants to know who is present. Default: from the first `onPresence` on, which joins the channel
   * again if it is joined without. `key` is the name under which this client is present; default: that of other handles of
   * the channel, else one that is made up and survives reconnects. Each further key of a channel needs a socket, and waits
   * while there is none.
   */
  presence?: boolean | { key?: string | undefined } | undefined;
  /**
   * Private channels only: also brings what was sent since then, a time or Unix ms, at most `limit` messages (1 to 25,
   * default 25, the newest). Only of messages that the database has. The server keeps them for about three days.
   */
  replay?: { since: Date | number; limit?: number | undefined } | undefined;
  /** Closes the handle when it fires. */
  signal?: AbortSignal | undefined;
  /** See {@link UntypedSubscribeOptions.owner}. */
  owner?: object | undefined;
}

/** Options of a channel's `send`. */
export interface SendOptions {
  /** Resolves only when the server has answered. Default: the channel's option `ack`. */
  ack?: boolean | undefined;
  /** How long it may wait, in ms, for the channel to be joined and for the answer. 100 to 3,600,000; default 10,000. */
  timeoutMs?: number | undefined;
  /**
   * Of this handle's sends of this event only the newest goes out, at most one every `everyMs`. For what is out of date
   * at once, such as cursors. The promise resolves at the call, and what is left out is no error. Not with `ack`.
   * Default false.
   */
  latest?: boolean | undefined;
  /** See `latest`; in ms, 10 to 60,000. Default 50. */
  everyMs?: number | undefined;
  /**
   * Private channels only: the server keeps the message for `replay`; with `ttlSeconds` for this long. Servers that do
   * not know it send the message without keeping it. Default false.
   */
  persist?: boolean | { ttlSeconds: number } | undefined;
}

/** Somebody who is present on a channel: one key, and what is tracked under it. Frozen. */
export interface PresenceMember<Presence = UntypedPresence> {
  /** The key that the client chose, or else the server. */
  readonly key: string;
  /** The newest of `payloads`. */
  readonly payload: Readonly<Presence>;
  /** One for each connection that tracks under the key, such as tabs of one user. Oldest first. */
  readonly payloads: readonly Readonly<Presence>[];
}

/**
 * What changed of who is present, in sum: somebody who reconnects is neither a leave nor a join, and somebody who joins
 * and leaves in between is nothing.
 */
export interface PresenceChange<Presence = UntypedPresence> {
  /** Who is present now: what `presence()` gives. */
  readonly members: readonly PresenceMember<Presence>[];
  readonly joins: readonly PresenceMember<Presence>[];
  /** As they are now. */
  readonly updates: readonly PresenceMember<Presence>[];
  /** As they were. */
  readonly leaves: readonly PresenceMember<Presence>[];
}

/** A time in which broadcasts may have been missed. Reported when it is over. */
export interface ChannelGap {
  /**
   * What the server sent before this has come. By this machine's clock: when the last request was sent that the server
   * answered, so it may lie `keepAliveMs` (25 s) before the interruption.
   */
  readonly from: Date;
  /** When the channel was joined again. */
  readonly to: Date;
  /** The cause. */
  readonly code: ReasonCode;
  /** All that was missed has come by replay; of private channels whose messages the database has. */
  readonly healed: boolean;
}

/** A callback that may state the type of its payload: nothing checks it. The compiler allows that for methods only. */
type UntypedCallback = { call(payload: unknown, message: BroadcastMessage): void }['call'];

/** `on` without types of events. */
export type OnUntyped = (event: string, callback: UntypedCallback) => () => void;

/** `on` with types of events. */
export type OnTyped<Events> = <Event extends EventNameOf<Events> | '*'>(
  event: Event,
  callback: (
    payload: Event extends '*' ? Events[EventNameOf<Events>] : Events[Event & EventNameOf<Events>],
    message: BroadcastMessage<Event extends '*' ? EventNameOf<Events> : Event>,
  ) => void,
) => () => void;

/** `send` without types of events. */
export type SendUntyped = (event: string, payload: unknown, options?: SendOptions) => Promise<void>;

/** `send` with types of events. */
export type SendTyped<Events> = <Event extends EventNameOf<Events>>(
  event: Event,
  payload: Events[Event],
  options?: SendOptions,
) => Promise<void>;

/**
 * A handle of a channel. Each call of `channel` makes one. Handles of one name share the server's channel, which is
 * joined while there is one; what the server keeps per channel is per handle here: a handle gets its own messages only
 * if it asked (`self`), and those of other handles as if they came from anybody.
 *
 * Callbacks run as those of `subscribe` do: one after the other, never inside a call into the manager. One that throws
 * is reported to the logger and stops nothing. None is called after `close` has returned.
 *
 * On a closed handle `close`, `presence`, `status` and the functions that remove callbacks may be called; everything
 * else throws `CHANNEL_CLOSED` (`send` rejects with it).
 *
 * @typeParam Events the payload of each event, by name.
 * @typeParam Presence what is tracked.
 */
export interface Channel<Events = UntypedEvents, Presence extends object = UntypedPresence> {
  /** The topic, without `realtime:`. */
  readonly name: string;
  /** Names the handle in the manager's status. Never used twice by one manager, also not for a subscription. */
  readonly id: number;
  /** By `close()`, its signal, or the end of the manager. */
  readonly closed: boolean;
  /**
   * Calls back for each broadcast of this event, or of all events for `*`. JSON is parsed once for all callbacks, so
   * treat it as read-only; binary payloads are a `Uint8Array`. Names are compared exactly.
   *
   * @returns the function that removes the callback.
   * @throws SwitchboardError
   */
  readonly on: Events extends UntypedEvents ? OnUntyped : OnTyped<Events>;
  /**
   * Sends a broadcast: at once if the channel is joined, else when it is. What waits is bounded (100 messages).
   *
   * Resolves when it has been sent, or with `ack` when the server has answered. A promise that rejects and that nobody
   * handles is logged as a warning; it is never an unhandled rejection.
   *
   * @param payload a value that `JSON.stringify` takes, or bytes: `ArrayBuffer` or a view such as `Uint8Array`.
   * @returns rejects with a SwitchboardError: for mistakes in the call, `CHANNEL_CLOSED`, `PAYLOAD_TOO_LARGE`,
   * `SEND_TIMED_OUT`, `SEND_REFUSED`, `SEND_LOST`, `SEND_QUEUE_FULL`.
   */
  readonly send: Events extends UntypedEvents ? SendUntyped : SendTyped<Events>;
  /**
   * Makes this client present with this payload, also after reconnects, until `untrack` or `close`. The handles of one
   * channel are one presence: the newest payload wins. Calls are coalesced below the server's limit of 5 in 30 s, so
   * what changes often arrives late, never not at all.
   *
   * @param payload an object that `JSON.stringify` takes.
   * @throws SwitchboardError
   */
  track(payload: Readonly<Presence>): void;
  /** Takes back what this handle tracks. */
  untrack(): void;
  /**
   * Who is present, by the time at which they came. Empty before the server has said it, and without the option
   * `presence` or an `onPresence`. The same array, frozen, until something changed; after an interruption it is kept
   * until the server has said who is there. Empty on a closed handle.
   */
  presence(): readonly PresenceMember<Presence>[];
  /** Calls back when it changes who is present. Returns the function that removes the callback. */
  onPresence(callback: (change: PresenceChange<Presence>) => void): () => void;
  /** The handle's state. The same object until it changed. */
  status(): ChannelStatus;
  /** Calls back when the state has changed. Returns the function that removes the callback. */
  onStatus(callback: (status: ChannelStatus) => void): () => void;
  /** Calls back for each interruption that is over. Returns the function that removes the callback. */
  onGap(callback: (gap: ChannelGap) => void): () => void;
  /** Ends the handle. What waits to be sent is dropped, and its promises reject. Idempotent. */
  close(): void;
}

/** `channel` without types of channels. `Events` and `Presence` may be given. */
export type OpenChannelUntyped = <Events = UntypedEvents, Presence extends object = UntypedPresence>(
  name: string,
  options?: ChannelOptions,
) => Channel<Events, Presence>;

/** `channel` with a map of channels. */
export type OpenChannelTyped<Channels> = <Name extends ChannelName<Channels>>(
  name: Name,
  options?: ChannelOptions,
) => Channel<EventsOf<Channels, Name>, PresenceOf<Channels, Name>>;

/** The right `channel` for a map of channels. */
export type OpenChannel<Channels> = Channels extends UntypedChannels ? OpenChannelUntyped : OpenChannelTyped<Channels>;

/** Options of a manager's `broadcast`. */
export interface BroadcastOptions {
  /** Sends to the private channel of this name. Default false. */
  private?: boolean | undefined;
  /** Gives the request up when it fires; the promise rejects with its reason. */
  signal?: AbortSignal | undefined;
  /** How long it may take, in ms. 100 to 3,600,000; default 10,000. */
  timeoutMs?: number | undefined;
}

/** `broadcast` without types of channels. */
export type BroadcastUntyped = (
  name: string,
  event: string,
  payload: unknown,
  options?: BroadcastOptions,
) => Promise<void>;

/** `broadcast` with a map of channels. */
export type BroadcastTyped<Channels> = <
  Name extends ChannelName<Channels>,
  Event extends (EventsOf<Channels, Name> extends UntypedEvents ? string : EventNameOf<EventsOf<Channels, Name>>),
>(
  name: Name,
  event: Event,
  payload: EventsOf<Channels, Name> extends UntypedEvents
    ? unknown
    : EventsOf<Channels, Name>[Event & keyof EventsOf<Channels, Name>],
  options?: BroadcastOptions,
) => Promise<void>;

/** The right `broadcast` for a map of channels. */
export type Broadcast<Channels> = Channels extends UntypedChannels ? BroadcastUntyped : BroadcastTyped<Channels>;
