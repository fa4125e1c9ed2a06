import type { BroadcastMessage } from '../api/channel.js';
import type { BroadcastDelivery } from '../engine/engine.js';

/** A broadcast on its way to its handles. It is parsed at the first use, once for all of them. */
export class BroadcastReader {
  readonly message: BroadcastMessage;
  /** JSON text, or bytes. */
  readonly raw: BroadcastDelivery['payload'];
  #payload: unknown;
  #isRead = false;

  constructor({ event, id, replayed: isReplayed, payload }: BroadcastDelivery) {
    const replayed = isReplayed === true;
    this.message = Object.freeze(id === undefined ? { event, replayed } : { event, id, replayed });
    this.raw = payload;
  }

  /** Throws a SyntaxError when it can't be read. */
  get payload(): unknown {
    if (this.#isRead) return this.#payload;
    this.#payload = typeof this.raw === 'string' ? (JSON.parse(this.raw) as unknown) : this.raw;
    this.#isRead = true;
    return this.#payload;
  }
}
