import { setTimeout as sleep } from 'node:timers/promises';

import type { Broadcast, Codec, Frame, Inbound, Ref } from '../wire/codec.js';
import type { Hub } from '../hub.js';
import { JoinRefused } from '../channels/joinRefused.js';
import { describeEntries } from '../channels/joinConfig.js';
import type { Link } from './link.js';
import { Mailbox } from '../mailbox.js';
import type { Admit, ChannelView, SocketView } from '../views.js';

const IDLE_CODE = 1000;
const TRY_AGAIN_CODE = 1001;

export interface SocketOptions {
  hub: Hub;
  /** Counts up from 1. */
  id: number;
  link: Link;
  codec: Codec;
  /** The connection's own, which counts where a join carries none. */
  token: string;
  /** Of the handshake, those that begin with `x-`. */
  headers: Readonly<Record<string, string>>;
  admit: Admit;
}

/**
 * One connected client. Frames in both directions pass one mailbox: while a join is being answered neither goes on, so a
 * failing join holds up the whole socket.
 */
export class RealtimeSocket implements SocketView {
  readonly #hub: Hub;
  readonly #codec: Codec;
  readonly #admit: Admit;
  readonly id: number;
  readonly link: Link;
  readonly token: string;
  readonly headers: Readonly<Record<string, string>>;
  hasJoined = false;
  readonly #channels = new Map<string, ChannelView>();
  readonly #mailbox: Mailbox;
  #idleTimer: NodeJS.Timeout;
  /** Of the frames that wait in the mailbox. */
  #mailboxBytes = 0;
  #isClosed = false;

