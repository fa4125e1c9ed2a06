import type { ChangePayload, EventName, NoticeDetail, SubscriptionNotice } from 'switchboard-realtime';
import type { Binding, ChangesFilter } from './bindings.js';
import type {
  BroadcastNote,
  ChangesOptions,
  Handle,
  HandleOptions,
  HandleStatus,
  ManagerPort,
  PresenceChange,
} from './port.js';

/** Why a part does not flow. */
export interface Trouble {
  timedOut: boolean;
  /** Of `postgres_changes`; else of the channel itself. */
  ofChanges: boolean;
  message: string;
  cause: unknown;
}

interface HandlePart {
  isLive: boolean;
}

export interface PartsDelegate {
  /** Everything flows, for the first time or again. */
  onLive(): void;
  /** Something failed; what and why is reported soon. */
  onBroken(): void;
  /** Several failures of one turn are reported as one. */
  onTrouble(trouble: Trouble): void;
  /** The manager has ended it. */
  onEnded(): void;
  onBroadcast(payload: unknown, note: BroadcastNote): void;
  onPresence(changes: readonly PresenceChange[]): void;
  onChange(binding: Binding, change: ChangePayload): void;
}

/**
 * What one `subscribe` has in the manager: a subscription for each binding of `postgres_changes`, which the manager pools with all others, and a
 * handle of the channel when something else than changes is needed.
 */
export class Parts {
  readonly #manager: ManagerPort;
  readonly #delegate: PartsDelegate;
  readonly #subscriptions: number[] = [];
  readonly #waiting = new Set<object>();
  readonly #stopWatching: (() => void) | undefined;
  #handle: Handle | null = null;
  #trouble: Trouble | null = null;
  #live = false;
  #tracks = false;
  #ended = false;

  constructor(manager: ManagerPort, delegate: PartsDelegate) {
    this.#manager = manager;
    this.#delegate = delegate;
    this.#stopWatching = manager.onDispose?.(() => {
      this.#end();
    });
  }

  /** Null when there is none. */
  get handle(): Handle | null {
    return this.#handle;
  }

  /** Subscribes to a binding's changes. Mistakes in it are reported as trouble. */
  listen(binding: Binding): void {
    const part = {};
    this.#waiting.add(part);
    this.#attempt(true, () => {
      const id = this.#manager.subscribe(
        changesOptions(binding.filter as ChangesFilter),
        (change) => {
          if (!this.#ended) this.#delegate.onChange(binding, change);
        },
        (status, detail) => {
          this.#onNotice(part, status, detail);
        },
      );
      this.#subscriptions.push(id);
      binding.id = String(id);
    });
  }

  /** Opens the handle. Mistakes in its options are reported as trouble. What flows already is not reported again because of it. */
  open(name: string, options: HandleOptions): void {
    const part = { isLive: false };
    if (!this.#live) this.#waiting.add(part);
    this.#attempt(false, () => {
      const handle = this.#manager.channel(name, options);
      this.#handle = handle;
      handle.onStatus((status) => {
        this.#onStatus(part, status);
      });
      if (options.presence === false) return;
      handle.onPresenceChanges((changes) => {
        if (!this.#ended) this.#delegate.onPresence(changes);
      });
    });
  }

  /** Makes the client present with this payload; null: no longer. Throws what the manager throws. */
  track(payload: object | null): void {
    if (payload === null) this.#handle?.untrack();
    else this.#handle?.track(payload);
    this.#tracks = payload !== null;
  }

  /** Passes the handle's broadcasts on. */
  hear(): void {
    this.#handle?.on('*', (payload, note) => {
      if (!this.#ended) this.#delegate.onBroadcast(payload, note);
    });
  }

  /** Nothing is reported any more. */
  close(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#stopWatching?.();
    for (const id of this.#subscriptions) this.#manager.unsubscribe(id);
    // The manager keeps a channel, and who is present there, for some seconds after its last handle.
    if (this.#tracks && this.#handle?.status().state !== 'closed') this.#handle?.untrack();
    this.#handle?.close();
  }

  #attempt(ofChanges: boolean, act: () => void): void {
    try {
      act();
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      this.#report({ timedOut: false, ofChanges, message, cause });
    }
  }

  #onNotice(part: object, status: SubscriptionNotice, detail: NoticeDetail): void {
    if (status === 'SUBSCRIBED') this.#flows(part);
    else {
      // Also what the server has closed is tried again.
      this.#waiting.add(part);
      this.#report({ timedOut: status === 'TIMED_OUT', ofChanges: true, message: detail.message, cause: detail });
    }
  }

  #onStatus(part: HandlePart, status: HandleStatus): void {
    const wasLive = part.isLive;
    part.isLive = status.state === 'live';
    if (part.isLive) this.#flows(part);
    else if (status.state === 'closed') this.#end();
    else {
      this.#waiting.add(part);
      // After a lost connection it is pending again.
      if (!wasLive && status.state !== 'retrying' && status.state !== 'parked') return;
      const timedOut = status.code === 'JOIN_TIMEOUT';
      this.#report({ timedOut, ofChanges: false, message: status.message, cause: status });
    }
  }

  #flows(part: object): void {
    if (this.#ended || !this.#waiting.delete(part) || this.#waiting.size > 0 || this.#live) return;
    this.#live = true;
    this.#trouble = null;
    this.#delegate.onLive();
  }

  #report(trouble: Trouble): void {
    const isFirst = this.#trouble === null;
    this.#trouble = trouble;
    this.#live = false;
    if (!this.#ended) this.#delegate.onBroken();
    if (!isFirst) return;
    queueMicrotask(() => {
      const last = this.#trouble;
      this.#trouble = null;
      if (last !== null && !this.#ended) this.#delegate.onTrouble(last);
    });
  }

  #end(): void {
    if (this.#ended) return;
    this.close();
    this.#delegate.onEnded();
  }
}

function changesOptions({ event, schema, table, filter, select }: ChangesFilter): ChangesOptions {
  return {
    table: table ?? '*',
    schema,
    event: event.toUpperCase() as EventName,
    // Callers without types give null, too.
    ...((filter ?? null) === null ? {} : { filter: String(filter) }),
    ...((select ?? null) === null ? {} : { select: select ?? [] }),
  };
}
