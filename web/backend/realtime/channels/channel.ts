import type { ChangeType } from '../../replication/rowChange.js';
import type { Claims } from '../../tokens.js';
import { ChangesSubscription, type SubscriptionOwner } from './changesSubscription.js';
import type { Broadcast, Inbound, Ref } from '../wire/codec.js';
import type { Hub } from '../hub.js';
import type { JoinConfig, JoinEntry } from './joinConfig.js';
import { Mailbox } from '../mailbox.js';
import { messageOf } from '../../log.js';
import { PolicyError, QueryCanceled } from '../messages/authorization.js';
import { ChannelPolicies } from '../messages/channelPolicies.js';
import { readPersist, type ReplayedMessage } from '../messages/messageStore.js';
import { externalSize, userPushSize } from '../wire/externalSize.js';
import { PresenceMember } from '../topics/presenceMember.js';
import { termJson, isObject } from '../wire/termJson.js';
import { shutdownMessage } from '../tokenMessages.js';
import type { Topic, TopicMember } from '../topics/topics.js';
import type { ChannelView, SocketView } from '../views.js';

export interface ChannelOptions {
  hub: Hub;
  socket: SocketView;
  topic: string;
  joinRef: Ref;
  config: JoinConfig;
  token: string;
  claims: Claims;
  policies: ChannelPolicies;
  replay: readonly ReplayedMessage[];
}

const REPLICATION_POLL_MS = 500;
const MAX_TIMER_MS = 2_147_483_647;

/** One joined topic of one socket. */
export class Channel implements ChannelView, SubscriptionOwner, TopicMember {
  readonly #options: ChannelOptions;
  readonly topic: string;
  readonly joinRef: Ref;
  readonly name: string;
  claims: Claims;
  #open = true;
  #token: string;
  #policies: ChannelPolicies;
  /** Ids of the messages that were replayed: their live copies are left out. */
  readonly #replayedIds: ReadonlySet<string>;
  #tokenTimer: NodeJS.Timeout | null = null;
  #replicationTimer: NodeJS.Timeout | null = null;
  readonly #room: Topic;
  readonly #mailbox: Mailbox;
  readonly #subscription: ChangesSubscription;
  readonly #presence: PresenceMember;

