import type { Broadcast } from '../wire/codec.js';
import { PresenceTopic } from './presence.js';

/** A channel as its topic sees it. */
export interface TopicMember {
  /** Its wire format can't carry a payload that is not a map. */
  readonly needsMaps: boolean;
  receiveBroadcast(broadcast: Broadcast): void;
  receivePresence(diff: string): void;
}

/** The members of one topic and who is present there. Public and private channels of a name are different topics. */
export class Topic {
  readonly members = new Set<TopicMember>();
  readonly presence = new PresenceTopic();
  /** Channels that have it, also those whose join is not answered yet. */
  holders = 0;

  broadcast(broadcast: Broadcast, except: TopicMember | null): void {
    for (const member of [...this.members]) if (member !== except) member.receiveBroadcast(broadcast);
  }

  /** Whether some member can't be sent a payload that is not a map. */
  needsMaps(except: TopicMember | null): boolean {
    for (const member of this.members) if (member !== except && member.needsMaps) return true;
    return false;
  }

  announce(diff: string | null): void {
    if (diff === null) return;
    for (const member of [...this.members]) member.receivePresence(diff);
  }
}

export class Topics {
  readonly #topics = new Map<string, Topic>();

  /** The topic of that name, until `release`; created if there is none. */
  hold(name: string, isPrivate: boolean): Topic {
    const key = keyOf(name, isPrivate);
    let topic = this.#topics.get(key);
    if (topic === undefined) this.#topics.set(key, (topic = new Topic()));
    topic.holders += 1;
    return topic;
  }

  find(name: string, isPrivate: boolean): Topic | undefined {
    return this.#topics.get(keyOf(name, isPrivate));
  }

  /** Once for each `hold`. */
  release(name: string, isPrivate: boolean): void {
    const key = keyOf(name, isPrivate);
    const topic = this.#topics.get(key);
    if (topic === undefined) return;
    topic.holders -= 1;
    if (topic.holders === 0) this.#topics.delete(key);
  }
}

function keyOf(name: string, isPrivate: boolean): string {
  return `${isPrivate ? 'private' : 'public'} ${name}`;
}
