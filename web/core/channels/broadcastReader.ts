import type { BroadcastMessage } from '../api/channel.js';
import type { BroadcastDelivery } from '../engine/engine.js';

/** Made at the first use: importing the package needs nothing that a test environment may lack. */
let decoder: TextDecoder | null = null;

/** A broadcast on its way to its handles. It is decoded and parsed at the first use, once for all of them. */
export class BroadcastReader {
  readonly message: BroadcastMessage;
  readonly #delivery: BroadcastDelivery;
  #raw: BroadcastDelivery['payload'] | null = null;
  #payload: unknown;
  #isRead = false;

  constructor(delivery: BroadcastDelivery) {
    const { event, id, replayed: isReplayed } = delivery;
    const replayed = isReplayed === true;
    this.message = Object.freeze(id === undefined ? { event, replayed } : { event, id, replayed });
    this.#delivery = delivery;
  }

  /** JSON text, or bytes. */
  get raw(): BroadcastDelivery['payload'] {
    this.#raw ??= rawOf(this.#delivery);
    return this.#raw;
  }

  /** Throws a SyntaxError when it can't be read. */
  get payload(): unknown {
    if (this.#isRead) return this.#payload;
    const { raw } = this;
    this.#payload = typeof raw === 'string' ? (JSON.parse(raw) as unknown) : raw;
    this.#isRead = true;
    return this.#payload;
  }
}

/** Bytes get memory of their own: applications look at them as numbers of other sizes by their `buffer`. */
function rawOf({ payload, json }: BroadcastDelivery): BroadcastDelivery['payload'] {
  if (typeof payload === 'string') return payload;
  if (json === true) {
    decoder ??= new TextDecoder('utf-8', { ignoreBOM: true });
    return decoder.decode(payload);
  }
  return payload.length === payload.buffer.byteLength ? payload : payload.slice();
}