  constructor(options: ChannelOptions) {
    this.#options = options;
    const { hub, topic, joinRef, config, token, claims } = options;
    this.topic = topic;
    this.joinRef = joinRef;
    this.name = topic.slice('realtime:'.length);
    this.#token = token;
    this.claims = claims;
    this.#policies = options.policies;
    this.#replayedIds = new Set(options.replay.map(({ id }) => id));
    this.#room = hub.topics.hold(this.name, config.isPrivate);
    this.#mailbox = new Mailbox(() => {
      this.#crash();
    });
    this.#subscription = new ChangesSubscription(this, hub, config.entries);
    this.#presence = new PresenceMember(hub, this.#room, config.presenceKey, this);
  }

  get needsMaps(): boolean {
    return this.#options.socket.needsMaps;
  }

  get entries(): readonly JoinEntry[] {
    return this.#options.config.entries;
  }

  /** What the join reply waits for. Throws JoinRefused. */
  async prepare(): Promise<void> {
    const { waitMs, entries } = this.#options.config;
    if (waitMs !== null && entries.length > 0) await this.#subscription.establish(waitMs);
  }

  /** Begins what follows the join reply. */
  start(): void {
    const { config, replay } = this.#options;
    this.#room.members.add(this);
    this.#note('joined');
    this.#scheduleTokenCheck();
    for (const message of replay) this.#sendReplayed(message);
    this.#subscription.start();
    if (config.replicationReady) {
      this.#mailbox.post(() => {
        this.#reportReplication(Date.now() + this.#options.hub.settings.timing.replicationReadyMs);
      });
    }
    if (config.presenceEnabled)
      this.#mailbox.post(() => {
        this.#sendPresenceState();
      });
  }

  isOpen(): boolean {
    return this.#open;
  }

  handle(inbound: Inbound): void {
    this.#mailbox.post(() => this.#receive(inbound));
  }

  post(task: () => Promise<void>): void {
    this.#mailbox.post(task);
  }

  deliverChange(type: ChangeType, data: string, ids: readonly number[]): void {
    const { socket, hub, config } = this.#options;
    hub.counters.topic(this.topic).changes += 1;
    if (config.isOldApi) socket.push(null, null, this.topic, type, data);
    else socket.push(null, null, this.topic, 'postgres_changes', `{"data":${data},"ids":[${ids.join(',')}]}`);
  }

  receiveBroadcast(broadcast: Broadcast): void {
    const { socket, hub } = this.#options;
    if (!this.#policies.canRead('broadcast')) return;
    if (broadcast.kind !== 'binary' && broadcast.id !== undefined && this.#replayedIds.has(broadcast.id)) return;
    socket.sendBroadcast(this.topic, broadcast);
    hub.rates.events.add();
    if (hub.rates.events.isTripped) this.shutDown('Too many messages per second');
  }

  receivePresence(diff: string): void {
    if (!this.#policies.canRead('presence')) return;
    this.#options.hub.rates.presence.add();
    this.#options.socket.push(null, null, this.topic, 'presence_diff', diff);
  }

  pushSystem(extension: string, status: 'ok' | 'error', message: string): void {
    this.#push(
      'system',
      `{"message":${JSON.stringify(message)},"status":"${status}","extension":"${extension}","channel":${JSON.stringify(this.name)}}`,
    );
  }

  reply(inbound: Inbound, status: 'ok' | 'error', response: string): void {
    // After a leave or a shutdown nobody expects a reply.
    if (this.#open) this.#options.socket.reply(this.joinRef, inbound.ref, this.topic, status, response);
  }

  /** Reports the reason and closes the channel, as the server does whenever it ends a channel itself. */
  shutDown(message: string): void {
    if (!this.#open) return;
    this.pushSystem('system', 'error', message);
    this.#push('phx_close', '{}', this.joinRef);
    this.end();
  }

  /** Stops everything and sends nothing. */
  end(): void {
    if (!this.#open) return;
    this.#open = false;
    const { socket, hub, config } = this.#options;
    this.#mailbox.close();
    this.#subscription.stop();
    if (this.#tokenTimer !== null) clearTimeout(this.#tokenTimer);
    if (this.#replicationTimer !== null) clearTimeout(this.#replicationTimer);
    this.#room.members.delete(this);
    this.#presence.leave();
    hub.topics.release(this.name, config.isPrivate);
    socket.forget(this);
  }

  /** Makes the database subscription again, at once. */
  resubscribe(): void {
    this.#subscription.now();
  }

  /** Verifies the token the channel has now; a token that no longer holds ends the channel. */
  checkToken(): void {
    this.#mailbox.post(async () => {
      const verified = await this.#options.hub.tokens.verify(this.#token);
      if (!verified.ok) {
        this.shutDown(shutdownMessage(verified.problem));
        return;
      }
      this.claims = verified.claims;
      this.#scheduleTokenCheck();
    });
  }

  #receive(inbound: Inbound): void | Promise<void> {
    if (!this.#open) return;
    switch (inbound.event) {
      case 'broadcast':
        return this.#broadcast(inbound);
      case 'presence':
        this.#note('presence call');
        return this.#presence.handle(inbound);
      case 'access_token':
        return this.#takeToken(inbound);
      default:
        this.#options.hub.rates.events.add();
    }
  }

  #broadcast(inbound: Inbound): void | Promise<void> {
    const { hub, config } = this.#options;
    if (!config.isPrivate) {
      this.#broadcastNow(inbound);
      return;
    }
    // Without permission, or when it can't be evaluated, there is no reply at all.
    return this.#policies.canBroadcast().then(
      (may) => (may && this.#open ? this.#broadcastPrivately(inbound) : undefined),
      (error: unknown) => {
        hub.settings.log('warn', `${this.topic}: ${messageOf(error)}`);
      },
    );
  }

  async #broadcastPrivately(inbound: Inbound): Promise<void> {
    const { payload } = inbound;
    const { hub, config } = this.#options;
    const kept = payload.kind === 'user' ? readPersist(payload.persist) : null;
    if (payload.kind !== 'user' || kept === null || payloadSize(payload) > hub.maxPayloadBytes) {
      this.#broadcastNow(inbound);
      return;
    }
    try {
      this.#broadcastNow(inbound, await hub.messages.keep({ topic: this.name, ...payload, ...kept }));
    } catch (error) {
      hub.settings.log('warn', `${this.topic}: a message was not kept: ${messageOf(error)}`);
      if (config.ack) this.reply(inbound, 'error', '{"error":"The message could not be stored"}');
    }
  }

  /** `id`: of a message that is kept. */
  #broadcastNow(inbound: Inbound, id: string | null = null): void {
    if (!this.#open) return;
    const { payload } = inbound;
    const { hub, config } = this.#options;
    const except = config.self ? null : this;
    if (payload.kind === 'json' && !isObject(payload.value) && this.#room.needsMaps(except)) {
      this.#crash();
      return;
    }
    const fits = payloadSize(payload) <= hub.maxPayloadBytes;
    if (fits) hub.distribute(this.name, config.isPrivate, toBroadcast(payload, id), except);
    else hub.rates.events.add();
    if (!config.ack) return;
    if (fits) this.reply(inbound, 'ok', '{}');
    else this.reply(inbound, 'error', '"payload_size_exceeded"');
  }

  async #takeToken({ payload }: Inbound): Promise<void> {
    const token = payload.kind === 'json' && isObject(payload.value) ? payload.value.access_token : null;
    if (typeof token !== 'string' || token.startsWith('sb_') || token === this.#token) return;
    const { hub, config } = this.#options;
    this.#token = token;
    const verified = await hub.tokens.verify(token);
    if (!verified.ok) {
      this.shutDown(shutdownMessage(verified.problem));
      return;
    }
    if (config.isPrivate && !(await this.#evaluateAgain(verified.claims))) return;
    this.claims = verified.claims;
    this.#scheduleTokenCheck();
    this.#subscription.renew();
  }

  /** Evaluates the policies for new claims; false when they end the channel. */
  async #evaluateAgain(claims: Claims): Promise<boolean> {
    const { hub, socket, config } = this.#options;
    const policies = new ChannelPolicies(hub.authorization, { topic: this.name, claims, headers: socket.headers });
    const denied = `You do not have permissions to read from this Channel topic: ${this.name}`;
    try {
      await policies.evaluateReads(config.presenceEnabled || this.#presence.isTracked);
    } catch (error) {
      this.shutDown(error instanceof PolicyError ? denied : evaluationFailure(error));
      return false;
    }
    const isRevoked = policies.revokes(this.#policies);
    if (!policies.canReadAny) this.shutDown(denied);
    else if (isRevoked) this.shutDown(`You no longer have permission to read from this Channel topic: ${this.name}`);
    else this.#policies = policies;
    return policies.canReadAny && !isRevoked;
  }

  canTrack(): Promise<boolean> {
    return this.#policies.canTrack();
  }

  #reportReplication(deadline: number): void {
    if (this.#options.hub.feed.isReplicating) {
      this.pushSystem('system', 'ok', 'Replication connection established');
    } else if (Date.now() >= deadline) {
      this.shutDown('Replication connection was not established in time');
    } else {
      this.#replicationTimer = setTimeout(() => {
        this.#reportReplication(deadline);
      }, REPLICATION_POLL_MS);
    }
  }

  #scheduleTokenCheck(): void {
    if (this.#tokenTimer !== null) clearTimeout(this.#tokenTimer);
    const { tokenCheckMs } = this.#options.hub.settings.timing;
    const untilExpiry = this.claims.exp * 1000 - Date.now();
    const wait = Math.min(tokenCheckMs, Math.max(0, untilExpiry), MAX_TIMER_MS);
    this.#tokenTimer = setTimeout(() => {
      this.checkToken();
    }, wait);
  }

  #sendPresenceState(): void {
    if (this.#policies.canRead('presence') && this.#presence.countEvent())
      this.#push('presence_state', this.#room.presence.state());
  }

  #sendReplayed({ json, broadcast }: ReplayedMessage): void {
    if (json === null) this.#options.socket.sendBroadcast(this.topic, broadcast);
    else this.#push('broadcast', json);
  }

  #note(what: string): void {
    const { hub, socket } = this.#options;
    hub.settings.log('debug', `${what} on ${this.topic}, join ${String(this.joinRef)} of connection ${socket.id}`);
  }

  #crash(): void {
    if (!this.#open) return;
    this.#push('phx_error', '{"reason":"channel_crash"}', this.joinRef);
    this.end();
  }

  #push(event: string, payload: string, ref: Ref = null): void {
    this.#options.socket.push(this.joinRef, ref, this.topic, event, payload);
  }
}

function evaluationFailure(error: unknown): string {
  return error instanceof QueryCanceled
    ? 'Query was cancelled, please try again'
    : 'Realtime was unable to connect to the project database';
}

function payloadSize(payload: Inbound['payload']): number {
  switch (payload.kind) {
    case 'json':
      return externalSize(payload.value);
    case 'binary':
      return externalSize(payload.data);
    case 'user':
      return userPushSize(payload.event, payload.encoding, payload.data);
  }
}

function toBroadcast(payload: Inbound['payload'], id: string | null): Broadcast {
  switch (payload.kind) {
    case 'json':
      return { kind: 'json', json: termJson(payload.value) };
    case 'binary':
      return { kind: 'binary', data: payload.data };
    case 'user':
      return { ...payload, metadata: id === null ? null : termJson({ id }), ...(id === null ? {} : { id }) };
  }
}
