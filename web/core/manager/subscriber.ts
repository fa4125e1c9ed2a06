import type { DeliveryOption } from '../api/delivery.js';
import type { UntypedSubscribeOptions } from '../api/options.js';
import type { EventName } from '../api/payload.js';
import type { SubscriptionId } from '../api/realtimeManager.js';
import type { StatusHandler } from '../api/status.js';
import { checkSubscribeOptions } from '../checks/subscribeOptions.js';
import { requireTracked } from '../checks/tables.js';
import type { DeliverySpec, TrackedTable } from '../engine/engine.js';
import type { Receiver } from '../subscriptions/subscription.js';
import type { Session, SessionParts } from './session.js';

export type AnySubscribeOptions = UntypedSubscribeOptions<EventName, DeliveryOption>;

/** Begins, pauses and ends the subscriptions of one manager: in every table, and in the engine if there is one. */
export class Subscriber {
  readonly #parts: SessionParts;
  readonly #session: Session;
  readonly #tables: readonly TrackedTable[];
  /** What closes with its subscription, by subscription. */
  readonly #views = new Map<number, { close(): void }>();

  constructor(parts: SessionParts, session: Session, tables: readonly TrackedTable[]) {
    this.#tables = tables;
    this.#parts = parts;
    this.#session = session;
    parts.subscriptions.ended.add((id) => {
      const view = this.#views.get(id);
      this.#views.delete(id);
      view?.close();
    });
  }

  /** @throws SwitchboardError for options that can't work. */
  add(
    options: AnySubscribeOptions,
    makeReceiver: (delivery: DeliverySpec | undefined) => Receiver,
    onStatus: StatusHandler | undefined,
  ): SubscriptionId {
    const { subscriptions, status, callbacks, gaps, pauses, queue } = this.#parts;
    const { spec, signal, owner, pauseWhenHidden, onGap, onResync } = checkSubscribeOptions(options);
    requireTracked(spec, this.#tables);
    const receive = makeReceiver(spec.delivery);
    const id = subscriptions.nextId();
    if (signal?.aborted === true) return id;
    // Not inside the closure below: what one closure refers to, all of the same function keep alive.
    if (owner !== null) subscriptions.watchOwner(owner, id, spec);
    return queue.enter(() => {
      const started = { since: Date.now(), newest: null, ended: false };
      const subscription = { id, spec, receive, onStatus: onStatus ?? null, onGap, ...started };
      subscriptions.add(subscription, signal, () => {
        this.end(id);
      });
      gaps.add(id, spec, onResync);
      status.add(id, spec);
      callbacks.statusChanged();
      if (pauseWhenHidden) pauses.addWhenHidden(id);
      if (pauses.isPaused(id)) gaps.setPaused(id, true);
      this.#session.start();
      this.#session.subscribe(id, spec);
      return id;
    });
  }

  /** Has the view closed when its subscription ends. */
  attach(id: SubscriptionId, view: { close(): void }): void {
    this.#views.set(id, view);
  }

  /** @throws SwitchboardError for what is no id. */
  end(given: unknown): void {
    const { subscriptions, callbacks, queue } = this.#parts;
    const id = subscriptions.checkedId(given);
    queue.enter(() => {
      if (!subscriptions.end(id)) return;
      this.#session.send({ kind: 'unsubscribe', id });
      callbacks.statusChanged();
    });
  }

  endAll(): void {
    const { subscriptions, callbacks, queue } = this.#parts;
    queue.enter(() => {
      // First: what the application subscribes to while its fetches are aborted is not meant.
      this.#session.send({ kind: 'unsubscribeAll' });
      subscriptions.endAll();
      callbacks.statusChanged();
    });
  }

  /** @throws SwitchboardError for what is no id. */
  pause(given: unknown): void {
    this.#enterWith(given, (id) => {
      this.#parts.pauses.pause(id);
    });
  }

  /** @throws SwitchboardError for what is no id. */
  resume(given: unknown): void {
    this.#enterWith(given, (id) => {
      this.#parts.pauses.resume(id);
    });
  }

  /** Does nothing for a subscription that has ended. */
  #enterWith(given: unknown, call: (id: SubscriptionId) => void): void {
    const { subscriptions, queue } = this.#parts;
    const id = subscriptions.checkedId(given);
    if (subscriptions.get(id) === undefined) return;
    queue.enter(() => {
      call(id);
    });
  }
}
