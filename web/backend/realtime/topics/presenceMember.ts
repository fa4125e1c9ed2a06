import { randomUUID } from 'node:crypto';

import type { Inbound } from '../wire/codec.js';
import type { Hub } from '../hub.js';
import { parsePresence } from './presence.js';
import { isObject, termJson } from '../wire/termJson.js';
import { externalSize } from '../wire/externalSize.js';
import type { Topic } from './topics.js';

interface PresenceChannel {
  reply(inbound: Inbound, status: 'ok' | 'error', response: string): void;
  shutDown(message: string): void;
  /** Rejects when the policies can't be evaluated. */
  canTrack(): Promise<boolean>;
}

/** The presence of one channel on its topic. */
export class PresenceMember {
  readonly #hub: Hub;
  readonly #room: Topic;
  readonly #channel: PresenceChannel;
  readonly #key: string;
  #calls = 0;
  #windowEnds = 0;

  constructor(hub: Hub, room: Topic, key: string | null, channel: PresenceChannel) {
    this.#hub = hub;
    this.#room = room;
    this.#channel = channel;
    this.#key = key ?? randomUUID();
  }

  async handle(inbound: Inbound): Promise<void> {
    const call = parsePresence(inbound.payload.kind === 'json' ? inbound.payload.value : null);
    if (call.kind === 'none') {
      this.#channel.reply(inbound, 'ok', '{}');
      return;
    }
    if (!this.#mayCall()) {
      this.#channel.shutDown('Client presence rate limit exceeded');
      return;
    }
    switch (call.kind) {
      case 'track':
        return this.#track(inbound, call.payload);
      case 'untrack':
        this.#calls += 1;
        this.#channel.reply(inbound, 'ok', '{}');
        this.#room.announce(this.#room.presence.untrack(this, this.#key));
        return;
      case 'unknown':
        this.#channel.reply(inbound, 'error', '{}');
    }
  }

  /** Whether it is present. A channel that is may read presence, also when its join did not ask for it. */
  get isTracked(): boolean {
    return this.#room.presence.tracked(this, this.#key) !== null;
  }

  /** Counts one presence event against the tenant's limit; false (and the channel is shut down) when there were too many. */
  countEvent(): boolean {
    const { rates, settings } = this.#hub;
    if (rates.presence.perSecond > settings.limits.presenceEventsPerSecond) {
      this.#channel.shutDown('Too many presence messages per second');
      return false;
    }
    rates.presence.add();
    return true;
  }

  leave(): void {
    this.#room.announce(this.#room.presence.untrack(this, this.#key));
  }

  async #track(inbound: Inbound, payload: unknown): Promise<void> {
    if (!(await this.#channel.canTrack().catch(() => false))) {
      this.#channel.reply(inbound, 'error', '{}');
      return;
    }
    if (!isObject(payload)) {
      this.#channel.reply(inbound, 'error', '{"reason":"Presence track payload must be a map"}');
      return;
    }
    const isNew = termJson(payload) !== this.#room.presence.tracked(this, this.#key);
    if (isNew && externalSize(payload) > this.#hub.maxPayloadBytes) {
      this.#channel.shutDown('Track message size exceeded');
      return;
    }
    if (isNew && !this.countEvent()) return;
    this.#calls += 1;
    const diff = this.#room.presence.track(this, this.#key, payload);
    this.#channel.reply(inbound, 'ok', '{}');
    this.#room.announce(diff);
  }

  /** Only calls that succeed count. */
  #mayCall(): boolean {
    const { limits, timing } = this.#hub.settings;
    const now = Date.now();
    if (now > this.#windowEnds) {
      this.#windowEnds = now + timing.presenceWindowMs;
      this.#calls = 0;
    }
    return this.#calls < limits.presenceCalls;
  }
}
