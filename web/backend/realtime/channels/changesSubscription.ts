import type { ChangeReceiver } from '../../changes/subscription.js';
import { quoting } from '../../changes/subscribe.js';
import { ParameterError, parseParameters } from '../../filter/parse.js';
import { messageOf } from '../../log.js';
import { drawFrom } from '../../options.js';
import type { Claims } from '../../tokens.js';
import type { Hub } from '../hub.js';
import type { JoinEntry } from './joinConfig.js';

export interface SubscriptionOwner extends ChangeReceiver {
  readonly claims: Claims;
  isOpen(): boolean;
  /** Runs the task in the channel's order. */
  post(task: () => Promise<void>): void;
  pushSystem(extension: 'postgres_changes', status: 'ok' | 'error', message: string): void;
}

/** The database subscription of one channel, made after its join reply, and made again when the server would do so. */
export class ChangesSubscription {
  readonly #owner: SubscriptionOwner;
  readonly #hub: Hub;
  readonly #entries: readonly JoinEntry[];
  #timer: NodeJS.Timeout | null = null;

  constructor(owner: SubscriptionOwner, hub: Hub, entries: readonly JoinEntry[]) {
    this.#owner = owner;
    this.#hub = hub;
    this.#entries = entries;
  }

  /** Subscribes after the join: before anything else the channel does, unless the server is cold. */
  start(): void {
    const wait = this.#hub.warmUpMs();
    if (wait > 0) this.#after(wait);
    else this.now();
  }

  /** Subscribes at once. */
  now(): void {
    this.#cancel();
    if (this.#entries.length > 0) this.#owner.post(() => this.#subscribe());
  }

  /** Subscribes again with the channel's new claims. The old subscription stays until then. */
  renew(): void {
    this.#after(drawFrom(this.#hub.settings.timing.resubscribeMs));
  }

  stop(): void {
    this.#cancel();
    this.#hub.feed.unsubscribe(this.#owner);
  }

  #after(ms: number): void {
    this.#cancel();
    if (this.#entries.length === 0) return;
    this.#timer = setTimeout(() => {
      this.now();
    }, ms);
  }

  #cancel(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #failIfInjected(): void {
    const { subscriptionError } = this.#hub;
    const [entry] = this.#entries;
    if (subscriptionError === null || entry === undefined) return;
    throw quoting(parseParameters(entry.parameters), subscriptionError);
  }

  async #subscribe(): Promise<void> {
    const owner = this.#owner;
    const hub = this.#hub;
    const entries = this.#entries;
    if (!owner.isOpen()) return;
    try {
      this.#failIfInjected();
      await hub.feed.subscribe(owner, entries, owner.claims, () => owner.isOpen());
      if (owner.isOpen()) owner.pushSystem('postgres_changes', 'ok', 'Subscribed to PostgreSQL');
    } catch (error) {
      if (!owner.isOpen()) return;
      if (error instanceof ParameterError) {
        owner.pushSystem('postgres_changes', 'error', error.message);
        return;
      }
      // The server reports every unreachable database in these words, and tries again.
      hub.settings.log('warn', `subscription failed: ${messageOf(error)}`);
      owner.pushSystem('postgres_changes', 'error', 'Too many database timeouts');
      this.#after(drawFrom(hub.settings.timing.retrySubscribeMs));
    }
  }
}
