import type { BroadcastMessage } from '../api/channel.js';

export type BroadcastCallback = (payload: unknown, message: BroadcastMessage) => unknown;

/** In the place of an event: every one. */
const ALL = '*';
const NONE: readonly BroadcastListener[] = [];

/** A callback for broadcasts. */
export class BroadcastListener {
  readonly call: BroadcastCallback;
  /** Gets payloads unparsed. */
  readonly isRaw: boolean;
  /** Whose it is, for people. */
  readonly where: string;
  isRemoved = false;

  constructor(call: BroadcastCallback, isRaw: boolean, where: string) {
    this.call = call;
    this.isRaw = isRaw;
    this.where = where;
  }
}

/**
 * The callbacks of one handle. The same function may be added more than once; each addition is removed on its own. One that is removed while others
 * are called is not called any more; one that is added then waits for the next broadcast.
 */
export class BroadcastListeners {
  readonly #where: string;
  /** Called after each change. */
  readonly #changed: () => void;
  readonly #raw = new Set<BroadcastListener>();
  readonly #byEvent = new Map<string, Set<BroadcastListener>>();

  constructor(where: string, changed: () => void) {
    this.#where = where;
    this.#changed = changed;
  }

  /** `*` for all events. Returns the function that removes it. */
  add(event: string, call: BroadcastCallback): () => void {
    const own = this.#byEvent.get(event) ?? new Set();
    this.#byEvent.set(event, own);
    const remove = this.#addTo(own, new BroadcastListener(call, false, this.#where));
    return () => {
      remove();
      // Names of events may be made for one answer each.
      if (own.size === 0 && this.#byEvent.get(event) === own) this.#byEvent.delete(event);
    };
  }

  /** For all events, and called first, with payloads unparsed. */
  addRaw(call: BroadcastCallback): () => void {
    return this.#addTo(this.#raw, new BroadcastListener(call, true, this.#where));
  }

  /** Those that get a broadcast of the event, in the order in which they are called. */
  for(event: string): readonly BroadcastListener[] {
    return [...this.#raw, ...this.#of(event), ...(event === ALL ? NONE : this.#of(ALL))];
  }

  clear(): void {
    for (const listeners of [this.#raw, ...this.#byEvent.values()]) {
      for (const listener of listeners) listener.isRemoved = true;
      listeners.clear();
    }
    this.#byEvent.clear();
    this.#changed();
  }

  #addTo(own: Set<BroadcastListener>, listener: BroadcastListener): () => void {
    own.add(listener);
    this.#changed();
    return () => {
      listener.isRemoved = true;
      own.delete(listener);
      this.#changed();
    };
  }

  #of(event: string): Iterable<BroadcastListener> {
    return this.#byEvent.get(event) ?? NONE;
  }
}
