import { Listeners } from '../base/listeners.js';
import type { CallbackQueue } from './callbackQueue.js';
import type { BroadcastDelivery, Delivery, Notice, PresenceDelivery } from '../engine/engine.js';
import type { Gap, GapHandler } from '../api/gap.js';
import type { Caller, Subscription } from '../subscriptions/subscription.js';
import type { DeliveryReader } from '../changes/deliveryReader.js';
import type { LogOutlet } from '../log/logOutlet.js';
import type { ChangePayload } from '../api/payload.js';
import type { StatusSnapshot } from '../api/status.js';
import type { StatusStore } from '../status/statusStore.js';
import type { SubscriptionTable } from '../subscriptions/subscriptionTable.js';
import { WorkTally } from './workTally.js';

/** Hears of what a delivery did not bring, after it was handed over. */
export interface LossListener {
  /** Changes came without their values. */
  incomplete(subscriptions: readonly Subscription[], payloads: readonly ChangePayload[]): void;
  /** What came can't be read, so these have not got it. */
  unreadable(subscriptions: readonly Subscription[]): void;
}

/** Measures how old changes are when they are handed over. */
export interface DeliveryMeter {
  /** Whether anybody wants to know. */
  readonly isOn: boolean;
  /** A delivery was handed over at `at`, in Unix ms. `commitTimestamp`: of its newest change. */
  delivered(commitTimestamp: string, at: number): void;
}

/** A callback of the application for messages. */
export interface MessageListener<Message> {
  readonly call: (payload: unknown, message: Message) => unknown;
  /** Gets payloads unparsed. */
  readonly isRaw: boolean;
  /** Whose it is, for people. */
  readonly where: string;
  readonly isRemoved: boolean;
}

/** What they are called with. */
export interface ReadableMessage<Message> {
  readonly message: Message;
  readonly raw: unknown;
  /** Throws when it can't be read. */
  readonly payload: unknown;
}

/** Hands what comes for channels to the application. Does not throw. */
export interface ChannelReceiver {
  receive(delivery: BroadcastDelivery | PresenceDelivery): void;
}

/**
 * Calls the application back: changes, notices, status. Everything goes through the queue; whether a subscription or listener is still there is asked
 * right before each call, since the call before may have ended it. What throws is reported and stops nothing.
 */
export class Callbacks {
  readonly #subscriptions: SubscriptionTable;
  readonly #status: StatusStore;
  readonly #queue: CallbackQueue;
  readonly #log: LogOutlet;
  readonly #meter: DeliveryMeter;
  /** Counts nothing until it is started. */
  readonly work = new WorkTally();
  readonly #listeners = new Listeners<[status: StatusSnapshot]>();
  readonly #gapListeners = new Listeners<[gap: Gap]>();
  #statusQueued = false;
  #eventCalls = 0;
  #errors = 0;

