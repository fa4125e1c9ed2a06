import type { JoinEntry } from './channels/joinConfig.js';
import type { Link } from './sockets/link.js';
import type { Broadcast, Inbound, Ref } from './wire/codec.js';

// Sockets hold channels, channels push through their socket, and the hub knows both. Each sees the others through these
// interfaces, so that their modules do not import each other.

/** A channel as its socket and the hub see it. */
export interface ChannelView {
  readonly topic: string;
  readonly joinRef: Ref;
  readonly entries: readonly JoinEntry[];
  /** Begins what follows the join reply. */
  /** What the join reply waits for. Throws JoinRefused. */
  prepare(): Promise<void>;
  start(): void;
  handle(inbound: Inbound): void;
  /** Makes the database subscription again, at once. */
  resubscribe(): void;
  /** Verifies the token that the channel has now; a token that no longer holds ends the channel. */
  checkToken(): void;
  /** Stops everything and sends nothing. */
  end(): void;
}

/** A socket as its channels, the hub and the faults see it. */
export interface SocketView {
  readonly id: number;
  readonly link: Link;
  /** The connection's own, which counts where a join carries none. */
  readonly token: string;
  /** Of the handshake, those that begin with `x-`: policies can read them. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether any join has succeeded. */
  readonly hasJoined: boolean;
  /** Its wire format can't carry a broadcast whose payload is not a map. */
  readonly needsMaps: boolean;
  readonly channelCount: number;
  readonly joined: Iterable<ChannelView>;
  push(joinRef: Ref, ref: Ref, topic: string, event: string, payload: string): void;
  reply(joinRef: Ref, ref: Ref, topic: string, status: 'ok' | 'error', response: string): void;
  sendBroadcast(topic: string, broadcast: Broadcast): void;
  /** Removes a channel that has ended by itself. */
  forget(channel: ChannelView): void;
  /** Sends a notice on every channel, as a server does that is about to reload the tenant. */
  announceDisconnect(): void;
  /** Closes with a close frame. The channels end at once, however long the client takes to answer it. */
  close(code: number, reason?: string): void;
}

/** Decides on a join: makes the channel, or throws JoinRefused. */
export type Admit = (socket: SocketView, inbound: Inbound) => Promise<ChannelView>;
