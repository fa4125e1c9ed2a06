import { setTimeout as sleep } from 'node:timers/promises';

import type { ChangeReceiver } from '../../changes/subscription.js';
import { quoting } from '../../changes/subscribe.js';
import { ParameterError, parseParameters } from '../../filter/parse.js';
import { messageOf } from '../../log.js';
import { drawFrom } from '../../options.js';
import type { Claims } from '../../tokens.js';
import type { Hub } from '../hub.js';
import type { JoinEntry } from './joinConfig.js';
import { JoinRefused } from './joinRefused.js';

const SUBSCRIBED = 'Subscribed to PostgreSQL';
const TIMED_OUT = 'The subscription to PostgreSQL was not confirmed in time';

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
  /** It was made before the join was answered. */
  #isEstablished = false;

  constructor(owner: SubscriptionOwner, hub: Hub, entries: readonly JoinEntry[]) {
    this.#owner = owner;
    this.#hub = hub;
    this.#entries = entries;
  }

  /** Subscribes before the join is answered. Throws JoinRefused when that fails, or takes longer than this. */
  async establish(waitMs: number): Promise<void> {
    const deadline = Date.now() + waitMs;
    let wait = this.#hub.warmUpMs();
    for (;;) {
      if (Date.now() + wait > deadline) throw new JoinRefused(`PostgresChangesSubscribeTimeout: ${TIMED_OUT}`);
      await sleep(wait, undefined, { ref: false });
      try {
        await this.#subscribeNow();
        this.#isEstablished = true;
        return;
      } catch (error) {
        if (error instanceof ParameterError) {
          throw new JoinRefused(`RealtimeDisabledForConfiguration: ${error.message}`);
        }
        this.#hub.settings.log('warn', `subscription failed: ${messageOf(error)}`);
        wait = drawFrom(this.#hub.settings.timing.retrySubscribeMs);
      }
    }
  }

  /** Subscribes after the join: before anything else the channel does, unless the server is cold. */
  start(): void {
    if (this.#isEstablished) {
      this.#owner.pushSystem('postgres_changes', 'ok', SUBSCRIBED);
      return;
    }
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

  async #subscribeNow(): Promise<void> {
    const owner = this.#owner;
    this.#failIfInjected();
    await this.#hub.feed.subscribe(owner, this.#entries, owner.claims, () => owner.isOpen());
  }

  async #subscribe(): Promise<void> {
    const owner = this.#owner;
    const hub = this.#hub;
    if (!owner.isOpen()) return;
    try {
      await this.#subscribeNow();
      if (owner.isOpen()) owner.pushSystem('postgres_changes', 'ok', SUBSCRIBED);
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