  constructor(
    subscriptions: SubscriptionTable,
    status: StatusStore,
    queue: CallbackQueue,
    log: LogOutlet,
    meter: DeliveryMeter,
  ) {
    this.#subscriptions = subscriptions;
    this.#status = status;
    this.#queue = queue;
    this.#log = log;
    this.#meter = meter;
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  get eventCalls(): number {
    return this.#eventCalls;
  }

  /** Callbacks that threw. */
  get errors(): number {
    return this.#errors;
  }

  /** Returns the way to stop. The same function may listen more than once. */
  addListener(call: (status: StatusSnapshot) => void): () => void {
    return this.#listeners.add(call);
  }

  /** The same for gaps. */
  addGapListener(call: GapHandler): () => void {
    return this.#gapListeners.add(call);
  }

  removeListeners(): void {
    this.#gapListeners.clear();
    this.#listeners.clear();
  }

  /** In order. `incoming` becomes each that is of changes in turn. */
  deliver(
    deliveries: readonly Delivery[],
    incoming: DeliveryReader,
    losses: LossListener,
    channels: ChannelReceiver,
  ): void {
    if (deliveries.length === 0) return;
    this.#queue.runOrPush(() => {
      for (const delivery of deliveries) {
        if (delivery.kind === 'broadcast' || delivery.kind === 'presence') channels.receive(delivery);
        else this.#deliverChanges(incoming.become(delivery), delivery.subscribers, losses);
      }
      incoming.become();
    });
  }

  notify(notice: Notice): void {
    this.#queue.push(() => {
      const subscription = this.#subscriptions.get(notice.subscription);
      if (subscription === undefined) return;
      const { subscription: _id, status, ...detail } = notice;
      this.attempt(`onStatus of ${nameOf(subscription)}`, () => subscription.onStatus?.(status, detail));
    });
  }

  /** To the subscription's own handler, then to the listeners. */
  tellGap(gap: Gap): void {
    this.#queue.push(() => {
      const subscription = this.#subscriptions.get(gap.subscription);
      if (subscription === undefined) return;
      this.attempt(`onGap of ${nameOf(subscription)}`, () => subscription.onGap?.(gap));
      this.#gapListeners.forEach((call) => {
        this.attempt('a gap listener', () => call(gap));
      });
    });
  }

  /** Listeners hear of it once per turn, however much changed. */
  statusChanged(): void {
    if (this.#statusQueued || this.#listeners.size === 0) return;
    this.#statusQueued = true;
    this.#queue.push(() => {
      this.#statusQueued = false;
      const snapshot = this.#status.snapshot();
      this.#listeners.forEach((call) => {
        this.attempt('a status listener', () => call(snapshot));
      });
    });
  }

  #deliverChanges(incoming: DeliveryReader, subscribers: readonly number[], losses: LossListener): void {
    const at = this.#meter.isOn ? Date.now() : 0;
    const failed = this.#deliverOne(incoming, subscribers);
    if (at > 0 && incoming.newest !== null) this.#meter.delivered(incoming.newest.commit_timestamp, at);
    if (failed !== null) losses.unreadable(failed.filter(this.#isThere));
    const { incomplete } = incoming;
    if (incomplete !== null) this.#tellIncomplete(incomplete, subscribers, losses);
  }

  /** Returns those for whom it could not be read; null when there are none. */
  #deliverOne(incoming: DeliveryReader, subscribers: readonly number[]): Subscription[] | null {
    let failed: Subscription[] | null = null;
    const call = this.#callEvent;
    let at = 0;
    while (at < subscribers.length) {
      const subscription = this.#subscriptions.get(subscribers[at] ?? 0);
      at += 1;
      if (subscription === undefined) continue;
      try {
        if (this.work.isOn) this.#receiveCounted(incoming, subscription);
        else subscription.receive(incoming, subscription, call);
        if (incoming.newest !== null) subscription.newest = incoming.newest;
      } catch (error) {
        if (failed === null) {
          this.#log.write({ level: 'warn', message: `a delivery to ${nameOf(subscription)} can't be read` }, error);
          failed = [];
        }
        failed.push(subscription);
      }
    }
    return failed;
  }

  #receiveCounted(incoming: DeliveryReader, subscription: Subscription): void {
    const from = performance.now();
    subscription.receive(incoming, subscription, this.#callEvent);
    if (!subscription.ended) this.work.add(subscription.id, incoming.count, performance.now() - from);
  }

  readonly #isThere = ({ ended }: Subscription): boolean => !ended;

  /** A function of its own for all deliveries: what is made again for each is most of the work of a small change. */
  readonly #callEvent: Caller = <Event>(
    subscription: Subscription,
    onEvent: (event: Event) => unknown,
    event: Event,
  ): boolean => {
    if (subscription.ended) return false;
    this.#eventCalls += 1;
    try {
      const returned = onEvent(event);
      if (returned instanceof Promise) this.#await(returned, `onEvent of ${nameOf(subscription)}`);
    } catch (error) {
      this.failed(`onEvent of ${nameOf(subscription)}`, error);
    }
    return true;
  };

  #tellIncomplete(payloads: readonly ChangePayload[], subscribers: readonly number[], losses: LossListener): void {
    const left = subscribers.map((id) => this.#subscriptions.get(id)).filter((found) => found !== undefined);
    losses.incomplete(left, payloads);
  }

  /** A broadcast to callbacks of the application. Throws when it can't be read. */
  broadcast<Message>(listeners: readonly MessageListener<Message>[], broadcast: ReadableMessage<Message>): void {
    const { message } = broadcast;
    for (const listener of listeners) {
      if (listener.isRemoved) continue;
      const { call } = listener;
      const payload = listener.isRaw ? broadcast.raw : broadcast.payload;
      this.#eventCalls += 1;
      try {
        const returned = call(payload, message);
        if (returned instanceof Promise) this.#await(returned, listener.where);
      } catch (error) {
        this.failed(listener.where, error);
      }
    }
  }

  /** Any other callback of the application. */
  attempt(where: string, call: () => unknown): void {
    try {
      const returned = call();
      if (returned instanceof Promise) this.#await(returned, where);
    } catch (error) {
      this.failed(where, error);
    }
  }

  /** A callback may be an async function. Only real promises: a query builder is a thenable that would be run by looking. */
  #await(returned: Promise<unknown>, where: string): void {
    returned.catch((error: unknown) => {
      this.failed(where, error);
    });
  }

  /** Reports what the application's code threw, and counts it. */
  failed(where: string, error: unknown): void {
    this.#errors += 1;
    this.#log.callbackFailed(where, error);
  }
}

function nameOf({ id, spec }: Subscription): string {
  return `subscription ${id} (${spec.schema}.${spec.table})`;
}