  constructor({ hub, id, link, codec, token, headers, admit }: SocketOptions) {
    this.#hub = hub;
    this.#codec = codec;
    this.#admit = admit;
    this.id = id;
    this.link = link;
    this.token = token;
    this.headers = headers;
    this.#mailbox = new Mailbox((error) => {
      hub.settings.log('error', `socket ${id}: ${String(error)}`);
    });
    this.#idleTimer = this.#armIdleTimer();
  }

  get needsMaps(): boolean {
    return this.#codec.needsMaps;
  }

  get channelCount(): number {
    return this.#channels.size;
  }

  get joined(): Iterable<ChannelView> {
    return this.#channels.values();
  }

  receive(data: Buffer, isBinary: boolean): void {
    this.#hub.counters.framesIn += 1;
    if (this.#isClosed) return;
    this.#idleTimer.refresh();
    const inbound = this.#codec.decode(data, isBinary);
    if (inbound !== null) this.#mailbox.post(() => this.#handle(inbound));
  }

  push(joinRef: Ref, ref: Ref, topic: string, event: string, payload: string): void {
    this.#send(topic, this.#codec.push(joinRef, ref, topic, event, payload));
  }

  reply(joinRef: Ref, ref: Ref, topic: string, status: 'ok' | 'error', response: string): void {
    this.#send(topic, this.#codec.reply(joinRef, ref, topic, status, response));
  }

  sendBroadcast(topic: string, broadcast: Broadcast): void {
    const frame = this.#codec.broadcast(topic, broadcast);
    if (frame !== null) this.#send(topic, frame);
  }

  /** Sends a notice on every channel, as a server does that is about to reload the tenant. */
  announceDisconnect(): void {
    for (const { topic } of this.#channels.values()) {
      this.push(
        null,
        null,
        topic,
        'system',
        '{"message":"Server requested disconnect","status":"ok","extension":"system"}',
      );
    }
  }

  /** For a channel that has ended by itself. */
  forget(channel: ChannelView): void {
    if (this.#channels.get(channel.topic) === channel) this.#channels.delete(channel.topic);
  }

  /** Closes with a close frame. The channels end at once, however long the client takes to answer it. */
  close(code: number, reason = ''): void {
    this.link.close(code, reason);
    this.#end();
  }

  /** The connection is gone. */
  onClosed(): void {
    this.#end();
    this.#hub.sockets.delete(this);
  }

  #end(): void {
    this.#isClosed = true;
    clearTimeout(this.#idleTimer);
    this.#mailbox.close();
    for (const channel of [...this.#channels.values()]) channel.end();
  }

  #send(topic: string, frame: Frame): void {
    const bytes = Buffer.byteLength(frame);
    this.#mailboxBytes += bytes;
    this.#mailbox.post(() => {
      this.#mailboxBytes -= bytes;
      if (topic !== 'phoenix') this.#hub.counters.topic(topic).frames += 1;
      this.link.send(frame);
    });
    this.#limitBacklog();
  }

  /** The server's process of a socket is killed when what its client does not read has filled its memory. */
  #limitBacklog(): void {
    const { log, limits } = this.#hub.settings;
    const backlog = this.#mailboxBytes + this.link.backlogBytes;
    if (this.#isClosed || backlog <= limits.backlogBytes) return;
    log('warn', `socket ${this.id}: cut, its client has left ${backlog} bytes unread`);
    this.link.terminate();
    this.#end();
  }

  #handle(inbound: Inbound): void | Promise<void> {
    const { topic, event } = inbound;
    if (topic === 'phoenix') {
      this.#handlePhoenix(inbound);
      return;
    }
    const channel = this.#channels.get(topic);
    if (event === 'phx_join') {
      if (!topic.startsWith('realtime:')) this.#refuseTopic(inbound);
      else return this.#join(inbound, channel);
    } else if (event === 'phx_leave') this.#leave(inbound, channel);
    else if (channel === undefined) this.#refuseTopic(inbound);
    else {
      if (event === 'access_token') this.#hub.counters.tokens += 1;
      channel.handle(inbound);
    }
  }

  #handlePhoenix(inbound: Inbound): void {
    if (inbound.event !== 'heartbeat') {
      this.#refuseTopic(inbound);
      return;
    }
    this.#hub.counters.heartbeats += 1;
    this.#answer(null, inbound.ref, 'phoenix', 'ok', '{}');
  }

  #refuseTopic({ ref, topic }: Inbound): void {
    this.#answer(null, ref, topic, 'error', '{"reason":"unmatched topic"}');
  }

  async #join(inbound: Inbound, replaced: ChannelView | undefined): Promise<void> {
    const { topic, joinRef, ref } = inbound;
    this.#hub.counters.joins += 1;
    this.#hub.counters.topic(topic).joins += 1;
    replaced?.end();
    let joined: ChannelView | null = null;
    try {
      joined = await this.#admit(this, inbound);
      await joined.prepare();
      this.#hub.counters.entries += joined.entries.length;
      this.#answer(joinRef, ref, topic, 'ok', `{"postgres_changes":${describeEntries(joined.entries)}}`);
    } catch (error) {
      joined?.end();
      joined = null;
      await sleep(this.#hub.settings.timing.joinErrorMs);
      const reason = error instanceof JoinRefused ? error.message : 'Unknown Error on Channel';
      this.#answer(joinRef, ref, topic, 'error', `{"reason":${JSON.stringify(reason)}}`);
      if (error instanceof JoinRefused && error.disconnects) this.close(TRY_AGAIN_CODE);
    }
    if (replaced !== undefined) {
      this.link.send(this.#codec.push(replaced.joinRef, replaced.joinRef, topic, 'phx_close', '{}'));
    }
    if (joined === null) return;
    if (this.#isClosed) {
      joined.end();
      return;
    }
    this.hasJoined = true;
    this.#channels.set(topic, joined);
    joined.start();
  }

  /** The transport's own answers are sent at once, past what waits in the mailbox. */
  #answer(joinRef: Ref, ref: Ref, topic: string, status: 'ok' | 'error', response: string): void {
    if (topic !== 'phoenix') this.#hub.counters.topic(topic).frames += 1;
    this.link.send(this.#codec.reply(joinRef, ref, topic, status, response));
  }

  #leave({ joinRef, ref, topic }: Inbound, channel: ChannelView | undefined): void {
    this.#hub.counters.topic(topic).leaves += 1;
    if (channel === undefined) {
      this.#answer(joinRef, ref, topic, 'ok', '{}');
      return;
    }
    // A leave that belongs to an earlier join of the topic is ignored.
    if (joinRef !== channel.joinRef) return;
    this.reply(joinRef, ref, topic, 'ok', '{}');
    this.push(channel.joinRef, channel.joinRef, topic, 'phx_close', '{}');
    channel.end();
  }

  #armIdleTimer(): NodeJS.Timeout {
    return setTimeout(() => {
      this.close(IDLE_CODE);
    }, this.#hub.settings.timing.idleMs);
  }
}
